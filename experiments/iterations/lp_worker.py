"""A process that solves linear programs with one solver: ``python -m ... NAME``.

Reads a line of JSON a job from standard input, writes one to standard output.  HiGHS and
OR-tools cannot share a process, and a peer's threads and memory should not touch ours.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from experiments.iterations.lp_instances import Program

__all__ = ["SOLVERS", "serve"]

#: ``(program, tolerance, seconds) -> (x, y, seconds taken)``
Solver: TypeAlias = Callable[[Program, float, float], tuple[np.ndarray, np.ndarray, float]]


def _ours(reflection: bool) -> Solver:
    """Solve with this library."""

    def solve(program: Program, tolerance: float, limit: float) -> Any:
        from algos.iterations import solve_lp

        start = time.perf_counter()
        result = solve_lp(
            program.c,
            program.matrix,
            program.b,
            tolerance=tolerance,
            time_limit=limit,
            reflection=reflection,
        )
        return result.x, result.equality_multipliers, time.perf_counter() - start

    return solve


def _highs(**options: Any) -> Solver:
    """Solve with HiGHS."""

    def solve(program: Program, tolerance: float, limit: float) -> Any:
        highspy: Any = importlib.import_module("highspy")
        rows, columns = program.matrix.shape
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = rows, columns
        lp.col_cost_ = program.c
        lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.full(columns, np.inf)
        lp.row_lower_ = lp.row_upper_ = program.b
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = program.matrix.indptr
        lp.a_matrix_.index_ = program.matrix.indices
        lp.a_matrix_.value_ = program.matrix.data
        highs = highspy.Highs()
        settings = {"output_flag": False, "threads": 1, "time_limit": limit}
        for name, value in {**settings, "kkt_tolerance": tolerance, **options}.items():
            highs.setOptionValue(name, value)
        highs.passModel(lp)
        start = time.perf_counter()
        highs.run()
        seconds = time.perf_counter() - start
        solution = highs.getSolution()
        return np.array(solution.col_value), np.array(solution.row_dual), seconds

    return solve


def _ortools(program: Program, tolerance: float, limit: float) -> Any:
    """Solve with the PDLP of OR-tools."""
    solvers: Any = importlib.import_module("ortools.pdlp.solvers_pb2")
    pdlp: Any = importlib.import_module("ortools.pdlp.python.pdlp")
    qp = pdlp.QuadraticProgram()
    qp.objective_vector = program.c
    qp.constraint_matrix = sparse.csc_matrix(program.matrix)
    qp.constraint_lower_bounds = qp.constraint_upper_bounds = program.b
    qp.variable_lower_bounds = np.zeros(program.c.size)
    qp.variable_upper_bounds = np.full(program.c.size, np.inf)
    parameters = solvers.PrimalDualHybridGradientParams()
    criteria = parameters.termination_criteria
    criteria.simple_optimality_criteria.eps_optimal_absolute = tolerance
    criteria.simple_optimality_criteria.eps_optimal_relative = tolerance
    criteria.time_sec_limit = limit
    parameters.num_threads = 1
    start = time.perf_counter()
    result = pdlp.primal_dual_hybrid_gradient(qp, parameters)
    seconds = time.perf_counter() - start
    return np.array(result.primal_solution), np.array(result.dual_solution), seconds


SOLVERS: dict[str, Solver] = {
    "lemmata": _ours(True),
    "lemmata plain": _ours(False),
    "highs pdlp": _highs(solver="pdlp"),
    "highs ipm": _highs(solver="ipm", run_crossover="off"),
    "highs simplex": _highs(solver="simplex"),
    "ortools pdlp": _ortools,
}


def serve(name: str) -> None:
    """Answer jobs until the input ends.

    Parameters
    ----------
    name : str
        Of the solver.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a solver prints is no answer
    solver = SOLVERS[name]
    for line in sys.stdin:
        job = json.loads(line)
        x, y, seconds = solver(Program.load(Path(job["program"])), job["tolerance"], job["limit"])
        np.savez(job["answer"], x=x, y=y)
        answers.write(json.dumps({"seconds": seconds}) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.argv[1])

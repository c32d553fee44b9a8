"""Benchmark pairs of exact ℓ_p sensitivities: one problem a row, at the same certified gap."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from algos.sketching import lp_sensitivities
from experiments.bench import Cell, Pair

__all__ = ["SENSITIVITIES"]

Array = NDArray[np.float64]

COLUMNS, GAP = 5, 1e-6


def draw(rows: int, rng: np.random.Generator) -> Array:
    """Draw a matrix with a few heavy rows."""
    return np.asarray(rng.standard_t(3, size=(rows, COLUMNS)))


def by_linear_programs(A: Array) -> Array:
    """Solve max λ with Aᵀw = λ a_i, −1 ≤ w ≤ 1, for every row: σ_i = 1 / λ."""
    from scipy.optimize import linprog

    n = len(A)
    objective = np.append(np.zeros(n), -1.0)
    bounds = [(-1, 1)] * n + [(0, None)]
    found = np.zeros(n)
    for i, row in enumerate(A):
        equal = np.column_stack([A.T, -row])
        solved: Any = linprog(objective, A_eq=equal, b_eq=np.zeros(COLUMNS), bounds=bounds)
        found[i] = 1 / solved.x[-1]
    return found


def by_cones(A: Array, p: float) -> Array:
    """Solve max a_i·x with ‖A x‖_p ≤ 1 for every row, compiled once."""
    from importlib import import_module

    cvxpy: Any = import_module("cvxpy")  # untyped

    x, row = cvxpy.Variable(COLUMNS), cvxpy.Parameter(COLUMNS)
    problem = cvxpy.Problem(cvxpy.Maximize(row @ x), [cvxpy.pnorm(A @ x, p) <= 1])
    found = np.zeros(len(A))
    for i, one in enumerate(A):
        row.value = one
        problem.solve(solver="CLARABEL", tol_gap_rel=GAP / p, tol_gap_abs=1e-9)
        found[i] = float(problem.value) ** p
    return found


def same(A: Array, ours: Array, peer: Array) -> bool:
    """Say whether both agree, up to a few gaps."""
    return bool(np.abs(ours / peer - 1).max() <= 10 * GAP)


def ten_times(cell: Cell) -> bool:
    """Say whether ours is ten times as fast."""
    return cell.ratio <= 1 / 10


SENSITIVITIES = (
    Pair(
        name="sketching/lp_sensitivities at p = 1, all rows",
        peer_name="SciPy linprog (HiGHS), a program a row",
        sizes=(100, 400, 2000),
        size_name="rows of 5 numbers",
        workload=draw,
        ours=lambda A: lp_sensitivities(A, 1, tolerance=GAP).upper,
        peer=by_linear_programs,
        agree=same,
        target="ten times as fast as a linear program a row",
        met=ten_times,
        target_from=2000,
        repetitions=3,
    ),
    Pair(
        name="sketching/lp_sensitivities at p = 1.5, all rows",
        peer_name="CVXPY with Clarabel, a cone program a row",
        sizes=(50, 200, 1000),
        size_name="rows of 5 numbers",
        workload=draw,
        ours=lambda A: lp_sensitivities(A, 1.5, tolerance=GAP).upper,
        peer=lambda A: by_cones(A, 1.5),
        agree=same,
        requires=("cvxpy", "clarabel"),
        target="ten times as fast as a cone program a row",
        met=ten_times,
        target_from=1000,
        repetitions=3,
    ),
)

"""Benchmark pairs of the linear-programming solver, at equal recomputed errors, one thread each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from experiments.bench import Cell, Pair
from experiments.iterations.lp_instances import (
    Program,
    photograph_flow,
    relative_error,
    road_flow,
    sparse_program,
    transport,
)

__all__ = ["AGAINST_EXACT", "AGAINST_PDLP", "REFLECTION"]

#: Seconds that one solve may take, and how often a solver that stopped too early is asked again.
LIMIT, ATTEMPTS = 120.0, 4
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True, eq=False)
class Answer:
    """What a solver gave: the recomputed error and its own time."""

    error: float
    seconds: float


@cache
def _worker(solver: str) -> subprocess.Popen[str]:
    """Start a solver's process; it ends when its input is closed, with ours."""
    return subprocess.Popen(
        [sys.executable, "-m", "experiments.iterations.lp_worker", solver],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, **dict.fromkeys(THREADS, "1")},
    )


def solve(solver: str, program: Program, tolerance: float) -> Answer:
    """Have a program solved in another process, until the recomputed error is small enough.

    A solver that stops with a larger error is asked again for a tenth of it; the time is that
    of the last attempt alone.

    Parameters
    ----------
    solver : str
        One of the worker's solvers.
    program : Program
        What to solve.
    tolerance : float
        The error asked for.

    Returns
    -------
    Answer
        The error and the seconds.
    """
    process = _worker(solver)
    assert process.stdin is not None
    assert process.stdout is not None
    with tempfile.TemporaryDirectory() as folder:
        paths = {"program": f"{folder}/program.npz", "answer": f"{folder}/answer.npz"}
        program.save(Path(paths["program"]))
        for attempt in range(ATTEMPTS):
            job = {**paths, "tolerance": max(tolerance / 10**attempt, 1e-10), "limit": LIMIT}
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
            seconds = json.loads(process.stdout.readline())["seconds"]
            with np.load(paths["answer"]) as file:
                error = relative_error(program, file["x"], file["y"])
            if error <= tolerance or seconds >= LIMIT:
                break
    return Answer(error, seconds)


def _good(tolerance: float, work: Any, ours: Answer, peer: Answer) -> bool:
    """Tell whether both sides solved the program."""
    return max(ours.error, peer.error) <= tolerance


def _seconds(answer: Answer) -> float:
    """Give the cost of an answer."""
    return answer.seconds


def _no_slower(cell: Cell) -> bool:
    """Tell whether our median is the peer's at most."""
    return cell.ratio <= 1


def _pair(
    kind: str,
    draw: Callable[[int, np.random.Generator], Program],
    sizes: tuple[int, ...],
    size_name: str,
    peer: str,
    tolerance: float,
    module: str,
) -> Pair:
    """Compare the time to one tolerance."""
    return Pair(
        name=f"iterations/lp {kind} to {tolerance:g} against {peer}",
        peer_name=peer,
        sizes=sizes,
        size_name=size_name,
        workload=draw,
        ours=lambda work: solve("lemmata", work, tolerance),
        peer=lambda work: solve(peer, work, tolerance),
        agree=partial(_good, tolerance),
        requires=(module, *DATA.get(kind, ())),
        cost=_seconds,
        cost_name="seconds of the solver",
        target="at least as fast as the PDLP of HiGHS" if peer == "highs pdlp" else "",
        met=_no_slower if peer == "highs pdlp" else None,
        repetitions=5,
    )


KINDS: tuple[tuple[str, Any, tuple[int, ...], tuple[int, ...], str], ...] = (
    ("sparse", sparse_program, (300, 1000, 10_000), (100, 300), "rows"),
    ("transport", transport, (30, 100, 200), (30, 100, 200), "sources and sinks"),
    ("roads", road_flow, (10, 100), (10, 100), "sources on Minnesota's roads"),
    ("photographs", photograph_flow, (20, 40, 80), (20, 40, 80), "pixels a side"),
)
#: Packages whose data an instance is made of.
DATA = {"photographs": ("sklearn",), "roads": ("pygsp",)}
#: First-order solvers, at two tolerances.
AGAINST_PDLP = tuple(
    _pair(kind, draw, sizes, size_name, peer, tolerance, module)
    for kind, draw, sizes, _, size_name in KINDS
    for peer, module in (
        ("highs pdlp", "highspy"),
        ("ortools pdlp", "ortools.pdlp"),
    )
    for tolerance in (1e-4, 1e-6)
)
#: Solvers that factorise, on sizes that they finish in time.
AGAINST_EXACT = tuple(
    _pair(kind, draw, sizes, size_name, peer, tolerance, "highspy")
    for kind, draw, _, sizes, size_name in KINDS
    for peer in ("highs ipm", "highs simplex")
    for tolerance in (1e-4, 1e-6)
)


def _iterations(program: Program, reflection: bool) -> float:
    """Count our steps to 1e-6; infinite where they did not get there."""
    from algos.iterations import solve_lp

    result = solve_lp(program.c, program.matrix, program.b, reflection=reflection)
    return result.iterations if result.status == "converged" else float("inf")


#: What reflection saves: steps of ours over steps of the plain iteration.
REFLECTION = tuple(
    Pair(
        name=f"iterations/lp {kind}, steps against plain Halpern",
        peer_name="plain Halpern",
        sizes=sizes[:2],
        size_name=size_name,
        workload=draw,
        ours=lambda work: _iterations(work, True),
        peer=lambda work: _iterations(work, False),
        agree=lambda work, ours, peer: max(ours, peer) < float("inf"),
        requires=DATA.get(kind, ()),
        cost=float,
        cost_name="steps",
        target="1.7 to 2.3 times fewer steps",
        met=lambda cell: 1 / 2.3 <= cell.ratio <= 1 / 1.7,
    )
    for kind, draw, sizes, _, size_name in KINDS
)

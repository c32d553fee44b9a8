"""Benchmark pairs of metric nearness: quadratic programming solvers, at equal recomputed accuracy.

The peers get all triangle inequalities at once, n (n - 1) (n - 2) / 2 rows, or, as cutting
planes, the violated ones again and again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy import sparse

from algos.iterations import metric_nearness
from experiments.bench import Pair

__all__ = ["METRICS"]

#: What both sides must reach: the repaired objective less a proven lower bound, relative.
ACCURACY = 1e-4
#: How often a solver that stopped too early is asked again, for a tenth of its tolerance.
ATTEMPTS = 4


@dataclass(frozen=True, eq=False)
class Work:
    """Dissimilarities, and their pairs as a vector."""

    given: np.ndarray

    @property
    def pairs(self) -> np.ndarray:
        """The upper triangle."""
        upper: np.ndarray = self.given[np.triu_indices(len(self.given), 1)]
        return upper

    def objective(self, x: np.ndarray) -> float:
        """Add the greatest violation, found anew, to every distance; give that metric's cost."""
        d = np.zeros_like(self.given)
        d[np.triu_indices(len(d), 1)] = x
        d += d.T
        violation = max(float((d - d[:, [k]] - d[[k], :]).max()) for k in range(len(d)))
        return float(((x + max(violation, 0.0) - self.pairs) ** 2).sum()) / 2

    def triangles(self) -> Any:
        """Write all inequalities down."""
        n = len(self.given)
        number = np.zeros((n, n), np.int64)
        number[np.triu_indices(n, 1)] = np.arange(n * (n - 1) // 2)
        number += number.T
        i, j = (side[:, None] for side in np.triu_indices(n, 1))
        i, j, k = np.broadcast_arrays(i, j, np.arange(n))
        i, j, k = (side[(k != i) & (k != j)] for side in (i, j, k))
        columns = np.column_stack([number[i, j], number[i, k], number[k, j]]).ravel()
        values = np.tile([1.0, -1.0, -1.0], i.size)
        starts = np.arange(0, 3 * i.size + 1, 3)
        return sparse.csr_array((values, columns, starts), shape=(i.size, number.max() + 1))


@dataclass(frozen=True)
class Answer:
    """The cost of the repaired metric, and the seconds of the solver."""

    value: float
    seconds: float


def _uniform(n: int, rng: np.random.Generator) -> Work:
    """Draw every dissimilarity by itself."""
    upper = np.triu(rng.random((n, n)), 1)
    return Work(upper + upper.T)


def _squares(n: int, rng: np.random.Generator) -> Work:
    """Draw points in five dimensions, and take the squares of their distances."""
    points = rng.normal(size=(n, 5)) / np.sqrt(10)
    squares = ((points[:, None] - points) ** 2).sum(-1)
    return Work((squares + squares.T) / 2)


def _ours(work: Work) -> Answer:
    start = time.perf_counter()
    result = metric_nearness(work.given, tolerance=1e-4, gap_tolerance=ACCURACY)
    seconds = time.perf_counter() - start
    x = result.distances[np.triu_indices(len(work.given), 1)]
    return Answer(work.objective(x), seconds)


def _clarabel(start: np.ndarray, rows: Any, tolerance: float) -> np.ndarray:
    import clarabel

    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = tolerance
    eye, cone = sparse.eye(start.size, format="csc"), clarabel.NonnegativeConeT(rows.shape[0])
    solver = clarabel.DefaultSolver(
        eye, -start, sparse.csc_matrix(rows), np.zeros(rows.shape[0]), [cone], settings
    )
    return np.array(solver.solve().x)


def _osqp(start: np.ndarray, rows: Any, tolerance: float) -> np.ndarray:
    import osqp

    solver = osqp.OSQP()
    solver.setup(
        sparse.eye(start.size, format="csc"),
        -start,
        sparse.csc_matrix(rows),
        np.full(rows.shape[0], -np.inf),
        np.zeros(rows.shape[0]),
        verbose=False,
        eps_abs=tolerance,
        eps_rel=tolerance,
        max_iter=100_000,
    )
    return np.array(solver.solve(raise_error=True).x)


def _cuts(start: np.ndarray, rows: Any, tolerance: float) -> np.ndarray:
    """Give OSQP the violated rows again and again, at most one a pair in a round."""
    x, kept = start, np.zeros(rows.shape[0], bool)
    pair = np.repeat(np.arange(start.size), rows.shape[0] // start.size)
    while True:
        excess = rows @ x
        worst = np.maximum.reduceat(excess, np.flatnonzero(np.diff(pair, prepend=-1)))
        new = (excess == worst[pair]) & (excess > tolerance) & ~kept
        if not new.any():
            return x
        kept |= new
        x = _osqp(start, rows[kept], tolerance)


def _peer(solver: Callable[[np.ndarray, Any, float], np.ndarray], work: Work) -> Answer:
    """Solve until the recomputed accuracy is reached; the time is that of the last attempt."""
    bound = metric_nearness(work.given, gap_tolerance=ACCURACY / 10).dual_value
    rows = work.triangles()
    for attempt in range(ATTEMPTS):
        start = time.perf_counter()
        x = solver(work.pairs, rows, 1e-5 / 10**attempt)
        answer = Answer(work.objective(x), time.perf_counter() - start)
        if answer.value - bound <= ACCURACY * answer.value:
            break
    return answer


def _agree(work: Work, ours: Answer, peer: Answer) -> bool:
    """Whether neither cost is greater than the other by more than the accuracy."""
    return abs(ours.value - peer.value) <= ACCURACY * max(ours.value, peer.value)


def _pair(
    kind: str, draw: Any, name: str, module: str, solver: Any, sizes: tuple[int, ...]
) -> Pair:
    return Pair(
        name=f"iterations/metric nearness, {kind}, against {name}",
        peer_name=name,
        sizes=sizes,
        size_name=f"points, {kind}",
        workload=draw,
        ours=_ours,
        peer=partial(_peer, solver),
        agree=_agree,
        requires=(module,),
        cost=lambda answer: float(answer.seconds),
        repetitions=3,
    )


#: With 100 points there are 485,100 rows, and CLARABEL takes the better part of a minute, OSQP up
#: to several; with 150 points CLARABEL took 150 seconds and 2 GB, and with 200 points and
#: 3,940,200 rows neither ended within 400 seconds.
METRICS = tuple(
    _pair(kind, draw, name, module, solver, sizes)
    for kind, draw in (("uniform", _uniform), ("squares", _squares))
    for name, module, solver, sizes in (
        ("CLARABEL", "clarabel", _clarabel, (25, 50, 100)),
        ("OSQP", "osqp", _osqp, (25, 50, 75)),
        ("cutting planes with OSQP", "osqp", _cuts, (25, 50, 100)),
    )
)

"""Exact ℓ_p sensitivities for p ≥ 1: many small problems, each certified from both sides."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

from accel.sensitivities import absolute_points, power_points
from algos.sketching._dual_points import dual_point
from algos.sketching._enclosed_coordinates import Coordinates, lengths
from algos.sketching._whitening import EPS

__all__ = ["TINY", "Bounds", "exact_bounds"]

Reals = NDArray[np.float64]
#: Takes targets (or one), gives points y, vectors w with Uᵀw = c, and the steps made.
Solver = Callable[[Reals], tuple[Reals, Reals, int]]

#: Certificates are computed for so many numbers at a time: 32 MiB of float64.
CHUNK = 2**22
#: Below this exponent the points of p = 1 are tried too.
NEAR = 1.05
#: Nothing is said of sensitivities below this.
TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Bounds:
    """Proven bounds on sensitivities, and the steps that they cost."""

    lower: Reals
    upper: Reals
    steps: int = 0

    @property
    def gaps(self) -> Reals:
        """Give (upper − lower) / upper; 0 where upper is at most 1e-300."""
        return np.asarray(
            np.where(self.upper > TINY, 1 - self.lower / np.maximum(self.upper, TINY), 0.0)
        )

    def clipped(self, nonzero: NDArray[np.bool_]) -> Bounds:
        """Cut off at 1, and where powers underflow; zero rows have 0."""
        lower = np.where(nonzero & (self.lower >= TINY), np.minimum(self.lower, 1.0), 0.0)
        upper = np.where(nonzero, np.clip(self.upper, TINY, 1.0), 0.0)
        return Bounds(lower, upper, self.steps)


def exact_bounds(
    where: Coordinates, targets: Reals, errors: Reals, p: float, tolerance: float
) -> Bounds:
    """Bound the largest abs(c·y)^p with ‖A T y‖_p ≤ 1, p ≥ 1, for every target c; 1 at most."""
    n, norms, nonzero = len(where.rows), lengths(targets), targets.any(axis=1) | (errors > 0)
    if p == 2:
        return _squared(where, norms, errors).clipped(nonzero)
    lower, upper, steps = np.zeros(norms.size), np.ones(norms.size), 0
    found, height = np.flatnonzero(norms), max(1, CHUNK // n)
    for first in range(0, found.size, height):
        some = found[first : first + height]
        c, e = targets[some] / norms[some, None], errors[some] / norms[some]
        low, high, made = _chunk(where, c, e, p, tolerance)
        with np.errstate(over="ignore", under="ignore"):
            lower[some] = (low * norms[some]) ** p * (1 - _slack(where, p))
            upper[some] = (high * norms[some]) ** p * (1 + _slack(where, p))
        steps += made
    return Bounds(lower, upper, steps).clipped(nonzero)


def _squared(where: Coordinates, norms: Reals, errors: Reals) -> Bounds:
    """Bound the largest (c·y)² with ‖A T y‖₂ ≤ 1, for targets of these lengths."""
    slack = 1 + 8 * EPS * (where.rank + 4)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        lower = (np.maximum(norms - errors, 0) / where.greatest) ** 2 / slack
        upper = ((norms + errors) / where.least) ** 2 * slack
    return Bounds(lower, upper)


def _chunk(
    where: Coordinates, c: Reals, e: Reals, p: float, tolerance: float
) -> tuple[Reals, Reals, int]:
    """Bound p-th roots for unit targets, again, with more care, where the gap is too wide."""
    todo = np.arange(len(c))
    lower, upper, steps = np.zeros(todo.size), np.full(todo.size, np.inf), 0
    for solve in _solvers(where, p, tolerance):
        try:
            y, w, made = solve(c[todo])
        except np.linalg.LinAlgError:  # rows of a basis that are all but dependent
            continue
        steps += made
        lower[todo] = np.fmax(lower[todo], _below(where, y, c[todo], e[todo], p))
        upper[todo] = np.fmin(upper[todo], _above(where, w, c[todo], e[todo], p))
        todo = np.flatnonzero(1 - (lower / upper) ** p > tolerance - 3 * _slack(where, p))
        if todo.size == 0:
            break
    return lower, upper, steps


def _solvers(where: Coordinates, p: float, tolerance: float) -> list[Solver]:
    """List ways to find points and vectors for targets, each more careful than the one before."""
    U = where.rows
    if where.least == 0:  # nothing better is known than the trivial upper bound
        return [lambda c: (c, np.zeros((len(c), len(U))), 0)]
    start = linalg.qr(U.T, mode="r", pivoting=True)[1][: where.rank].astype(np.int64)
    walk = partial(absolute_points, U, start=start, pivots=100 * (where.rank + 1))
    if p == 1:
        return [walk, partial(_one_by_one, partial(_by_linear_program, U))]
    stop = min(p - 1, 1) * tolerance * 1e-3
    newton: list[Solver] = [
        partial(power_points, U, p=p, stop=stop * less, iterations=200) for less in (1, 1e-4, 1e-8)
    ]
    if p > 2:
        return newton
    dual = partial(_one_by_one, partial(dual_point, U, p=p))
    return [*newton, dual] if p > NEAR else [*newton, dual, walk]


def _one_by_one(solve: Solver, targets: Reals) -> tuple[Reals, Reals, int]:
    """Solve for one target after another."""
    points, duals, steps = zip(*map(solve, targets), strict=True)
    return np.array(points), np.array(duals), sum(steps)


def _below(where: Coordinates, y: Reals, c: Reals, e: Reals, p: float) -> Reals:
    """Bound from below, by points y."""
    with np.errstate(divide="ignore", invalid="ignore"):
        y = y / lengths(y)[:, None]
        norms = _norms(y @ where.rows.T, p) + _norms(where.errors[None], p)
        inner = np.abs(np.einsum("ij,ij->i", c, y)) - e - _unit(where.rank)
        return np.asarray(np.maximum(inner, 0) / norms)


def _above(where: Coordinates, w: Reals, c: Reals, e: Reals, p: float) -> Reals:
    """Bound from above, by any vectors w: what they miss of Uᵀw = c is added to their norms."""
    rows, q = where.rows, p / (p - 1) if p > 1 else math.inf
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        w = w + (c - w @ rows) @ rows.T
        missed = np.linalg.norm(c - w @ rows, axis=1) + e + np.abs(w) @ where.errors
        missed += _unit(len(rows)) * math.sqrt(where.rank) * np.linalg.norm(w, axis=1)
        growth = len(rows) ** max(0.0, 1 / q - 0.5)
        return np.asarray(_norms(w, q) + growth * missed / where.least)


def _by_linear_program(rows: Reals, c: Reals) -> tuple[Reals, Reals, int]:
    """Solve max λ with Uᵀw = λ c, −1 ≤ w ≤ 1; the multipliers are the primal's point."""
    n, r = rows.shape
    found = optimize.linprog(
        np.append(np.zeros(n), -1.0),
        A_eq=np.column_stack([rows.T, -c]),
        b_eq=np.zeros(r),
        bounds=[(-1, 1)] * n + [(None, None)],
        method="highs",
    )
    if found.x is None or not found.x[-1] > 0:
        return c, np.zeros(n), 1
    return np.asarray(found.eqlin.marginals), found.x[:-1] / found.x[-1], 1


def _norms(z: Reals, q: float) -> Reals:
    """Give the q-norm of every row, without overflow."""
    size = np.abs(z)
    top = size.max(axis=1)
    if math.isinf(q):
        return np.asarray(top)
    shares = size / np.where(top > 0, top, 1.0)[:, None]
    return np.asarray(top * (shares**q).sum(axis=1) ** (1 / q))


def _unit(length: int) -> float:
    """Bound the relative rounding of a sum of so many products."""
    return (length + 2) * EPS


def _slack(where: Coordinates, p: float) -> float:
    """Bound the relative rounding of the p-th power of a norm."""
    return (p + 2) * _unit(len(where.rows) + 8)

"""Exact ℓ_p sensitivities for p ≥ 1: many small problems, each certified from both sides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

from accel.sensitivities import absolute_points, power_points
from algos.sketching._dual_points import dual_point
from algos.sketching._matrix import Floats, row_blocks
from algos.sketching._whitening import triangular_factor, whitening

__all__ = ["Bounds", "Coordinates", "coordinates", "exact_bounds", "squared_bounds"]

Reals = NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)

#: Certificates are computed for so many numbers at a time: 32 MiB of float64.
CHUNK = 2**22


@dataclass(frozen=True, eq=False)
class Coordinates:
    """A matrix in coordinates T where it is nearly orthonormal: A T = rows + errors.

    ``errors`` bounds the Euclidean norm of each row's error, with what a product of that row
    and a unit vector adds; ``least`` and ``greatest`` enclose the singular values of A T.
    """

    rows: Reals
    errors: Reals
    least: float
    greatest: float

    @property
    def rank(self) -> int:
        """The rank of A, up to rounding."""
        return int(self.rows.shape[1])


@dataclass(frozen=True, eq=False)
class Bounds:
    """Proven bounds on sensitivities, and the steps that they cost."""

    lower: Reals
    upper: Reals
    steps: int = 0


def coordinates(A: Floats) -> Coordinates:
    """Orthonormalise twice, and account for the rounding."""
    n, d = A.shape
    size = np.zeros(d)
    for _, block in row_blocks("A", A):
        size = np.maximum(size, np.abs(block).max(axis=0))
    scale = np.ldexp(1.0, np.minimum(-np.frexp(size.astype(np.float64))[1], 1000))  # exact
    blocks = row_blocks("A", A)
    first = whitening(triangular_factor(block * scale for _, block in blocks), n).transform
    rows, errors = np.zeros((n, first.shape[1])), np.zeros(n)
    for start, block in blocks:
        here = slice(start, start + len(block))
        rows[here] = (block * scale) @ first
        errors[here] = _unit(d) * np.linalg.norm(np.abs(block * scale) @ np.abs(first), axis=1)
    if first.shape[1] == 0:
        return Coordinates(rows, errors, 1.0, 1.0)
    second = whitening(triangular_factor([rows]), n).transform
    r = second.shape[1]
    spread = float(np.linalg.norm(second, 2))
    errors = spread * errors + _unit(r) * np.linalg.norm(np.abs(rows) @ np.abs(second), axis=1)
    rows = np.ascontiguousarray(rows @ second)
    errors += _unit(r) * np.linalg.norm(rows, axis=1)
    away = float(np.linalg.norm(rows.T @ rows - np.eye(r))) + _unit(n) * r
    error = float(np.linalg.norm(errors))
    least = math.sqrt(max(1 - away, 0.0)) - error
    return Coordinates(rows, errors, max(least, 0.0), math.sqrt(1 + away) + error)


def squared_bounds(where: Coordinates, targets: Reals, errors: Reals) -> Bounds:
    """Bound the largest (c·y)² with ‖A T y‖₂ ≤ 1."""
    norms, slack = np.linalg.norm(targets, axis=1), 1 + 8 * EPS * (where.rank + 4)
    with np.errstate(divide="ignore"):
        upper = ((norms + errors) / where.least) ** 2 * slack
    return Bounds(np.maximum(norms - errors, 0) ** 2 / where.greatest**2 / slack, upper)


def exact_bounds(
    where: Coordinates, targets: Reals, errors: Reals, p: float, tolerance: float
) -> Bounds:
    """Bound the largest abs(c·y)^p with ‖A T y‖_p ≤ 1, p ≥ 1, for every target c."""
    if p == 2:
        return squared_bounds(where, targets, errors)
    n, norms = len(where.rows), np.linalg.norm(targets, axis=1)
    lower = np.zeros(norms.size)
    upper = _above(where, np.zeros((norms.size, n)), targets, errors, p)  # of w = 0
    found, height, steps = np.flatnonzero(norms), max(1, CHUNK // n), 0
    for first in range(0, found.size, height):
        some = found[first : first + height]
        c, e = targets[some] / norms[some, None], errors[some] / norms[some]
        low, high, made = _chunk(where, c, e, p, tolerance)
        lower[some] = low * norms[some] ** p
        upper[some] = high * norms[some] ** p
        steps += made
    return Bounds(lower, upper, steps)


def _chunk(where: Coordinates, c: Reals, e: Reals, p: float, tolerance: float) -> Any:
    """Solve for unit targets, and again, with more care, where the gap is too wide."""
    todo = np.arange(len(c))
    lower, upper, steps = np.zeros(todo.size), np.full(todo.size, np.inf), 0
    for care in range(4):
        if p == 1 and care == 0:
            start = linalg.qr(where.rows.T, mode="r", pivoting=True)[1][: where.rank]
            y, w, made = absolute_points(
                where.rows, c, start.astype(np.int64), pivots=100 * (where.rank + 1)
            )
        elif p == 1:
            pairs = [_by_linear_program(where.rows, one) for one in c[todo]]
            y, w = (np.array(part) for part in zip(*pairs, strict=True))
            made = todo.size
        elif care == 3:
            found = [dual_point(where.rows, one, p) for one in c[todo]]
            y, w = np.array([one[0] for one in found]), np.array([one[1] for one in found])
            made = sum(one[2] for one in found)
        else:
            stop = min(p - 1, 1) * tolerance * 10.0 ** (-3 - 4 * care)
            y, w, made = power_points(where.rows, c[todo], p, stop=stop, iterations=200)
        steps += made
        lower[todo] = np.maximum(lower[todo], _below(where, y, c[todo], e[todo], p))
        upper[todo] = np.minimum(upper[todo], _above(where, w, c[todo], e[todo], p))
        todo = np.flatnonzero(upper - lower > tolerance * upper)
        if todo.size == 0 or care == (1 if p == 1 else 3 if p < 2 else 2):
            break
    return lower, upper, steps


def _below(where: Coordinates, y: Reals, c: Reals, e: Reals, p: float) -> Reals:
    """Bound from below, by points y."""
    lengths = np.linalg.norm(y, axis=1)
    error = _norms(where.errors[None], p) * lengths
    inner = np.abs(np.einsum("ij,ij->i", c, y)) - (e + _unit(where.rank)) * lengths
    ratio = np.maximum(inner, 0) / (_norms(y @ where.rows.T, p) + error)
    return np.asarray(ratio**p * (1 - _slack(where, p)))


def _above(where: Coordinates, w: Reals, c: Reals, e: Reals, p: float) -> Reals:
    """Bound from above, by any vectors w: what they miss of Uᵀw = c is added to their norms."""
    rows, q = where.rows, p / (p - 1) if p > 1 else math.inf
    w = w + (c - w @ rows) @ rows.T
    missed = np.linalg.norm(c - w @ rows, axis=1) + e + np.abs(w) @ where.errors
    missed += _unit(len(rows)) * math.sqrt(where.rank) * np.linalg.norm(w, axis=1)
    growth = len(rows) ** max(0.0, 1 / q - 0.5)
    with np.errstate(divide="ignore", invalid="ignore"):
        norms = _norms(w, q) + np.where(missed > 0, growth * missed / where.least, 0.0)
    return np.asarray(norms**p * (1 + _slack(where, p)))


def _by_linear_program(rows: Reals, c: Reals) -> tuple[Reals, Reals]:
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
        return c, np.zeros(n)
    return np.asarray(found.eqlin.marginals), found.x[:-1] / found.x[-1]


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

"""Exact ℓ_p sensitivities for p ≤ 1, from the vertices of the rows' arrangement."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain, combinations, islice

import numpy as np
from numpy.typing import NDArray

from algos.sketching._enclosed_coordinates import Coordinates, lengths
from algos.sketching._exact_sensitivities import TINY, Bounds
from algos.sketching._matrix import Floats
from algos.sketching._whitening import EPS

__all__ = ["directions", "vertex_bounds"]

Reals = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Rows are evaluated at so many vertices at a time: 8 MiB of float64.
CHUNK = 2**20

#: Unit rows whose least singular value is at most this are taken for dependent.
DEPENDENT = 1e-10


def directions(A: Floats) -> Integers:
    """Number the rows' directions, −1 for zero: equal up to a factor ±2^k, without rounding."""
    some, labels = np.flatnonzero(A.any(axis=1)), np.full(len(A), -1)
    rows = np.arange(some.size), (A[some] != 0).argmax(axis=1)
    mantissas, exponents = np.frexp(A[some].astype(np.float64))
    exponents = np.where(mantissas != 0, exponents - exponents[rows][:, None], 0)
    units = np.hstack([mantissas * np.sign(mantissas[rows])[:, None], exponents])
    labels[some] = np.unique(units, axis=0, return_inverse=True)[1].ravel()
    return labels.astype(np.int64)


def vertex_bounds(
    where: Coordinates,
    labels: Integers,
    targets: Reals,
    errors: Reals,
    p: float,
    *,
    max_vertices: int,
) -> Bounds:
    """Bound the largest abs(c·y)^p with ‖A T y‖_p ≤ 1, p ≤ 1, for every target c."""
    first = np.unique(labels, return_index=True)[1]
    first = first[labels[first] >= 0]  # one row of every direction
    sizes = lengths(where.rows)
    units = where.rows / np.where(sizes > 0, sizes, 1.0)[:, None]
    first = first[sizes[first] > 0]
    count = math.comb(first.size, where.rank - 1)
    if count > max_vertices:
        raise ValueError(
            f"max_vertices must be at least {count} for p = {p:g} < 1 here ({first.size} "
            f"directions, rank {where.rank}), got {max_vertices}; "
            'method="lewis" gives bounds at any size'
        )
    lower, upper = np.zeros(len(targets)), np.zeros(len(targets))
    for chosen in _subsets(first, where.rank - 1, max(1, CHUNK // len(labels))):
        chosen, y, away = _common_zeros(units, where.errors / np.maximum(sizes, TINY), chosen)
        z = np.abs(y @ where.rows.T)
        error = np.outer(away, sizes) + where.errors
        zero = (labels == -1) | _member(labels, labels[chosen])
        least = np.where(zero, 0.0, np.maximum(z - error, 0.0) ** p).sum(axis=1)
        most = np.where(zero, 0.0, (z + error) ** p).sum(axis=1)
        inner = np.abs(y @ targets.T)
        error = np.outer(away, lengths(targets)) + errors
        with np.errstate(divide="ignore", invalid="ignore"):
            low = np.maximum(inner - error, 0.0) ** p / most[:, None]
            high = np.where(inner + error > 0, (inner + error) ** p / least[:, None], 0.0)
        lower = np.maximum(lower, low.max(axis=0, initial=0.0))
        upper = np.maximum(upper, high.max(axis=0, initial=0.0))
    slack = (len(labels) + 16) * EPS
    bounds = Bounds(lower * (1 - slack), upper * (1 + slack), count)
    return bounds.clipped(targets.any(axis=1) | (errors > 0))


def _subsets(items: Integers, size: int, height: int) -> Iterator[Integers]:
    """List the subsets of a size, some at a time."""
    all_of_them = combinations(items.tolist(), size)
    while some := list(islice(all_of_them, height)):
        flat = np.fromiter(chain.from_iterable(some), np.int64, len(some) * size)
        yield flat.reshape(len(some), size)


def _common_zeros(units: Reals, errors: Reals, chosen: Integers) -> tuple[Integers, Reals, Reals]:
    """Keep the independent subsets of r − 1 unit rows, with their unit zeros and these' errors."""
    if chosen.shape[1] == 0:
        return chosen, np.ones((1, 1)), np.zeros(1)
    _, values, right = np.linalg.svd(units[chosen])
    kept = values[:, -1] > DEPENDENT
    chosen, y = chosen[kept], right[kept, -1]
    missed = np.abs(np.einsum("vij,vj->vi", units[chosen], y)) + errors[chosen]
    return chosen, y, 2 * np.linalg.norm(missed, axis=1) / values[kept, -1]


def _member(labels: Integers, chosen: Integers) -> NDArray[np.bool_]:
    """Say for every subset which rows have the direction of one of its own."""
    return np.asarray((labels[None, :, None] == chosen[:, None, :]).any(axis=2))

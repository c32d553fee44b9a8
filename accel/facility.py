"""What elements add to the best similarity of every row: host only.

Each sum is taken in one order, whatever is asked beside it: it is the same bits every time, and
it never grows while the best similarities do.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from accel.bounds import before
from accel.loops import compiled

__all__ = ["add_surplus", "dense_gains", "sparse_gains", "squared_distances"]

Reals = NDArray[np.float64]
Indices = NDArray[np.intp]


def _dense_gains(columns: Reals, best: Reals, candidates: Indices, bounds: Reals) -> Reals:
    """Sum what each candidate is better by, until no other can add more than the greatest.

    Parameters
    ----------
    columns : array, shape (n, rows)
        Similarity of every element to every row.
    best : array, shape (rows,)
        Best similarity of every row.
    candidates : array, shape (m,)
        Elements, in the order of their bounds.
    bounds : array, shape (m,)
        No candidate adds more.

    Returns
    -------
    array
        What the first candidates add.
    """
    gains = np.empty(candidates.size)
    most, first = -1.0, -1
    for j in range(candidates.size):
        element = candidates[j]
        if before(most, first, bounds[j], element):
            return gains[:j]
        column, total = columns[element], 0.0
        for i in range(best.size):
            better = column[i] - best[i]
            total += better if better > 0.0 else 0.0
        gains[j] = total
        if before(total, element, most, first):
            most, first = total, element
    return gains


def _sparse_gains(
    starts: NDArray[Any],
    rows: NDArray[Any],
    values: Reals,
    best: Reals,
    candidates: Indices,
    bounds: Reals,
) -> Reals:
    """Sum what each candidate is better by, until no other can add more than the greatest.

    Parameters
    ----------
    starts, rows, values : array
        Similarities of every element to rows, in compressed form.
    best, candidates, bounds : array
        As for `dense_gains`.

    Returns
    -------
    array
        What the first candidates add.
    """
    gains = np.empty(candidates.size)
    most, first = -1.0, -1
    for j in range(candidates.size):
        element = candidates[j]
        if before(most, first, bounds[j], element):
            return gains[:j]
        total = 0.0
        for p in range(starts[element], starts[element + 1]):
            better = values[p] - best[rows[p]]
            total += better if better > 0.0 else 0.0
        gains[j] = total
        if before(total, element, most, first):
            most, first = total, element
    return gains


def _squared_distances(rows: Reals, points: Reals) -> Reals:
    """Compute the squared distances of points to rows.

    Parameters
    ----------
    rows : array, shape (d, r)
        One column a row, contiguous.
    points : array, shape (m, d)
        The points.

    Returns
    -------
    array, shape (m, r)
        Squared Euclidean distances, each the same bits whatever the other points and rows.
    """
    squares = np.zeros((points.shape[0], rows.shape[1]))
    for j in range(points.shape[0]):
        point, out = points[j], squares[j]
        for c in range(0, point.size - 3, 4):  # `out` is read and written once for four
            p0, p1, p2, p3 = point[c], point[c + 1], point[c + 2], point[c + 3]
            x0, x1, x2, x3 = rows[c], rows[c + 1], rows[c + 2], rows[c + 3]
            for i in range(out.size):
                d0, d1, d2, d3 = x0[i] - p0, x1[i] - p1, x2[i] - p2, x3[i] - p3
                out[i] += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3)
        for c in range(point.size - point.size % 4, point.size):
            p0, x0 = point[c], rows[c]
            for i in range(out.size):
                out[i] += (x0[i] - p0) ** 2
    return squares


def _add_surplus(similarities: Reals, best: Reals, gains: Reals) -> None:
    """Add what similarities are above the best ones, to gains, which change.

    Parameters
    ----------
    similarities : array, shape (m, r)
        One row a candidate.
    best : array, shape (r,)
        Best similarities.
    gains : array, shape (m,)
        What is added to.
    """
    for j in range(gains.size):
        own, total = similarities[j], 0.0
        for i in range(best.size):
            better = own[i] - best[i]
            total += better if better > 0.0 else 0.0
        gains[j] += total


add_surplus = compiled(_add_surplus, reorder=True)
squared_distances = compiled(_squared_distances)
dense_gains = compiled(_dense_gains, reorder=True)
sparse_gains = compiled(_sparse_gains, reorder=True)

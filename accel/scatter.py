"""Rows added, with signs, into the rows of a smaller matrix: host only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["scatter_rows", "scatter_sparse_rows"]

Reals = NDArray[np.float64]
Places = NDArray[np.int32]
Signs = NDArray[np.int8]


@compiled
def scatter_rows(
    rows: NDArray[np.floating[Any]], buckets: Places, signs: Signs, total: Reals
) -> None:
    """Add each row, times its signs, to its buckets' rows of the total, which changes.

    Parameters
    ----------
    rows : array, shape (n, d)
        Float32 or float64.
    buckets, signs : array, shape (n, nonzeros)
        Where each row goes.
    total : array, shape (size, d)
        What is added to, row after row.
    """
    n, d = rows.shape
    for i in range(n):
        for r in range(buckets.shape[1]):
            k, sign = buckets[i, r], signs[i, r]
            for j in range(d):
                total[k, j] += sign * rows[i, j]


@compiled
def scatter_sparse_rows(
    starts: NDArray[Any],
    columns: NDArray[Any],
    values: NDArray[np.floating[Any]],
    buckets: Places,
    signs: Signs,
    total: Reals,
) -> None:
    """Add the nonzeros of each row, times its signs, to its buckets' rows of the total.

    Parameters
    ----------
    starts, columns, values : array
        The n rows in compressed form; ``starts`` may begin anywhere.
    buckets, signs : array, shape (n, nonzeros)
        Where each row goes.
    total : array, shape (size, d)
        What is added to, row after row.
    """
    for i in range(starts.size - 1):
        for r in range(buckets.shape[1]):
            k, sign = buckets[i, r], signs[i, r]
            for p in range(starts[i], starts[i + 1]):
                total[k, columns[p]] += sign * values[p]

"""Rows added, with factors, into the rows of a smaller matrix, one after the other: host only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["add_products", "scatter_rows", "scatter_sparse_rows"]

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


@compiled
def add_products(rows: NDArray[np.floating[Any]], factors: Reals, total: Reals) -> None:
    """Add factorsᵀ rows to the total, row after row: the same bits on any number of cores.

    Parameters
    ----------
    rows : array, shape (n, d)
        Float32 or float64.
    factors : array, shape (n, size)
        Of every row for every row of the total.
    total : array, shape (size, d)
        What is added to.
    """
    n, d = rows.shape
    eights = n - n % 8
    for i in range(0, eights, 8):  # the total is read and written once for eight rows
        a0, a1, a2, a3, a4, a5, a6, a7 = (
            rows[i], rows[i + 1], rows[i + 2], rows[i + 3],
            rows[i + 4], rows[i + 5], rows[i + 6], rows[i + 7],
        )  # fmt: skip
        for k in range(total.shape[0]):
            f0, f1, f2, f3 = factors[i, k], factors[i + 1, k], factors[i + 2, k], factors[i + 3, k]
            f4, f5, f6, f7 = (
                factors[i + 4, k], factors[i + 5, k], factors[i + 6, k], factors[i + 7, k],
            )  # fmt: skip
            for j in range(d):
                t = total[k, j] + f0 * a0[j]
                t = t + f1 * a1[j]
                t = t + f2 * a2[j]
                t = t + f3 * a3[j]
                t = t + f4 * a4[j]
                t = t + f5 * a5[j]
                t = t + f6 * a6[j]
                total[k, j] = t + f7 * a7[j]
    for i in range(eights, n):
        for k in range(total.shape[0]):
            for j in range(d):
                total[k, j] += factors[i, k] * rows[i, j]

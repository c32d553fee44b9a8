"""The rows of a matrix on their way into a sketch: dense or compressed, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from accel.counters import signed_buckets
from accel.scatter import scatter_rows, scatter_sparse_rows
from algos.sketching._matrix import (
    BLOCK,
    checked_block,
    compressed_rows,
    require_finite_entries,
    row_blocks,
)

__all__ = ["Reals", "blocks", "parts", "require_finite", "scatter"]

Reals = NDArray[np.float64]

#: At most so many dense rows at once, so that their buckets and signs stay in the cache.
HEIGHT = 8192


def blocks(name: str, A: Any, *, compressed: bool) -> Iterator[Any]:
    """Give blocks of rows: an array whole and not looked at, sparse rows compressed where asked."""
    if _plain(A):
        yield np.asarray(A)
    elif compressed and sparse.issparse(A):
        yield compressed_rows(name, A)
    else:
        for _, block in row_blocks(name, A, once=True):
            yield block


def require_finite(name: str, A: Any) -> None:
    """Look at what `blocks` did not."""
    if _plain(A):
        checked_block(name, A)
    elif sparse.issparse(A):
        require_finite_entries(name, compressed_rows(name, A))


def parts(rows: Any, drawn: int) -> Iterator[tuple[int, Any]]:
    """Cut into read-only blocks of rows, dense or compressed, and number their first rows.

    Neither a dense block nor the numbers that are drawn, so many a row, are more than `BLOCK`.
    """
    compressed = sparse.issparse(rows)
    width = drawn if compressed else max(drawn, rows.shape[1], BLOCK // HEIGHT)
    height = max(1, BLOCK // width)
    for first in range(0, rows.shape[0], height):
        part = rows[first : first + height]
        if not compressed:
            part.flags.writeable = False  # of the view: one compiled loop for all callers
        yield first, part


def scatter(rows: Any, first: int, seed: int, nonzeros: int, total: Reals) -> None:
    """Add each row, dense or compressed, with random signs, to random rows of the total."""
    buckets, signs = signed_buckets(seed, first, rows.shape[0], len(total), nonzeros)
    if isinstance(rows, np.ndarray):
        scatter_rows(rows, buckets, signs, total)
    else:
        scatter_sparse_rows(rows.indptr, rows.indices, rows.data, buckets, signs, total)


def _plain(A: Any) -> bool:
    """Tell a matrix of float32 or float64 that loops can read as it is."""
    return (
        isinstance(A, np.ndarray)
        and not isinstance(A, np.ma.MaskedArray)
        and (A.ndim == 2 and A.size > 0 and A.dtype in (np.dtype(np.float32), np.dtype(np.float64)))
    )

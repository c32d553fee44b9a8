"""The rows of a matrix on their way into a sketch: dense or compressed, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from accel.scatter import scatter_rows, scatter_sparse_rows
from algos.sketching._matrix import BLOCK, checked_block, row_blocks

__all__ = ["Reals", "blocks", "parts", "require_finite", "scatter"]

Reals = NDArray[np.float64]

#: As many rows at once, so that their buckets and signs stay in the cache.
HEIGHT = 8192


def blocks(name: str, A: Any, *, compressed: bool) -> Iterator[Any]:
    """Give blocks of rows: an array whole and not looked at, sparse rows compressed where asked."""
    if sparse.issparse(A):
        A = _compressed(name, A)
    if _plain(A):
        yield np.asarray(A)
    elif compressed and sparse.issparse(A):
        yield A
    else:
        for _, block in row_blocks(name, A):
            yield block


def require_finite(name: str, A: Any) -> None:
    """Look at what `blocks` did not."""
    if _plain(A):
        checked_block(name, A)
    elif sparse.issparse(A):
        rows = _compressed(name, A)
        for k in np.flatnonzero(~np.isfinite(rows.data))[:1]:
            row = np.searchsorted(rows.indptr, k, side="right") - 1
            raise ValueError(
                f"{name} must be finite, got {rows.data[k]} at ({row}, {rows.indices[k]})"
            )


def parts(rows: Any, height: int | None = None) -> Iterator[tuple[int, Any]]:
    """Cut into read-only blocks of rows, dense or compressed, and number their first rows."""
    compressed = sparse.issparse(rows)
    height = height or (BLOCK if compressed else max(1, min(HEIGHT, BLOCK // rows.shape[1])))
    for first in range(0, rows.shape[0], height):
        part = rows[first : first + height]
        if not compressed:
            part.flags.writeable = False  # of the view: one compiled loop for all callers
        yield first, part


def scatter(rows: Any, buckets: NDArray[np.int32], signs: NDArray[np.int8], total: Reals) -> None:
    """Add each row, dense or compressed, times its signs, to its buckets' rows of the total."""
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


def _compressed(name: str, A: Any) -> Any:
    """Give rows in compressed form, float32 or float64."""
    if A.ndim != 2 or 0 in A.shape:
        raise ValueError(f"{name} must be a matrix with rows and columns, got shape {A.shape}")
    if A.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be a matrix of real numbers, got dtype {A.dtype}")
    rows = A.tocsr()
    starts, columns = rows.indptr, rows.indices
    if (
        (np.diff(starts, prepend=0) < 0).any()
        or starts[-1] > min(len(columns), len(rows.data))
        or (len(columns) and not (columns.min() >= 0 and columns.max() < A.shape[1]))
    ):  # loops do not look
        raise ValueError(f"{name} must be a valid sparse matrix; see {name}.check_format()")
    return rows if rows.dtype in (np.float32, np.float64) else rows.astype(np.float64)

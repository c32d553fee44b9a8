"""Matrices as the family takes them: whole, or as blocks of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = [
    "Floats",
    "RowBlocks",
    "checked_block",
    "checked_matrix",
    "compressed_rows",
    "require_finite_entries",
    "require_shape",
    "row_blocks",
]

#: Arrays of float32 or float64.
Floats = NDArray[np.floating[Any]]

#: A block of rows holds about this many numbers: 4 MiB of float64.
BLOCK = 2**19


def checked_block(name: str, block: Any, *, above: int = 0) -> Floats:
    """Give a matrix of finite float32 or float64, without a copy where it is one already.

    Errors count its rows on from those ``above``.
    """
    if sparse.issparse(block):
        raise TypeError(
            f"{name} must be a dense array here, got a sparse one; use {name}.toarray()"
        )
    if isinstance(block, np.ma.MaskedArray):
        raise TypeError(f"{name} must not be masked; fill it, or leave masked rows out")
    try:
        array = np.asarray(block)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a matrix of numbers, got {block!r}") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be a matrix of real numbers, got dtype {array.dtype}")
    require_shape(name, array.shape, rows=0)
    if array.dtype not in (np.dtype(np.float32), np.dtype(np.float64)):
        array = array.astype(np.float64)
    height = max(1, BLOCK // array.shape[1])
    for first in range(0, len(array), height):
        finite = np.isfinite(array[first : first + height])
        if not finite.all():
            row, column = (int(k) for k in np.argwhere(~finite)[0])
            value, row = array[first + row, column], above + first + row
            raise ValueError(f"{name} must be finite, got {value} at ({row}, {column})")
    return array


def checked_matrix(name: str, A: Any) -> Floats:
    """Give a dense matrix with at least one row; see `checked_block`."""
    array = checked_block(name, A)
    require_shape(name, array.shape)
    return array


def require_shape(name: str, shape: tuple[int, ...], *, rows: int = 1) -> None:
    """Refuse what has not two dimensions, so many rows and a column."""
    if len(shape) != 2:
        raise ValueError(
            f"{name} must be a matrix, n rows by d columns, got shape {shape}; "
            "a single column is array[:, None]"
        )
    if shape[0] < rows or shape[1] == 0:
        lacking = "row" if shape[1] else "column"
        raise ValueError(f"{name} must have at least one {lacking}, got shape {shape}")


def compressed_rows(name: str, A: Any) -> Any:
    """Give a sparse matrix by rows, float32 or float64, with indices that loops can trust."""
    require_shape(name, A.shape)
    if A.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be a matrix of real numbers, got dtype {A.dtype}")
    if (A.format == "csr" and not _sound(A, *A.shape)) or (
        A.format == "csc" and not _sound(A, *A.shape[::-1])
    ):
        raise ValueError(f"{name} must be a valid sparse matrix; see {name}.check_format()")
    rows = A.tocsr()
    return rows if rows.dtype in (np.float32, np.float64) else rows.astype(np.float64)


def _sound(A: Any, lines: int, length: int) -> bool:
    """Tell whether compressed lines, rows or columns, of such a length stay in their arrays."""
    starts, places = A.indptr, A.indices
    return bool(
        len(starts) == lines + 1
        and (np.diff(starts, prepend=0) >= 0).all()
        and starts[-1] <= min(len(places), len(A.data))
        and places.min(initial=0) >= 0
        and places.max(initial=0) < length
    )


def require_finite_entries(name: str, rows: Any, *, above: int = 0) -> None:
    """Refuse compressed rows with an entry that is not finite."""
    for k in np.flatnonzero(~np.isfinite(rows.data[: rows.nnz]))[:1]:
        row = above + int(np.searchsorted(rows.indptr, k, side="right")) - 1
        raise ValueError(f"{name} must be finite, got {rows.data[k]} at ({row}, {rows.indices[k]})")


@dataclass(eq=False)
class RowBlocks:
    """A matrix as blocks of rows; every pass checks what it reads.

    Iterating gives pairs (number of the block's first row, block), each block a finite
    float32 or float64 array, or compressed rows where these were asked for; all blocks have
    the same number of columns, and all passes of rows.
    """

    name: str
    read: Callable[[], Iterator[Any]]
    compressed: bool = False
    passes: int = field(default=0, init=False)
    rows: int | None = field(default=None, init=False)
    columns: int | None = field(default=None, init=False)

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        self.passes += 1
        first = 0
        for one in self.read():
            if self.compressed:
                require_finite_entries(self.name, one, above=first)
                block = one
            else:
                block = checked_block(self.name, one, above=first)
            if self.columns not in (None, block.shape[1]):
                raise ValueError(
                    f"{self.name} must have {self.columns} columns in every block, got "
                    f"{block.shape[1]} in the block that starts at row {first}"
                )
            self.columns = block.shape[1]
            last = first + block.shape[0]
            if self.rows is not None and last > self.rows:
                raise self._other_rows(last)
            if last > first:
                yield first, block
            first = last
        if first == 0:
            raise ValueError(f"{self.name} must have at least one row, got no rows")
        if self.rows not in (None, first):
            raise self._other_rows(first)
        self.rows = first

    def _other_rows(self, count: int) -> ValueError:
        """Say that a pass gives other rows than the first."""
        return ValueError(
            f"{self.name} must have {self.rows} rows whenever it is read, got {count}"
        )


def row_blocks(name: str, A: Any, *, compressed: bool = False, once: bool = False) -> RowBlocks:
    """Read a matrix by blocks of rows.

    An array (memory-mapped ones too), a SciPy sparse matrix, a Dask array, a function that
    returns an iterator of blocks, or, where it is read ``once``, such an iterator.  Sparse rows
    are made dense block by block, or stay compressed where that is asked for.
    """
    if callable(A) and not hasattr(A, "__array__"):
        return RowBlocks(name, lambda: _iterator(name, A))
    if isinstance(A, Iterator):
        if not once:
            raise TypeError(
                f"{name} must be readable more than once, got an iterator; pass a function that "
                "returns a new iterator"
            )
        return RowBlocks(name, lambda: A)
    if hasattr(A, "numblocks") and hasattr(A, "dask"):
        require_shape(name, A.shape)
        return RowBlocks(name, lambda: (A.blocks[k].compute() for k in range(A.numblocks[0])))
    if sparse.issparse(A):
        rows = compressed_rows(name, A)
        if compressed:
            return RowBlocks(name, lambda: _slices(rows), compressed=True)
        return RowBlocks(name, lambda: (one.toarray() for one in _slices(rows)))
    array = A if isinstance(A, np.ndarray) else _as_array(name, A)
    if (
        isinstance(A, np.ma.MaskedArray)
        or array.ndim != 2
        or array.size == 0
        or array.dtype.kind not in "biuf"
    ):
        checked_matrix(name, array)  # raises
    return RowBlocks(name, lambda: _slices(array))


def _iterator(name: str, read: Callable[[], Any]) -> Iterator[Any]:
    """Start a pass over the blocks that a function gives."""
    blocks = read()
    try:
        return iter(blocks)
    except TypeError:
        raise TypeError(
            f"{name} must, where it is a function, return an iterator of blocks of rows, got "
            f"{blocks!r}; yield the blocks, or return iter([block])"
        ) from None


def _as_array(name: str, A: Any) -> NDArray[Any]:
    """Turn nested sequences and data frames into an array."""
    try:
        return np.asarray(A)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a matrix of numbers, got {A!r}") from None


def _slices(matrix: Any) -> Iterator[Any]:
    """Cut into blocks of rows of about `BLOCK` numbers."""
    height = max(1, BLOCK // matrix.shape[1])
    return (matrix[first : first + height] for first in range(0, matrix.shape[0], height))

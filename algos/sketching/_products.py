"""Matrices that are only multiplied with: arrays, sparse ones, operators, blocks of rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from scipy import sparse

from algos.sketching._matrix import Floats, RowBlocks, checked_block, checked_matrix, row_blocks

__all__ = ["Products", "products", "single", "transposed_product"]

#: Rows that are turned into double precision at a time: dense ones should fit the cache.
DENSE, SPARSE = 2**9, 2**14


@dataclass(eq=False)
class Products:
    """A matrix through its products with narrow matrices.

    ``norm()`` is ‖A‖_F, or inf where it is not known; ``passes`` counts the products, and a first
    look at blocks.
    """

    shape: tuple[int, int]
    dtype: np.dtype[Any]
    norm: Callable[[], float]
    forward: Callable[[Floats], Any]
    backward: Callable[[Floats], Any]
    passes: int = 0

    def times(self, X: Floats) -> Floats:
        """Give A X."""
        return self._checked(self.forward(X), (self.shape[0], X.shape[1]))

    def transposed(self, X: Floats) -> Floats:
        """Give AᵀX."""
        return self._checked(self.backward(X), (self.shape[1], X.shape[1]))

    def _checked(self, given: Any, shape: tuple[int, int]) -> Floats:
        """Count, and look at the numbers."""
        self.passes += 1
        product = np.asarray(given)
        if product.dtype.kind not in "iuf" or product.shape != shape:
            raise ValueError(
                f"A must multiply to real matrices of shape {shape}, got {product.dtype} of shape "
                f"{product.shape}"
            )
        return _finite(product.astype(self.dtype, copy=False))


def products(A: Any) -> Products:
    """Take an array, a sparse matrix, a linear operator or blocks of rows, to be read often."""
    if sparse.issparse(A):
        return _sparse(cast(Any, A))
    if hasattr(A, "matmat") and hasattr(A, "rmatmat"):
        return _operator(A)
    if isinstance(A, Iterator):
        raise TypeError(
            "A is read more than once here and an iterator gives its blocks once; pass a function "
            "that returns a new iterator"
        )
    if callable(A) or hasattr(A, "dask"):
        return _blocks(row_blocks("A", A))
    array = checked_matrix("A", A)
    return Products(
        (array.shape[0], array.shape[1]),
        array.dtype,
        lambda: math.hypot(*(_norm(block) for _, block in row_blocks("A", array))),
        lambda X: array @ X,
        lambda X: transposed_product(array, X),
    )


def single(
    blocks: RowBlocks, columns: Callable[[int, np.dtype[Any]], Floats]
) -> tuple[Floats, Floats, float]:
    """Read blocks once: X = columns(d, dtype), Y = A X, AᵀY and ‖A‖_F."""
    images: list[Floats] = []
    norms: list[float] = []
    X: Floats = np.zeros((0, 0))
    back: Floats = X
    for first, block in blocks:
        if first == 0:
            X = columns(block.shape[1], block.dtype)
            back = np.zeros(X.shape)
        images.append(_finite(block @ X))
        back += transposed_product(block, images[-1])
        norms.append(_norm(block))
    return np.concatenate(images), _finite(back), math.hypot(*norms)


def _sparse(A: Any) -> Products:
    """Take a sparse matrix."""
    if A.ndim != 2 or 0 in A.shape:
        raise ValueError(f"A must be a matrix with rows and columns, got shape {A.shape}")
    rows = A.tocsr()
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    entries = rows.data if rows.data.size else np.zeros(1)
    data = checked_block("A.data", np.reshape(entries, (-1, 1)))
    if rows.dtype != data.dtype:
        rows = rows.astype(data.dtype)
    return Products(
        A.shape,
        data.dtype,
        lambda: _norm(data),
        lambda X: rows @ X,
        lambda X: transposed_product(rows, X),
    )


def _operator(A: Any) -> Products:
    """Take what has shape, matmat and rmatmat."""
    shape = tuple(int(k) for k in A.shape)
    if len(shape) != 2 or 0 in shape:
        raise ValueError(f"A must be a matrix with rows and columns, got shape {shape}")
    single_precision = getattr(A, "dtype", None) == np.float32
    dtype = np.dtype(np.float32 if single_precision else np.float64)
    return Products(
        (shape[0], shape[1]),
        dtype,
        lambda: math.inf,
        lambda X: np.array(A.matmat(X)),  # a copy: operators may use their memory again
        lambda X: np.array(A.rmatmat(X)),
    )


def _blocks(blocks: RowBlocks) -> Products:
    """Take blocks of rows that can be read again; one pass finds the shape and the norm."""
    norms, rows, dtype = [], 0, np.dtype(np.float32)
    for _, block in blocks:
        rows += len(block)
        norms.append(_norm(block))
        columns, dtype = block.shape[1], np.promote_types(dtype, block.dtype)

    def backward(X: Floats) -> Floats:
        parts = (
            transposed_product(block, X[first : first + len(block)]) for first, block in blocks
        )
        return np.asarray(sum(parts, start=np.zeros((columns, X.shape[1]))))

    return Products(
        (rows, columns),
        dtype,
        lambda: math.hypot(*norms),
        lambda X: np.concatenate([block @ X for _, block in blocks]),
        backward,
        passes=1,
    )


def transposed_product(matrix: Any, X: Floats) -> Floats:
    """Give AᵀX, summed in double precision: rounding errors of long sums add up."""
    if matrix.dtype == np.float64:
        return np.asarray(matrix.T @ X)
    total = np.zeros((matrix.shape[1], X.shape[1]))
    height = SPARSE if sparse.issparse(matrix) else DENSE
    for first in range(0, matrix.shape[0], height):
        rows = slice(first, first + height)
        total += matrix[rows].astype(np.float64).T @ X[rows].astype(np.float64)
    return total


def _finite(product: Floats) -> Floats:
    """Refuse inf and nan."""
    if not np.isfinite(product).all():
        raise ValueError("A must multiply to finite numbers, got inf or nan; scale A")
    return product


def _norm(block: Floats) -> float:
    """Give the Frobenius norm, in double precision, of any scale."""
    flat = block.astype(np.float64, copy=False)
    squares = float(np.vdot(flat, flat))
    if 1e-280 < squares < 1e280:
        return math.sqrt(squares)
    top = float(np.abs(flat).max())
    return top * float(np.linalg.norm(flat / top)) if top > 0 else 0.0

"""Matrices that are only multiplied with: arrays, sparse ones, operators, blocks of rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from algos.sketching._matrix import (
    Floats,
    RowBlocks,
    checked_matrix,
    compressed_rows,
    require_finite_entries,
    require_shape,
    row_blocks,
)

__all__ = [
    "Products",
    "finite",
    "gaussian",
    "images_of_blocks",
    "norm",
    "products",
    "transposed_product",
]

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
        return self._checked(self.forward, X, (self.shape[0], X.shape[1]))

    def transposed(self, X: Floats) -> Floats:
        """Give AᵀX."""
        return self._checked(self.backward, X, (self.shape[1], X.shape[1]))

    def _checked(
        self, multiply: Callable[[Floats], Any], X: Floats, shape: tuple[int, int]
    ) -> Floats:
        """Multiply, count, and look at the numbers."""
        self.passes += 1
        with np.errstate(over="ignore", invalid="ignore"):  # looked at
            product = np.asarray(multiply(X))
            if product.dtype.kind not in "iuf" or product.shape != shape:
                raise ValueError(
                    f"A must multiply to real matrices of shape {shape}, got {product.dtype} of "
                    f"shape {product.shape}"
                )
            return finite(product.astype(self.dtype, copy=False))


def products(A: Any) -> Products:
    """Take an array, a sparse matrix, a linear operator or blocks of rows, to be read often."""
    if sparse.issparse(A):
        return _sparse(A)
    if hasattr(A, "matmat") and hasattr(A, "rmatmat"):
        return _operator(A)
    if isinstance(A, Iterator) or callable(A) or hasattr(A, "dask"):
        return _blocks(row_blocks("A", A))
    array = checked_matrix("A", A)
    return Products(
        (array.shape[0], array.shape[1]),
        array.dtype,
        lambda: math.hypot(*(norm(block) for _, block in row_blocks("A", array))),
        lambda X: array @ X,
        lambda X: transposed_product(array, X),
    )


def gaussian(rng: np.random.Generator, rows: int, columns: int, dtype: np.dtype[Any]) -> Floats:
    """Draw a Gaussian matrix."""
    return rng.standard_normal((rows, columns)).astype(dtype, copy=False)


def images_of_blocks(
    blocks: RowBlocks, size: int, probes: int, rng: np.random.Generator
) -> Iterator[tuple[Floats, Floats]]:
    """Read the blocks of A once: each, and its image under random vectors, d + probes at most."""
    X: Floats = np.zeros((0, 0))
    for first, block in blocks:
        if first == 0:
            d = block.shape[1]
            X = gaussian(rng, d, min(size, d) + probes, block.dtype)
        with np.errstate(over="ignore", invalid="ignore"):  # looked at
            image = block @ X
        yield block, finite(image)


def _sparse(A: Any) -> Products:
    """Take a sparse matrix."""
    rows = compressed_rows("A", A)
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    require_finite_entries("A", rows)
    return Products(
        A.shape,
        rows.dtype,
        lambda: norm(rows.data[: rows.nnz]),
        lambda X: rows @ X,
        lambda X: transposed_product(rows, X),
    )


def _operator(A: Any) -> Products:
    """Take what has shape, matmat and rmatmat."""
    shape = tuple(int(k) for k in A.shape)
    require_shape("A", shape)
    dtype = np.dtype(np.float32 if getattr(A, "dtype", None) == np.float32 else np.float64)
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
        norms.append(norm(block))
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


def finite(product: Floats) -> Floats:
    """Refuse inf and nan."""
    if not np.isfinite(product).all():
        raise ValueError("A must multiply to finite numbers, got inf or nan; scale A")
    return product


def norm(block: Floats) -> float:
    """Give the Frobenius norm, in double precision, of any scale."""
    flat = block.astype(np.float64, copy=False)
    squares = float(np.vdot(flat, flat))
    if 1e-280 < squares < 1e280:
        return math.sqrt(squares)
    top = float(np.abs(flat).max(initial=0))
    return top * float(np.linalg.norm(flat / top)) if top > 0 else 0.0

"""Scattered rows against products with the matrix written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from accel.counters import signed_buckets
from accel.scatter import add_products, scatter_rows, scatter_sparse_rows


def written_out(buckets: Any, signs: Any, size: int) -> Any:
    S = np.zeros((size, len(buckets)))
    for i, (places, values) in enumerate(zip(buckets, signs, strict=True)):
        S[places, i] = values
    return S


@pytest.mark.parametrize("nonzeros", [1, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_are_added_to_their_buckets(nonzeros: int, dtype: Any) -> None:
    A = np.random.default_rng(0).integers(-9, 9, (40, 5)).astype(dtype)
    A[np.random.default_rng(1).random(A.shape) < 0.5] = 0
    buckets, signs = signed_buckets(1, 0, 40, 6, nonzeros)
    total = np.full((6, 5), 2.0)
    scatter_rows(A, buckets, signs, total)
    expected = written_out(buckets, signs, 6) @ A + 2
    assert (total == expected).all()
    compressed: Any = sparse.csr_array(A)
    total = np.full((6, 5), 2.0)
    scatter_sparse_rows(
        compressed.indptr, compressed.indices, compressed.data, buckets, signs, total
    )
    assert (total == expected).all()


def test_a_row_that_stores_an_entry_twice_counts_both() -> None:
    total = np.zeros((1, 2))
    arrays = np.array([0, 2]), np.array([1, 1]), np.array([2.0, 3.0])
    scatter_sparse_rows(*arrays, np.zeros((1, 1), np.int32), -np.ones((1, 1), np.int8), total)
    assert total.tolist() == [[0.0, -5.0]]


@pytest.mark.parametrize("n", [1, 7, 8, 29])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_are_added_row_after_row(n: int, dtype: Any) -> None:
    rng = np.random.default_rng(n)
    rows, factors = rng.normal(size=(n, 5)).astype(dtype), rng.normal(size=(n, 4))
    total = rng.normal(size=(4, 5))
    expected = total.copy()
    for row, factor in zip(rows, factors, strict=True):
        expected += factor[:, None] * row.astype(np.float64)
    add_products(rows, factors, total)
    assert (total == expected).all()

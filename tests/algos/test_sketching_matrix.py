"""Matrices as the family `sketching` takes them, and their orthonormal coordinates."""

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import dask.array
import numpy as np
import pytest
from scipy import sparse

from algos.sketching import (
    active_regression,
    leverage_scores,
    lewis_weights,
    lp_regression,
    lp_sensitivities,
    randomized_svd,
    range_finder,
    ridge_leverage_scores,
    sensitivity_sample,
)
from algos.sketching._matrix import BLOCK, checked_matrix, row_blocks
from algos.sketching._whitening import Whitening, row_whitening, triangular_factor, whitening

rng = np.random.default_rng(5)
WHOLE = rng.normal(size=(BLOCK // 8 + 100, 8))


def halves() -> Iterator[Any]:
    """Give a matrix in two blocks."""
    return iter([WHOLE[:9], WHOLE[9:]])


def whitened(A: Any) -> Whitening:
    return whitening(triangular_factor(block for _, block in row_blocks("A", A)), len(WHOLE))


def test_every_form_gives_the_same_rows() -> None:
    chunked = dask.array.from_array(WHOLE, chunks=(7000, 8))  # type: ignore[no-untyped-call]
    for form in (WHOLE, np.asfortranarray(WHOLE), sparse.csr_array(WHOLE), halves, chunked):
        firsts, blocks = zip(*row_blocks("A", form), strict=True)
        assert len(blocks) > 1
        assert list(firsts) == np.cumsum([0, *map(len, blocks[:-1])]).tolist()
        np.testing.assert_array_equal(np.concatenate(blocks), WHOLE)


def test_arrays_are_not_copied() -> None:
    single = WHOLE.astype(np.float32)
    for given in (WHOLE, single):
        assert np.shares_memory(checked_matrix("A", given), given)
        assert all(np.shares_memory(block, given) for _, block in row_blocks("A", given))


def test_an_iterator_is_read_where_one_pass_will_do() -> None:
    blocks = row_blocks("A", halves(), once=True)
    assert sum(len(block) for _, block in blocks) == len(WHOLE)


@pytest.mark.parametrize(
    "function",
    [
        leverage_scores,
        lambda A: leverage_scores(A, method="sketch"),
        lambda A: ridge_leverage_scores(A, 1.0),
        lambda A: lewis_weights(A, 1),
        lambda A: lp_sensitivities(A, 1, method="lewis"),
        lambda A: sensitivity_sample(A, 1, size=9),
        lambda A: lp_regression(A, np.ones(4)),
        lambda A: active_regression(A, lambda rows: np.ones(len(rows)), 3),
        lambda A: range_finder(A, 2, power_iterations=1),
        lambda A: randomized_svd(A, 2, power_iterations=1),
    ],
)
def test_elsewhere_it_is_refused_before_any_pass(function: Callable[[Any], Any]) -> None:
    blocks = iter([np.eye(4)])
    words = "A must be readable more than once, got an iterator; pass a function that returns a new"
    with pytest.raises(TypeError, match=words):
        function(blocks)
    assert len(list(blocks)) == 1


@pytest.mark.parametrize(("factor", "norm"), [(1e300, "5e[+]300"), (1e-300, "5e-300")])
def test_columns_that_are_too_long_or_short_are_named(factor: float, norm: str) -> None:
    A = np.array([[1.0, 3.0 * factor], [2.0, 4.0 * factor]])
    with pytest.raises(ValueError, match=f"A must have columns .*, got {norm} for column 1; mult"):
        leverage_scores(A)


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ([[1.0, np.nan]], ValueError, r"must be finite, got nan at \(0, 1\)"),
        (lambda: iter([np.ones((2, 1)), [[np.inf]]]), ValueError, r"got inf at \(2, 0\)"),
        ([1.0, 2.0], ValueError, r"got shape \(2,\); a single column is array\[:, None\]"),
        (np.ones((0, 3)), ValueError, "at least one row"),
        (np.ones((3, 0)), ValueError, "at least one column"),
        (lambda: iter([]), ValueError, "at least one row"),
        (lambda: iter([np.ones((1, 2)), np.ones((1, 3))]), ValueError, "2 columns in every block"),
        ([[None]], TypeError, "dtype object"),
        ([[1j]], TypeError, "dtype complex128"),
        ([["1"]], TypeError, "dtype <U1"),
        ([[1.0], [1.0, 2.0]], TypeError, "must be a matrix of numbers"),
        (None, TypeError, "dtype object"),
        (sparse.csr_array([[1.0, np.inf]]), ValueError, "must be finite"),
        (sparse.csr_array((3, 0)), ValueError, "at least one column"),
        (sparse.csr_array((0, 3)), ValueError, "at least one row"),
        (sparse.coo_array([1.0, 2.0]), ValueError, r"got shape \(2,\)"),
        (sparse.csr_array([[1j]]), TypeError, "dtype complex128"),
        (sparse.csr_array(([1.0], [2], [0, 1]), shape=(1, 2)), ValueError, "valid sparse matrix"),
        (sparse.csc_array(([1.0], [-1], [0, 1]), shape=(2, 1)), ValueError, "valid sparse matrix"),
        (dask.array.ones(3), ValueError, "must be a matrix"),
        (dask.array.ones(()), ValueError, "must be a matrix"),
        (np.ma.masked_array([[1.0, 2.0]], [[True, False]]), TypeError, "must not be masked"),
        (lambda: iter([np.ma.masked_array([[1.0]], [[True]])]), TypeError, "must not be masked"),
    ],
)
def test_bad_matrices(given: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        list(row_blocks("A", given))


def test_sparse_rows_stay_compressed_where_asked_for() -> None:
    A: Any = sparse.random_array((9000, 300), density=0.01, rng=rng).tocsr()
    firsts, blocks = zip(*row_blocks("A", A, compressed=True), strict=True)
    assert firsts[1] == blocks[0].shape[0]
    assert (sparse.vstack(blocks) != A).nnz == 0
    for _, block in row_blocks("A", WHOLE, compressed=True):  # but dense ones stay dense
        assert np.shares_memory(block, WHOLE)


def test_entries_of_compressed_rows_are_looked_at() -> None:
    A: Any = sparse.eye_array(BLOCK // 2, 2).tocsr()
    A.data[1] = np.nan
    with pytest.raises(ValueError, match=r"A must be finite, got nan at \(1, 1\)"):
        list(row_blocks("A", A, compressed=True))
    low = sparse.csr_array(([np.inf], [1], [0] * (BLOCK // 2) + [1]), shape=(BLOCK // 2, 2))
    with pytest.raises(ValueError, match=rf"got inf at \({BLOCK // 2 - 1}, 1\)"):
        list(row_blocks("A", low, compressed=True))


def test_sparse_matrices_are_refused_where_dense_ones_are_asked_for() -> None:
    with pytest.raises(TypeError, match=r"use A\.toarray\(\)"):
        checked_matrix("A", sparse.csr_array([[1.0]]))


@pytest.mark.parametrize(
    ("change", "rank"),
    [
        (lambda A: A, 8),
        (lambda A: A * 10.0 ** np.linspace(-150, 150, 8), 8),
        (lambda A: A * np.where(np.arange(len(A)) == 3, 1e8, 1.0)[:, None], 8),
        (lambda A: np.column_stack([A[:, :7], A[:, 0]]), 7),
        (lambda A: A[:5], 5),
        (lambda A: 0 * A, 0),
        (lambda A: A.astype(np.float32), 8),
    ],
)
def test_whitened_columns_are_orthonormal(
    change: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]], rank: int
) -> None:
    A = change(WHOLE)
    white = whitened(A)
    assert white.rank == rank
    columns = A @ white.transform
    np.testing.assert_allclose(columns.T @ columns, np.eye(rank), atol=1e-6)
    np.testing.assert_allclose(white.squared_norms(A).sum(), rank, rtol=1e-6)


def rows_whitened(A: Any) -> tuple[Whitening, int]:
    return row_whitening(lambda: [A])


def exact_rank(A: Any) -> int:
    """Eliminate in fractions."""
    rows, rank = [[Fraction(float(x)) for x in row] for row in A], 0
    for column in range(len(rows[0])):
        pivots = [k for k in range(rank, len(rows)) if rows[k][column]]
        if not pivots:
            continue
        rows[rank], rows[pivots[0]] = rows[pivots[0]], rows[rank]
        pivot = rows[rank]
        for k in range(rank + 1, len(rows)):
            share = rows[k][column] / pivot[column]
            rows[k] = [x - share * y for x, y in zip(rows[k], pivot, strict=True)]
        rank += 1
    return rank


def small_matrix(seed: int) -> Any:
    """Draw few rows of few numbers, with sums and copies of rows and columns."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(1, 9)), int(rng.integers(1, 6))
    A: Any = rng.choice([0.0, 0.0, 1.0, -1.0, 2.0, -2.0], size=(n, d))
    if n > 2 and seed % 2:
        A[-1] = A[0] + A[1]
    if d > 2 and seed % 3:
        A[:, -1] = A[:, 0] + rng.integers(2) * A[:, 1]
    return A[rng.integers(n, size=n)] if seed % 5 == 0 else A


def test_ranks_are_those_of_exact_elimination() -> None:
    for seed in range(400):
        A = small_matrix(seed)
        white, count = rows_whitened(A)
        assert (white.rank, count) == (exact_rank(A), len(A))
        assert white.squared_norms(A).sum() == pytest.approx(white.rank, abs=1e-9)
        assert leverage_scores(A * 2.0**-300).rank == white.rank


def test_ranks_are_never_too_great() -> None:
    scales = [1.0, 1e20, 1e-20, 1e100, 1e-100]
    for seed in range(400):
        rng = np.random.default_rng(seed)
        A = small_matrix(seed)
        size = [(len(A), 1), (1, A.shape[1]), A.shape][seed % 3]
        A = A * 2.0 ** np.round(np.log2(rng.choice(scales, size=size)))
        assert rows_whitened(A)[0].rank <= exact_rank(A)


def test_a_row_of_one_entry_does_not_add_to_the_rank() -> None:
    """Nothing cancels in its coordinates, and yet they hold rounding of the directions."""
    for entries in itertools.product([0.0, 1.0, 2.0], repeat=6):
        A = np.reshape(entries, (2, 3))
        assert rows_whitened(A)[0].rank == exact_rank(A)


def test_masked_blocks_of_dask_are_refused() -> None:
    masked = np.ma.masked_array(np.ones((4, 2)), np.eye(4, 2, dtype=bool))
    given = dask.array.from_array(masked, chunks=(2, 2))  # type: ignore[no-untyped-call]
    with pytest.raises(TypeError, match="A must not be masked"):
        list(row_blocks("A", given))


@pytest.mark.parametrize("given", [3, None])
def test_functions_that_return_no_iterator_are_refused(given: Any) -> None:
    with pytest.raises(TypeError, match=r"A must, where it is a function, .* got (3|None); yield"):
        list(row_blocks("A", lambda: given))

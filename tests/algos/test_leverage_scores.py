"""Leverage scores: by hand, against the hat matrix, hostile matrices, blocks of rows."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from algos.sketching import leverage_scores, ridge_leverage_scores
from algos.sketching._leverage_scores import default_size
from proofs_checks.sketching.matrices import HARD, Tall


def hat(A: Any) -> Any:
    """Give the diagonal of the projection onto the columns of a well-conditioned matrix."""
    return np.diag(A @ np.linalg.pinv(A))


def halves(A: Any) -> Any:
    """Give a matrix as a function that returns an iterator of blocks."""

    def read() -> Iterator[Any]:
        cut = len(A) // 3
        yield A[:cut]
        yield A[cut:]

    return read


def test_by_hand() -> None:
    result = leverage_scores([[1.0, 0.0], [1.0, 0.0], [0.0, 5.0], [0.0, 0.0]])
    assert result.scores == pytest.approx([0.5, 0.5, 1.0, 0.0])
    assert (result.rank, result.passes, result.relative_error) == (2, 2, 0.0)
    assert leverage_scores(np.ones((7, 1))).scores == pytest.approx(np.full(7, 1 / 7))


@pytest.mark.parametrize(("kind", "tall"), HARD)
def test_the_hat_matrix_agrees(kind: str, tall: Tall) -> None:
    result = leverage_scores(tall.array)
    scaled = tall.array / np.linalg.norm(tall.array, axis=0)
    assert result.scores == pytest.approx(hat(scaled), abs=1e-9)
    assert result.rank == np.linalg.matrix_rank(scaled)
    assert result.discrepancy <= 1e-12
    assert result.scores.min() >= 0
    assert result.scores.max() <= 1 + 1e-12
    assert leverage_scores(halves(tall.array)).scores == pytest.approx(result.scores, abs=1e-12)
    assert ridge_leverage_scores(tall.array, 0).scores.tolist() == result.scores.tolist()


@pytest.mark.parametrize("scale", [1e-150, 1e-30, 1e150])
def test_the_scale_is_immaterial(scale: float) -> None:
    A = np.random.default_rng(0).normal(size=(30, 3))
    one, other = leverage_scores(A), leverage_scores(scale * A)
    assert other.scores == pytest.approx(one.scores, rel=1e-12)
    columns = A * np.array([1e-140, 1.0, 1e140])
    assert leverage_scores(columns).scores == pytest.approx(one.scores, rel=1e-10)
    penalty = scale**2 if scale > 1e-100 else 0.0
    ridge = ridge_leverage_scores(scale * A, penalty)
    assert ridge.scores == pytest.approx(
        ridge_leverage_scores(A, penalty / scale**2 if penalty else 0.0).scores, rel=1e-12
    )


def test_kinds_of_input() -> None:
    A = np.random.default_rng(1).integers(-3, 4, size=(20, 3))
    wanted = leverage_scores(A.astype(float)).scores
    locked = A.astype(float)
    locked.setflags(write=False)
    kinds: list[Any] = [
        A, np.asfortranarray(A), locked, A.tolist(), sparse.csr_array(A), locked[::-1][::-1],
    ]  # fmt: skip
    for one in kinds:
        assert leverage_scores(one).scores == pytest.approx(wanted, rel=1e-12)
    assert leverage_scores(A.astype(np.float32)).scores == pytest.approx(wanted, rel=1e-5)
    assert leverage_scores(A > 0).rank == 3


def test_degenerate_matrices() -> None:
    assert leverage_scores(np.zeros((4, 2))).scores.tolist() == [0.0] * 4
    assert leverage_scores(np.zeros((4, 2))).rank == 0
    assert leverage_scores([[3.0, 4.0]]).scores == pytest.approx([1.0])
    assert leverage_scores(np.eye(5)[:2]).scores == pytest.approx([1.0, 1.0])
    assert ridge_leverage_scores(np.zeros((4, 2)), 1.0).effective_dimension == 0


@pytest.mark.parametrize("penalty", [1e-12, 0.3, 1.0, 50.0, 1e12])
def test_ridge_scores_agree_with_the_definition_and_with_singular_values(penalty: float) -> None:
    A = np.random.default_rng(2).normal(size=(25, 4))
    result = ridge_leverage_scores(A, penalty)
    inverse = np.linalg.inv(A.T @ A + penalty * np.eye(4))
    assert result.scores == pytest.approx(np.einsum("ij,jk,ik->i", A, inverse, A), rel=1e-9)
    squares = np.linalg.svd(A)[1] ** 2
    assert result.effective_dimension == pytest.approx((squares / (squares + penalty)).sum())
    assert ridge_leverage_scores(halves(A), penalty).scores == pytest.approx(result.scores)


@pytest.mark.parametrize("kind", ["cauchy", "rank deficient", "badly scaled columns"])
def test_a_sketch_keeps_what_it_promises(kind: str) -> None:
    A = Tall(kind, 2000, 3).array
    exact = leverage_scores(A).scores
    result = leverage_scores(A, method="sketch", rng=1)
    assert (result.size, result.passes) == (960, 2)
    assert result.relative_error == pytest.approx(0.5)
    assert (exact <= result.scores * (1 + result.relative_error)).all()
    assert (exact >= result.scores * (1 - result.relative_error)).all()
    assert np.abs(result.scores / exact - 1).max() > 0.01
    for same in (halves(A), sparse.csr_array(A)):
        again = leverage_scores(same, method="sketch", rng=1)
        assert again.scores == pytest.approx(result.scores, rel=1e-9)


def test_what_a_sketch_proves_counts_columns_and_not_the_rank_found() -> None:
    """The identity's rows share one bucket: rank 1 is found, and half of each score."""
    results = [leverage_scores(np.eye(2), method="sketch", size=50, rng=k) for k in range(200)]
    lost = [one for one in results if one.rank == 1]
    assert lost
    assert lost[0].scores == pytest.approx([0.25, 0.25])
    assert all(one.relative_error == math.inf for one in results)
    assert leverage_scores(np.eye(2), method="sketch", size=500).relative_error < 0.5


def test_the_default_size_proves_a_half_for_few_columns() -> None:
    for d in (1, 2, 10, 46):
        assert math.sqrt((d**2 + d) / (default_size(d) * 0.05)) == pytest.approx(0.5)
    for d in (47, 300, 1000):
        assert default_size(d) * d <= max(2**23, 10 * d**2)


def test_sparse_rows_stay_compressed() -> None:
    """Dense, they would be a gigabyte, and 40 MB in blocks of the sparse ones."""
    A: Any = sparse.random_array((400_000, 320), density=1e-4, rng=np.random.default_rng(0))
    A = A.tocsr()
    A.toarray = None
    tracemalloc.start()
    result = leverage_scores(A, method="sketch", size=1000, rng=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.rank == 320
    assert peak < 40e6
    A.data[7] = math.nan
    place = f"{np.searchsorted(A.indptr, 7, side='right') - 1}, {A.indices[7]}"
    with pytest.raises(ValueError, match=rf"A must be finite, got nan at \({place}\)"):
        leverage_scores(A, method="sketch")


@pytest.mark.parametrize("scale", [1e-310, 5e-324, 1e300])
def test_columns_whose_inverse_norm_is_no_number_are_refused(scale: float) -> None:
    A = np.random.default_rng(0).normal(size=(30, 3))
    A[:, 1] *= scale
    for method in ("qr", "sketch"):
        with pytest.raises(ValueError, match="column 1; multiply it by a power of two"):
            leverage_scores(A, method=method)


def test_passes_that_differ_are_refused() -> None:
    A = np.arange(12.0).reshape(6, 2) ** 2
    for shapes, words in (
        ([(6, 2), (5, 2)], "6 rows whenever it is read, got 5"),
        ([(5, 2), (6, 2)], "5 rows whenever it is read, got 6"),
        ([(6, 2), (6, 1)], "2 columns in every block, got 1"),
    ):
        for method in ("qr", "sketch"):
            left = iter(shapes)

            def read(left: Any = left) -> Iterator[Any]:
                rows, columns = next(left)
                yield A[:rows, :columns]

            with pytest.raises(ValueError, match=words):
                leverage_scores(read, method=method)


@pytest.mark.parametrize(
    ("A", "words"),
    [
        ([[1.0, math.nan]], r"A must be finite, got nan at \(0, 1\)"),
        ([[1.0], [math.inf]], "A must be finite"),
        ([1.0, 2.0], "A must be a matrix"),
        (np.empty((0, 3)), "A must have at least one row"),
        (np.empty((3, 0)), "A must have at least one column"),
    ],
)
def test_bad_matrices_are_refused(A: Any, words: str) -> None:
    for run in (leverage_scores, lambda B: ridge_leverage_scores(B, 1.0)):
        with pytest.raises(ValueError, match=words):
            run(A)


def test_bad_arguments_are_refused() -> None:
    A: Any = np.eye(3)
    with pytest.raises(TypeError, match="A must be a matrix of real numbers"):
        leverage_scores(A * 1j)
    with pytest.raises(TypeError, match="A must be a matrix of real numbers"):
        leverage_scores(np.array([[object()]]))
    with pytest.raises(ValueError, match="method must be one of"):
        leverage_scores(A, method="svd")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="method must be one of"):
        leverage_scores(A, method=np.ones(2))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="size must be an integer from 1"):
        leverage_scores(A, method="sketch", size=0)
    with pytest.raises(ValueError, match="size must be None"):
        leverage_scores(A, size=10)
    with pytest.raises(ValueError, match="failure_probability must lie in"):
        leverage_scores(A, method="sketch", failure_probability=1.0)
    for penalty in (-1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="penalty must lie in"):
            ridge_leverage_scores(A, penalty)
    with pytest.raises(TypeError, match="pass a function that returns a new iterator"):
        leverage_scores(iter([A]))


def exact_scores(A: Any) -> Any:
    """Give the leverage scores in 700 digits."""
    mp = pytest.importorskip("mpmath")
    with mp.workdps(700):
        matrix = mp.matrix(A.tolist())
        inverse = (matrix.T * matrix) ** -1
        return np.array(
            [float((matrix[i, :] * inverse * matrix[i, :].T)[0]) for i in range(len(A))]
        )


@pytest.mark.parametrize("seed", range(8))
def test_rows_of_very_different_scales(seed: int) -> None:
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(9, 3))
    if seed % 2:
        A[:4] = A[0]
    A *= 2.0 ** rng.integers(-330, 330, size=(9, 1))
    result = leverage_scores(A)
    assert result.rank == 3
    assert result.scores == pytest.approx(exact_scores(A), abs=1e-12)
    dependent = np.column_stack([A, A[:, 0]])
    assert leverage_scores(dependent).rank == 3
    assert leverage_scores(dependent).scores == pytest.approx(result.scores, abs=1e-12)


def test_a_direction_counts_if_some_row_has_it() -> None:
    """The last row is smaller than the others' rounding."""
    rng = np.random.default_rng(0)
    A = np.vstack([1e6 * rng.normal(size=(200, 2)) @ rng.normal(size=(2, 3)), [[1e-12, 0, 0]]])
    result = leverage_scores(A)
    assert result.rank == 3
    assert result.scores[-1] == pytest.approx(1.0)
    assert result.discrepancy <= 1e-10


@pytest.mark.parametrize("seed", range(20))
def test_dependent_columns_are_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, d, k = int(rng.integers(5, 2000)), int(rng.integers(3, 12)), int(rng.integers(1, 3))
    A = rng.normal(size=(n, k)) @ rng.normal(size=(k, d)) * 10.0 ** rng.uniform(-9, 9, size=d)
    A[0] *= 1e5
    assert leverage_scores(A).rank == k
    assert leverage_scores(A).discrepancy <= 1e-9


def nearly_dependent(seed: int, low: float, high: float) -> Any:
    """Draw a matrix whose last column is a combination of the others but for little."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(4, 40)), int(rng.integers(2, 5))
    A = rng.normal(size=(n, d))
    rest = 10 ** -rng.uniform(low, high) * A[:, -1] * 10 ** rng.uniform(-3, 0, size=n)
    A[:, -1] = A[:, :-1].sum(axis=1) + rest
    return A * 10 ** rng.uniform(-4, 4, size=(n, 1)) if seed % 2 else A


def test_nearly_dependent_columns_up_to_a_condition_of_1e12() -> None:
    seen = 0
    for seed in range(40):
        A = nearly_dependent(seed, 6, 9)
        condition = np.linalg.cond(A / np.linalg.norm(A, axis=0))
        if not 1e5 < condition < 9e11:
            continue
        seen += 1
        result = leverage_scores(A)
        assert result.rank == A.shape[1]
        assert result.scores == pytest.approx(exact_scores(A), rel=10 * condition * 2.0**-52)
    assert seen > 20


def test_the_discrepancy_says_what_is_in_doubt() -> None:
    """Of full rank all; where a row's part in the last direction is lost, it is counted."""
    doubtful = 0
    for seed in range(60):
        A = nearly_dependent(seed, 9, 13)
        result = leverage_scores(A)
        if result.rank == A.shape[1]:
            error = np.abs(result.scores - exact_scores(A)).max()
            assert error <= 0.03 + 2 * result.discrepancy
            doubtful += error > 0.1
    assert doubtful

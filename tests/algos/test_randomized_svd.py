"""Randomized SVD: exact small cases, errors that are computed, every form of matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, aslinearoperator

from algos.sketching import randomized_svd, range_finder
from tests.algos.test_range_finder import forms, matrix

SPECTRA = {
    "fast": 0.5 ** np.arange(40),
    "slow": np.arange(1, 41) ** -0.5,
    "flat": np.ones(40),
    "low rank": np.array([3.0, 2.0, 1.0]),
    "noise": np.r_[3 * np.ones(5), 0.1 * np.ones(35)],
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("turns", [0, 1, 4])
@pytest.mark.parametrize("name", SPECTRA)
def test_errors_are_covered(name: str, turns: int, dtype: Any) -> None:
    values = SPECTRA[name]
    A = matrix(60, 45, values).astype(dtype)
    exact = np.linalg.svd(A.astype(float), compute_uv=False)
    small = 1e-4 if dtype == np.float32 else 1e-12
    for seed in range(5):
        found = randomized_svd(A, 5, oversampling=4, power_iterations=turns, rng=seed)
        U, s, V = found.U, found.s, found.Vt.T
        assert U.dtype == s.dtype == V.dtype == dtype
        k = min(5, values.size) if dtype == np.float64 else len(s)
        assert (U.shape, s.shape, V.shape) == ((60, k), (k,), (45, k))
        np.testing.assert_allclose(U.T @ U, np.eye(k), atol=small)
        np.testing.assert_allclose(V.T @ V, np.eye(k), atol=small)
        assert (np.diff(s) <= 0).all()
        rest = A.astype(float) - U.astype(float) * s @ V.T
        frobenius = np.linalg.norm(rest)
        slack = 6 * np.sqrt(np.finfo(dtype).eps) * np.linalg.norm(A)
        assert frobenius <= found.frobenius_error <= frobenius + slack
        assert np.linalg.norm(rest, 2) <= found.spectral_error + small
        assert (s <= exact[:k] + small).all()
        assert (exact[:k] <= np.hypot(s, found.range_error) + small).all()


def test_full_rank_is_the_whole_decomposition() -> None:
    A = np.random.default_rng(0).normal(size=(12, 9))
    found = randomized_svd(A, 9, rng=0)
    np.testing.assert_allclose(found.U * found.s @ found.Vt, A, atol=1e-12)
    np.testing.assert_allclose(found.s, np.linalg.svd(A, compute_uv=False))
    assert found.range_error < 1e-11


def test_powers_make_it_exact() -> None:
    A = matrix(300, 200, np.arange(1, 201) ** -0.5)
    errors = [
        randomized_svd(A, 10, power_iterations=turns, rng=0).s[9] / 10**-0.5
        for turns in (0, 1, 2, 4)
    ]
    assert errors == sorted(errors)
    assert errors[0] < 0.95
    assert errors[-1] == pytest.approx(1, rel=1e-4)


def test_every_form_gives_the_same_values() -> None:
    A = matrix(70, 40, 0.8 ** np.arange(40))
    for turns in (0, 2):
        wanted = randomized_svd(A, 8, power_iterations=turns, rng=1)
        for name, form in forms(A).items():
            found = randomized_svd(form, 8, power_iterations=turns, rng=1)
            np.testing.assert_allclose(found.s, wanted.s, rtol=1e-9, err_msg=name)
            np.testing.assert_allclose(
                found.U * found.s @ found.Vt, wanted.U * wanted.s @ wanted.Vt, atol=1e-9
            )
            known = wanted.frobenius_error if name != "operator" else np.inf
            assert found.frobenius_error == pytest.approx(known)
            assert found.spectral_error == pytest.approx(wanted.spectral_error)


@pytest.mark.parametrize("rank", [2, 4, 9, 20])
@pytest.mark.parametrize("base", [0.9, 0.3, 0.1])
def test_one_pass_is_one_pass(rank: int, base: float) -> None:
    A = matrix(900, 40, base ** np.arange(40))
    for seed in range(5):
        found = randomized_svd(iter([A[:300], A[300:]]), rank, power_iterations=0, rng=seed)
        assert found.passes == 1
        rest = np.linalg.norm(A - found.U * found.s @ found.Vt)
        best = np.linalg.norm(base ** np.arange(rank, 40))
        assert rest <= 1.5 * best + 1e-6
        assert rest <= found.frobenius_error <= rest + 100 * 2**-26 * np.linalg.norm(A)


def test_one_pass_through_a_square_random_matrix() -> None:
    """Which is badly conditioned by chance."""
    for dtype in (np.float32, np.float64):
        A = matrix(40, 3, [1.0, 1.0, 1e-2]).astype(dtype)
        for seed in range(500):
            found = randomized_svd(iter([A]), 2, power_iterations=0, rng=seed)
            rest = A.astype(float) - found.U.astype(float) * found.s @ found.Vt
            assert np.linalg.norm(rest) <= found.frobenius_error
            assert np.linalg.norm(rest, 2) <= found.spectral_error


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array, lambda A: lambda: iter([A])])
def test_long_sums_in_single_precision(form: Any) -> None:
    for tail in (0.0, 1e-3):
        noise = np.random.default_rng(0).normal(size=(100_000, 8))
        A = (1 + tail * noise).astype(np.float32)
        exact = np.linalg.svd(A.astype(float), compute_uv=False)
        for seed in range(3):
            found = randomized_svd(form(A), 2, oversampling=1, rng=seed)
            U = found.U.astype(float)
            np.testing.assert_allclose(U.T @ U, np.eye(U.shape[1]), atol=1e-6)
            rest = A - U * found.s @ found.Vt
            assert np.linalg.norm(rest) <= found.frobenius_error
            assert np.linalg.norm(rest, 2) <= found.spectral_error
            np.testing.assert_allclose(found.s, exact[: len(found.s)], rtol=0.2)
            assert found.s[0] == pytest.approx(exact[0], rel=1e-6)


def test_sparse_entries_given_twice_are_added() -> None:
    A = sparse.csr_array((np.array([1.0, 1, 2, 1]), [0, 0, 1, 2], [0, 2, 3, 4]), shape=(3, 3))
    for form in (A, A.T):
        found = randomized_svd(form, 1, rng=0)
        rest = float(np.linalg.norm(form.toarray() - found.U * found.s @ found.Vt))
        assert rest <= found.frobenius_error == pytest.approx(rest)
    assert A.nnz == 4  # as it was


def test_many_power_iterations_end_early() -> None:
    A = matrix(50, 40, np.arange(1, 41) ** -0.5)
    found = randomized_svd(A, 5, power_iterations=10**9, rng=0)
    np.testing.assert_allclose(found.s, np.arange(1, 6) ** -0.5)
    assert found.passes == 6  # three blocks of 15 vectors fill 40 columns


def test_operators_multiply_with_one_column_at_least() -> None:
    A = np.diag([3.0, 2.0, 1.0])
    operator = LinearOperator((3, 3), matvec=lambda x: A @ x, rmatvec=lambda x: A @ x, dtype=float)
    assert randomized_svd(operator, 2, rng=0).s.tolist() == pytest.approx([3, 2])
    nothing = LinearOperator((3, 3), matvec=lambda x: 0 * x, rmatvec=lambda x: 0 * x, dtype=float)
    assert randomized_svd(nothing, 2, rng=0).s.size == 0


@pytest.mark.parametrize("tiny", [5e-324, 1e-310])
def test_products_that_underflow_are_refused(tiny: float) -> None:
    for find in (randomized_svd, range_finder):
        with pytest.raises(ValueError, match="so small that products underflow"):
            find(np.full((5, 4), tiny), 2, rng=0)
    single = np.full((5, 4), 1e-40, np.float32)
    with pytest.raises(ValueError, match="so small that products underflow"):
        randomized_svd(single, 2, rng=0)


def test_scales_of_one_pass() -> None:
    """Aᵀ A Ω is formed, so that squares of A must be numbers."""
    A = matrix(50, 40, 0.8 ** np.arange(40))

    def once(scale: float) -> Any:
        return randomized_svd(iter([A[:9] * scale, A[9:] * scale]), 6, power_iterations=0, rng=0)

    for scale in (1e-150, 1e150):
        np.testing.assert_allclose(once(scale).s, once(1.0).s * scale)
        np.testing.assert_allclose(once(scale).frobenius_error, once(1.0).frobenius_error * scale)
    with pytest.raises(ValueError, match="so small that products underflow"):
        once(1e-200)
    with pytest.raises(ValueError, match="must multiply to finite numbers"):
        once(1e200)


def test_matrices_that_change_are_refused() -> None:
    rng = np.random.default_rng(0)
    operator = aslinearoperator(np.eye(9))
    operator.rmatmat = lambda X: 2 * X  # type: ignore[method-assign]
    for A in (operator, lambda: iter([rng.normal(size=(60, 9))])):
        with pytest.raises(ValueError, match="the same in every pass"):
            randomized_svd(A, 3, rng=0)


@pytest.mark.parametrize("scale", [1e-200, 1e-150, 1e150, 1e200])
def test_scales(scale: float) -> None:
    A = matrix(50, 40, 0.8 ** np.arange(40))
    wanted, found = randomized_svd(A, 6, rng=0), randomized_svd(A * scale, 6, rng=0)
    np.testing.assert_allclose(found.s, wanted.s * scale)
    np.testing.assert_allclose(found.frobenius_error, wanted.frobenius_error * scale)
    np.testing.assert_allclose(found.spectral_error, wanted.spectral_error * scale)


def test_precision_is_that_of_the_matrix() -> None:
    A = matrix(30, 20, 0.5 ** np.arange(20)).astype(np.float32)
    mixed = (A[:9].astype(np.float64), A[9:])
    assert randomized_svd(aslinearoperator(A), 3, rng=0).s.dtype == np.float32
    for blocks in (mixed, mixed[::-1]):
        assert randomized_svd(lambda blocks=blocks: iter(blocks), 3, rng=0).s.dtype == np.float64


def test_degenerate_matrices() -> None:
    for zero in (np.zeros((9, 7)), sparse.csr_array((9, 7)), np.zeros((9, 7), dtype=int)):
        found = randomized_svd(zero, 3)
        assert (found.U.shape, found.s.shape, found.Vt.shape) == ((9, 0), (0,), (0, 7))
        assert found.frobenius_error == found.spectral_error == 0
    once = randomized_svd(iter([np.zeros((9, 7))]), 3, power_iterations=0)
    assert once.s.size == 0
    assert randomized_svd([[-3]], 1).s.tolist() == [pytest.approx(3)]
    assert randomized_svd(np.ones((1, 8), dtype=bool), 1).s[0] == pytest.approx(8**0.5)


@pytest.mark.parametrize(
    ("A", "options", "error", "match"),
    [
        ([[np.nan]], {}, ValueError, r"A must be finite, got nan at \(0, 0\)"),
        (sparse.csr_array([[np.inf]]), {}, ValueError, "A must be finite, got inf at"),
        (iter([[[np.inf]]]), {"power_iterations": 0}, ValueError, "A must be finite"),
        (np.full((3000, 9), 1e307), {}, ValueError, "norm that does not overflow"),
        (np.full((3000, 9), 1e37, np.float32), {}, ValueError, "norm that does not overflow"),
        (np.ones((0, 3)), {}, ValueError, "at least one row"),
        (np.ones(3), {}, ValueError, "single column"),
        (np.ones((3, 3)) * 1j, {}, TypeError, "real numbers"),
        (np.array([["a"]], dtype=object), {}, TypeError, "real numbers"),
        (np.eye(3), {"rank": 0}, ValueError, "rank must be"),
        (np.eye(3), {"rank": 4}, ValueError, r"at most min\(m, n\) = 3, got 4"),
        (iter([np.eye(3)]), {"rank": 4, "power_iterations": 0}, ValueError, "at most min"),
        (np.eye(3), {"oversampling": -1}, ValueError, "oversampling"),
        (np.eye(3), {"power_iterations": 1.0}, TypeError, "power_iterations"),
        (np.eye(3), {"probes": 0}, ValueError, "probes"),
        (np.eye(3), {"failure_probability": 0}, ValueError, "failure_probability"),
        (iter([np.eye(3)]), {}, TypeError, "returns a new iterator"),
    ],
)
def test_bad_arguments(A: Any, options: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        randomized_svd(A, **{"rank": 1, **options})

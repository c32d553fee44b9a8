"""Range finder: errors against the exact ones, bounds, every form of matrix, bad input."""

from __future__ import annotations

import math
from typing import Any

import dask.array
import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

from algos.sketching import range_finder
from algos.sketching._range_finder import fresh_directions, probe_factor
from algos.sketching.theorems import RANGE_FROBENIUS, RANGE_POWER, RANGE_SPECTRAL, SVD_ERROR


def matrix(rows: int, columns: int, values: Any, seed: int = 0) -> Any:
    """Make a matrix with these singular values."""
    rng = np.random.default_rng(seed)
    values = np.asarray(values, dtype=float)
    left = np.linalg.qr(rng.normal(size=(rows, values.size)))[0]
    return left * values @ np.linalg.qr(rng.normal(size=(columns, values.size)))[0].T


def forms(A: Any) -> dict[str, Any]:
    """Give the matrix in every form that can be read more than once."""
    A.setflags(write=False)
    return {
        "array": A,
        "fortran": np.asfortranarray(A),
        "list": A.tolist(),
        "csr": sparse.csr_array(A),
        "coo": sparse.coo_array(A),
        "csc matrix": sparse.csc_matrix(A),
        "operator": aslinearoperator(A),
        "blocks": lambda: iter([A[:9], A[9:50], A[50:]]),
        "dask": dask.array.from_array(A, chunks=(32, 40)),  # type: ignore[no-untyped-call]
    }


def missing(A: Any, basis: Any) -> Any:
    return A - basis @ (basis.T @ A)


@pytest.mark.parametrize("turns", [0, 1, 3])
@pytest.mark.parametrize("shape", [(80, 50), (50, 80), (60, 60)])
def test_the_bound_covers_the_error(turns: int, shape: tuple[int, int]) -> None:
    A = matrix(*shape, 0.7 ** np.arange(40))
    for seed in range(20):
        found = range_finder(A, 12, power_iterations=turns, rng=seed)
        Q = found.basis
        assert Q.shape == (shape[0], 12)
        np.testing.assert_allclose(Q.T @ Q, np.eye(12), atol=1e-12)
        error = np.linalg.norm(missing(A, Q), 2)
        assert error >= 0.7**12 * (1 - 1e-9)
        assert error <= found.error_bound <= 1000 * error
        assert found.passes == 1 + 2 * turns


def test_power_iterations_are_those_of_subspace_iteration() -> None:
    A = matrix(40, 30, 0.9 ** np.arange(30))
    images = A @ np.random.default_rng(3).standard_normal((30, 15))[:, :5]
    wanted = np.linalg.qr(A @ A.T @ A @ A.T @ images)[0]
    Q = range_finder(A, 5, power_iterations=2, rng=3).basis
    np.testing.assert_allclose(Q @ Q.T, wanted @ wanted.T, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("tolerance", [1e-1, 1e-2, 1e-3])
def test_the_basis_grows_to_the_tolerance(tolerance: float, dtype: Any) -> None:
    A = matrix(100, 90, 0.5 ** np.arange(90)).astype(dtype)
    found = range_finder(A, 60, tolerance=tolerance, probes=5, failure_probability=1e-3, rng=0)
    assert (found.status, found.basis.dtype) == ("found", dtype)
    assert dtype == np.float32 or found.basis.shape[1] in range(5, 35, 5)
    assert np.linalg.norm(missing(A, found.basis), 2) <= found.error_bound <= tolerance
    np.testing.assert_allclose(found.basis.T @ found.basis, np.eye(found.basis.shape[1]), atol=1e-5)


def test_a_tolerance_that_is_not_reached_says_so() -> None:
    A = matrix(30, 30, np.ones(30))
    found = range_finder(A, 12, tolerance=0.5, probes=5, rng=0)
    assert (found.basis.shape[1], found.status) == (12, "tolerance not reached")
    low = range_finder(matrix(30, 30, [1.0, 0.5]), 20, tolerance=1e-300, probes=5, rng=0)
    assert (low.basis.shape[1] >= 2, low.status) == (True, "tolerance not reached")


@pytest.mark.parametrize("turns", [0, 1])
def test_every_test_has_its_share_of_the_failure_probability(turns: int) -> None:
    """There are at most as many tests as steps, also where columns are dropped."""
    for values in (np.ones(7), 0.9 ** np.arange(40), 10.0 ** -np.arange(40)):
        A = matrix(60, 50, values)
        found = range_finder(A, 30, tolerance=1e-300, probes=4, power_iterations=turns, rng=0)
        assert found.passes <= 1 + 8 * (1 + 2 * turns)
        size = found.basis.shape[1]
        np.testing.assert_allclose(found.basis.T @ found.basis, np.eye(size), atol=1e-12)
    slow = matrix(60, 50, np.arange(1, 51) ** -0.5)
    six, one = (
        range_finder(slow, size, tolerance=1e9, probes=5, power_iterations=turns, rng=0)
        for size in (30, 5)
    )
    assert six.error_bound == pytest.approx(6 ** (1 / 5) * one.error_bound)
    for seed in range(5):
        plain, powers = (
            range_finder(slow, 20, tolerance=1e-9, probes=5, power_iterations=q, rng=seed).basis
            for q in (0, 2)
        )
        assert np.linalg.norm(missing(slow, powers)) < np.linalg.norm(missing(slow, plain))


def test_every_form_gives_the_same_basis() -> None:
    A = matrix(70, 40, 0.8 ** np.arange(40))
    for turns in (0, 2):
        wanted = range_finder(A, 8, power_iterations=turns, rng=1)
        for name, form in forms(A).items():
            found = range_finder(form, 8, power_iterations=turns, rng=1)
            np.testing.assert_allclose(found.basis, wanted.basis, atol=1e-9, err_msg=name)
            assert found.error_bound == pytest.approx(wanted.error_bound)
    once = range_finder(iter([A[:9], A[9:]]), 8, rng=1)
    wanted = range_finder(A, 8, rng=1)
    np.testing.assert_allclose(once.basis, wanted.basis, atol=1e-9)
    assert once.passes == 1
    assert once.error_bound == pytest.approx(wanted.error_bound)


@pytest.mark.parametrize("scale", [1e-150, 1e150])
@pytest.mark.parametrize("turns", [0, 2])
def test_scales(scale: float, turns: int) -> None:
    A = matrix(50, 40, 0.8 ** np.arange(40))
    wanted = range_finder(A, 6, power_iterations=turns, rng=0)
    found = range_finder(A * scale, 6, power_iterations=turns, rng=0)
    np.testing.assert_allclose(found.basis, wanted.basis, atol=1e-9)
    np.testing.assert_allclose(found.error_bound, wanted.error_bound * scale)


def test_bases_shrink_to_the_rank() -> None:
    assert range_finder(np.zeros((9, 7)), 3).basis.shape == (9, 0)
    assert range_finder(np.zeros((9, 7)), 3).error_bound == 0
    assert range_finder(np.zeros((9, 7)), 3, power_iterations=2).basis.shape == (9, 0)
    assert range_finder(sparse.csr_array((9, 7)), 3).basis.shape == (9, 0)
    for turns in (0, 2):
        found = range_finder(matrix(50, 40, [2.0, 1.0]), 10, power_iterations=turns, rng=0)
        assert found.error_bound < 1e-12
    assert range_finder(np.ones((5, 4), dtype=bool), 2).basis.shape == (5, 1)
    assert range_finder([[3]], 1).basis.tolist() in ([[1.0]], [[-1.0]])


def test_extended_bases_stay_orthonormal() -> None:
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(60, 8)))[0]
    near = basis @ rng.normal(size=(8, 6)) + 1e-11 * rng.normal(size=(60, 6))
    found = np.hstack([basis, fresh_directions(basis, near, 1.0)])
    assert found.shape[1] == 14
    np.testing.assert_allclose(found.T @ found, np.eye(14), atol=1e-14)
    assert fresh_directions(basis, basis[:, :3], 1.0).shape[1] == 0


@pytest.mark.parametrize("probes", [1, 2, 5])
def test_the_factor_is_the_lemmas(probes: int) -> None:
    """The norm of one Gaussian coordinate falls below √(π/2)/α with probability 1/α at most."""
    factor = probe_factor(probes, 0.01)
    alpha = 0.01 ** (-1 / probes)
    assert factor == pytest.approx(alpha * math.sqrt(2 / math.pi))
    assert math.erf(1 / factor / math.sqrt(2)) ** probes <= 0.01
    assert probe_factor(10, 1e-10) == pytest.approx(10 * math.sqrt(2 / math.pi))


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array, lambda A: lambda: iter([A])])
def test_long_sums_in_single_precision(form: Any) -> None:
    """Equal rows, of which rounding errors add up; the bound covers what is left of them."""
    A = np.ones((100_000, 4), dtype=np.float32)
    for turns in (0, 1):
        found = range_finder(form(A), 2, power_iterations=turns, rng=0)
        Q = found.basis.astype(np.float64)
        assert found.basis.dtype == np.float32
        assert Q.shape[1] == 1
        assert abs(np.linalg.norm(Q) - 1) < 1e-6
        assert np.linalg.norm(missing(A.astype(np.float64), Q)) <= found.error_bound < 0.01


def test_bounds_cover_rounding() -> None:
    for A in (np.ones((5, 4)), np.ones((300, 7)), np.outer(np.arange(50), np.arange(3))):
        for seed in range(20):
            found = range_finder(A, 2, rng=seed)
            Q, exact = found.basis.astype(np.longdouble), A.astype(np.longdouble)
            assert np.linalg.norm(missing(exact, Q).astype(float)) <= found.error_bound


def test_operators_may_use_their_memory_again() -> None:
    A = matrix(30, 25, 0.8 ** np.arange(25))
    operator = aslinearoperator(A)
    memory = np.empty((30, 5))

    def product(X: Any) -> Any:
        return np.matmul(A, X, out=memory) if X.shape[1] == 5 else A @ X

    operator.matmat = product  # type: ignore[method-assign]
    options: dict[str, Any] = {"tolerance": 0.2, "probes": 5, "power_iterations": 1, "rng": 0}
    wanted, found = range_finder(A, 20, **options), range_finder(operator, 20, **options)
    assert found.error_bound == pytest.approx(wanted.error_bound)
    assert found.basis.shape == wanted.basis.shape


def test_same_seed_same_answer() -> None:
    A = matrix(30, 20, np.ones(20))
    assert np.array_equal(range_finder(A, 5, rng=1).basis, range_finder(A, 5, rng=1).basis)
    assert not np.array_equal(range_finder(A, 5, rng=1).basis, range_finder(A, 5, rng=2).basis)


BROKEN = aslinearoperator(np.eye(3))
BROKEN.matmat = lambda X: X * np.nan  # type: ignore[method-assign]

OUTSIDE = sparse.csr_array(([1.0], [10**8], [0, 1]), shape=(1, 3))


@pytest.mark.parametrize(
    ("A", "options", "error", "match"),
    [
        ([[np.nan]], {}, ValueError, r"A must be finite, got nan at \(0, 0\)"),
        ([[np.inf]], {}, ValueError, "A must be finite"),
        (sparse.csr_array([[np.nan]]), {}, ValueError, "A must be finite, got nan at"),
        (sparse.csr_array([[1j]]), {}, TypeError, "real numbers"),
        (lambda: iter([[[np.inf]]]), {}, ValueError, "A must be finite"),
        (BROKEN, {}, ValueError, "must multiply to finite numbers"),
        (aslinearoperator(np.eye(3) * 1j), {}, ValueError, "must multiply to real matrices"),
        (np.full((3, 3), 1e308), {}, ValueError, "must multiply to finite numbers"),
        (np.full((3000, 9), 1e307), {}, ValueError, "norm that does not overflow"),
        (np.full((3000, 9), 1e37, np.float32), {}, ValueError, "norm that does not overflow"),
        (OUTSIDE, {}, ValueError, "A must be a valid sparse matrix"),
        (np.ones((0, 3)), {}, ValueError, "at least one row"),
        (np.ones(3), {}, ValueError, "single column"),
        (np.ones((3, 3)) * 1j, {}, TypeError, "real numbers"),
        ([[None]], {}, TypeError, "real numbers"),
        (np.eye(3), {"size": 0}, ValueError, "size must be"),
        (np.eye(3), {"size": 4}, ValueError, r"at most min\(m, n\) = 3, got 4"),
        (iter([np.eye(3)]), {"size": 4}, ValueError, r"at most min\(m, n\) = 3, got 4"),
        (np.eye(3), {"size": 1.5}, TypeError, "size must be an integer"),
        (np.eye(3), {"power_iterations": -1}, ValueError, "power_iterations"),
        (np.eye(3), {"tolerance": 0}, ValueError, "tolerance"),
        (np.eye(3), {"tolerance": np.nan}, ValueError, "tolerance"),
        (np.eye(3), {"probes": 0}, ValueError, "probes"),
        (np.eye(3), {"failure_probability": 1}, ValueError, "failure_probability"),
        (iter([np.eye(3)]), {"power_iterations": 1}, TypeError, "returns a new iterator"),
    ],
)
def test_bad_arguments(A: Any, options: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        range_finder(A, **{"size": 1, **options})


@pytest.mark.parametrize(("k", "p"), [(2, 4), (5, 6), (8, 5)])
def test_the_mean_of_the_pseudoinverse(k: int, p: int) -> None:
    """E‖Ω⁺‖_F² = k / (p − 1) for Gaussian Ω with k rows and k + p columns."""
    rng = np.random.default_rng(0)
    inverses = np.linalg.pinv(rng.normal(size=(20000, k, k + p)))
    squares = (inverses**2).sum(axis=(1, 2))
    spread = squares.std() / math.sqrt(len(squares))
    assert abs(squares.mean() - k / (p - 1)) < 5 * spread
    shown = {"k": k, "p": p, "tail": 1.0}
    assert RANGE_FROBENIUS.bound(**shown) == pytest.approx(math.sqrt(1 + k / (p - 1)))
    assert SVD_ERROR.bound(**shown) == pytest.approx(2 + k / (p - 1))
    spectral = RANGE_SPECTRAL.bound(**shown, next_value=0.5)
    by_hand = 0.5 * (1 + math.sqrt(k / (p - 1))) + math.e * math.sqrt(k + p) / p
    assert spectral == pytest.approx(by_hand)
    assert RANGE_POWER.bound(k=k, p=p, q=0, next_value=0.5, power_tail=1.0) == pytest.approx(
        by_hand
    )

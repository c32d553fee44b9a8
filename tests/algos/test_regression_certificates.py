"""Certificates of the regressions: exact optima, bases and their proofs, sparse rows, rank."""

from __future__ import annotations

import itertools
import tracemalloc
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from algos.sketching import Huber, LpNorm, OrliczNorm, TopKNorm, lp_regression, orlicz_regression
from algos.sketching import symmetric_norm_regression as symmetric
from algos.sketching._norm import Tangent
from algos.sketching._regression_basis import exact_basis, sketched_basis
from algos.sketching._regression_rows import Rows


def exact_least(A: Any, b: Any) -> Fraction | None:
    """Find min Σ|b − A x| for two columns in rational numbers: d residuals of a vertex are zero."""
    rows = [[Fraction(float(v)) for v in (*row, y)] for row, y in zip(A, b, strict=True)]
    found = []
    for (a, c, e), (f, g, h) in itertools.combinations(rows, 2):
        if (determinant := a * g - c * f) != 0:
            x, y = (e * g - c * h) / determinant, (a * h - e * f) / determinant
            found.append(sum((abs(t - p * x - q * y) for p, q, t in rows), start=Fraction()))
    return min(found, default=None)


def hard(kind: str, rng: np.random.Generator) -> Any:
    """Draw few rows of two columns that are nearly dependent, or of scales far apart."""
    n = int(rng.integers(3, 9))
    A, e = rng.normal(size=(n, 2)), 10.0 ** rng.uniform(-13, -6)
    if kind == "close columns":
        A[:, 1] = A[:, 0] * (1 + e * rng.normal(size=n))
    elif kind == "close to one":
        A[:, 0], A[:, 1] = 1, 1 + e * rng.normal(size=n)
    elif kind == "one row apart":
        A[:, 1] = A[:, 0]
        A[rng.integers(n), 1] *= 1 + e
    elif kind == "one great row":
        A[0] *= 10.0 ** rng.uniform(0, 18)
    else:
        A *= 10.0 ** rng.uniform(-15, 15, size=(n, 1))
    return A


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize(
    "kind", ["close columns", "close to one", "one row apart", "one great row", "scattered rows"]
)
def test_no_certificate_is_false(kind: str, form: Any) -> None:
    rng = np.random.default_rng(len(kind))
    for _ in range(20):
        A = hard(kind, rng)
        b = rng.normal(size=len(A)) * 10.0 ** rng.integers(-5, 5)
        tolerance = float(rng.choice([0.01, 1e-6, 1e-9]))
        wide = np.pad(A, ((0, 0), (0, 12)))  # sparse enough to stay compressed
        result = lp_regression(form(wide), b, tolerance=tolerance)
        least = exact_least(A, b)
        assert least is not None
        slack = 1 + Fraction(1, 10**9)
        assert Fraction(result.lower_bound) <= least * slack
        if result.status == "certified":
            assert Fraction(result.objective) <= least * (1 + Fraction(tolerance)) * slack


def test_where_rounding_hides_the_rank_nothing_is_certified() -> None:
    rng = np.random.default_rng(0)
    A = np.column_stack([np.ones(50), 1 + 1e-13 * rng.normal(size=50)])
    result = lp_regression(A, rng.normal(size=50))
    assert (result.status, result.lower_bound) == ("rounding", 0)
    A[:, 1] = A[:, 0] / 3  # dependent up to rounding: as one column
    result = lp_regression(A, rng.normal(size=50))
    assert (result.status, result.rank) == ("certified", 1)


def test_a_gap_of_rounding_is_no_step_limit() -> None:
    rng = np.random.default_rng(0)
    A = rng.normal(size=(40, 3))
    result = lp_regression(A, A @ np.ones(3) + 1e-13 * rng.normal(size=40), tolerance=1e-9)
    assert result.status == "rounding"
    assert result.steps < 100


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("norm", [LpNorm(1), LpNorm(1.5), OrliczNorm(Huber()), TopKNorm(3)])
@pytest.mark.parametrize("great", [1e6, 1e17, 1e18, 1e20, 1e50, 1e100, 1e200, 1e280])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_a_huge_row_never_makes_it_worse_than_zero(norm: Any, great: float, form: Any) -> None:
    rng = np.random.default_rng(0)
    A, b = rng.normal(size=(40, 3)), rng.normal(size=40)
    A[0] *= great
    result = symmetric(form(np.pad(A, ((0, 0), (0, 12)))), b, norm, max_steps=40)
    assert 0 <= result.lower_bound <= result.objective
    x = [Fraction(c) for c in result.x[:3].tolist()]
    residual = [  # each rounded once
        float(Fraction(t) - sum(Fraction(v) * c for v, c in zip(row, x, strict=True)))
        for row, t in zip(A.tolist(), b.tolist(), strict=True)
    ]
    assert norm.value(residual) <= norm.value(b) * (1 + 1e-7)
    assert result.status in (("certified",) if great == 1e6 else ("rounding", "step limit"))


@pytest.mark.filterwarnings("error")
def test_a_huge_row_among_many_ends_no_sample() -> None:
    A, b = np.random.default_rng(0).normal(size=(7000, 3)), np.ones(7000)
    for great in (1e20, 1e200):
        A[7] = great
        for norm, result in [
            (LpNorm(1), lp_regression(A, b, rng=0, max_steps=3)),
            (OrliczNorm(Huber()), orlicz_regression(A, b, Huber(), rng=0, max_steps=3)),
        ]:
            assert result.objective <= norm.value(b) * (1 + 1e-7)
            assert result.status in ("rounding", "step limit")
            assert result.sample_size == 0


def matrices() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    A = rng.random((900, 20)) * (rng.random((900, 20)) < 0.1)
    dummies = np.eye(20)[rng.integers(1, 20, 900)]
    dummies[:, 0] = 1
    close = A.copy()
    close[:, 1] = close[:, 0] + 1e-8 * close[:, 1]
    great = A.copy()
    great[0] *= 1e6
    zero = A.copy()
    zero[:, 3] = 0
    return {
        "random": A,
        "dummies": dummies,
        "close columns": close,
        "one great row": great,
        "a zero column": zero,
        "scaled columns": A * 10.0 ** np.linspace(-50, 50, 20),
        "identity": np.eye(900, 20),
        "wide": A[:5],
    }


@pytest.mark.parametrize("name", matrices())
def test_both_bases_are_orthonormal_and_proven(name: str) -> None:
    A = matrices()[name]
    exact, proven, count = exact_basis(lambda: [A[:300], A[300:]] if len(A) > 300 else [A])
    assert proven
    assert count == len(A)
    sketched = sketched_basis(len(A), lambda: [sparse.csr_array(A)])
    assert sketched is not None
    assert exact.shape == sketched.shape
    for T in (exact, sketched):
        assert np.linalg.svd(A @ T, compute_uv=False) == pytest.approx(1, abs=1e-6)


def test_a_bad_sketch_is_made_good_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the sketch, the basis is orthonormalised on all rows, or not given."""
    monkeypatch.setattr("algos.sketching._regression_basis.ROWS", 1)
    monkeypatch.setattr("algos.sketching._regression_basis.LEAST", 1)
    for name, A in matrices().items():
        rows = [sparse.csr_array(A)]
        T = sketched_basis(len(A), rows.copy)
        if T is not None:
            rank = np.linalg.matrix_rank(A / np.maximum(np.abs(A).max(axis=0), 1e-300))
            assert T.shape[1] == rank, name
            assert np.linalg.svd(A @ T, compute_uv=False) == pytest.approx(1, abs=1e-6)


def test_nearly_dependent_columns_have_no_sketched_basis() -> None:
    A = matrices()["random"]
    A[:, 1] = A[:, 0] * (1 + 1e-13 * np.random.default_rng(0).normal(size=900))
    assert sketched_basis(900, lambda: [sparse.csr_array(A)]) is None
    assert sketched_basis(900, lambda: [sparse.csr_array(A * 1e130)]) is None  # squares overflow


def test_compressed_rows_do_what_dense_ones_do() -> None:
    rng = np.random.default_rng(0)
    A = matrices()["dummies"]
    thin, full = Rows(sparse.csr_array(A)), Rows(A)
    assert (thin.dense, full.dense) == (False, True)
    turn = (A @ full.transform).T @ (A @ thin.transform)  # orthogonal
    w: Any = rng.normal(size=900)
    y: Any = rng.normal(size=thin.rank)
    assert thin.apply(y) == pytest.approx(full.apply(turn @ y))
    assert turn @ thin.adjoint(w) == pytest.approx(full.adjoint(w))
    group = np.array([1, 5, 400]), np.array([1.0, -1.0, 1.0]), 0.3
    at = Tangent(0.0, w, np.maximum(w, 0), lambda: 1.0, (group,))
    (gradient, curvature), (other, wanted) = thin.normal(at), full.normal(at)
    assert turn @ gradient == pytest.approx(other)
    assert turn @ curvature @ turn.T == pytest.approx(wanted)
    chosen = np.array([0, 7, 7, 899])
    assert thin.coordinates(chosen) @ turn.T == pytest.approx(full.coordinates(chosen))
    for rows in (thin, full):  # estimates, in random directions
        assert rows.leverage(rng).sum() == pytest.approx(rows.rank, rel=0.3)
    x = thin.transform @ y
    for one, two in zip(thin.checked(w, x, w), full.checked(w, x, w), strict=True):
        assert one == pytest.approx(two)


def test_what_is_left_of_the_dual_vector_is_charged_with_its_rounding() -> None:
    A, rng = np.array([[1.0], [1.0], [-2.0]]), np.random.default_rng(0)
    rows = Rows(A)
    left = rows.checked(np.zeros(3), np.zeros(1), np.ones(3))[2]
    assert 0 < left < 1e-14  # Aᵀw is zero, its rounding is not
    w = rng.normal(size=3)
    exact = abs(float((A.T @ w)[0])) / 6**0.5
    assert rows.checked(np.zeros(3), np.zeros(1), w)[2] == pytest.approx(2 * exact)


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "duplicates", "float32", "integers"])
@pytest.mark.parametrize("p", [1, 1.5, 3])
def test_sparse_matrices_give_what_dense_ones_give(kind: str, p: float) -> None:
    rng = np.random.default_rng(2)
    dense = np.round(8 * matrices()["random"])
    b = dense @ np.ones(20) + rng.standard_cauchy(900)
    A: Any = sparse.coo_array(dense)
    if kind == "duplicates":
        parts = [np.concatenate([one, one]) for one in (A.data / 2, *A.coords)]
        A = sparse.coo_array((parts[0], tuple(parts[1:])), shape=A.shape)
        rows = sparse.csr_matrix((900, 20))
        rows.indptr, order = np.cumsum([0, *np.bincount(parts[1], minlength=900)]), None
        order = np.argsort(parts[1], kind="stable")
        rows.data, rows.indices = parts[0][order], parts[2][order]
        A = rows
    elif kind in ("csr", "csc"):
        A = A.asformat(kind)
    elif kind != "coo":
        A = A.tocsr().astype({"float32": np.float32, "integers": np.int16}[kind])
    result = lp_regression(A, b, p, tolerance=1e-6)
    assert result.status == "certified"
    assert result.objective == pytest.approx(
        lp_regression(dense, b, p, tolerance=1e-6).objective, rel=2e-6
    )


def test_other_norms_on_sparse_rows() -> None:
    dense = matrices()["dummies"]
    b = dense[:, 5] + np.random.default_rng(0).standard_cauchy(900)
    A = sparse.csr_array(dense)
    for one, two in [
        (orlicz_regression(A, b, Huber(0.1)), orlicz_regression(dense, b, Huber(0.1))),
        (symmetric(A, b, TopKNorm(30)), symmetric(dense, b, TopKNorm(30))),
    ]:
        assert one.status == two.status == "certified"
        assert one.objective == pytest.approx(two.objective, rel=0.01)


def test_sparse_rows_are_never_filled_in() -> None:
    rng = np.random.default_rng(0)
    n, d = 60_000, 300
    A = sparse.csr_array(
        (rng.normal(size=2 * n), rng.integers(0, d, 2 * n), np.arange(0, 2 * n + 1, 2)),
        shape=(n, d),
    )
    b = A @ np.ones(d) + rng.standard_cauchy(n)
    lp_regression(A[:2000], b[:2000])
    tracemalloc.start()
    try:
        assert lp_regression(A, b).status == "certified"
        assert tracemalloc.get_traced_memory()[1] < 0.5 * n * d * 8
    finally:
        tracemalloc.stop()


def test_bad_sparse_matrices_and_passes() -> None:
    b = np.ones(50)
    A = sparse.eye_array(50, 30).tocsr()
    for wrong, error in [(np.nan, ValueError), (1j, TypeError)]:
        with pytest.raises(error):
            lp_regression(A * wrong, b)
    with pytest.raises(TypeError, match="masked"):
        lp_regression(np.ma.masked_less(np.ones((50, 1)), 0), b)
    with pytest.raises(TypeError, match="b must not be masked"):
        lp_regression(A, np.ma.masked_less(b, 0))
    with pytest.raises(ValueError, match="norm between 1e-290"):
        lp_regression(np.full((50, 1), 5e-324), b)
    with pytest.raises(ValueError, match="divide b"):
        lp_regression(np.zeros((50, 1)), b * 1.7e308)
    passes = iter([50, 50, 49])
    with pytest.raises(ValueError, match="rows"):
        lp_regression(lambda: iter([np.ones((next(passes), 1))]), b)


def test_entries_given_in_parts_are_added_up_before_their_rounding_is() -> None:
    parts: Any = sparse.csr_matrix((60, 20))
    parts.indptr, parts.indices = np.arange(0, 121, 2), np.repeat(np.arange(60) % 20, 2)
    parts.data = np.tile([1e8, 1 - 1e8], 60)  # in place: no constructor adds them up
    whole = sparse.csr_array(np.eye(20)[np.arange(60) % 20])
    b, x, w = np.ones(60), np.ones(20), np.ones(60)
    for one, two in zip(Rows(parts).checked(b, x, w), Rows(whole).checked(b, x, w), strict=True):
        assert one == pytest.approx(two)
    assert parts.nnz == 120  # the caller's matrix stays as it is

"""Regression in lp norms: exact programs, certificates, breakdowns and hostile input."""

from __future__ import annotations

import math
import tracemalloc
from typing import Any

import numpy as np
import pytest
from scipy import optimize, sparse

from algos.sketching import LpNorm, RegressionResult, lp_regression
from algos.sketching._regression_newton import dual_bound

KINDS = ("gaussian", "cauchy response", "rank deficient", "duplicated rows", "one dominating row")


def problem(kind: str, n: int = 80, d: int = 3) -> tuple[Any, Any]:
    rng = np.random.default_rng(len(kind))
    A, noise = rng.normal(size=(n, d)), rng.normal(size=n)
    if kind == "cauchy response":
        noise = rng.standard_cauchy(n)
    elif kind == "rank deficient":
        A[:, -1] = 2 * A[:, 0]
    elif kind == "duplicated rows":
        A = A[rng.integers(0, n // 3, n)]
    elif kind == "one dominating row":
        A[0] *= 1e4
    return A, A @ np.arange(d) + noise


def least_absolute(A: Any, b: Any) -> float:
    """Solve min Σ|b − A x| as a linear program, exactly."""
    n, d = A.shape
    cost = np.concatenate([np.zeros(d), np.ones(2 * n)])
    equal = np.hstack([A, np.eye(n), -np.eye(n)])
    bounds = [(None, None)] * d + [(0, None)] * (2 * n)
    solved = optimize.linprog(cost, A_eq=equal, b_eq=b, bounds=bounds, method="highs")
    return float(solved.fun or 0.0)


def least(A: Any, b: Any, p: float) -> float:
    cvxpy = pytest.importorskip("cvxpy")
    x = cvxpy.Variable(A.shape[1])
    program = cvxpy.Problem(cvxpy.Minimize(cvxpy.pnorm(A @ x - b, p, approx=False)))
    return float(program.solve(solver="CLARABEL"))


def assert_certified(result: RegressionResult, A: Any, b: Any, p: float, tolerance: float) -> None:
    """Recompute everything that the result claims."""
    assert result.status == "certified"
    objective = float(np.sum(np.abs(b - A @ result.x) ** p) ** (1 / p))
    assert result.objective == pytest.approx(objective, rel=1e-9)
    assert result.objective <= (1 + tolerance) * result.lower_bound
    assert result.gap == pytest.approx(result.objective - result.lower_bound)
    assert np.linalg.norm(result.dual, p / (p - 1) if p > 1 else np.inf) <= 1 + 1e-9
    assert result.lower_bound <= result.dual @ (b - A @ result.x) * (1 + 1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tolerance", [0.01, 1e-7])
def test_least_absolute_deviations_agree_with_the_linear_program(
    kind: str, tolerance: float
) -> None:
    A, b = problem(kind)
    result = lp_regression(A, b, tolerance=tolerance)
    best = least_absolute(A, b)
    assert_certified(result, A, b, 1, tolerance)
    assert result.lower_bound <= best * (1 + 1e-9)
    assert best * (1 - 1e-9) <= result.objective


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("p", [1.05, 1.5, 2, 3, 4])
def test_powers_agree_with_the_cone_program(kind: str, p: float) -> None:
    A, b = problem(kind)
    result = lp_regression(A, b, p, tolerance=1e-6)
    best = least(A, b, p)
    assert_certified(result, A, b, p, 1e-6)
    assert result.lower_bound <= best * (1 + 1e-6)
    assert best * (1 - 1e-6) <= result.objective


@pytest.mark.parametrize("p", [1, 1.3, 2, 5, 60])
def test_a_sample_of_rows_comes_first_and_all_rows_certify(p: float) -> None:
    A, b = problem("cauchy response", 8000, 4)
    result = lp_regression(A, b, p, size=600, rng=0)
    assert result.sample_size == (0 if p == 2 else 600)
    assert_certified(result, A, b, p, 0.01)
    again = lp_regression(A, b, p, size=600, rng=0)
    assert again.x.tolist() == result.x.tolist()
    unsampled = lp_regression(A, b, p, size=0)
    assert unsampled.sample_size == 0
    assert_certified(unsampled, A, b, p, 0.01)
    assert lp_regression(A, b, p).sample_size == (800 if p == 1 else 0)
    assert lp_regression(A[:7999], b[:7999], p).sample_size == 0


@pytest.mark.parametrize("p", [1 + 1e-12, 1.001, 1.999999, 2.000001, 60, 1e4, 1e9])
def test_extreme_powers(p: float) -> None:
    A, b = problem("gaussian", 300)
    result = lp_regression(A, b, p, tolerance=1e-3)
    assert np.isfinite(result.x).all()
    assert 0 < result.lower_bound <= result.objective
    if p < 1e6:
        assert result.status == "certified"


def test_one_column_of_ones_gives_the_median() -> None:
    result = lp_regression(np.ones((5, 1)), [0.0, 1.0, 2.0, 50.0, 1000.0], tolerance=1e-9)
    assert result.x == pytest.approx([2.0], rel=1e-6)
    assert result.objective == pytest.approx(1049)


def test_least_squares_take_no_step() -> None:
    A, b = problem("gaussian")
    result = lp_regression(A, b, 2, tolerance=1e-9)
    assert result.steps == 0
    assert result.x == pytest.approx(np.linalg.lstsq(A, b)[0])


@pytest.mark.parametrize("p", [1, 1.5, 2, 7])
@pytest.mark.parametrize("kind", ["gaussian", "rank deficient", "square", "wide", "zero response"])
def test_a_response_in_the_span_is_fitted_exactly(p: float, kind: str) -> None:
    A, _ = problem("rank deficient" if kind == "rank deficient" else "gaussian")
    A = {"square": A[:3], "wide": A[:2]}.get(kind, A)
    b = A @ [1.0, -2.0, 0.5] * (kind != "zero response")
    result = lp_regression(A, b, p)
    assert result.status in ("exact fit", "certified")
    assert result.objective <= 1e-12 * (1 + np.abs(b).sum())
    assert result.lower_bound == 0


def test_a_zero_matrix_leaves_the_response() -> None:
    result = lp_regression(np.zeros((4, 2)), [1.0, -2.0, 3.0, 0.0])
    assert (result.rank, result.objective, result.status) == (0, 6.0, "certified")
    assert result.x.tolist() == [0, 0]


def test_one_row_and_one_column() -> None:
    assert lp_regression([[2.0]], [3.0]).x == pytest.approx([1.5])


@pytest.mark.parametrize("p", [1, 1.5, 3])
@pytest.mark.parametrize(("of_a", "of_b"), [(1e150, 1), (1e-150, 1), (1, 1e150), (1e150, 1e-150)])
def test_scales_do_not_matter(p: float, of_a: float, of_b: float) -> None:
    A, b = problem("gaussian")
    plain = lp_regression(A, b, p, tolerance=1e-6)
    result = lp_regression(A * of_a, b * of_b, p, tolerance=1e-6)
    assert result.status == "certified"
    assert result.objective == pytest.approx(plain.objective * of_b, rel=2e-6)


def test_columns_of_far_apart_scales() -> None:
    A, b = problem("gaussian")
    result = lp_regression(A * [1e-100, 1.0, 1e100], b, tolerance=1e-6)
    assert result.objective == pytest.approx(least_absolute(A, b), rel=2e-6)


@pytest.mark.parametrize("form", ["sparse", "function", "fortran", "float32", "list", "read-only"])
def test_forms_of_the_matrix(form: str) -> None:
    A, b = problem("gaussian", 70)
    A = np.round(A * 8) / 8  # the same numbers in float32
    given: Any = {
        "sparse": lambda: sparse.csr_array(A),
        "function": lambda: lambda: (A[k : k + 30] for k in range(0, 70, 30)),
        "fortran": lambda: np.asfortranarray(A),
        "float32": lambda: A.astype(np.float32),
        "list": A.tolist,
        "read-only": lambda: np.broadcast_to(A, A.shape),
    }[form]()
    result = lp_regression(given, b, tolerance=1e-6)
    assert result.objective == pytest.approx(lp_regression(A, b, tolerance=1e-6).objective)


@pytest.mark.parametrize("great", [1e6, 1e10, 1e13, 1e17, 1e30])
def test_a_row_beyond_the_precision_of_the_others_makes_no_false_certificate(great: float) -> None:
    A = np.array([[great, great], [1, -1], [1, -1.5], [0, 1], [2, 1]])
    result = lp_regression(A, [great, 0, 1, 2, 5], tolerance=1e-6)
    assert result.lower_bound <= 6 * (1 + 1e-9)  # on x₁ + x₂ = 1, which the first row asks for
    assert result.objective >= 6 * (1 - 1e-9)
    assert result.status != "certified" or result.objective <= 6 * (1 + 1e-6)


@pytest.mark.parametrize("p", [1, 1.5])
def test_there_is_never_a_second_copy_of_the_matrix(p: float) -> None:
    A = np.random.default_rng(0).normal(size=(150_000, 40))
    b = A.sum(axis=1) + np.random.default_rng(1).standard_cauchy(150_000)
    lp_regression(A[:900], b[:900], p)
    tracemalloc.start()
    try:
        assert lp_regression(A, b, p).status == "certified"
        assert tracemalloc.get_traced_memory()[1] < 0.8 * A.nbytes
    finally:
        tracemalloc.stop()


def test_integers_and_booleans() -> None:
    A = np.array([[1, 0], [1, 1], [1, 2], [1, 3]])
    assert lp_regression(A, [0, 1, 2, 9], tolerance=1e-6).objective == pytest.approx(6)
    assert lp_regression(A > 0, [1, 2, 3, 4], tolerance=1e-6).objective == pytest.approx(2)


@pytest.mark.parametrize("size", [81, 2**31, 2**62])
def test_no_more_rows_are_drawn_than_there_are(size: int) -> None:
    A, b = problem("gaussian")
    result = lp_regression(A, b, size=size, rng=0)
    assert (result.status, result.sample_size) == ("certified", 0)
    assert lp_regression(A, b, size=80, rng=0).sample_size == 80


def test_few_steps_say_that_they_were_too_few() -> None:
    A, b = problem("cauchy response")
    result = lp_regression(A, b, tolerance=1e-8, max_steps=1)
    assert result.status == "step limit"
    assert result.lower_bound <= least_absolute(A, b) <= result.objective


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"p": 0.5}, ValueError, "p must lie in"),
        ({"p": math.inf}, ValueError, "p must lie in"),
        ({"p": math.nan}, ValueError, "p must lie in"),
        ({"tolerance": 0}, ValueError, "tolerance must lie in"),
        ({"size": -1}, ValueError, "size must be"),
        ({"max_steps": 1.5}, TypeError, "max_steps must be"),
        ({"A": np.ones(4)}, ValueError, "A must be a matrix"),
        ({"A": np.ones((0, 2))}, ValueError, "A must have at least one row"),
        ({"A": np.ones((4, 0))}, ValueError, "A must have at least one column"),
        ({"A": np.full((4, 1), np.nan)}, ValueError, "A must be finite"),
        ({"A": np.ones((4, 1)) * 1j}, TypeError, "A must be a matrix of real numbers"),
        ({"A": np.full((4, 1), None)}, TypeError, "A must be a matrix of real numbers"),
        ({"A": iter([np.ones((4, 1))])}, TypeError, "pass a function"),
        ({"b": [1.0, 2.0, 3.0]}, ValueError, "b must have shape"),
        ({"b": [1.0, 2.0, 3.0, math.inf]}, ValueError, "b must be finite"),
        ({"b": ["a", "b", "c", "d"]}, TypeError, "b must be an array of real numbers"),
    ],
)
def test_bad_arguments(change: dict[str, Any], error: type[Exception], message: str) -> None:
    arguments: dict[str, Any] = {"A": np.ones((4, 1)), "b": [1.0, 2.0, 3.0, 4.0], **change}
    with pytest.raises(error, match=message):
        lp_regression(**arguments)


def test_the_callers_arrays_stay_as_they_are() -> None:
    A, b = problem("gaussian")
    before = A.copy(), b.copy()
    lp_regression(A, b)
    assert (before[0] == A).all()
    assert (b == before[1]).all()


@pytest.mark.parametrize("p", [1, 1.2, 2, 3.5])
def test_gradients_have_dual_norm_one_and_are_gradients(p: float) -> None:
    norm, rng = LpNorm(p), np.random.default_rng(0)
    r, v = rng.normal(size=9), rng.normal(size=9)
    at = norm._tangent(r, 0.3)
    assert norm.dual(at.gradient) <= 1 + 1e-12
    assert norm.value(r) == pytest.approx(np.linalg.norm(r, p))
    h = 1e-6
    slope = (norm._tangent(r + h * v, 0.3).value - norm._tangent(r - h * v, 0.3).value) / (2 * h)
    assert at.gradient @ v == pytest.approx(slope, rel=1e-6)
    assert np.linalg.norm(r) <= norm._euclidean(9) * norm.value(r) * (1 + 1e-12)


def test_the_dual_bound_by_hand() -> None:
    assert dual_bound(3.0, 2.0, 0.0) == 2.0
    assert dual_bound(3.0, 2.0, 0.5) == pytest.approx(1 / 3)
    assert dual_bound(3.0, 2.0, 1.0) == 0.0

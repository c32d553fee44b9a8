"""Regression in symmetric norms: linear and cone programs, projections onto dual balls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from algos.sketching import (
    Huber,
    LpNorm,
    OrderedNorm,
    OrliczNorm,
    SumOfNorms,
    TopKNorm,
    lp_regression,
    orlicz_regression,
    symmetric_norm_regression,
)


def problem(n: int = 60, d: int = 3, *, cauchy: bool = False) -> tuple[Any, Any]:
    rng = np.random.default_rng(n)
    A = rng.normal(size=(n, d))
    return A, A @ np.ones(d) + (rng.standard_cauchy(n) if cauchy else rng.normal(size=n))


NORMS: dict[str, Any] = {
    "maximum": TopKNorm(1),
    "top 10": TopKNorm(10),
    "all": TopKNorm(60),
    "ordered": OrderedNorm(np.linspace(1, 0, 60)),
    "three weights": OrderedNorm([5.0, 2.0, 1.0]),
    "sum": SumOfNorms([LpNorm(1), LpNorm(2), TopKNorm(5)], [1.0, 2.0, 0.5]),
    "sum of sums": SumOfNorms([SumOfNorms([LpNorm(3), TopKNorm(2)]), LpNorm(1)], [3.0, 0.1]),
}


def written(norm: Any, r: Any) -> Any:
    """Write a norm for cvxpy."""
    cvxpy = pytest.importorskip("cvxpy")
    if isinstance(norm, LpNorm):
        return cvxpy.norm(r, norm.p)
    if isinstance(norm, SumOfNorms):
        return sum(c * written(one, r) for c, one in zip(norm.factors, norm.norms, strict=True))
    falls = norm.weights - np.append(norm.weights[1:], 0)
    return sum(
        fall * cvxpy.sum_largest(cvxpy.abs(r), k + 1) for k, fall in enumerate(falls) if fall > 0
    )


@pytest.mark.parametrize("name", NORMS)
@pytest.mark.parametrize("cauchy", [False, True])
def test_agrees_with_the_cone_program(name: str, cauchy: bool) -> None:
    cvxpy = pytest.importorskip("cvxpy")
    A, b = problem(cauchy=cauchy)
    norm = NORMS[name]
    x = cvxpy.Variable(A.shape[1])
    best = cvxpy.Problem(cvxpy.Minimize(written(norm, A @ x - b))).solve(solver="CLARABEL")
    result = symmetric_norm_regression(A, b, norm, tolerance=1e-6)
    assert result.status == "certified"
    assert result.lower_bound <= best * (1 + 1e-6)
    assert best * (1 - 1e-6) <= result.objective <= best * (1 + 3e-6)
    assert result.objective == pytest.approx(norm.value(b - A @ result.x))
    assert norm.value(b - A @ result.x) >= result.dual @ (b - A @ result.x) * (1 - 1e-9)


@pytest.mark.parametrize("name", NORMS)
def test_values_and_gradients(name: str) -> None:
    norm, rng = NORMS[name], np.random.default_rng(1)
    r, v = rng.normal(size=60), rng.normal(size=60)
    r[:8] = 1.0  # ties
    at = norm._tangent(r, 0.1)
    h = 1e-7
    slope = (norm._tangent(r + h * v, 0.1).value - norm._tangent(r - h * v, 0.1).value) / (2 * h)
    assert at.gradient @ v == pytest.approx(slope, rel=1e-5)
    assert at.dual_norm() <= 1 + 1e-12
    assert at.gradient @ v <= norm.value(v) * (1 + 1e-12)
    tight = norm._tangent(r, 1e-9).gradient @ r
    assert tight == pytest.approx(norm.value(r), rel=1e-6)
    assert np.linalg.norm(v) <= norm._euclidean(60) * norm.value(v)


def test_ordered_norms_by_hand() -> None:
    norm = OrderedNorm([2.0, 1.0])
    assert norm.value([1.0, -3.0, 2.0]) == 8
    assert norm.dual([1.0, -3.0, 2.0]) == 2  # 6 / 3 beats 3 / 2 and 5 / 3
    assert TopKNorm(2).dual([4.0, 1.0, 0.0]) == 4
    assert TopKNorm(2).dual([1.0, -1.0, 1.0]) == 1.5


def test_ties_by_the_hundred_do_not_slow_newton_down() -> None:
    """Rows of small integers: the sorted residuals are full of ties that are no pools."""
    rng = np.random.default_rng(1)
    A = rng.integers(-2, 3, (2000, 5)).astype(float)
    b = A.sum(axis=1) + (rng.random(2000) < 0.05) * rng.standard_cauchy(2000)
    result = symmetric_norm_regression(A, b, TopKNorm(1))
    assert result.status == "certified"
    assert result.steps <= 40


def test_an_orlicz_norm_as_a_part_of_a_sum() -> None:
    A, b = problem()
    norm = SumOfNorms([OrliczNorm(Huber(0.1)), LpNorm(2)])
    result = symmetric_norm_regression(A, b, norm, tolerance=1e-5)
    assert result.status == "certified"
    least = [orlicz_regression(A, b, Huber(0.1)), lp_regression(A, b, 2)]
    assert result.objective >= sum(one.lower_bound for one in least)


def test_all_rows_give_least_absolute_deviations_and_one_the_midrange() -> None:
    A, b = problem(cauchy=True)
    ours = symmetric_norm_regression(A, b, TopKNorm(60), tolerance=1e-6)
    assert ours.objective == pytest.approx(lp_regression(A, b, tolerance=1e-6).objective, rel=2e-6)
    middle = symmetric_norm_regression(
        np.ones((3, 1)), [0.0, 1.0, 10.0], TopKNorm(1), tolerance=1e-8
    )
    assert middle.x == pytest.approx([5.0], rel=1e-6)


@pytest.mark.parametrize("name", NORMS)
def test_extremes(name: str) -> None:
    A, b = problem()
    norm = NORMS[name]
    plain = symmetric_norm_regression(A, b, norm, tolerance=1e-5)
    for of_a, of_b in [(1e150, 1.0), (1.0, 1e-150), (1e-150, 1e150)]:
        result = symmetric_norm_regression(A * of_a, b * of_b, norm, tolerance=1e-5)
        assert result.status == "certified"
        assert result.objective == pytest.approx(plain.objective * of_b, rel=2e-5)
    fitted = symmetric_norm_regression(A, A @ [1.0, 2.0, 3.0], norm)
    assert (fitted.status, fitted.lower_bound) == ("exact fit", 0)
    zero = symmetric_norm_regression(np.zeros((60, 2)), b, norm)
    assert zero.objective == pytest.approx(norm.value(b))
    assert zero.status == "certified"


@pytest.mark.parametrize("factor", [1e-90, 1e90])
def test_the_scale_of_the_weights_does_not_matter(factor: float) -> None:
    A, b = problem(cauchy=True)
    weights = np.linspace(1, 0, 60)
    plain = symmetric_norm_regression(A, b, OrderedNorm(weights))
    result = symmetric_norm_regression(A, b, OrderedNorm(factor * weights))
    assert result.status == "certified"
    assert result.steps <= plain.steps + 5
    assert result.objective == pytest.approx(factor * plain.objective, rel=0.01)


def test_a_sum_of_norms_of_far_apart_scales() -> None:
    A, b = problem()
    norm = SumOfNorms([LpNorm(1), TopKNorm(2)], [1e-12, 1e12])
    result = symmetric_norm_regression(A, b, norm, tolerance=1e-6)
    assert result.status == "certified"
    alone = symmetric_norm_regression(A, b, TopKNorm(2), tolerance=1e-6)
    assert result.objective == pytest.approx(1e12 * alone.objective, rel=2e-6)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: TopKNorm(0), ValueError, "k must be an integer"),
        (lambda: TopKNorm(1.5), TypeError, "k must be an integer"),  # type: ignore[arg-type]
        (lambda: OrderedNorm([1.0, 2.0]), ValueError, "weights must be at least 0"),
        (lambda: OrderedNorm([0.0]), ValueError, "start above 0"),
        (lambda: OrderedNorm([1.0, -1.0]), ValueError, "weights must be at least 0"),
        (lambda: OrderedNorm([]), ValueError, "weights must have shape"),
        (lambda: OrderedNorm([1e101]), ValueError, "weights must start between"),
        (lambda: OrderedNorm([1e-101]), ValueError, "weights must start between"),
        (lambda: SumOfNorms([3.0]), TypeError, "norms must hold norms"),  # type: ignore[list-item]
        (
            lambda: symmetric_norm_regression(*problem(), TopKNorm(2**40)),
            ValueError,
            "1099511627776 weights",
        ),
        (lambda: SumOfNorms([]), ValueError, "norms must hold at least one"),
        (lambda: SumOfNorms([LpNorm(1)], [0.0]), ValueError, "factors must lie between"),
        (lambda: SumOfNorms([LpNorm(1)], [1e101]), ValueError, "factors must lie between"),
        (lambda: SumOfNorms(LpNorm(1)), TypeError, "norms must be a sequence"),  # type: ignore[arg-type]
        (lambda: SumOfNorms([LpNorm(1)], [1.0, 2.0]), ValueError, "factors must have shape"),
        (lambda: symmetric_norm_regression(*problem(), TopKNorm(61)), ValueError, "61 weights"),
        (
            lambda: LpNorm(1).value([1.0, np.nan]),
            ValueError,
            r"r must be finite, got nan at \(1,\)",
        ),
        (lambda: TopKNorm(1).dual([[1.0]]), ValueError, "w must have shape"),
        (lambda: LpNorm(2).value(["a"]), TypeError, "r must be an array of real numbers"),
        (lambda: OrliczNorm(abs), TypeError, "G must have the methods"),  # type: ignore[arg-type]
        (lambda: OrliczNorm(Huber(), [1.0, 0.0]), ValueError, "weights must be positive, got 0"),
        (lambda: OrliczNorm(Huber(), [np.nan]), ValueError, "weights must be finite"),
        (lambda: OrliczNorm(Huber(), [1.0]).value([1.0, 2.0]), ValueError, "1 weights"),
        (
            lambda: symmetric_norm_regression(*problem(), OrliczNorm(Huber(), [1.0])),
            ValueError,
            "1 weights and the vector 60 entries",
        ),
        (lambda: symmetric_norm_regression(*problem(), 2), TypeError, "norm must be"),  # type: ignore[arg-type]
    ],
)
def test_bad_arguments(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()

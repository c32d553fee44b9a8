"""Bregman methods: small cases by hand, bounds along runs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.iterations import (
    Burg,
    Entropy,
    Euclidean,
    Mahalanobis,
    accelerated_bregman_proximal_gradient,
    averaged_iteration,
    bregman_proximal_gradient,
    bregman_proximal_point,
    mirror_descent,
)

HESSIAN = np.diag([1.0, 0.1, 0.0])


def quadratic(x: Any) -> tuple[float, Any]:
    return float(x @ HESSIAN @ x) / 2, HESSIAN @ x


def poisson(seed: int = 0) -> tuple[Any, float, Any]:
    """Make a Poisson likelihood, its smoothness relative to Burg's entropy, and its minimiser."""
    rng = np.random.default_rng(seed)
    matrix, best = rng.uniform(0.1, 1, (6, 3)), rng.uniform(0.5, 2, 3)
    counts = matrix @ best

    def likelihood(x: Any) -> tuple[float, Any]:
        means = matrix @ x
        value = float(np.sum(means - counts - counts * np.log(means / counts)))
        return value, matrix.T @ (1 - counts / means)

    return likelihood, float(counts.sum()), best


def test_a_euclidean_step_is_a_gradient_step() -> None:
    result = bregman_proximal_gradient(
        quadratic, [1.0, 1.0, 1.0], generator=Euclidean(), smoothness=2.0, max_iterations=2
    )
    assert result.x == pytest.approx([0.25, 0.95**2, 1.0])
    assert result.value == pytest.approx((0.25**2 + 0.1 * 0.95**4) / 2)
    assert result.residual == pytest.approx((0.25**2 + (0.95 * 0.05) ** 2) / 2)
    assert (result.oracle_calls, result.iterations, result.bound) == (3, 2, math.inf)


def test_a_mahalanobis_step_is_newtons() -> None:
    hessian = np.array([[2.0, 1.0], [1.0, 3.0]])
    result = bregman_proximal_gradient(
        lambda x: (x @ hessian @ x / 2, hessian @ x), [1.0, -4.0],
        generator=Mahalanobis(hessian), smoothness=1.0, max_iterations=5, tolerance=1e-30,
    )  # fmt: skip
    assert result.x == pytest.approx([0.0, 0.0], abs=1e-15)
    assert (result.status, result.iterations) == ("converged", 2)


@pytest.mark.parametrize("steps", [1, 2, 3, 10, 100])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_poisson_likelihood_keeps_both_bounds(steps: int, seed: int) -> None:
    likelihood, smoothness, best = poisson(seed)
    result = bregman_proximal_gradient(
        likelihood, np.ones(3), generator=Burg(), smoothness=smoothness,
        divergence=Burg().divergence(best, np.ones(3)), max_iterations=steps,
    )  # fmt: skip
    assert result.status == "iteration limit"
    assert result.preconditions == ("convex", "relatively smooth")
    assert 0 < result.value <= result.gap_bound
    assert result.residual <= result.bound


def test_a_prox_brings_constraints_and_penalties() -> None:
    """Soft thresholding by hand: minimise (x − 3)²/2 + (y − 0.5)²/2 + |x| + |y|."""

    def soft(dual: Any, step: float) -> Any:
        return np.sign(dual) * np.maximum(np.abs(dual) - step, 0)

    target = np.array([3.0, 0.5])
    result = bregman_proximal_gradient(
        lambda x: ((x - target) @ (x - target) / 2, x - target), [0.0, 1.0],
        generator=Euclidean(), smoothness=2.0, prox=soft, tolerance=1e-25,
    )  # fmt: skip
    assert result.x == pytest.approx([2.0, 0.0], abs=1e-10)


def test_a_proximal_point_run_by_hand() -> None:
    """The proximal map of u ↦ |u − 1| moves by the step until it arrives."""

    def proximal(x: Any, step: float) -> Any:
        return x + np.clip(1 - x, -step, step)

    result = bregman_proximal_point(
        proximal, [3.2], generator=Euclidean(), step=0.5, divergence=2.42, max_iterations=3
    )
    assert result.x == pytest.approx([1.7])
    assert result.gap_bound == pytest.approx(2.42 / 1.5)
    assert result.bound == pytest.approx(2 * 2.42 / 6)
    assert result.residual == pytest.approx(0.125)
    assert math.isnan(result.value)


def test_mirror_descent_on_the_simplex_pays_the_logarithm_of_the_dimension() -> None:
    rng = np.random.default_rng(0)
    costs = rng.uniform(-1, 1, (20, 100))

    def worst(x: Any) -> tuple[float, Any]:
        row = int(np.argmax(costs @ x))
        return float(costs[row] @ x), costs[row]

    result = mirror_descent(
        worst, np.full(100, 0.01), generator=Entropy(total=1), lipschitz=1.0,
        divergence=math.log(100), iterations=1000,
    )  # fmt: skip
    assert result.bound == pytest.approx(math.sqrt(2 * math.log(100) / 1000))
    assert result.residual <= result.bound
    value = worst(result.x)[0]
    assert value <= result.value
    long = mirror_descent(
        worst, np.full(100, 0.01), generator=Entropy(total=1), lipschitz=1.0,
        divergence=math.log(100), iterations=20000,
    )  # fmt: skip
    assert value <= long.value + result.bound
    assert worst(long.x)[0] >= value - result.residual


def test_mirror_descent_attains_its_bound() -> None:
    """Its first subgradients are the unit vectors one after the other."""
    steps = 16

    def function(x: Any) -> tuple[float, Any]:
        first = int(np.argmax(x))
        slope = np.zeros(steps)
        if x[first] > -1 / math.sqrt(steps):
            slope[first] = 1.0
        return max(float(x[first]), -1 / math.sqrt(steps)), slope

    result = mirror_descent(
        function, np.zeros(steps), generator=Euclidean(), lipschitz=1.0, divergence=0.5,
        iterations=steps,
    )  # fmt: skip
    gap = function(result.x)[0] + 1 / math.sqrt(steps)
    assert gap == pytest.approx(result.bound, rel=1e-12)
    assert result.oracle_calls == steps


@pytest.mark.parametrize("steps", [1, 2, 5, 50, 300])
def test_acceleration_keeps_its_bound(steps: int) -> None:
    result = accelerated_bregman_proximal_gradient(
        quadratic, [1.0, 2.0, 3.0], generator=Euclidean(), smoothness=1.0, divergence=2.5,
        max_iterations=steps,
    )  # fmt: skip
    assert result.gap_bound == pytest.approx(4 / (steps + 1) ** 2 * 2.5)
    assert result.value <= result.gap_bound
    assert result.oracle_calls == 2 * steps


def test_a_faster_bound_of_acceleration_fails_for_entropy() -> None:
    """With k in place of k − 1 the bound would be half as large after one step."""
    far = 1e9
    result = accelerated_bregman_proximal_gradient(
        lambda x: (float(far - x[0]), [-1.0]), [1.0], generator=Entropy(), smoothness=0.1,
        divergence=Entropy().divergence([far], [1.0]), max_iterations=1,
    )  # fmt: skip
    assert result.gap_bound / 2 < result.value <= result.gap_bound


def test_averaging_a_linear_map_is_a_product() -> None:
    result = averaged_iteration(
        lambda s: 0.9 * s, [1.0], generator=Euclidean(), contraction=0.81,
        weight=lambda t: 2 / (t + 2), divergence=0.5, max_iterations=30, fixed_point=[0.0],
    )  # fmt: skip
    weights = [2 / (t + 2) for t in range(30)]
    assert result.x == pytest.approx([math.prod(1 - 0.1 * a for a in weights)])
    bound = 0.5 * math.prod(1 - 0.19 * a for a in weights)
    assert result.divergence_bound == pytest.approx(bound)
    assert result.x[0] ** 2 / 2 <= bound
    assert result.preconditions == ("contraction",)


def test_one_over_t_squared_fails_in_general() -> None:
    """T(s) = θ s with weights 2 / (t + 2): the exponent is −4 (1 − θ), far from −2."""

    def after(steps: int) -> float:
        s = 1.0
        for t in range(steps):
            s *= 1 - 2 / (t + 2) * (1 - 0.9)
        return s * s / 2

    ours = averaged_iteration(
        lambda s: 0.9 * s, [1.0], generator=Euclidean(), contraction=0.81,
        weight=lambda t: 2 / (t + 2), max_iterations=1000,
    )  # fmt: skip
    assert ours.x[0] ** 2 / 2 == pytest.approx(after(1000))
    slope = math.log(after(100_000) / after(1000)) / math.log(100)
    assert slope == pytest.approx(-0.4, abs=0.001)
    assert after(100_000) * 100_000**2 > 1e6 * after(10) * 10**2  # no constant over t² holds

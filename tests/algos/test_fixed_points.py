"""Halpern's iteration and its relatives: exact cases, rates, certificates."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from algos.iterations import (
    ErgodicResult,
    IterationResult,
    accelerated_proximal_point,
    displacement_error,
    eag,
    extragradient,
    feg,
    halpern,
    halpern_cocoercive,
    krasnoselskii_mann,
    krasnoselskii_mann_rate,
    optimistic_gradient,
    past_extragradient,
    reflected_gradient,
    single_call_rate,
)

Vector = NDArray[np.float64]
Method = Callable[..., IterationResult]
TURN = np.array([[0.0, -1.0], [1.0, 0.0]])
NONEXPANSIVE: list[Method] = [halpern, krasnoselskii_mann]
SINGLE: list[Callable[..., ErgodicResult]] = [
    past_extragradient,
    optimistic_gradient,
    reflected_gradient,
]
MONOTONE: list[Method] = [feg, eag, extragradient, *SINGLE]
ALL: list[Method] = [*NONEXPANSIVE, accelerated_proximal_point, halpern_cocoercive, *MONOTONE]


def run(method: Method, operator: Any, x0: Any, **options: Any) -> IterationResult:
    """Call any of the methods; those of operators get a Lipschitz constant."""
    if method in MONOTONE or method is halpern_cocoercive:
        options.setdefault("lipschitz", 1.0)
    return method(operator, x0, **options)


def good(method: Method) -> Callable[[Vector], Vector]:
    """Give an operator of the class that the method is for, with the solution 0."""
    if method in NONEXPANSIVE:
        return lambda x: TURN @ x
    if method is accelerated_proximal_point or method is halpern_cocoercive:
        return lambda x: x * [1.0, 0.03]
    return lambda x: TURN @ x


def test_halpern_takes_the_textbook_steps() -> None:
    x0 = np.array([1.0, 2.0])
    x = x0
    for k in range(7):
        x = x0 / (k + 2) + (k + 1) / (k + 2) * (TURN @ x)
    result = halpern(lambda x: TURN @ x, x0, tolerance=0, max_iterations=7)
    assert result.x == pytest.approx(x, abs=1e-14)
    assert (result.iterations, result.oracle_calls) == (7, 8)
    assert result.residual == pytest.approx(np.linalg.norm(x - TURN @ x))
    assert result.status == "iteration limit"
    assert result.preconditions == ("nonexpansive",)


def test_contraction_s_weights_are_the_sums_of_powers() -> None:
    factor, x0 = 0.9, np.array([1.0])
    x = x0
    for k in range(5):
        weight = 1 / sum(factor ** (-2 * i) for i in range(k + 2))
        x = weight * x0 + (1 - weight) * (-factor * x)
    result = halpern(
        lambda x: -factor * x, x0, tolerance=0, max_iterations=5, contraction=factor, distance=1
    )
    assert result.x == pytest.approx(x)
    assert result.bound == pytest.approx((1 + factor) / sum(factor**-i for i in range(6)))


def test_a_strong_contraction_does_not_overflow() -> None:
    result = halpern(lambda x: x / 1000, np.ones(3), contraction=1e-3, tolerance=0, distance=2)
    assert result.status == "converged"
    assert np.isfinite(result.x).all()
    long = halpern(lambda x: np.full(3, 1.0) + (x - 1) * 1e-3, np.zeros(3), contraction=1e-3,
                   tolerance=1e-300, max_iterations=200, distance=2)  # fmt: skip
    assert np.isfinite(long.bound)
    assert long.x == pytest.approx(np.ones(3))


def test_adaptive_anchor_follows_its_formula() -> None:
    x0 = np.array([1.0, 2.0, -1.0])
    matrix = np.diag([0.9, -0.5, 0.99])
    x = x0
    for _ in range(6):
        gap = x - matrix @ x
        phi = 2 * gap @ (x0 - x) / (gap @ gap) + 1
        x = (x0 + phi * (matrix @ x)) / (phi + 1)
    result = halpern(lambda x: matrix @ x, x0, anchor="adaptive", tolerance=0, max_iterations=6,
                     distance=float(np.linalg.norm(x0)))  # fmt: skip
    assert result.x == pytest.approx(x)
    assert result.residual <= result.bound <= 2 * float(np.linalg.norm(x0)) / 7 * (1 + 1e-12)


def test_the_adaptive_anchor_may_be_worse_and_is_never_beyond_the_bound() -> None:
    factors = np.array([-0.45 + 0.354j, 0.921 + 0.389j])
    start = np.array([1.0, 0.0, 1.0, 0.0]) / math.sqrt(2)

    def turned(x: Vector) -> Vector:
        image: Vector = (x.view(complex) * factors).view(float)
        return image

    classical, adaptive = (
        halpern(turned, start, tolerance=0, max_iterations=34, anchor=anchor, distance=1)
        for anchor in ("classical", "adaptive")
    )
    assert adaptive.residual > 1.2 * classical.residual
    assert adaptive.residual <= adaptive.bound <= classical.bound


@pytest.mark.parametrize("anchor", ["classical", "adaptive"])
def test_restarts_make_a_sharp_problem_linear(anchor: Any) -> None:
    turn = 0.1
    matrix = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    sharpness = abs(1 - complex(math.cos(turn), math.sin(turn)))
    result = halpern(lambda x: matrix @ x, [1.0, 0.0], sharpness=sharpness, anchor=anchor,
                     tolerance=1e-8, max_iterations=5000)  # fmt: skip
    assert result.status == "converged"
    assert result.iterations < 25 * math.ceil(2 * math.e / sharpness)
    assert result.residual <= result.bound < 1  # without a distance: sharpness gives one
    plain = halpern(lambda x: matrix @ x, [1.0, 0.0], tolerance=1e-8, max_iterations=5000)
    assert plain.status == "iteration limit"


def test_the_certificate_grows_without_a_fixed_point() -> None:
    result = halpern(lambda x: x + 1.0, np.zeros(1), max_iterations=100)
    assert result.status == "iteration limit"
    assert result.distance_at_least == pytest.approx(101 / 2)
    assert result.displacement == pytest.approx([-1.0])
    stopped = halpern(lambda x: x + 1.0, np.zeros(1), distance=5)
    assert stopped.status == "no fixed point within r"
    assert stopped.iterations == 10


def test_displacement_error_is_its_formula() -> None:
    for n in (0, 1, 7, 1000):
        harmonic = sum(1 / i for i in range(1, n + 1))
        expected = (math.sqrt(harmonic + 12) + 1) * 3 / (n + 1)
        assert displacement_error(n, 3.0) == pytest.approx(expected)


def test_errors_of_images_are_in_the_bound() -> None:
    result = halpern(lambda x: -x + 0.01, np.ones(1), error=0.01, tolerance=0, max_iterations=9,
                     distance=1)  # fmt: skip
    assert result.bound == pytest.approx(
        2 * (1 + sum((j + 1) * 0.01 for j in range(9))) / 10 + 0.01
    )
    falling = halpern(lambda x: -x, np.array([1.0, 0.5]), error=lambda k: 1 / (k + 1) ** 3,
                      tolerance=0, max_iterations=1, distance=2)  # fmt: skip
    assert falling.bound == pytest.approx(2 * (2 + 1) / 2 + 1 / 8)
    with pytest.raises(ValueError, match="error must lie in"):
        halpern(lambda x: -x, np.ones(1), error=lambda k: math.nan)


@pytest.mark.parametrize("gamma", [0.5, 0.6, 0.97])
def test_averaging_rate_is_the_published_formula(gamma: float) -> None:
    for n in range(1, 12):
        if gamma <= (1 + math.sqrt(n / (n + 1))) / 2:
            quarter = (n / (n + 1)) ** n / (n + 1) / (4 * gamma * (1 - gamma))
        else:
            quarter = (2 * gamma - 1) ** (2 * n)
        assert krasnoselskii_mann_rate(n, gamma) ** 2 / 4 == pytest.approx(quarter)
    assert krasnoselskii_mann_rate(3, 0.97) ** 2 / 4 == pytest.approx(0.94**6)


def test_single_call_rate_at_the_default_step() -> None:
    for k in (1, 10, 1000):
        assert single_call_rate(k, 1 / 3) ** 2 * (k + 1) == pytest.approx(27.4, rel=2e-3)
    assert single_call_rate(0, 0.1) == 1


def test_past_optimistic_and_reflected_take_the_same_points_without_a_constraint() -> None:
    matrix = np.array([[0.1, 0.7], [-0.7, 0.2]])
    runs = [
        method(lambda z: matrix @ z, [1.0, -2.0], lipschitz=1, tolerance=0, max_iterations=30)
        for method in (past_extragradient, optimistic_gradient, reflected_gradient)
    ]
    for other in runs[1:]:
        assert runs[0].x == pytest.approx(other.x, abs=1e-12)
    assert [one.oracle_calls for one in runs] == [31] * 3


def test_a_constrained_game_is_solved_by_all() -> None:
    payoff = np.array([[1.0, -1.0], [-1.0, 1.0]])

    def players(z: Vector) -> Vector:
        return np.concatenate([payoff @ z[2:], -payoff.T @ z[:2]])

    def onto_box(z: Vector) -> Vector:
        return np.clip(z, 0, 1)

    for method in (extragradient, past_extragradient, optimistic_gradient, reflected_gradient):
        result = method(players, [1.0, 0.0, 0.3, 0.4], lipschitz=2, project=onto_box,
                        tolerance=1e-6, max_iterations=5000)  # fmt: skip
        assert result.status == "converged", method.__name__
        assert result.x[0] == pytest.approx(result.x[1], abs=1e-4)
        assert (result.average >= 0).all()
        assert (result.average <= 1).all()
    assert math.isnan(result.gap)  # the reflected method proves nothing of its mean


def test_cocoercive_step_is_taken() -> None:
    x0 = np.array([1.0, -1.0])
    hessian = np.diag([1.0, 0.25])
    x = x0
    for k in range(4):
        x = x0 / (k + 2) + (k + 1) / (k + 2) * (x - 0.7 * (hessian @ x))
    result = halpern_cocoercive(lambda x: hessian @ x, x0, lipschitz=1, step=0.7, tolerance=0,
                                max_iterations=4)  # fmt: skip
    assert result.x == pytest.approx(x)


def test_accelerated_proximal_point_halves_what_halpern_measures() -> None:
    resolvent = np.linalg.inv(np.eye(2) + TURN)
    result = accelerated_proximal_point(lambda y: resolvent @ y, [1.0, 0.0], tolerance=0,
                                        max_iterations=9, distance=1)  # fmt: skip
    assert result.residual == pytest.approx(np.linalg.norm(result.x - resolvent @ result.x))
    assert result.bound == pytest.approx(0.1)
    assert result.displacement == pytest.approx(result.x - resolvent @ result.x)


@pytest.mark.parametrize("method", ALL)
def test_every_method_converges_on_an_operator_of_its_class(method: Method) -> None:
    x0 = np.array([1.0, -0.5])
    kept = x0.copy()
    result = run(method, good(method), x0, tolerance=1e-3, distance=2, max_iterations=10_000)
    assert result.status == "converged"
    assert result.residual <= 1e-3
    assert result.residual <= result.bound
    assert result.witness is None
    assert result.preconditions
    assert (x0 == kept).all()


def test_arrays_of_any_shape_and_integers_work() -> None:
    result = halpern(lambda x: x.T, np.arange(9).reshape(3, 3), tolerance=1e-3)
    assert result.displacement is not None
    assert result.x.shape == result.displacement.shape == (3, 3)
    assert result.status == "converged"
    zero_dimensional = halpern(lambda x: -0.5 * x, np.array(2.0), tolerance=1e-3)
    assert zero_dimensional.x.shape == ()
    lists = halpern(lambda x: [-0.3 * float(x[0]), 0.0], [1, 1], tolerance=1e-2)
    assert lists.status == "converged"


def test_the_identity_and_a_start_that_is_the_solution() -> None:
    assert halpern(lambda x: x, [1.0, 2.0], tolerance=0).iterations == 0
    result = halpern(lambda x: -x, np.zeros(2), tolerance=0, distance=0)
    assert (result.status, result.residual, result.bound) == ("converged", 0.0, 0.0)

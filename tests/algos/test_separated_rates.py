"""Separated learning rates: exact small cases, the bound term by term, convergence in noise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from algos.iterations import optimistic_gradient_separated, separated_rates_bound
from algos.iterations._separated_rates import _steps

Vector = NDArray[np.float64]
TURN: Vector = np.array([[0.0, 1.0], [-1.0, 0.0]])


def told(z: Vector, rng: np.random.Generator) -> Vector:
    """One of the two players is told, four times as strongly as one in four times."""
    return np.asarray(4 * (TURN @ z) * (rng.random(2) < 0.25))


def test_the_last_point_converges_under_multiplicative_noise() -> None:
    norms = [
        np.linalg.norm(
            optimistic_gradient_separated(
                told, [1.0, 0.0], lipschitz=1, multiplicative=3, iterations=30_000, rng=seed
            ).x
        )
        for seed in range(3)
    ]
    assert max(norms) < 1e-3


def test_without_noise_it_is_the_optimistic_gradient() -> None:
    result = optimistic_gradient_separated(
        lambda z, rng: TURN @ z, [1.0, 0.0], lipschitz=1, iterations=3, distance=1,
        operator=lambda z: TURN @ z, rng=0,
    )  # fmt: skip
    gamma = 1 / math.sqrt(13)
    x, seen = np.array([1.0, 0.0]), TURN @ np.array([1.0, 0.0])
    played = []
    for _ in range(3):
        y = x - gamma * seen
        seen = TURN @ y
        x = x - gamma / 2 * seen
        played.append(y)
    assert result.x == pytest.approx(y, abs=1e-15)
    assert result.residual == pytest.approx(np.linalg.norm(y))
    assert any(np.allclose(result.drawn, one) for one in played)
    assert result.oracle_calls == 4
    assert result.bound == pytest.approx(math.sqrt(4 / (gamma**2 * 3)))


def test_the_separated_bound_term_by_term() -> None:
    m, s, lipschitz, distance, rounds = 0.5, 0.3, 2.0, 1.5, 50
    gamma = min(1 / (6 * lipschitz * m), 1 / (lipschitz * math.sqrt(13 * (1 + m))))
    eta = gamma / (2 * (1 + m))
    ahead = [0.0] + [gamma * t**-0.25 for t in range(1, rounds + 1)]
    update = [0.0] + [eta * t**-0.5 for t in range(1, rounds + 1)]
    total, weight = distance**2, 0.0
    for t in range(1, rounds + 1):
        reach = update[t - 1] + ahead[t]
        total += s * update[t] ** 2
        total += s * 2 * update[t] * ahead[t] * lipschitz * reach
        total += s * 2 * update[t] * ahead[t] * lipschitz**2 * (reach**2 + ahead[t - 1] ** 2)
        weight += update[t] * ahead[t]
    found = separated_rates_bound(rounds, lipschitz, distance, m, s)
    assert found == pytest.approx(2 * total / weight, rel=1e-12)


def test_the_steps_meet_the_conditions_of_the_proof() -> None:
    """The coefficients of ‖F‖² in the proof's sum, for levels of noise that it allows."""
    for m in (0.0, 0.01, 0.3, 1.0, 3.0, 7.0):
        ahead, update = _steps(20, 1.0, m, 0.1)
        assert np.all(np.diff(ahead) < 0)
        assert np.all(np.diff(update) < 0)
        assert np.all(update * (1 + m) <= ahead / 2 * (1 + 1e-12))
        gamma, eta = ahead[0], update[0]
        assert 6 * m * gamma <= 1 + 1e-12
        assert 13 * (1 + m) * gamma**2 <= 1 + 1e-12
        halved = _steps(20, 2.0, m, 0.1)
        assert halved[0] == pytest.approx(ahead / 2)
        reach = eta + gamma
        later = 1 - 2 * reach * m - 2 * reach**2 * (1 + m) - 2 * gamma**2 * (1 + m)
        assert later >= -1e-12


def test_noise_of_both_kinds_stays_within_the_bound() -> None:
    squared = [
        float(np.sum(optimistic_gradient_separated(
            lambda z, rng: told(z, rng) + 0.2 * rng.standard_normal(2), [1.0, 0.0], lipschitz=1,
            multiplicative=3, additive=0.08, iterations=400, distance=1, rng=seed,
        ).drawn ** 2))
        for seed in range(30)
    ]  # fmt: skip
    assert np.mean(squared) <= separated_rates_bound(400, 1, 1, 3, 0.08)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lipschitz": 0}, "lipschitz must lie in"),
        ({"lipschitz": 1e200}, "lipschitz must lie in"),
        ({"iterations": 0}, "iterations must be"),
        ({"iterations": 2**62}, "iterations must be"),
        ({"multiplicative": -1}, "multiplicative must lie in"),
        ({"multiplicative": 1e308}, "multiplicative must lie in"),
        ({"additive": math.inf}, "additive must lie in"),
        ({"distance": -1}, "distance must lie in"),
    ],
)
def test_bad_levels_play_nothing(changes: dict[str, float], words: str) -> None:
    def never(z: Vector, rng: np.random.Generator) -> Vector:
        pytest.fail("a sample was taken")

    options: dict[str, Any] = {"lipschitz": 1, "iterations": 10, **changes}
    with pytest.raises(ValueError, match=words):
        optimistic_gradient_separated(never, [1.0], **options)


def test_rounds_are_drawn_by_the_product_of_their_steps() -> None:
    for seed in range(20):
        played: list[float] = []

        def seen(x: Vector, rng: np.random.Generator, played: list[float] = played) -> Vector:
            played.append(float(x[0]))
            return x

        result = optimistic_gradient_separated(
            seen, [1.0], lipschitz=1, iterations=50, additive=1, rng=seed
        )
        weights = np.arange(1.0, 51) ** -0.75
        drawn = np.random.default_rng(seed).choice(50, p=weights / weights.sum())
        assert result.drawn.tolist() == [played[drawn + 1]]


def test_no_bound_is_given_for_fewer_rounds() -> None:
    calls = 0

    def late(x: Vector, rng: np.random.Generator) -> Vector:
        nonlocal calls
        calls += 1
        return x * math.nan if calls == 5 else x

    result = optimistic_gradient_separated(
        late, [1.0], lipschitz=1, iterations=1000, distance=1, rng=0, operator=lambda x: x
    )
    assert (result.status, result.iterations) == ("non-finite oracle", 3)
    assert result.bound == math.inf
    assert result.residual == result.x[0]


def test_an_operator_that_gives_nan_is_shown() -> None:
    result = optimistic_gradient_separated(
        lambda x, rng: x, [1.0], lipschitz=1, iterations=5, operator=lambda x: x * math.nan
    )
    assert result.status == "non-finite oracle"
    assert result.witness is not None
    assert math.isnan(result.residual)
    assert 0 < result.x[0] < 1


def test_what_cannot_be_called_plays_nothing() -> None:
    def never(z: Vector, rng: np.random.Generator) -> Vector:
        pytest.fail("a sample was taken")

    wrong: Any = 5
    with pytest.raises(TypeError, match="operator must be callable, got 5"):
        optimistic_gradient_separated(never, [1.0], lipschitz=1, iterations=5, operator=wrong)
    with pytest.raises(TypeError, match="oracle must be callable, got 5"):
        optimistic_gradient_separated(wrong, [1.0], lipschitz=1, iterations=5)


def test_a_run_that_overflows_has_diverged() -> None:
    result = optimistic_gradient_separated(
        lambda x, rng: np.clip(-1e60 * x, -1e308, 1e308),
        [1.0],
        lipschitz=1,
        iterations=50,
        distance=1,
        operator=lambda x: x,
    )
    assert result.status == "diverged"
    assert np.isfinite(result.x).all()
    assert result.bound == math.inf


def test_bounds_at_the_ends_of_their_ranges() -> None:
    assert separated_rates_bound(10, 1, 1e200) == math.inf
    assert separated_rates_bound(10, 1, 0) == 0
    for lipschitz in (1.1e-100, 0.9e100):
        for m in (0.0, 9e19):
            for additive in (0.0, 1e-300, 1e300):
                bound = separated_rates_bound(100, lipschitz, 1, m, additive)
                assert 0 < bound <= math.inf


def test_a_scalar_start_gives_arrays() -> None:
    result = optimistic_gradient_separated(lambda x, rng: x, 1.0, lipschitz=1, iterations=3)
    assert isinstance(result.x, np.ndarray)
    assert isinstance(result.drawn, np.ndarray)

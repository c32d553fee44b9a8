"""Separated learning rates: exact small cases, the bound term by term, convergence in noise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from algos.iterations import optimistic_gradient_separated, separated_rates_bound

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
    for m in (0.0, 0.01, 0.3, 1.0, 7.0):
        gamma = 1 / max(6 * m, math.sqrt(13 * (1 + m)))
        eta = gamma / (2 * (1 + m))
        assert eta * (1 + m) <= gamma / 2
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
        ({"iterations": 0}, "iterations must be"),
        ({"multiplicative": -1}, "multiplicative must lie in"),
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

"""The posterior of a crossing, and the search that trusts it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algos.search import (
    CoinLine,
    CrossingPosterior,
    capacity,
    sharp_crossing_search,
)
from tests.algos.test_capacity import entropy
from tests.algos.test_side_test import CHANNELS

FLIPS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30)


@pytest.mark.parametrize(("low", "high"), [(0.5, 0.5), (0.6, 0.4), (-0.1, 0.5), (0.5, math.nan)])
def test_channels_need_two_rates(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="0 <= low < high <= 1"):
        CrossingPosterior(5, low=low, high=high)


@settings(deadline=None)
@given(st.integers(1, 12), st.sampled_from([(0.4, 0.6), (0.1, 0.95), (0.0, 0.3)]), FLIPS)
def test_posterior_is_bayes_rule(
    n: int, rates: tuple[float, float], flips: list[tuple[float, bool]]
) -> None:
    low, high = rates
    posterior = CrossingPosterior(n, low=low, high=high)
    dense = np.full(n + 1, 1 / (n + 1))
    for place, heads in flips:
        coin = min(int(place * n), n - 1)
        rate = np.where(np.arange(n + 1) <= coin, high, low)
        updated = dense * (rate if heads else 1 - rate)
        if updated.sum() == 0:
            with pytest.raises(ValueError, match="cannot happen"):
                posterior.tell(coin, heads)
            continue
        posterior.tell(coin, heads)
        dense = updated / updated.sum()
    np.testing.assert_allclose(
        [posterior.probability(i) for i in range(n + 1)], dense, rtol=1e-9, atol=1e-15
    )
    assert posterior.probability(0, n) == pytest.approx(1)
    sums = np.cumsum(dense)
    index, confidence = posterior.best()
    assert confidence == posterior.confidence == pytest.approx(dense.max())
    assert dense[index] == pytest.approx(dense.max())
    assert sums[posterior.median()] >= 0.5 - 1e-12
    # coin i is high with probability sums[i]; no coin tells more than the one asked
    mixed = low + sums[:n] * (high - low)
    bits = entropy(mixed) - sums[:n] * entropy(high) - (1 - sums[:n]) * entropy(low)
    assert bits[posterior.ask()] >= bits.max() - 1e-12
    assert len(posterior.asked) <= len(flips)


def test_posterior_takes_in_what_is_known_otherwise() -> None:
    posterior = CrossingPosterior(100, low=0.2, high=0.7)
    posterior.restrict(30, 39)
    assert posterior.probability(30, 39) == pytest.approx(1)
    assert posterior.probability(35) == pytest.approx(0.1)
    with pytest.raises(ValueError, match="with probability 0"):
        posterior.restrict(50, 60)
    with pytest.raises(ValueError, match="0 <= first <= last <= 100"):
        posterior.restrict(50, 101)
    with pytest.raises(ValueError, match="coin must lie in 0 … 99"):
        posterior.tell(100, 1)
    with pytest.raises(ValueError, match="heads must be 0 or 1"):
        posterior.tell(5, 2)
    assert posterior.asked == []


def sharp_runs(
    n: int, runs: int, *, target: float, tolerance: float, delta: float
) -> tuple[float, float]:
    """Give mean flips and success over uniform crossings."""
    rng = np.random.default_rng(0)
    flips, right = [], 0
    for _ in range(runs):
        index = int(rng.integers(0, n + 1))
        line = CoinLine.sharp(n, index=index, low=target - tolerance, high=target + tolerance)
        result = sharp_crossing_search(
            line.flipper(rng), n, target=target, tolerance=tolerance, failure_probability=delta
        )
        flips.append(result.samples)
        right += result.index == index
    return float(np.mean(flips)), right / runs


@pytest.mark.parametrize(("n", "runs"), [(10**3, 600), (10**9, 250)])
def test_sharp_crossings_take_capacity(n: int, runs: int) -> None:
    flips, right = sharp_runs(n, runs, target=0.5, tolerance=0.1, delta=0.1)
    unit = math.log2(n - 1) / capacity(0.5, 0.1)
    lower = (0.9 * math.log2(n + 1) - 1) / capacity(0.5, 0.1)
    assert lower < flips < 1.15 * unit
    assert right > 0.9 - 3 * math.sqrt(0.09 / runs)


@pytest.mark.parametrize(("target", "tolerance"), CHANNELS)
def test_sharp_crossings_at_every_place(target: float, tolerance: float) -> None:
    _, right = sharp_runs(4, 150, target=target, tolerance=tolerance, delta=0.05)
    assert right >= 0.9


def test_sharp_search_ends_when_told() -> None:
    line = CoinLine.sharp(1000, index=400, low=0.4, high=0.6)
    result = sharp_crossing_search(
        line.flipper(0), 1000, tolerance=0.1, failure_probability=0.1, max_samples=20
    )
    assert (result.samples, result.status, result.failure_probability) == (
        20,
        "budget exhausted",
        1.0,
    )

"""The betting test: false alarms under peeking, and power as predicted."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from accel.wealth import mixture_log_wealth
from proofs_checks.statistics import (
    FRACTIONS,
    Record,
    detectable_mean,
    detectable_rate,
    exponent_interval,
    log_evidence,
)

RUNS = 1000


def ever_refuted(losses: NDArray[np.float64], level: float, alpha: float) -> float:
    """Share of runs whose wealth reaches 1/alpha at any time, peeking after every trial."""
    paths = mixture_log_wealth(losses, np.full_like(losses, level), FRACTIONS)
    return float((paths.max(axis=1) >= -math.log(alpha)).mean())


@pytest.mark.parametrize("level", [0.01, 0.1, 0.5])
def test_false_alarms_of_true_rates_stay_under_their_level(level: float) -> None:
    rng = np.random.default_rng(1)
    losses = (rng.random((RUNS, 3000)) < level).astype(float)
    assert ever_refuted(losses, level, 1e-2) <= 1e-2


def test_false_alarms_of_true_means_stay_under_their_level() -> None:
    rng = np.random.default_rng(2)
    losses = rng.beta(2, 6, (RUNS, 3000))  # mean exactly 1/4
    assert ever_refuted(losses, 0.25, 1e-2) <= 1e-2


def test_false_alarms_over_instances_with_optional_stopping() -> None:
    """The whole statistic, looked at after every round, over four instances."""
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(RUNS):
        losses = (rng.random(120) < 0.2).astype(float)
        record = [losses, np.full(120, 0.2), np.arange(120) % 4]
        looks = (Record(*(part[:t] for part in record)) for t in range(4, 121, 4))
        alarms += any(log_evidence(look, 4) >= math.log(100) for look in looks)
    assert alarms <= RUNS / 100


@pytest.mark.parametrize("factor", [2.0, 1.5])
def test_violated_rates_are_refuted_with_the_predicted_power(factor: float) -> None:
    level, alpha, rng = 0.1, 1e-6, np.random.default_rng(4)
    trials = next(t for t in range(50, 10**4, 10) if detectable_rate(level, t, alpha) <= factor)
    losses = (rng.random((RUNS, trials)) < factor * level).astype(float)
    final = mixture_log_wealth(losses, np.full_like(losses, level), FRACTIONS)[:, -1]
    power = (final - math.log(2) >= -math.log(alpha)).mean()
    assert power >= 0.98  # predicted 0.99; 0.98 is three standard errors away
    too_few = losses[:, : trials // 2]
    final = mixture_log_wealth(too_few, np.full_like(too_few, level), FRACTIONS)[:, -1]
    assert (final - math.log(2) >= -math.log(alpha)).mean() < 0.8


def test_a_mean_off_by_a_tenth_is_refuted_with_the_predicted_power() -> None:
    alpha, rng = 1e-6, np.random.default_rng(5)
    truth = rng.beta(20, 60, 10**4)  # mean 1/4, standard deviation 0.048

    def predicted(trials: int) -> float:
        record = Record(truth[:trials], np.full(trials, 0.25), np.zeros(trials, np.int64))
        return detectable_mean(record, alpha)

    trials = next(t for t in range(100, 10**4, 20) if predicted(t) <= 1.1)
    losses = np.minimum(1.1 * rng.beta(20, 60, (RUNS, trials)), 1)
    final = mixture_log_wealth(losses, np.full_like(losses, 0.25), FRACTIONS)[:, -1]
    assert (final - math.log(2) >= -math.log(alpha)).mean() >= 0.97


def test_detectable_rate_at_the_edges() -> None:
    assert detectable_rate(0.1, 0, 1e-6) == math.inf
    assert detectable_rate(0.9, 5, 1e-6) == math.inf
    assert detectable_rate(0.0, 5, 1e-6) == math.inf
    factors = [detectable_rate(0.05, t, 1e-6) for t in (100, 1000, 10_000)]
    assert factors == sorted(factors, reverse=True)
    assert factors[-1] < 1.5


def test_a_claim_of_zero_is_refuted_by_one_loss_and_a_void_claim_by_none() -> None:
    one = Record(np.array([0.0, 1.0]), np.zeros(2), np.zeros(2, np.int64))
    assert log_evidence(one, 1) == math.inf
    void = Record(np.ones(50), np.ones(50), np.zeros(50, np.int64))
    assert log_evidence(void, 1) == pytest.approx(0.0, abs=1e-9)


def test_exponent_interval_agrees_with_scipy() -> None:
    from scipy import stats

    rng = np.random.default_rng(6)
    sizes = 10.0 ** np.arange(1, 9)
    means = 3 * sizes**0.8 * np.exp(rng.normal(0, 0.05, sizes.size))
    low, slope, high = exponent_interval(sizes, means, [0.0] * sizes.size, confidence=0.95)
    fit = stats.linregress(np.log(sizes), np.log(means))
    half = stats.t.ppf(0.975, sizes.size - 2) * fit.stderr
    assert (low, slope, high) == pytest.approx((fit.slope - half, fit.slope, fit.slope + half))
    wide = exponent_interval(sizes, means, [0.5] * sizes.size, confidence=0.95)
    assert wide[2] - wide[0] > high - low


def test_quantities_that_are_mostly_zero_are_told_from_any_mean() -> None:
    """Scaled to the bound and cut off at their range they miss it still."""
    losses = np.ones(2000)
    losses[::50] = 0.0  # the quantity, one less the loss, is 1 in one trial of fifty
    record = Record(losses, np.full(2000, 0.5), np.zeros(2000, dtype=np.int64))
    assert detectable_mean(record, 1e-6, upper=False) == 1.0

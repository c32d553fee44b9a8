"""Estimates and their intervals, against SciPy's own and against simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from experiments.experiment import Statistic
from experiments.summary import estimate


def test_the_mean_has_students_interval() -> None:
    sample = np.random.default_rng(0).gamma(2, size=50)
    ours = estimate(Statistic("mean", confidence=0.9), sample)
    theirs = stats.t.interval(0.9, 49, sample.mean(), stats.sem(sample))
    assert (ours.low, ours.high) == pytest.approx(theirs, rel=1e-12)
    assert ours.value == sample.mean()


@pytest.mark.parametrize("heads", [0, 1, 7, 19, 20])
def test_the_proportion_has_clopper_and_pearsons(heads: int) -> None:
    ours = estimate(Statistic("proportion"), np.array([1.0] * heads + [0.0] * (20 - heads)))
    theirs = stats.binomtest(heads, 20).proportion_ci(0.95)
    np.testing.assert_allclose((ours.low, ours.high), (theirs.low, theirs.high), atol=1e-12)
    assert ours.value == heads / 20


@pytest.mark.parametrize("n", [6, 7, 30, 101])
def test_the_medians_interval_is_scipys_of_order_statistics(n: int) -> None:
    sample = np.random.default_rng(n).standard_cauchy(n)
    ours = estimate(Statistic("median"), sample)
    theirs: Any = stats.quantile_test(sample, q=0, p=0.5).confidence_interval(0.95)
    assert (ours.low, ours.high) == (theirs.low, theirs.high)
    assert ours.value == np.median(sample)


def test_the_medians_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(2000):
        one = estimate(Statistic("median"), rng.exponential(size=25))
        hits += one.low <= np.log(2) <= one.high
    assert 0.95 - 0.02 <= hits / 2000 <= 0.985  # 0.957 by the binomial law of 25 coins


def test_too_few_trials_have_no_interval() -> None:
    for kind, sample in (("mean", [3.0]), ("median", [3.0]), ("median", [1.0, 2.0, 6.0, 7.0])):
        one = estimate(Statistic(kind), np.array(sample))  # type: ignore[arg-type]  # from a list
        assert (one.low, one.high) == (-np.inf, np.inf)
        assert one.value == np.median(sample)


def test_a_proportion_of_other_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="needs zeros and ones"):
        estimate(Statistic("proportion"), np.array([0.0, 0.5]))

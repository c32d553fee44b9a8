"""The betting test behind every random claim, and what it can detect.

Each random quantifier says ``E[loss] <= level`` with a loss in [0, 1]: for a
probability the loss is the indicator of a violation, for an expectation the
quantity over its sure range.  Bet a fraction f of the wealth against the claim
in every trial:

    wealth *= 1 - f + f * loss / level

If the claim is true the wealth is a nonnegative supermartingale that starts at
1, so by Ville's inequality it ever reaches 1 / alpha with probability at most
alpha, whenever one looks and whenever one stops.  A mixture over fractions, and
over instances, is again such a supermartingale.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

from accel.wealth import mixture_log_wealth

__all__ = [
    "FRACTIONS",
    "Record",
    "detectable_mean",
    "detectable_rate",
    "detectable_rates",
    "exponent_interval",
    "log_evidence",
]

#: Fractions of the wealth that are bet.  Small ones find a doubled rare failure,
#: large ones a mean of low variance that is off by a few percent.
FRACTIONS: NDArray[np.float64] = np.geomspace(1e-3, 0.95, 16)

POWER = 0.99
Z = float(stats.norm.ppf(POWER))


@dataclass(frozen=True)
class Record:
    """The trials so far: each one's loss, claimed level and instance number."""

    losses: NDArray[np.float64]
    levels: NDArray[np.float64]
    instances: NDArray[np.int64]


def log_evidence(record: Record, instances: int) -> float:
    """Weigh the evidence against the claim.

    Half of the starting wealth is bet on all trials together, which finds a
    small violation everywhere; the other half is split over the instances,
    which finds a violation on one of them.

    Parameters
    ----------
    record : Record
        The trials, in any order that did not look at their own losses.
    instances : int
        Number of instances, fixed before the first trial.

    Returns
    -------
    float
        Logarithm of the wealth; the claim is refuted at level alpha once it
        reaches log(1 / alpha).
    """
    if record.losses.size == 0:
        return 0.0
    pooled = mixture_log_wealth(record.losses, record.levels, FRACTIONS)[-1]
    counts = np.bincount(record.instances, minlength=instances)
    losses = np.ones((instances, counts.max()))  # a trial with loss = level = 1 bets nothing
    levels = np.ones_like(losses)
    for i in np.flatnonzero(counts):
        mine = record.instances == i
        losses[i, : counts[i]] = record.losses[mine]
        levels[i, : counts[i]] = record.levels[mine]
    single = mixture_log_wealth(losses, levels, FRACTIONS)[:, -1]
    both = [pooled, special.logsumexp(single) - math.log(instances)]
    return float(special.logsumexp(both) - math.log(2))


def detectable_rate(level: float, trials: int, alpha: float) -> float:
    """Give the violation of a rate that a run detects with probability 0.99.

    The pooled wealth after N trials depends on the number of failures alone,
    and grows with it; the least number that refutes gives the rate by the
    binomial law.  Looking earlier can only help.

    Parameters
    ----------
    level : float
        The claimed rate, in (0, 1).
    trials : int
        Number of trials.
    alpha : float
        Level of the test.

    Returns
    -------
    float
        True rate over claimed rate; infinite where no rate would be detected.
    """
    if not 0 < level < 1 or trials < 1:
        return math.inf
    win, lose = np.log1p(FRACTIONS * (1 / level - 1)), np.log1p(-FRACTIONS)

    def wealth(failures: int) -> float:
        mixture = special.logsumexp(failures * win + (trials - failures) * lose)
        return float(mixture) - math.log(2 * FRACTIONS.size)

    least = bisect_left(range(trials + 1), -math.log(alpha), key=wealth)
    if least > trials:
        return math.inf
    return float(stats.beta.ppf(POWER, least, trials - least + 1)) / level


def detectable_rates(levels: NDArray[np.float64], alpha: float) -> float:
    """Give the violation of rates that a run detects with probability 0.99.

    Where all trials claim one rate, as :func:`detectable_rate`.  Otherwise a bet that
    suits the common failures loses money on the rare ones, so that the mean rate does
    not tell: the log-wealth of the best fraction is a sum of independent terms of
    known mean and variance, taken as normal.

    Parameters
    ----------
    levels : ndarray
        The claimed rate of each trial, in [0, 1].
    alpha : float
        Level of the test.

    Returns
    -------
    float
        True rates over claimed rates; infinite where none would be detected.
    """
    values, counts = np.unique(levels[(levels > 0) & (levels < 1)], return_counts=True)
    if values.size == 0:
        return math.inf
    if values.size == 1:
        return detectable_rate(float(values[0]), int(counts[0]), alpha)
    win = np.log1p(np.multiply.outer(FRACTIONS, 1 / values - 1))
    lose = np.log1p(-FRACTIONS)[:, np.newaxis]

    def surplus(factor: float) -> float:
        rates = np.minimum(factor * values, 1.0)
        mean = (rates * win + (1 - rates) * lose) @ counts
        spread = np.sqrt(((win - lose) ** 2 * rates * (1 - rates)) @ counts)
        return float((mean - Z * spread).max()) - _needed(alpha)

    return _smallest(surplus, float(1 / values[0]))


def detectable_mean(record: Record, alpha: float, *, upper: bool = True) -> float:
    """Give the violation of a mean that a run like this one detects with probability 0.99.

    On each instance the observed quantities are scaled until their mean misses
    the bound by a factor; the log-wealth of the best fraction is then a sum of
    independent terms, taken as normal.

    Parameters
    ----------
    record : Record
        The trials.
    alpha : float
        Level of the test.
    upper : bool, optional
        Whether the claim bounds the mean from above.  For a lower bound the
        losses and levels are one minus the quantity and one minus the bound.

    Returns
    -------
    float
        True mean over its bound (for a lower bound: bound over true mean);
        infinite where none would be detected.
    """
    telling = (record.levels < 1) & (record.levels > 0)
    losses, levels, instances = (
        part[telling] for part in (record.losses, record.levels, record.instances)
    )
    quantities, bounds = (losses, levels) if upper else (1 - losses, 1 - levels)
    means = np.bincount(instances, quantities) / np.maximum(np.bincount(instances), 1)
    if losses.size < 2 or not means[instances].all():
        level = float(levels.mean()) if losses.size else 0.0
        return detectable_rate(level, losses.size, alpha) if upper else math.inf
    typical = quantities / means[instances] * bounds  # as observed, but with mean = bound

    def surplus(factor: float) -> float:
        quantity = np.minimum(typical * (factor if upper else 1 / factor), 1.0)
        share = (quantity if upper else 1 - quantity) / levels
        gains = np.log1p(np.multiply.outer(share - 1, FRACTIONS))
        spread = gains.std(axis=0, ddof=1) * math.sqrt(losses.size)
        return float((gains.sum(axis=0) - Z * spread).max()) - _needed(alpha)

    return _smallest(surplus, float(1 / bounds.min()) if upper else 1e6)


def _needed(alpha: float) -> float:
    """Give the log-wealth that one fraction of the pooled bets needs to refute alone."""
    return math.log(2 * FRACTIONS.size / alpha)


def _smallest(surplus: Callable[[float], float], highest: float) -> float:
    """Give the factor from which on the surplus over the needed log-wealth is positive."""
    if surplus(1.0) >= 0:  # cut off at their range, quantities so uneven miss the bound
        return 1.0
    if surplus(highest) <= 0:
        return math.inf
    return float(optimize.brentq(surplus, 1.0, highest, xtol=1e-6))


def exponent_interval(
    sizes: ArrayLike, means: ArrayLike, errors: Sequence[float], *, confidence: float
) -> tuple[float, float, float]:
    """Fit an exponent on log-log axes.

    Parameters
    ----------
    sizes : array_like
        Claimed sizes, positive, at least three.
    means : array_like
        Mean measurement at each size, positive.
    errors : sequence of float
        Relative standard error of each mean.
    confidence : float
        Two-sided confidence of the interval.

    Returns
    -------
    (float, float, float)
        Lower end, estimate, upper end: a Student interval around the least
        squares slope, whose standard error is the larger of the one seen in
        the residuals and the one that the errors of the means imply.
    """
    x, y = np.log(np.asarray(sizes, float)), np.log(np.asarray(means, float))
    centred = x - x.mean()
    weights = centred / (centred @ centred)
    slope = float(weights @ y)
    residuals = y - y.mean() - slope * centred
    freedom = x.size - 2
    seen = math.sqrt(residuals @ residuals / freedom * (weights @ weights))
    implied = math.sqrt(float((weights**2) @ np.asarray(errors) ** 2))
    half = float(stats.t.ppf((1 + confidence) / 2, freedom)) * max(seen, implied)
    return slope - half, slope, slope + half

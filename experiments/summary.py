"""What the stored trials say: a value with an interval for every metric and point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from experiments.experiment import Experiment, Parameters, Statistic
from experiments.store import Store
from experiments.stored import points_of, values
from experiments.trials import canonical, source_hash

__all__ = ["Estimate", "PointSummary", "Summary", "estimate", "summarise"]


@dataclass(frozen=True)
class Estimate:
    """A statistic with its confidence interval.

    Parameters
    ----------
    value : float
        The statistic.
    low, high : float
        Ends of the interval; infinite where the trials are too few for one.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class PointSummary:
    """One point of the grid.

    Parameters
    ----------
    parameters : mapping
        Names and values.
    finished, failed : int
        Trials with a result, and with a traceback.
    estimates : mapping
        One a metric; empty where no trial is finished.
    """

    parameters: Parameters
    finished: int
    failed: int
    estimates: Mapping[str, Estimate]


@dataclass(frozen=True)
class Summary:
    """All points of an experiment.

    Parameters
    ----------
    experiment : Experiment
        Whose.
    points : tuple of PointSummary
        Those with trials: the declared ones in the grid's order, then any others.
    stale : int
        Stored trials of another version of the trial function, in none of the points.
    """

    experiment: Experiment
    points: tuple[PointSummary, ...]
    stale: int


def estimate(statistic: Statistic, sample: np.ndarray) -> Estimate:
    """Estimate a statistic from a sample.

    Parameters
    ----------
    statistic : Statistic
        Which one, at what confidence.
    sample : array of shape (n,)
        n at least 1; zeros and ones for a proportion.

    Returns
    -------
    Estimate
        The value and its interval.

    Raises
    ------
    ValueError
        A proportion of something else than zeros and ones.
    """
    n, tail = len(sample), (1 - statistic.confidence) / 2
    if statistic.kind == "mean":
        mean = float(sample.mean())
        if n == 1:
            return Estimate(mean, -np.inf, np.inf)
        half = float(special.stdtrit(n - 1, 1 - tail) * sample.std(ddof=1) / np.sqrt(n))
        return Estimate(mean, mean - half, mean + half)
    if statistic.kind == "median":
        ordered = np.sort(sample)
        # The j-th smallest lies above the median with the probability of fewer than j heads.
        heads = special.bdtr(np.arange(n, dtype=float), n, 0.5)
        below = int(np.searchsorted(heads, tail, side="right"))
        if below == 0:
            return Estimate(float(np.median(sample)), -np.inf, np.inf)
        return Estimate(
            float(np.median(sample)), float(ordered[below - 1]), float(ordered[n - below])
        )
    if not np.isin(sample, (0.0, 1.0)).all():
        raise ValueError("a proportion needs zeros and ones; declare the metric's mean or median")
    ones = int(sample.sum())
    low = float(special.betaincinv(ones, n - ones + 1, tail)) if ones else 0.0
    high = float(special.betaincinv(ones + 1, n - ones, 1 - tail)) if ones < n else 1.0
    return Estimate(ones / n, low, high)


def summarise(experiment: Experiment, store: Store, *, exactly: bool = False) -> Summary:
    """Summarise an experiment's stored trials.

    Parameters
    ----------
    experiment : Experiment
        Which.
    store : Store
        Where its trials are.
    exactly : bool, optional
        Leave out the points that are not on the experiment's grid.

    Returns
    -------
    Summary
        Without the trials of other versions of the trial function.
    """
    source = source_hash(experiment.trial)
    stored = points_of(store, experiment.name)
    order = {canonical(point): k for k, point in enumerate(experiment.points())}
    current = [one for one in stored if one.source == source and one.finished + one.failed]
    if exactly:
        current = [one for one in current if canonical(one.parameters) in order]
    current.sort(key=lambda one: order.get(canonical(one.parameters), len(order)))
    points = []
    for one in current:
        sample = values(store, one.key) if one.finished else {}
        estimates = {
            name: estimate(statistic, sample[name])
            for name, statistic in experiment.summary.items()
            if name in sample
        }
        points.append(PointSummary(one.parameters, one.finished, one.failed, estimates))
    stale = sum(one.finished + one.failed for one in stored if one.source != source)
    return Summary(experiment, tuple(points), stale)

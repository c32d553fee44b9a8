"""Learn a good threshold from rewards that are seen only above it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from algos._arguments import checked_real
from algos.search._threshold_problem import Query, Rewards


@dataclass(frozen=True)
class ThresholdResult:
    """A threshold and how good it is.

    Attributes
    ----------
    threshold : float
        The grid point with the best mean reward.
    estimate : float
        Its mean reward.
    half_width : float
        With probability 1 − failure_probability every mean on the grid, this one
        too, lies within this distance of its utility.
    samples : int
        Queries that were used.
    """

    threshold: float
    estimate: float
    half_width: float
    samples: int


def learn_threshold(
    query: Query,
    *,
    tolerance: float,
    failure_probability: float,
    lipschitz: float = 1.0,
    rng: np.random.Generator | int | None = None,
) -> ThresholdResult:
    """Find a threshold in [0, 1] whose mean reward is nearly the best.

    For a reserve price, a hiring bar, a task's difficulty: the reward g(γ, v) of a
    threshold γ is seen only if the hidden value v is at least γ.

    Parameters
    ----------
    query : callable
        ``query(threshold)`` returns a reward in [0, 1], or None if it was not
        seen, which counts 0; every call draws a fresh hidden value.
    tolerance : float
        In (0, 1): how far the utility may stay below the best.
    failure_probability : float
        In (0, 1).
    lipschitz : float, optional
        The constant L > 0 of one of the two conditions in the notes.
    rng : numpy.random.Generator, int or None, optional
        Not used: the queries are fixed in advance.

    Returns
    -------
    ThresholdResult
        The threshold.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was queried.
    RewardError
        A query raised or returned something other than None or [0, 1].

    Notes
    -----
    If g does not fall in γ and the value's distribution function is L-Lipschitz,
    or if lowering γ costs at most L times the step (g one-sided L-Lipschitz), then
    the threshold is within ``tolerance`` of the best with probability at least
    1 − failure_probability.  The grid has spacing at most tolerance / (2 L): the
    best threshold rounded up, or down, loses tolerance/2; Hoeffding and a union
    bound keep every mean within tolerance/4.  :func:`threshold_queries` queries,
    O(L log / tolerance³), which is optimal up to the logarithm.  Without either
    condition no number of queries is enough (:meth:`ThresholdProblem.needle`).

    References
    ----------
    J. Zhang, T. Lin, W. Zheng, Z. Feng, Y. Teng, X. Deng, "Learning Thresholds
    with Latent Values and Censored Feedback", 2023, arXiv 2312.04653.

    Examples
    --------
    >>> from algos.search import ThresholdProblem, learn_threshold
    >>> price = ThresholdProblem(values=((0.0, 1.0, 1.0),), slope=1.0)
    >>> result = learn_threshold(price.querier(1), tolerance=0.2, failure_probability=0.05)
    >>> price.utility(result.threshold) >= price.best() - 0.2
    True
    """
    points, repetitions = _grid(tolerance, failure_probability, lipschitz)
    rewards = Rewards(query)
    means = [
        sum(rewards.query(k / (points - 1)) for _ in range(repetitions)) / repetitions
        for k in range(points)
    ]
    best = int(np.argmax(means))
    return ThresholdResult(best / (points - 1), means[best], float(tolerance) / 4, rewards.samples)


def threshold_queries(tolerance: float, failure_probability: float, lipschitz: float = 1.0) -> int:
    """Give the number of queries of :func:`learn_threshold`.

    Parameters
    ----------
    tolerance, failure_probability, lipschitz : float
        As for the learner.

    Returns
    -------
    int
        K ⌈(8 / tolerance²) ln(2 K / failure_probability)⌉ with K = ⌈2 L / tolerance⌉ + 1.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Examples
    --------
    >>> from algos.search import threshold_queries
    >>> threshold_queries(0.1, 0.05)
    113127
    """
    points, repetitions = _grid(tolerance, failure_probability, lipschitz)
    return points * repetitions


def _grid(tolerance: float, failure_probability: float, lipschitz: float) -> tuple[int, int]:
    """Validate the arguments; give the number of grid points and the queries at each."""
    tolerance = checked_real("tolerance", tolerance, 0, 1)
    delta = checked_real("failure_probability", failure_probability, 0, 1)
    lipschitz = checked_real("lipschitz", lipschitz, 0, math.inf)
    if lipschitz > 2**52 * tolerance:
        raise ValueError(
            f"lipschitz must be at most 2**52 times the tolerance, got {lipschitz!r} with "
            f"tolerance={tolerance!r}"
        )
    points = math.ceil(2 * lipschitz / tolerance) + 1
    return points, math.ceil(8 / tolerance**2 * math.log(2 * points / delta))

"""Play thresholds over a horizon with little regret."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from algos._arguments import checked_count, checked_real
from algos.search._threshold_problem import Query, Rewards


@dataclass(frozen=True)
class OnlineThresholdResult:
    """What was played.

    Attributes
    ----------
    thresholds : tuple of float
        The grid.
    plays : tuple of int
        How often each point was played; they add up to the horizon.
    rewards : tuple of float
        Total reward of each point.
    """

    thresholds: tuple[float, ...]
    plays: tuple[int, ...]
    rewards: tuple[float, ...]


def learn_threshold_online(
    query: Query,
    horizon: int,
    *,
    lipschitz: float = 1.0,
    rng: np.random.Generator | int | None = None,
) -> OnlineThresholdResult:
    """Play ``horizon`` thresholds so that the rewards nearly match the best fixed one.

    The online form of :func:`learn_threshold`, under the same conditions.

    Parameters
    ----------
    query : callable
        As for :func:`learn_threshold`.
    horizon : int
        Number of plays, at least 2.
    lipschitz : float, optional
        The constant L > 0.
    rng : numpy.random.Generator, int or None, optional
        Not used: the plays follow from the rewards.

    Returns
    -------
    OnlineThresholdResult
        Plays and rewards of every grid point.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was queried.
    RewardError
        A query raised or returned something other than None or [0, 1].

    Notes
    -----
    Successive elimination on a grid of K ≈ T^{1/3} points: all points that may
    still be the best are played in turn, and a point is dropped once its upper
    confidence limit falls below another's lower one.  The expected regret is at
    most :func:`threshold_regret`, O(T^{2/3}) up to logarithms.

    References
    ----------
    J. Zhang, T. Lin, W. Zheng, Z. Feng, Y. Teng, X. Deng, "Learning Thresholds
    with Latent Values and Censored Feedback", 2023, arXiv 2312.04653: Θ(T^{2/3}).

    Examples
    --------
    >>> from algos.search import ThresholdProblem, learn_threshold_online
    >>> price = ThresholdProblem(values=((0.0, 1.0, 1.0),), slope=1.0)
    >>> result = learn_threshold_online(price.querier(1), 10_000)
    >>> sum(result.plays)
    10000
    """
    horizon = checked_count("horizon", horizon)
    points = _points(horizon, lipschitz)
    rewards = Rewards(query)
    grid = [k / (points - 1) for k in range(points)]
    plays, totals = [0] * points, [0.0] * points
    active = list(range(points))
    level = math.log(2 * points * horizon**2)
    while rewards.samples < horizon:
        for k in active[: horizon - rewards.samples]:
            totals[k] += rewards.query(grid[k])
            plays[k] += 1
        if len(active) > 1:  # all of them were played equally often, but in the last round
            radius = math.sqrt(level / (2 * plays[active[-1]] or math.inf))
            means = {k: totals[k] / plays[k] for k in active if plays[k]}
            best = max(means.values())
            active = [k for k in active if means.get(k, best) >= best - 2 * radius]
    return OnlineThresholdResult(tuple(grid), tuple(plays), tuple(totals))


def threshold_regret(horizon: float, lipschitz: float = 1.0) -> float:
    """Bound the expected regret of :func:`learn_threshold_online`.

    Parameters
    ----------
    horizon : int or float
        Number of plays T, a whole number, at least 2.
    lipschitz : float, optional
        The constant L > 0.

    Returns
    -------
    float
        L T / (K−1) + √(32 K T ln(2 K T²)) + K + 1, with the grid's K.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Examples
    --------
    >>> from algos.search import threshold_regret
    >>> round(threshold_regret(10**6))
    192930
    """
    points = _points(horizon, lipschitz)
    level = math.log(2 * points * horizon**2)
    rounding = lipschitz * horizon / (points - 1)
    return rounding + math.sqrt(32 * points * horizon * level) + points + 1


def _points(horizon: float, lipschitz: float) -> int:
    """Balance the rounding L T / K with the price √(K T ln T) of telling K points apart."""
    if not (horizon >= 2 and float(horizon).is_integer()):
        raise ValueError(f"horizon must be a whole number, at least 2, got {horizon!r}")
    lipschitz = checked_real("lipschitz", lipschitz, 0, math.inf)
    balance = math.cbrt(horizon / (8 * math.log(2 * horizon**2))) * math.cbrt(lipschitz) ** 2
    return 1 + max(1, math.ceil(min(balance, horizon)))  # no more points than plays

"""Rounds of greedy algorithms for f - c in which most marginals are old ones; host only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["advance"]

Reals = NDArray[np.float64]


@compiled
def _score(ratio: bool, weight: float, charge: float, gain: float, cost: float) -> float:
    """Score one element."""
    if not ratio:
        return weight * gain - charge * cost
    if cost > 0:
        return gain / cost
    return np.inf if gain > 0 else 0.0


@compiled
def advance(
    step: int,
    last: int,
    pools: NDArray[Any],
    weights: Reals,
    charge: float,
    ratio: bool,
    floor: float,
    gains: Reals,
    slack: float,
    fresh: NDArray[np.bool_],
    costs: Reals,
    present: NDArray[np.bool_],
    old: NDArray[Any],
    bounds: Reals,
) -> tuple[int, int, int, float]:
    """Go through rounds up to the first in which an element wins, or might.

    Parameters
    ----------
    step, last : int
        The rounds to go through.
    pools : array of intp, shape (1 or more than ``last``, m)
        Who is looked at, the same in every round or row by row.
    weights : array, shape (more than ``last``,)
        Factor of the marginals in every round.
    charge : float
        Factor of the costs.
    ratio : bool
        Whether scores are gain / cost, without the two factors.
    floor : float
        Scores up to this do not win.
    gains : array, shape (n,)
        Marginals, or old ones.
    slack : float
        Old marginals may be too small by this.
    fresh : array of bool, shape (n,)
        Whose are not old.
    costs : array, shape (n,)
        At least 0.
    present : array of bool, shape (n,)
        Who takes part.
    old, bounds : array, shape (b,), of intp and of float
        The first takes those of old marginals and greatest scores, if one of them might win; the
        second is for work.

    Returns
    -------
    (int, int, int, float)
        The round (``last`` + 1 where nobody wins); how many old marginals to ask for, or 0 and
        the winner (-1 for nobody) with its score.
    """
    for t in range(step, last + 1):
        pool = pools[t if len(pools) > 1 else 0]
        winner, score = -1, floor
        for e in pool:
            if present[e] and fresh[e]:
                s = _score(ratio, weights[t], charge, gains[e], costs[e])
                if s > score or (s == score and 0 <= e < winner):
                    winner, score = e, s
        count = 0
        for e in pool:
            if not present[e] or fresh[e]:
                continue
            s = _score(ratio, weights[t], charge, gains[e] + slack, costs[e])
            if count == len(bounds) and s <= bounds[count - 1]:
                continue
            count = min(count + 1, len(bounds))
            place = count - 1
            while place > 0 and bounds[place - 1] < s:
                old[place], bounds[place] = old[place - 1], bounds[place - 1]
                place -= 1
            old[place], bounds[place] = e, s
        if count > 0 and (bounds[0] > score or (bounds[0] == score and winner >= 0)):
            return t, count, winner, score
        if winner >= 0:
            return t, 0, winner, score
    return last + 1, 0, -1, floor

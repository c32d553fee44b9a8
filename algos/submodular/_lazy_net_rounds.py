"""Rounds of the greedy algorithms for f − c that use old marginals as upper bounds."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from typing import Any

import numpy as np

from algos.submodular._net_rounds import Round
from algos.submodular._oracle import RTOL, Oracle
from algos.submodular._score_rules import ScoreRule
from algos.submodular._selection import best

__all__ = ["lazy_net_rounds"]

#: Marginals that a round asks for at once, at first.
FEW = 16


def lazy_net_rounds(oracle: Oracle, costs: Any, rule: ScoreRule) -> Iterator[Round]:
    """Walk through the rounds of `net_rounds`; marginals are asked for where old ones might win.

    Scores rise with the marginals, and these fall as S grows. Where marginals are old they are
    bounds in the rounds that are given, and so are their scores. Of successive rounds that pass
    the first is given: scores never fall in time, so that the next one of interest is bisected.
    """
    state, pool, size = oracle.start(), oracle.everything, 0
    gains = oracle.gains(state, pool).astype(np.float64)
    known_at = np.zeros(oracle.size, dtype=np.intp)
    slack = RTOL * float(gains.max())  # rounding may let a marginal rise

    def scored(step: int) -> Any:
        """Score the pool, by bounds where marginals are old."""
        with np.errstate(over="ignore"):
            return rule.scores(step, gains[pool] + slack * (known_at[pool] < size), costs[pool])

    step, few = 0, FEW
    while step < rule.rounds:
        old, scores = known_at[pool] < size, scored(step)
        while True:
            place = best(scores, pool) if len(pool) else None
            if place is None or not scores[place] > rule.floor:
                place = None
                break
            if not old[place]:
                break
            asked = np.flatnonzero(old)
            if few < len(asked):
                asked = asked[np.argpartition(-scores[asked], few)[:few]]
            elements, few = pool[asked], 2 * few
            fresh = oracle.gains(state, elements)
            gains[elements], known_at[elements], old[asked] = fresh, size, False
            with np.errstate(over="ignore"):
                scores[asked] = rule.scores(step, fresh, costs[elements])
        yield Round(step, state, pool, gains[pool], scores, place)
        if place is not None:
            oracle.push(state, int(pool[place]))
            pool, size = np.delete(pool, place), size + 1
            step, few = step + 1, FEW
        elif rule.steady or len(pool) == 0:
            return
        else:
            later = range(rule.rounds)
            step = bisect(later, rule.floor, step + 1, key=lambda t: scored(t).max())

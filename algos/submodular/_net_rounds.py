"""Rounds of the greedy algorithms for f − c, whatever their scores are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from algos.submodular._oracle import Oracle
from algos.submodular._score_rules import ScoreRule
from algos.submodular._selection import best
from algos.submodular._set_function import Indices

__all__ = ["Round", "net_rounds"]


@dataclass(frozen=True, eq=False)
class Round:
    """A round, before its winner joins S.

    Attributes
    ----------
    step : int
        Number of the round, from 0.
    state : object
        State of S; the winner joins it when the next round is asked for.
    pool : ndarray of intp, shape (m,)
        The candidates.
    gains, scores : ndarray, shape (m,)
        Theirs.
    place : int or None
        Of the winner in the pool; None where no score passes the floor.
    """

    step: int
    state: Any
    pool: Indices
    gains: Any
    scores: Any
    place: int | None


def net_rounds(
    oracle: Oracle,
    costs: Any,
    rule: ScoreRule,
    *,
    candidates: Indices | None = None,
    pools: Iterable[Indices] | None = None,
) -> Iterator[Round]:
    """Walk through the rounds of a rule; marginals are asked for where S or the pool is new.

    Parameters
    ----------
    oracle : Oracle
        The function.
    costs : ndarray, shape (n,)
        At least 0.
    rule : ScoreRule
        Scores, and the number of rounds.
    candidates : ndarray of intp, optional
        Who takes part; all elements by default.
    pools : iterable of ndarray of intp, optional
        Who is looked at, in every round; all candidates by default.

    Yields
    ------
    Round
        One after the other, up to the first without a winner if the rule is steady and sees all.
    """
    free = np.zeros(oracle.size, dtype=bool)
    free[oracle.everything if candidates is None else candidates] = True
    state, drawn = oracle.start(), None if pools is None else iter(pools)
    pool = np.flatnonzero(free)
    gains = None
    for step in range(rule.rounds):
        if drawn is not None:
            pool = next(drawn)
            pool, gains = pool[free[pool]], None
        if gains is None:
            gains = oracle.gains(state, pool)
        with np.errstate(over="ignore"):
            scores = rule.scores(step, gains, costs[pool])
        place = best(scores, pool) if len(pool) else None
        if place is not None and not scores[place] > rule.floor:
            place = None
        yield Round(step, state, pool, gains, scores, place)
        if place is not None:
            oracle.push(state, int(pool[place]))
            free[pool[place]] = False
            pool, gains = np.delete(pool, place), None
        elif rule.steady and drawn is None:
            return

"""Scores of elements that have a cost: whom a greedy round takes, and at which cost two tie."""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction
from typing import Any

import numpy as np

__all__ = ["CostScaled", "Distorted", "ReturnOnInvestment", "ScoreRule"]


class ScoreRule(ABC):
    """A round takes the element of greatest score, if that passes the floor.

    Numbers may be floats, or fractions in arrays of objects.

    Parameters
    ----------
    rounds : int
        Number of rounds, at least 1.
    """

    #: Scores up to this are passed over.
    floor: int = 0
    #: Scores do not depend on the round: one that takes nothing is the last.
    steady: bool = True

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds

    @abstractmethod
    def scores(self, step: int, gains: Any, costs: Any) -> Any:
        """Score elements in a round, from their marginals; falling in the cost.

        Parameters
        ----------
        step : int
            The round, from 0.
        gains, costs : ndarray, shape (m,)
            Marginals and costs.

        Returns
        -------
        ndarray, shape (m,)
            The scores.
        """

    @abstractmethod
    def tie(self, step: int, gain: Any, score: Any) -> Any:
        """Compute the cost at which an element ties with a rival, or with the floor.

        Parameters
        ----------
        step : int
            The round.
        gain : number
            The element's marginal.
        score : number
            The rival's score.

        Returns
        -------
        number
            The cost; below it the element's score is greater than the rival's, and than the floor.
        """


class Distorted(ScoreRule):
    """(1 − γ/R)^(R − t) f(e|S) − c_e, for t = 1, …, R; the submodularity ratio γ is 1 mostly."""

    steady = False

    def __init__(self, rounds: int, *, ratio: Any = 1, exact: bool = False) -> None:
        super().__init__(rounds)
        self._kept = 1 - (Fraction(ratio) / rounds if exact else ratio / rounds)

    def weight(self, step: int) -> Any:
        """Give the factor of the marginals."""
        return self._kept ** (self.rounds - 1 - step)

    def scores(self, step: int, gains: Any, costs: Any) -> Any:
        """Weigh the marginals, less the costs."""
        return self.weight(step) * gains - costs

    def tie(self, step: int, gain: Any, score: Any) -> Any:
        """Solve for the cost."""
        return self.weight(step) * gain - max(score, 0)


class CostScaled(ScoreRule):
    """f(e|S) − 2 c_e."""

    def scores(self, step: int, gains: Any, costs: Any) -> Any:
        """Take twice the costs from the marginals."""
        return gains - 2 * costs

    def tie(self, step: int, gain: Any, score: Any) -> Any:
        """Solve for the cost."""
        return (gain - max(score, 0)) / 2


class ReturnOnInvestment(ScoreRule):
    """f(e|S) / c_e, while it is above 1; infinite for what costs nothing and adds something."""

    floor = 1

    def scores(self, step: int, gains: Any, costs: Any) -> Any:
        """Divide the marginals by the costs."""
        free = np.where(gains > 0, np.inf, 0.0)
        paid = costs > 0
        return np.where(paid, gains / np.where(paid, costs, 1), free)

    def tie(self, step: int, gain: Any, score: Any) -> Any:
        """Solve for the cost: 0 against a rival that costs nothing."""
        return gain * 0 if score == np.inf else gain / max(score, 1)

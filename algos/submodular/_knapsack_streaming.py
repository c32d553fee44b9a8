"""Streaming under a budget: one pass, a least marginal per cost in each sieve."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from algos._arguments import checked_array, checked_real
from algos.submodular._knapsack_greedy import monotone_oracle
from algos.submodular._selection import Selection
from algos.submodular._set_function import SetFunction
from algos.submodular._sieve_streaming import stream_elements

__all__ = ["KnapsackStreaming"]


class KnapsackStreaming:
    """Choose elements of a stream within a budget, in one pass over it.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular.
    budget : float
        The most that the chosen elements may cost together, above 0.
    epsilon : float, optional
        In (0, 1]: successive least ratios of marginal and cost grow by 1 + ε.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    A sieve takes what fits and has a marginal of at least τ times its cost. The ratios τ are the
    powers of 1 + ε between 2/B times the best single value so far and the greatest
    f(e)/c(e) so far, where B is the budget. The result is the best sieve, or the best single
    element within the budget. Its value is at least 1/(3 + 2ε) of the best set of the stream
    within the budget, in any order, and of `upper_bound`.

    With costs of at least c there are log(B/2c)/log(1 + ε) + 1 sieves at most, of B/c elements
    each, and each computes one marginal an element.

    References
    ----------
    Q. Yu, E. Xu, S. Cui, "Streaming algorithms for news and scientific literature
    recommendation: submodular maximization with a d-knapsack constraint", IEEE Global Conference
    on Signal and Information Processing 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import Coverage, KnapsackStreaming
    >>> covers = Coverage(np.random.default_rng(0).random((1000, 50)) < 0.1)
    >>> stream = KnapsackStreaming(covers, 10.0, epsilon=0.1)
    >>> stream.update_many(range(1000), np.linspace(1, 3, 1000))
    >>> chosen = stream.result()
    >>> chosen.value >= chosen.upper_bound / 3.2
    True
    """

    def __init__(self, function: SetFunction, budget: float, *, epsilon: float = 0.1) -> None:
        self._oracle = monotone_oracle(function)
        self.budget = checked_real("budget", budget, 0, np.inf)
        self.epsilon = checked_real("epsilon", epsilon, 0, 1, high_end=True)
        self._empty = self._oracle.start()
        self._single, self._most = -1, 0.0  # the best single element and its value
        self._ratio = 0.0  # the greatest f(e)/c(e)
        self._sieves: dict[int, _Sieve] = {}  # by the exponents of their ratios

    @property
    def held(self) -> int:
        """Number of elements that are held."""
        return sum(len(sieve.elements) for sieve in self._sieves.values()) + (self._single >= 0)

    @property
    def oracle_calls(self) -> int:
        """Marginals that were computed."""
        return self._oracle.calls

    def update(self, element: int, cost: float) -> None:
        """Take the next element of the stream.

        Parameters
        ----------
        element : int
            The element.
        cost : float
            Its cost, above 0.
        """
        self.update_many([element], [cost])

    def update_many(self, elements: Iterable[int], costs: Any) -> None:
        """Take the next elements of the stream; the same as one by one.

        Parameters
        ----------
        elements : iterable of int
            The elements, in their order.
        costs : array_like, shape (number of elements,)
            Their costs, above 0.
        """
        stream = stream_elements(self._oracle.size, elements)
        if not len(stream) and not np.size(costs):
            return
        prices = checked_array("costs", costs, shape=(len(stream),))
        if (prices <= 0).any():
            k = int(np.argmax(prices <= 0))
            raise ValueError(
                f"costs must be above 0, got {prices[k]} for element {stream[k]}; what costs "
                "nothing can be taken before all streams"
            )
        singles = self._oracle.gains(self._empty, stream)
        for element, cost, gain in zip(
            stream.tolist(), prices.tolist(), singles.tolist(), strict=True
        ):
            if cost <= self.budget and gain > 0:
                self._show(element, cost, gain)

    def result(self) -> Selection:
        """Give the best set so far.

        Returns
        -------
        Selection
            With an upper bound on what any set of the stream reaches within the budget.
        """
        bound = self.budget * self._ratio
        elements, gains, value = [self._single] * (self._single >= 0), [self._most], self._most
        for sieve in self._sieves.values():
            if sieve.value > value:
                elements, gains, value = sieve.elements, sieve.gains, sieve.value
            if not sieve.overflowed:
                bound = min(bound, sieve.value + self.budget * sieve.refused)
        return Selection(
            np.array(elements, dtype=np.intp),
            np.array(gains[: len(elements)]),
            value,
            max(bound, value),
            self._oracle.calls,
        )

    def _show(self, element: int, cost: float, single: float) -> None:
        """Show an element to all sieves."""
        before, self._ratio = self._ratio, max(self._ratio, single / cost)
        if single > self._most:
            self._single, self._most = element, single
        base = math.log1p(self.epsilon)
        lowest = math.floor(math.log(2 * self._most / self.budget) / base) + 1
        highest = math.floor(math.log(self._ratio) / base)
        old = self._sieves
        self._sieves = {
            i: old.get(i) or _Sieve((1 + self.epsilon) ** i, self._oracle.start(), refused=before)
            for i in range(lowest, highest + 1)
        }
        for sieve in self._sieves.values():
            self._offer(sieve, element, cost, single)

    def _offer(self, sieve: _Sieve, element: int, cost: float, single: float) -> None:
        """Take an element into a sieve, if it is worth its cost there and fits."""
        if single < sieve.ratio * cost:
            sieve.refused = max(sieve.refused, single / cost)
            return
        gain = float(self._oracle.gains(sieve.state, np.array([element]))[0])
        if gain < sieve.ratio * cost:
            sieve.refused = max(sieve.refused, gain / cost)
        elif sieve.spent + cost > self.budget:
            sieve.overflowed = True
        else:
            self._oracle.push(sieve.state, element)
            sieve.elements.append(element)
            sieve.gains.append(gain)
            sieve.value += gain
            sieve.spent += cost


@dataclass
class _Sieve:
    """What is held for one least ratio of marginal and cost."""

    ratio: float
    state: Any
    refused: float  # no ratio that was refused is greater
    overflowed: bool = False  # something was worth its cost, but did not fit
    value: float = 0.0
    spent: float = 0.0
    elements: list[int] = field(default_factory=list)
    gains: list[float] = field(default_factory=list)

"""Streaming under a budget: one pass, a least marginal per cost in each sieve."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from algos._arguments import checked_array, checked_real
from algos.submodular._oracle import monotone_oracle
from algos.submodular._selection import Selection
from algos.submodular._set_function import Indices, Reals, SetFunction
from algos.submodular._streams import LEAST, first_passing, spans, stream_elements

__all__ = ["KnapsackStreaming"]

#: The greatest marginal per cost whose powers do not overflow.
MOST_RATIO = 1e300


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
        inside = prices <= self.budget
        stream, prices = stream[inside], prices[inside]
        if not len(stream):
            return
        singles = self._oracle.gains(self._empty, stream)
        most = np.maximum.accumulate(np.maximum(singles, self._most))
        with np.errstate(over="ignore"):
            ratio = np.maximum.accumulate(np.maximum(singles / prices, self._ratio))
        if ratio[-1] > MOST_RATIO:
            k = int(ratio.argmax())
            raise ValueError(
                f"costs must be larger, or function smaller, got {prices[k]:g} for element "
                f"{stream[k]} of value {singles[k]:g}: more than {MOST_RATIO:g} per cost"
            )
        lowest, highest = self._range(most, ratio)
        for first, last in spans(lowest, highest):
            self._open(lowest[first], highest[first], self._ratio)
            self._ratio = float(ratio[last - 1])
            if most[last - 1] > self._most:
                self._most = float(most[last - 1])
                self._single = int(stream[first + int(singles[first:last].argmax())])
            for sieve in self._sieves.values():
                self._sift(
                    sieve, stream[first:last], prices[first:last], singles[first:last].copy()
                )

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
            float(value),
            float(max(bound, value)),
            self._oracle.calls,
        )

    def _range(self, most: Reals, ratio: Reals) -> tuple[Reals, Reals]:
        """Give the exponents of the least and the greatest ratio; NaN while all is worth 0."""
        base = math.log1p(self.epsilon)
        with np.errstate(divide="ignore"):
            lowest = np.floor((np.log(most) + math.log(2) - math.log(self.budget)) / base) + 1
            highest = np.floor(np.log(np.maximum(ratio, LEAST)) / base)
        return np.where(most > 0, lowest, np.nan), np.where(most > 0, highest, np.nan)

    def _open(self, lowest: float, highest: float, before: float) -> None:
        """Close the sieves of smaller ratios, open those that are new."""
        if np.isnan(lowest):
            return
        old = self._sieves
        self._sieves = {
            i: old.get(i) or _Sieve((1 + self.epsilon) ** i, self._oracle.start(), refused=before)
            for i in range(int(lowest), int(highest) + 1)
        }

    def _sift(self, sieve: _Sieve, stream: Indices, costs: Reals, gains: Reals) -> None:
        """Show elements to a sieve, with marginals that are old: upper bounds."""
        at = 0
        while at < len(stream):
            least = np.maximum(sieve.ratio * costs, LEAST)
            if sieve.overflowed:  # no bound is made any more: only what fits is of interest
                least[sieve.spent + costs > self.budget] = np.inf
            found = first_passing(self._oracle, sieve.state, stream, gains, least, at, self._most)
            sieve.refused = max(sieve.refused, (gains[at:found] / costs[at:found]).max(initial=0))
            if found < len(stream):
                self._offer(sieve, int(stream[found]), float(costs[found]), float(gains[found]))
            at = found + 1

    def _offer(self, sieve: _Sieve, element: int, cost: float, gain: float) -> None:
        """Put an element that is worth its cost into a sieve, if it fits."""
        if sieve.spent + cost > self.budget:
            sieve.overflowed = True
            return
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

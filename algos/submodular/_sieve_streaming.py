"""Sieve streaming: one pass, a guess of the optimum in each sieve, few elements kept."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from algos._arguments import checked_count, checked_real
from algos.submodular._oracle import monotone_oracle
from algos.submodular._selection import Selection
from algos.submodular._set_function import Indices, OracleError, Reals, SetFunction
from algos.submodular._streams import LEAST, first_passing, spans, stream_elements

__all__ = ["SieveStreaming"]


class SieveStreaming:
    """Choose k elements of a stream, in one pass over it.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular.
    k : int
        Number of elements, from 1 to the size of the ground set.
    epsilon : float, optional
        In (0, 1]: successive guesses of the optimum have the ratio 1 + ε.

    Attributes
    ----------
    parts : int
        Number of streams that have been merged, this one included.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    The sieve of a guess v takes an element if its marginal is at least
    (v/2 − f(S)) / (k − s), where S is what the sieve holds, s elements. Guesses are the powers
    of 1 + ε from the best single value so far to 2 k times as much; a sieve that is
    opened late has missed nothing that it would have taken. The result is the best sieve, or the
    best single element. Its value is at least 1/(2 + ε) of the best of all k elements of
    the stream, in any order, and of `upper_bound`.

    `merge` offers the elements of the other's sieves to those of the same guess. What a sieve of
    p streams then refused may be worth v/2 for each stream, and the value is at least
    1/(1 + p (1 + ε)) of the best and of `upper_bound`: 1/(3 + 2ε) for two.

    At most k (⌈log(2k)/log(1 + ε)⌉ + 1) + 1 elements are held, O(k log(k)/ε). Each sieve that is
    not full computes at most about two marginals an element.

    References
    ----------
    A. Badanidiyuru, B. Mirzasoleiman, A. Karbasi, A. Krause, "Streaming submodular maximization:
    massive data summarization on the fly", KDD 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import Coverage, SieveStreaming
    >>> covers = Coverage(np.random.default_rng(0).random((1000, 50)) < 0.1)
    >>> sieve = SieveStreaming(covers, 5, epsilon=0.1)
    >>> sieve.update_many(range(1000))
    >>> chosen = sieve.result()
    >>> len(chosen.elements), chosen.value >= chosen.upper_bound / 2.1
    (5, True)
    """

    def __init__(self, function: SetFunction, k: int, *, epsilon: float = 0.1) -> None:
        self._oracle = monotone_oracle(function)
        self.k = checked_count("k", k, most=self._oracle.size)
        self.epsilon = checked_real("epsilon", epsilon, 0, 1, high_end=True)
        self.parts = 1
        self._empty = self._oracle.start()
        self._single, self._most = -1, 0.0  # the best single element and its value
        self._sieves: dict[int, _Sieve] = {}  # by the exponents of their guesses

    @property
    def held(self) -> int:
        """Number of elements that are held."""
        return sum(len(sieve.elements) for sieve in self._sieves.values()) + (self._single >= 0)

    @property
    def oracle_calls(self) -> int:
        """Marginals that were computed."""
        return self._oracle.calls

    def update(self, element: int) -> None:
        """Take the next element of the stream.

        Parameters
        ----------
        element : int
            The element.
        """
        self.update_many([element])

    def update_many(self, elements: Iterable[int]) -> None:
        """Take the next elements of the stream; the same as one by one.

        Parameters
        ----------
        elements : iterable of int
            The elements, in their order.
        """
        stream = stream_elements(self._oracle.size, elements)
        if not len(stream):
            return
        singles = self._oracle.gains(self._empty, stream)
        most = np.maximum.accumulate(np.maximum(singles, self._most))
        for first, last in spans(self._lowest(most)):
            self._open(float(most[first]), self._most)
            if most[last - 1] > self._most:
                self._most = float(most[last - 1])
                self._single = int(stream[first + int(singles[first:last].argmax())])
            for sieve in self._sieves.values():
                self._sift(sieve, stream[first:last], singles[first:last].copy())

    def result(self) -> Selection:
        """Give the best set so far.

        Returns
        -------
        Selection
            With an upper bound on what any k elements of the stream reach.
        """
        bound = self.k * self._most
        elements, gains, value = [self._single] * (self._single >= 0), [self._most], self._most
        for sieve in self._sieves.values():
            if sieve.value > value:
                elements, gains, value = sieve.elements, sieve.gains, sieve.value
            if len(sieve.elements) < self.k:
                bound = min(bound, sieve.value + sieve.lost + self.k * sieve.refused)
        return Selection(
            np.array(elements, dtype=np.intp),
            np.array(gains[: len(elements)]),
            float(value),
            float(max(bound, value)),
            self._oracle.calls,
        )

    def merge(self, other: SieveStreaming) -> None:
        """Take in what has been kept of another stream.

        Parameters
        ----------
        other : SieveStreaming
            Of the same function, k and epsilon; it stays as it is.

        Raises
        ------
        TypeError, ValueError
            It is of another kind.
        """
        if not isinstance(other, SieveStreaming):
            raise TypeError(f"other must be a SieveStreaming, got {type(other).__name__}")
        mine, theirs = (self._oracle.size, self.k, self.epsilon), (
            other._oracle.size, other.k, other.epsilon,
        )  # fmt: skip
        if mine != theirs or other is self:
            raise ValueError(
                "other must be another stream's, with the same size, k and epsilon; "
                f"got {theirs} for {mine}"
            )
        self._open(max(self._most, other._most), self._most)
        for i, sieve in self._sieves.items():
            met = other._sieves.get(i)
            if met is None:
                sieve.refused = max(sieve.refused, other._most)
            else:
                self._join(sieve, met)
        if other._most > self._most:
            self._most, self._single = other._most, other._single
        self._oracle.calls += other._oracle.calls
        self.parts += other.parts

    def _lowest(self, most: Reals) -> Reals:
        """Give the exponents of the least guesses, from the best single values; NaN for none."""
        with np.errstate(divide="ignore"):
            logs = np.log(most)
        return np.floor(np.where(most > 0, logs, np.nan) / math.log1p(self.epsilon))

    def _open(self, most: float, before: float) -> None:
        """Close the sieves of smaller guesses, open those that are new."""
        if most <= 0:
            return
        lowest = int(self._lowest(np.array([most]))[0])
        highest = lowest + math.ceil(math.log(2 * self.k) / math.log1p(self.epsilon))
        if highest * math.log1p(self.epsilon) > 700:
            raise OracleError(f"function must be scaled down, got a value of {most:g}")
        old = self._sieves
        self._sieves = {
            i: old.get(i) or _Sieve((1 + self.epsilon) ** i, self._oracle.start(), refused=before)
            for i in range(lowest, highest + 1)
        }

    def _sift(self, sieve: _Sieve, stream: Indices, gains: Reals) -> None:
        """Show elements to a sieve, with marginals that are old: upper bounds."""
        at = 0
        while at < len(stream) and len(sieve.elements) < self.k:
            least = np.full(len(stream), sieve.threshold(self.k))
            found = first_passing(self._oracle, sieve.state, stream, gains, least, at, self._most)
            sieve.refused = max(sieve.refused, gains[at:found].max(initial=0))
            if found < len(stream):
                self._take(sieve, int(stream[found]), float(gains[found]))
            at = found + 1

    def _take(self, sieve: _Sieve, element: int, gain: float) -> None:
        """Put an element into a sieve."""
        self._oracle.push(sieve.state, element)
        sieve.elements.append(element)
        sieve.gains.append(gain)
        sieve.value += gain

    def _join(self, sieve: _Sieve, met: _Sieve) -> None:
        """Offer a sieve what another one of the same guess has taken."""
        full = [one for one in (sieve, met) if len(one.elements) == self.k]
        if full:
            better = max(full, key=lambda one: one.value)
            sieve.elements, sieve.gains = list(better.elements), list(better.gains)
            sieve.value = better.value
            return
        sieve.refused = max(sieve.refused, met.refused)
        sieve.lost += met.lost
        for element in met.elements:
            gain = self._oracle.gains(sieve.state, np.array([element]))
            if len(sieve.elements) < self.k and gain[0] >= sieve.threshold(self.k):
                self._take(sieve, element, float(gain[0]))
            else:
                sieve.lost += max(float(gain[0]), 0.0)


@dataclass
class _Sieve:
    """What is held for one guess of the optimum."""

    guess: float
    state: Any
    refused: float  # no marginal that was refused is greater
    lost: float = 0.0  # what refused elements of merged sieves may add together
    value: float = 0.0
    elements: list[int] = field(default_factory=list)
    gains: list[float] = field(default_factory=list)

    def threshold(self, k: int) -> float:
        """Give the marginal from which on an element is taken."""
        threshold = (self.guess / 2 - self.value) / (k - len(self.elements))
        return max(threshold, LEAST)

"""Maximisation while the ground set changes: few marginals an update."""

from __future__ import annotations

from collections import Counter
from math import exp, floor, log, log1p

import numpy as np

from algos._arguments import checked_count, checked_real
from algos.submodular._dynamic_batches import Batches
from algos.submodular._dynamic_levels import Levels
from algos.submodular._oracle import monotone_oracle
from algos.submodular._selection import Selection
from algos.submodular._set_function import SetFunction

__all__ = ["DynamicMaximizer"]


class DynamicMaximizer:
    """Keep k elements of high value while elements come and go.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular, over all elements that may ever come.
    k : int
        Number of elements to choose at most, from 1 to the size of the function.
    epsilon : float
        In [1e-6, 1]: ratio of successive guesses of the optimum, less 1.
    rng : int, Generator or None, optional
        Draws the elements; nobody who chooses the updates may look at it, or at the selections.

    Attributes
    ----------
    oracle_calls : int
        Marginals computed so far.
    update_calls : int
        Marginals computed in the latest update.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; an element comes twice, or goes without having come.
    OracleError
        A marginal is no number, or negative; the object is of no use afterwards.

    Notes
    -----
    After every update, whoever chose it, the value is at least 1 / (2 + ε) of what any k present
    elements have, and the upper bound at most 2 + ε times the value.

    For each power of 1 + ε as a guess of the optimum there are up to k levels. A level's element
    is uniform among the present ones whose marginal to the elements of all levels before is at
    least guess / 2k. An element that comes takes over a level with probability 1 / m, where m
    elements are in its pool, and one that goes had it with that probability; then this level's
    pool alone is looked at anew.
    So an update costs at most 1 + g (k (2 + b) + b) marginals in expectation, with
    b = ⌈lg(k + 1)⌉ and g = ⌊log 2k / log(1 + ε)⌋ + 2, however many elements there are, as long as
    the updates do not depend on the draws (an oblivious adversary). Each guess in use keeps up to
    k + 1 states of the function.

    Among guesses of equal value the least one is answered.

    References
    ----------
    K. Banihashem, L. Biabani, S. Goudarzi, M. Hajiaghayi, P. Jabbarzade, M. Monemizadeh, "Dynamic
    algorithms for matroid submodular maximization", SODA 2024.

    Examples
    --------
    >>> from algos.submodular import Coverage, DynamicMaximizer
    >>> sets = Coverage([[1, 1, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1.0]])
    >>> dynamic = DynamicMaximizer(sets, 2, epsilon=0.1, rng=0)
    >>> for element in range(3):
    ...     dynamic.insert(element)
    >>> dynamic.selection.value
    4.0
    >>> dynamic.delete(0)
    >>> sorted(dynamic.selection.elements.tolist()), dynamic.selection.value
    ([1, 2], 3.0)
    """

    def __init__(
        self,
        function: SetFunction,
        k: int,
        *,
        epsilon: float,
        rng: int | np.random.Generator | None = None,
    ) -> None:
        self._oracle = monotone_oracle(function)
        self.k = checked_count("k", k, most=function.size)
        self.epsilon = checked_real("epsilon", epsilon, 1e-6, 1, low_end=True, high_end=True)
        self._rng = np.random.default_rng(rng)
        self._guesses: dict[int, Levels | Batches] = {}
        self._rungs: dict[int, range] = {}  # the guesses in which an element takes part
        self._lowest: Counter[int] = Counter()  # how many elements start at which guess
        self.update_calls = 0

    @property
    def oracle_calls(self) -> int:
        """Marginals computed so far."""
        return self._oracle.calls

    def __len__(self) -> int:
        """Count the present elements."""
        return len(self._rungs)

    def __contains__(self, element: object) -> bool:
        """Tell whether an element is present."""
        return element in self._rungs

    def insert(self, element: int) -> None:
        """Let an element come.

        Parameters
        ----------
        element : int
            From 0 to the function's size − 1, not present.
        """
        element = checked_count("element", element, least=0, most=self._oracle.size - 1)
        if element in self:
            raise ValueError(f"element must not be present, got {element}; delete it first")
        before = self.oracle_calls
        gain = float(self._oracle.gains(self._oracle.start(), np.array([element]))[0])
        rungs = self._ladder(gain)
        for rung in rungs:
            if rung not in self._guesses:
                self._guesses[rung] = self._guess(self._threshold(rung))
            self._guesses[rung].insert(element)
        self._rungs[element] = rungs
        self._lowest[rungs.start] += len(rungs) > 0
        self.update_calls = self.oracle_calls - before

    def delete(self, element: int) -> None:
        """Let an element go.

        Parameters
        ----------
        element : int
            A present one.
        """
        element = checked_count("element", element, least=0, most=self._oracle.size - 1)
        if element not in self:
            raise ValueError(f"element must be present, got {element}; insert it first")
        before = self.oracle_calls
        rungs = self._rungs.pop(element)
        for rung in rungs:
            self._guesses[rung].delete(element)
            if not self._guesses[rung].depths:
                del self._guesses[rung]
        self._lowest[rungs.start] -= len(rungs) > 0
        self.update_calls = self.oracle_calls - before

    @property
    def selection(self) -> Selection:
        """The best guess's elements, and an upper bound on what k present elements reach."""
        rungs = sorted(self._guesses)
        values = [self._guesses[rung].value for rung in rungs]
        if not rungs:
            nothing = np.zeros(0)
            return Selection(nothing.astype(np.intp), nothing, 0.0, 0.0, self.oracle_calls)
        place = int(np.argmax(values))
        best = self._guesses[rungs[place]]
        return Selection(
            np.array(best.chosen, dtype=np.intp),
            np.array(best.gains),
            values[place],
            self._upper_bound(),
            self.oracle_calls,
        )

    def _ladder(self, gain: float) -> range:
        """List the guesses for which an element is neither too good nor, by itself, too bad."""
        if gain <= 0:
            return range(0)
        step = log1p(self.epsilon)
        return range(floor(log(gain) / step), floor((log(gain) + log(2 * self.k)) / step) + 1)

    def _guess(self, threshold: float) -> Levels | Batches:
        """Begin a guess."""
        return Levels(self._oracle, self.k, threshold, self._rng)

    def _threshold(self, rung: int) -> float:
        """Divide a guess by 2 k."""
        return exp(rung * log1p(self.epsilon) - log(2 * self.k))

    def _upper_bound(self) -> float:
        """Find the least guess that is too high for all elements and has a level left."""
        rung = max(rung for rung, count in self._lowest.items() if count)
        while rung in self._guesses and len(self._guesses[rung].chosen) == self.k:
            rung += 1
        found = self._guesses[rung].reached if rung in self._guesses else 0.0
        return found + self.k * self._threshold(rung)

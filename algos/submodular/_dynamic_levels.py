"""One guess of the optimum: random elements, a level each, that a change rarely redraws."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos.submodular._oracle import Oracle
from algos.submodular._set_function import Indices

__all__ = ["Levels"]


class Levels:
    """At most k random elements, each of marginal at least a threshold to those before it.

    The pool of level i holds the elements whose marginals to the first 0, …, i − 1 chosen ones
    all reach the threshold; the element chosen at level i is uniform in its pool.
    """

    def __init__(self, oracle: Oracle, k: int, threshold: float, rng: np.random.Generator) -> None:
        self.oracle, self.k, self.threshold, self.rng = oracle, k, threshold, rng
        self.chosen: list[int] = []
        self.gains: list[float] = []
        self.states: list[Any] = [oracle.start()]  # of the first 0, 1, … chosen elements
        self.depths: dict[int, int] = {}  # the last level whose pool holds an element; or 0
        self.ends: list[set[int]] = [set() for _ in range(k + 1)]  # who has which depth

    @property
    def value(self) -> float:
        """Sum the marginals of the chosen elements."""
        return sum(self.gains)

    @property
    def reached(self) -> float:
        """Compute f of the chosen elements."""
        return self.value

    def insert(self, element: int) -> None:
        """Put an element into pools; on the way down it replaces the chosen one with 1 / |pool|."""
        self._place(np.array([element]), 0, min(len(self.chosen) + 1, self.k))
        depth = self.depths[element]
        pools = np.cumsum([len(group) for group in reversed(self.ends)])[::-1]
        wins = np.flatnonzero(self.rng.random(depth) * pools[1 : depth + 1] < 1)
        if len(wins):
            self._rebuild(int(wins[0]) + 1, [element])

    def delete(self, element: int) -> None:
        """Take an element out of its pools; draw its level and later ones anew if it was chosen."""
        depth = self.depths.pop(element)
        self.ends[depth].remove(element)
        if element in self.chosen:
            self._rebuild(depth, [])

    def _rebuild(self, level: int, first: list[int]) -> None:
        """Draw the elements of all levels from one on, some of them first."""
        pool = [e for group in self.ends[level:] for e in group if e not in first]
        order = np.array([*first, *self.rng.permutation(pool)], dtype=np.intp)
        for group in self.ends[level:]:
            group.clear()
        del self.chosen[level - 1 :], self.gains[level - 1 :], self.states[level:]
        rest: list[int] = []
        at, width = 0, 1
        while at < len(order) and len(self.chosen) < self.k:
            some = order[at : at + width]
            gains = self.oracle.gains(self.states[-1], some)
            reached = np.flatnonzero(gains >= self.threshold)
            failed = int(reached[0]) if len(reached) else len(some)
            rest.extend(some[:failed])
            at, width = at + failed, 2 * width
            if len(reached):
                self._choose(int(order[at]), float(gains[failed]))
                at, width = at + 1, 1
        rest.extend(order[at:])
        self._place(np.array(rest, dtype=np.intp), level - 1, len(self.chosen))

    def _choose(self, element: int, gain: float) -> None:
        """Open a level with its element."""
        state = self.oracle.function.copy(self.states[-1])
        self.oracle.push(state, element)
        self.states.append(state)
        self.chosen.append(element)
        self.gains.append(gain)
        self._end(element, len(self.chosen))

    def _place(self, elements: Indices, least: int, most: int) -> None:
        """Find the depths of elements between two, by bisection."""
        if least == most or not len(elements):
            for element in elements:
                self._end(int(element), least)
            return
        level = (least + most + 1) // 2
        reach = self.oracle.gains(self.states[level - 1], elements) >= self.threshold
        self._place(elements[reach], level, most)
        self._place(elements[~reach], least, level - 1)

    def _end(self, element: int, depth: int) -> None:
        """Write an element's depth down."""
        self.depths[element] = depth
        self.ends[depth].add(element)

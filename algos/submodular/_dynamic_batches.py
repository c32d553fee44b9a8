"""One guess of the optimum: batches of random elements, a level each, that few changes redraw."""

from __future__ import annotations

from dataclasses import dataclass
from math import log1p
from typing import Any

import numpy as np

from algos.submodular._oracle import Oracle
from algos.submodular._set_function import Indices

__all__ = ["Batches"]


@dataclass
class Batch:
    """A level: what it was drawn from, and how much has come and gone since.

    Attributes
    ----------
    start : int
        Number of elements chosen at earlier levels.
    pool : int
        Elements that reached the threshold when the level was made.
    bucket : frozenset of int
        Those of nearly equal marginals from which the level's were drawn.
    came, gone : int
        Elements that have come into the pool since, and gone from the bucket.
    """

    start: int
    pool: int
    bucket: frozenset[int]
    came: int = 0
    gone: int = 0


class Batches:
    """At most k random elements, each of marginal at least a threshold to those before it.

    The pool of level i holds the elements whose marginals to what is chosen at levels 1, …, i − 1
    reach the threshold. Level i draws, in random order, from the greatest set of elements in its
    pool whose marginals differ by a factor 1 + ε. What is chosen stays chosen when its element
    goes, until its level is made anew: when more than ε/8 of the bucket have gone, or more have
    come into the pool than were there.
    """

    def __init__(
        self, oracle: Oracle, k: int, threshold: float, rng: np.random.Generator, epsilon: float
    ) -> None:
        self.oracle, self.k, self.threshold, self.rng = oracle, k, threshold, rng
        self.epsilon = epsilon
        self.chosen: list[int] = []
        self.gains: list[float] = []
        self.batches: list[Batch] = []
        self.states: list[Any] = [oracle.start()]  # after 0, 1, … levels
        self.depths: dict[int, int] = {}  # the last level whose pool holds an element; or 0
        self.places: dict[int, int] = {}  # the level that chose an element

    @property
    def value(self) -> float:
        """Bound f of the present chosen elements from below: by their marginals when chosen."""
        return sum(g for e, g in zip(self.chosen, self.gains, strict=True) if e in self.depths)

    @property
    def reached(self) -> float:
        """Compute f of all chosen elements, present or not."""
        return sum(self.gains)

    def insert(self, element: int) -> None:
        """Put an element into pools."""
        depth = self.places.get(element)
        if depth is None:
            open_ = len(self.chosen) < self.k  # then a level more can be made
            depth = self._depth(element, 0, len(self.batches) + open_)
        self.depths[element] = depth
        for level, batch in enumerate(self.batches[:depth]):
            batch.came += 1
            if batch.came > batch.pool:
                self._rebuild(level)
                return
        if depth > len(self.batches):
            self._rebuild(len(self.batches))

    def delete(self, element: int) -> None:
        """Take an element out of its pools."""
        depth = self.depths.pop(element)
        for level, batch in enumerate(self.batches[:depth]):
            batch.gone += element in batch.bucket
            if batch.gone > self.epsilon / 8 * len(batch.bucket):
                self._rebuild(level)
                return

    def _depth(self, element: int, least: int, most: int) -> int:
        """Find the last level whose pool holds an element, by bisection: marginals fall."""
        while least < most:
            level = (least + most + 1) // 2
            if self.oracle.gains(self.states[level - 1], np.array([element]))[0] >= self.threshold:
                least = level
            else:
                most = level - 1
        return least

    def _rebuild(self, level: int) -> None:
        """Make all levels from one on anew."""
        if level < len(self.batches):
            start = self.batches[level].start
            for element in self.chosen[start:]:
                del self.places[element]
            del self.chosen[start:], self.gains[start:]
        del self.batches[level:], self.states[level + 1 :]
        pool = np.array([e for e, depth in self.depths.items() if depth > level], dtype=np.intp)
        while len(self.chosen) < self.k and len(pool):
            gains = self.oracle.gains(self.states[-1], pool)
            reach = gains >= self.threshold
            self._end(pool[~reach])
            pool, gains = pool[reach], gains[reach]
            if len(pool):
                pool = self._draw(pool, gains)
        self._end(pool)

    def _end(self, elements: Indices) -> None:
        """Write down that elements are in the pools of all levels so far, and no further."""
        self.depths.update(dict.fromkeys(elements.tolist(), len(self.batches)))

    def _draw(self, pool: Indices, gains: np.ndarray[Any, np.dtype[np.float64]]) -> Indices:
        """Make a level; give the pool without what it has chosen."""
        steps = np.floor(np.log(gains / self.threshold) / log1p(self.epsilon)).astype(np.intp)
        members = steps == np.bincount(steps).argmax()
        bucket, least = pool[members], float(gains[members].min())
        self.batches.append(Batch(len(self.chosen), len(pool), frozenset(bucket.tolist())))
        state = self.oracle.function.copy(self.states[-1])
        failed, level = 0, len(self.batches)
        for draws, one in enumerate(self.rng.permutation(bucket)[: (len(bucket) + 1) // 2], 1):
            gain = float(self.oracle.gains(state, np.array([one]))[0])
            if gain >= least:
                self.oracle.push(state, int(one))
                self.chosen.append(int(one))
                self.gains.append(gain)
                self.places[int(one)] = self.depths[int(one)] = level
            else:
                failed += 1
            if len(self.chosen) == self.k or failed > self.epsilon * draws:
                break
        self.states.append(state)
        drawn = self.chosen[self.batches[-1].start :]
        return pool[~np.isin(pool, drawn)]

"""The binary tree: a prefix is a sum of the dyadic intervals that its binary digits name."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from accel.trees import dyadic
from algos._arguments import checked_count
from algos.privacy._mechanism import Draw, Lattice, Mechanism, Reals, Stream
from algos.privacy._noise import Integers
from algos.privacy._tree_stream import TreeStream

__all__ = ["Tree"]


class Tree(Mechanism):
    """Binary tree mechanism.

    Step t publishes the sum of its lowest dyadic interval, (t − 2^i, t] for the lowest digit i
    of t; the prefix of t is the sum of the intervals that its digits name. With fewer levels, as
    many intervals of the highest one as are needed.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.
    levels : int or "least", optional
        Interval lengths 1, 2, 4, … that there are. By default as many as the horizon has binary
        digits; "least" takes those of the least maximal error under Gaussian noise.

    Attributes
    ----------
    levels : int
        Intervals that an event lies in, at most.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    A step costs O(1) on average. Fewer levels than digits lower the error by a few hundredths; the
    last release of a horizon 2^h, which stays in all later sums where there is no horizon, is the
    better for all of them.

    References
    ----------
    T.-H. H. Chan, E. Shi, D. Song, "Private and continual release of statistics", ACM
    Transactions on Information and System Security 14, 2011, Section 3.

    C. Dwork, M. Naor, T. Pitassi, G. Rothblum, "Differential privacy under continual
    observation", STOC 2010, Section 4.

    Examples
    --------
    >>> from algos.privacy import Tree
    >>> for levels in (None, 15):
    ...     mechanism = Tree(65536, levels=levels)
    ...     print(round(mechanism.sensitivity(2) * mechanism.error_factors().max() ** 0.5, 2))
    16.49
    15.97
    """

    name: ClassVar[str] = "tree"
    options = ("levels",)

    def __init__(self, horizon: int, *, levels: int | Literal["least"] | None = None) -> None:
        super().__init__(horizon)
        self.levels = self.horizon.bit_length()
        if levels == "least":
            self.levels = min(range(self.levels, 0, -1), key=self._worst)
        elif levels is not None:
            self.levels = checked_count("levels", levels, most=self.levels)

    def __repr__(self) -> str:
        usual = self.levels == self.horizon.bit_length()
        return f"{type(self).__name__}({self.horizon})" if usual else super().__repr__()

    def costs(self, levels: int) -> Reals:
        """Give the variance of an interval's estimate, level by level.

        Parameters
        ----------
        levels : int
            Number of levels.

        Returns
        -------
        ndarray, shape (levels,)
            For noise of variance 1.
        """
        return np.ones(levels)

    def _worst(self, levels: int) -> float:
        """Compute the greatest error that so many levels have, squared."""
        costs = self.costs(levels)
        greatest = above = 0.0
        for level in reversed(range(levels)):
            digit = self.horizon >> level
            if level < levels - 1:
                digit &= 1
            if digit:  # numbers with a digit less here, and all ones below
                greatest = max(greatest, above + (digit - 1) * costs[level] + costs[:level].sum())
            above += digit * costs[level]
        return levels * max(greatest, above)

    def sensitivity(self, norm: Literal[1, 2]) -> float:
        """Count the intervals that an event lies in."""
        return float(self.levels) if norm == 1 else float(np.sqrt(self.levels))

    def error_factors(self) -> Reals:
        """Sum the costs of the digits of every t."""
        steps, costs = np.arange(1, self.horizon + 1), self.costs(self.levels)
        factors = costs[-1] * (steps >> (self.levels - 1))
        for level in range(self.levels - 1):
            factors += costs[level] * (steps >> level & 1)
        return np.asarray(factors)

    def gain(self) -> float:
        """Bound the whole sum, which a stream holds."""
        return float(self.horizon)

    @property
    def largest_weight(self) -> float:
        """No weight is above 1."""
        return 1.0

    @property
    def memory(self) -> int:
        """Noisy and exact prefixes, one of each a level."""
        return 2 * self.levels

    def stream(self, lattice: Lattice) -> Stream:
        """Start a stream."""
        return _TreeStream(self.levels, lattice)


class _TreeStream(TreeStream):
    """Exact and noisy prefixes at the last step of each lowest digit."""

    kept = ("total", "exact", "noisy")

    def __init__(self, levels: int, lattice: Lattice) -> None:
        self.bits = lattice.bits
        self.total = np.zeros(lattice.dimension, dtype=np.int64)
        self.exact = np.zeros((levels + 1, lattice.dimension), dtype=np.int64)
        self.noisy = np.zeros((levels + 1, lattice.dimension))

    def release(self, events: Integers, draw: Draw) -> Reals:
        """Publish one interval a step."""
        noise = draw(events.size).reshape(events.shape)
        arrays = self._copies()
        return self._advanced(arrays, dyadic(events << self.bits, noise, self.step, *arrays))

"""The binary tree with estimation from below: intervals are estimated from all inside of them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from accel.trees import from_below
from algos.privacy._mechanism import Draw, Lattice, Reals, Stream
from algos.privacy._noise import Integers
from algos.privacy._tree import Tree
from algos.privacy._tree_stream import TreeStream

__all__ = ["HonakerTree"]


class HonakerTree(Tree):
    """Binary tree mechanism with Honaker's estimation from below.

    All dyadic intervals are published. An interval of length 2^i is estimated from its own
    noisy sum, with weight v_i = 2^i / (2^(i+1) − 1), and the sum of its halves' estimates, with
    weight 1 − v_i; a prefix is the sum of the estimates of the intervals that its digits name.

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
    The estimate of an interval has variance v_i for noise of variance 1, between 1/2 and 1, and
    none that is linear, unbiased and made of the intervals complete by then has less. A step costs
    O(1), and draws two numbers, on average.

    References
    ----------
    J. Honaker, "Efficient use of differentially private binary trees", Theory and Practice of
    Differential Privacy, 2015.

    Examples
    --------
    >>> from algos.privacy import HonakerTree
    >>> mechanism = HonakerTree(65536)
    >>> round(float(mechanism.sensitivity(2) * mechanism.error_factors().max() ** 0.5), 2)
    12.23
    """

    name: ClassVar[str] = "honaker"

    def costs(self, levels: int) -> Reals:
        """Give the variance of an interval's estimate, level by level: 2^i / (2^(i+1) − 1)."""
        return 1 / (2 - 2.0 ** -np.arange(levels))

    @property
    def memory(self) -> int:
        """An exact sum, an estimate and a prefix a level."""
        return 3 * self.levels

    def stream(self, lattice: Lattice) -> Stream:
        """Start a stream."""
        return _HonakerStream(self, lattice)


class _HonakerStream(TreeStream):
    """The last interval of each level, its estimate, and prefixes of estimates."""

    kept = ("sums", "estimates", "noisy")

    def __init__(self, mechanism: HonakerTree, lattice: Lattice) -> None:
        self.bits, self.codes = lattice.bits, mechanism.levels
        self.shares = mechanism.costs(mechanism.levels)
        self.sums = np.zeros((self.codes, lattice.dimension), dtype=np.int64)
        self.estimates = np.zeros((self.codes, lattice.dimension))
        self.noisy = np.zeros((self.codes + 1, lattice.dimension))
        intervals = (mechanism.horizon >> (self.codes - 1)) + self.codes
        self.rounding = 2 * (intervals + 16) * 2.0**-53 * mechanism.gain() * lattice.magnitude

    def release(self, events: Integers, draw: Draw) -> Reals:
        """Publish all intervals that are complete."""
        new = self._intervals(self.step + len(events)) - self._intervals(self.step)
        noise = draw(new * events.shape[1]).reshape(new, events.shape[1])
        arrays = self._copies()
        releases = from_below(events << self.bits, noise, self.step, self.shares, *arrays)
        return self._advanced(arrays, releases)

    def _intervals(self, step: int) -> int:
        """Count the intervals that are complete."""
        return sum(step >> level for level in range(self.codes))

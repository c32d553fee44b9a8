"""The smooth binary mechanism: a tree of whose leaves those with balanced digits are used."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import Literal

import numpy as np

from accel.trees import balanced
from algos._arguments import checked_count
from algos.privacy._mechanism import Draw, Lattice, Mechanism, Reals, Stream
from algos.privacy._noise import Integers
from algos.privacy._tree_stream import TreeStream

__all__ = ["SmoothBinary"]


class SmoothBinary(Mechanism):
    """Smooth binary mechanism.

    Event t lies on the t-th leaf whose path has so many digits 0 and 1, and release t
    belongs to the leaf after it: it sums the intervals to the left of its path, one for every
    digit 1. An event lies in one interval for every digit 0. So all releases have one variance.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.
    zeros : int, optional
        Digits 0 of a leaf, at most the horizon. By default half of them, rounded down.

    Attributes
    ----------
    zeros, ones : int
        Digits of a leaf: C(zeros + ones, zeros) is above the horizon.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    The variance factor times the squared sensitivity is ⌊h/2⌋ ⌈h/2⌉ for the least h with
    C(h, ⌊h/2⌋) > T. Intervals without leaves publish noise alone, once for all leaves: the first
    step draws as many numbers as there are digits 1, every other one draws one. A step costs
    O(1 + ones / zeros) on average. Fewer zeros than ones suit Laplace noise, where the square of
    the zeros counts.

    References
    ----------
    J. D. Andersson, R. Pagh, "A smooth binary mechanism for efficient private continual
    observation", NeurIPS 2023, Theorem 1.1.

    Examples
    --------
    >>> from algos.privacy import SmoothBinary
    >>> mechanism = SmoothBinary(65536)
    >>> mechanism.zeros, mechanism.ones
    (9, 10)
    >>> round(float(mechanism.sensitivity(2) * mechanism.error_factors().max() ** 0.5), 2)
    9.49

    Where noise is Laplace, at ε = 1:

    >>> for zeros in (9, 5):
    ...     mechanism = SmoothBinary(65536, zeros=zeros)
    ...     worst = 2 * mechanism.error_factors().max()
    ...     print(round(float(mechanism.sensitivity(1) * worst**0.5), 1))
    40.2
    32.4
    """

    name = "smooth_binary"
    options = ("zeros",)

    def __init__(self, horizon: int, *, zeros: int | None = None) -> None:
        super().__init__(horizon)
        if zeros is None:
            height = 2
            while math.comb(height, height // 2) <= self.horizon:
                height += 1
            self.zeros = height // 2
        else:
            self.zeros = checked_count("zeros", zeros, most=self.horizon)
        enough = 1
        while math.comb(self.zeros + enough, enough) <= self.horizon:
            enough *= 2
        self.ones = bisect_right(
            range(enough), self.horizon, key=lambda ones: math.comb(self.zeros + ones, ones)
        )

    def sensitivity(self, norm: Literal[1, 2]) -> float:
        """Count the digits 0 of a leaf."""
        return float(self.zeros) if norm == 1 else math.sqrt(self.zeros)

    def error_factors(self) -> Reals:
        """Count the digits 1 of a leaf."""
        return np.full(self.horizon, float(self.ones))

    def gain(self) -> float:
        """Bound the whole sum, which a stream holds."""
        return float(self.horizon)

    @property
    def largest_weight(self) -> float:
        """All weights are 0 or 1."""
        return 1.0

    @property
    def memory(self) -> int:
        """A place, noisy and exact prefixes, and noise of empty intervals, for every digit 1."""
        return 4 * self.ones

    def stream(self, lattice: Lattice) -> Stream:
        """Start a stream."""
        return _SmoothStream(self.ones, lattice)


class _SmoothStream(TreeStream):
    """The leaf, prefixes up to each of its digits 1, and what empty intervals publish."""

    kept = ("places", "empty", "total", "exact", "noisy")

    def __init__(self, ones: int, lattice: Lattice) -> None:
        self.bits, self.codes = lattice.bits, ones
        self.places = np.arange(ones)
        self.empty = np.zeros((ones, lattice.dimension))
        self.total = np.zeros(lattice.dimension, dtype=np.int64)
        self.exact = np.zeros((ones + 1, lattice.dimension), dtype=np.int64)
        self.noisy = np.zeros((ones + 1, lattice.dimension))

    def release(self, events: Integers, draw: Draw) -> Reals:
        """Publish one interval a step, and the empty ones with the first."""
        first = self.codes - 1 if self.step == 0 and len(events) else 0
        rows = first + len(events)
        noise = draw(rows * events.shape[1]).reshape(rows, events.shape[1])
        arrays = self._copies()
        if first:
            _, empty, *_ = arrays
            np.cumsum(noise[:first], axis=0, out=empty[1:])
        return self._advanced(arrays, balanced(events << self.bits, noise[first:], *arrays))

"""The k-ary tree with subtraction: prefixes in digits that may be negative, for Laplace noise."""

from __future__ import annotations

from typing import Literal

import numpy as np

from accel.trees import signed_digits
from algos._arguments import checked_count
from algos.privacy._mechanism import Draw, Lattice, Mechanism, Reals, Stream
from algos.privacy._noise import Integers
from algos.privacy._tree_stream import TreeStream

__all__ = ["KAry"]

#: With more the noise of a release could pass 2^63.
LARGEST_ARITY = 99


class KAry(Mechanism):
    """Subtracting k-ary tree mechanism, for Laplace noise alone.

    The number t of events is written in digits from −m to m, k = 2m + 1. A digit r > 0 at
    place i adds r intervals of length k^i, a digit r < 0 takes abs(r) away: those
    events are still to come, and count as zero in the interval that was added above.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.
    arity : int, optional
        The number k: odd, from 3 to 99, at most twice the horizon plus 1. By default that of the
        least maximal error.

    Attributes
    ----------
    arity, levels : int
        The number k, and the least number of places: (k^levels − 1) / 2 is at least the horizon.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    An interval's noise enters releases before the interval ends, so that C is not lower
    triangular. For Laplace noise each transcript is as likely under neighbouring streams up
    to e^ε, whatever an adversary does; for discrete Gaussian noise that is not known: a budget of
    ρ, or of ε and δ, is refused. A step costs O(1) on average, and draws one number.

    Noise of steps to come is drawn ahead. Streams that go on from one state would share it, and
    give away exactly how their events differ. So a counter with this mechanism cannot be moved:
    its ``state()`` raises. `SmoothBinary` with few zeros, or `Tree`, can be moved.

    References
    ----------
    J. D. Andersson, R. Pagh, T. A. Steiner, S. Torkamani, "Count on your elders: Laplace vs
    Gaussian noise", FORC 2025, Theorem 1.

    Examples
    --------
    >>> from algos.privacy import KAry
    >>> mechanism = KAry(65536)
    >>> mechanism.arity, mechanism.levels
    (21, 4)
    >>> round(float(mechanism.sensitivity(1) * (2 * mechanism.error_factors().max()) ** 0.5), 1)
    34.4
    """

    name = "k_ary"
    options = ("arity",)

    def __init__(self, horizon: int, *, arity: int | None = None) -> None:
        super().__init__(horizon)
        widest = min(2 * self.horizon + 1, LARGEST_ARITY)
        if arity is None:
            self.arity = min(range(3, widest + 1, 2), key=lambda k: _worst(self.horizon, k))
        else:
            self.arity = checked_count("arity", arity, least=3, most=widest)
            if self.arity % 2 == 0:
                raise ValueError(f"arity must be odd, got {arity}")
        self.levels = len(_digits(self.horizon, self.arity))

    def sensitivity(self, norm: Literal[1, 2]) -> float:
        """Count the intervals that an event lies in."""
        if norm == 2:
            raise ValueError(
                "mechanism must be causal where noise is Gaussian, and KAry is not; give epsilon "
                "alone, or take another mechanism"
            )
        return float(self.levels)

    def error_factors(self) -> Reals:
        """Sum the absolute values of the digits of every t."""
        steps, most = np.arange(1, self.horizon + 1), self.arity // 2
        factors = np.zeros(self.horizon)
        for _ in range(self.levels):
            higher = (steps + most) // self.arity
            factors += np.abs(steps - self.arity * higher)
            steps = higher
        return factors

    def gain(self) -> float:
        """Bound the whole sum, which a stream holds."""
        return float(self.horizon)

    @property
    def largest_weight(self) -> float:
        """All weights are −1, 0 or 1."""
        return 1.0

    @property
    def memory(self) -> int:
        """A digit, its noise and what is drawn ahead for every place, and the sum."""
        return self.levels * (self.arity // 2 + 2) + 1

    def stream(self, lattice: Lattice) -> Stream:
        """Start a stream."""
        return _KAryStream(self, lattice)


class _KAryStream(TreeStream):
    """The digits of the number of events, noise by place, and the exact sum.

    Releases are integers, sum and noise added exactly: functions of the noisy intervals alone,
    although these are never made.
    """

    draws_ahead = True
    kept = ("digits", "ahead", "sums", "total")

    def __init__(self, mechanism: KAry, lattice: Lattice) -> None:
        self.bits, self.arity = lattice.bits, mechanism.arity
        levels, most, dimension = mechanism.levels, mechanism.arity // 2, lattice.dimension
        self.codes = levels * most
        self.digits = np.zeros(levels, dtype=np.int64)
        self.ahead = np.zeros((levels, most, dimension), dtype=np.int64)
        self.sums = np.zeros((levels + 1, dimension), dtype=np.int64)
        self.total = np.zeros(dimension, dtype=np.int64)

    def release(self, events: Integers, draw: Draw) -> Reals:
        """Draw noise for the intervals that are used first."""
        new = self._intervals(self.step + len(events)) - self._intervals(self.step)
        noise = draw(new * events.shape[1]).reshape(new, events.shape[1])
        arrays = self._copies()
        return self._advanced(arrays, signed_digits(events << self.bits, noise, *arrays))

    def _intervals(self, step: int) -> int:
        """Count the intervals that releases up to a step have used: one a step, and those ahead."""
        return step - sum(min(digit, 0) for digit in _digits(step, self.arity))


def _digits(number: int, arity: int) -> list[int]:
    """Write a positive number in digits from −m to m, from the lowest."""
    digits = []
    while number:
        higher = (number + arity // 2) // arity
        digits.append(number - arity * higher)
        number = higher
    return digits


def _worst(horizon: int, arity: int) -> int:
    """Compute the greatest squared error: the horizon's highest digit, and −m at all other places.

    That is the least number with this highest digit, so the horizon is not passed.
    """
    highest, places = _digits(horizon, arity)[-1], len(_digits(horizon, arity))
    return places**2 * (highest + arity // 2 * (places - 1))

"""Buffered linear Toeplitz matrices: the square root's error from a handful of numbers."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from accel.buffers import decode, encode
from algos._arguments import checked_array, checked_count
from algos.privacy._blt_optimum import optimum, squared_sensitivity
from algos.privacy._mechanism import Lattice, Mechanism, Reals
from algos.privacy._online_convolution import UNIT
from algos.privacy._toeplitz import ToeplitzStream

__all__ = ["BLT"]


class BLT(Mechanism):
    """Buffered linear Toeplitz mechanism: c_0 = 1, c_k = Σ_j ω_j θ_j^(k−1).

    Five buffers come within 0.1 % of the square root's error at 65536 events, and keep 16 numbers a
    coordinate instead of all events.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.
    buffers : int, optional
        How many, from 1 to 6, with parameters of least maximal error at the horizon; 5 by default.
    decay, weights : array_like, shape (buffers,), optional
        Instead: θ in (0, 1) and ω > 0, such that Σ ω / (1 + θ) < 1: the inverse is then stable.

    Attributes
    ----------
    decay, weights : ndarray, shape (buffers,)
        θ and ω.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    The sensitivity and the last release's variance are finite geometric sums, so that the search
    for parameters costs the same for every horizon, less than a second. Its result is a
    local optimum. O(buffers) time and memory a step and coordinate.

    References
    ----------
    H. B. McMahan, K. Pillutla, "An inversion theorem for buffered linear Toeplitz (BLT) matrices
    and applications to streaming differential privacy", arXiv:2504.21413, 2025.

    Examples
    --------
    >>> from algos.privacy import BLT
    >>> mechanism = BLT(65536)
    >>> error = mechanism.error_factors().max() ** 0.5 * mechanism.sensitivity(2)
    >>> round(float(error), 2)
    4.6
    """

    name = "blt"
    options = ("decay", "weights")

    def __init__(
        self, horizon: int, *, buffers: int | None = None, decay: Any = None, weights: Any = None
    ) -> None:
        super().__init__(horizon)
        if decay is None and weights is None:
            count = 5 if buffers is None else checked_count("buffers", buffers, most=6)
            gaps, self.weights = (np.array(part) for part in optimum(self.horizon, count))
        else:
            if decay is None or weights is None or buffers is not None:
                raise ValueError("decay and weights must be given together, and without buffers")
            gaps, self.weights = _checked(decay, weights)
        self.decay = 1 - gaps
        self._gaps = 1 - self.decay  # exactly: a mechanism made of these numbers is the same
        for array in (self.decay, self._gaps, self.weights):
            array.setflags(write=False)

    def __repr__(self) -> str:
        return f"BLT({self.horizon}, buffers={len(self.decay)})"

    def sensitivity(self, norm: Literal[1, 2]) -> float:
        """Sum geometric series: the first column is the longest."""
        if norm == 1:
            return self.gain()
        square = squared_sensitivity(self._gaps, self.weights, self.horizon)
        return float(np.sqrt(square)) * self._spare

    def error_factors(self) -> Reals:
        """Sum the squares of b, the first column of B."""
        return np.asarray(np.cumsum(self._first_column() ** 2))

    def _first_column(self) -> Reals:
        """Decode an impulse."""
        impulse = np.zeros((self.horizon, 1))
        impulse[0] = 1.0
        buffers, total = np.zeros((len(self.decay), 1)), np.zeros(1)
        return decode(impulse, self.decay, self.weights, buffers, total)[:, 0]

    def gain(self) -> float:
        """Sum the coefficients, which are positive."""
        powers = -np.expm1((self.horizon - 1) * np.log1p(-self._gaps))
        return float(1 + (self.weights * powers / self._gaps).sum()) * self._spare

    @property
    def _spare(self) -> float:
        """A factor for the rounding of the closed forms' sums."""
        return 1 + 1e-13 * len(self.decay)

    @property
    def largest_weight(self) -> float:
        """The greatest coefficient of b."""
        return float(abs(self._first_column()).max())

    @property
    def memory(self) -> int:
        """Three numbers a buffer, and the sum."""
        return 3 * len(self.decay) + 1

    def stream(self, lattice: Lattice) -> ToeplitzStream:
        """Start a stream."""
        buffers, gain, b = len(self.decay), self.gain(), self._first_column()
        unit, reached = 2.0**lattice.bits, UNIT * gain * lattice.magnitude
        deviation = 0.5 + (buffers + 12) * reached * unit
        spread = 1.0 if b.min() >= 0 else gain * float(abs(b).max())
        decoder = 4 * (buffers + 2) * reached + 8 * UNIT * self.horizon * lattice.magnitude
        return ToeplitzStream(
            lattice,
            Buffers(self._gaps, self.weights),
            Inverse(self.decay, self.weights),
            deviation=deviation,
            rounding=spread * self.horizon * decoder + float(abs(b).sum()) * deviation / unit,
        )


def _checked(decay: Any, weights: Any) -> tuple[Reals, Reals]:
    """Read θ, as 1 − θ, and ω."""
    theta = checked_array("decay", decay, shape=(None,))
    omega = checked_array("weights", weights, shape=(len(theta),))
    gaps = 1 - theta
    if not ((gaps > 0) & (gaps < 1)).all():
        raise ValueError(f"decay must lie in (0, 1), 2^−53 away from 0, got {theta}")
    if not (omega > 0).all():
        raise ValueError(f"weights must be positive, got {omega}")
    if not (omega / (1 + theta)).sum() < 1:
        raise ValueError(
            "weights / (1 + decay) must add up to less than 1, or the noise would grow without "
            f"end, got {(omega / (1 + theta)).sum():g}"
        )
    return gaps, omega


class Buffers:
    """The map x → C x; keeps the buffers, in two parts each."""

    def __init__(self, gaps: Reals, weights: Reals) -> None:
        self.gaps, self.weights = gaps, weights

    def begin(self, past: Reals) -> Reals:
        """Stand after some events, with buffers of zero before the first."""
        shape = 2, len(self.gaps), len(past)
        return past.T.reshape(shape).copy() if past.shape[1] else np.zeros(shape)

    def follow(self, past: Reals, fresh: Reals) -> tuple[Reals, Reals]:
        """Map the next vectors."""
        buffers = past.copy()
        return encode(fresh, self.gaps, self.weights, buffers[0], buffers[1]), buffers

    def kept(self, past: Reals) -> Reals:
        """Give the buffers."""
        return past.reshape(2 * len(self.gaps), -1).T


class Inverse:
    """The map z → A C⁻¹ z; keeps the buffers of C⁻¹, and before them the sum so far."""

    def __init__(self, decay: Reals, weights: Reals) -> None:
        self.decay, self.weights = decay, weights

    def begin(self, past: Reals) -> Reals:
        """Stand after some codes, with zeros before the first."""
        shape = 1 + len(self.decay), len(past)
        return past.T.reshape(shape).copy() if past.shape[1] else np.zeros(shape)

    def follow(self, past: Reals, fresh: Reals) -> tuple[Reals, Reals]:
        """Divide by C, and add up."""
        numbers = past.copy()
        return decode(fresh, self.decay, self.weights, numbers[1:], numbers[0]), numbers

    def kept(self, past: Reals) -> Reals:
        """Give sum and buffers."""
        return past.T

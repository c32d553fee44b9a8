"""The square root mechanism: both factors are the square root of the prefix sums."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from algos.privacy._mechanism import Lattice, Reals
from algos.privacy._online_convolution import UNIT, OnlineConvolution
from algos.privacy._toeplitz import Toeplitz, ToeplitzStream

__all__ = ["SquareRoot"]


class SquareRoot(Toeplitz):
    """Square root mechanism.

    B = C = A^(1/2), the Toeplitz matrix of the coefficients f_k = C(2k, k) / 4^k of
    1 / √(1 − z). Its errors are within a few hundredths of the least that any mechanism of
    this kind can have.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.

    Notes
    -----
    With W_t = f_0² + … + f_(t−1)² the sensitivity is √W_T and the variance factor of release t
    is W_t, so that at ρ = 1/2 the standard deviation of the last release is
    W_T ≈ (ln T + γ + 4 ln 2) / π. T steps cost O(T log² T), in blocks by the fast Fourier
    transform; a stream keeps its whole past, four numbers a step.

    References
    ----------
    H. Fichtenberger, M. Henzinger, J. Upadhyay, "Constant matters: fine-grained error bound on
    differentially private continual observation", ICML 2023, arXiv:2202.11205.

    Examples
    --------
    >>> from algos.privacy import SquareRoot
    >>> mechanism = SquareRoot(65536)
    >>> round(float(mechanism.sensitivity(2) * mechanism.error_factors()[-1] ** 0.5), 3)
    4.596
    """

    name = "square_root"

    @cached_property
    def encoding(self) -> Reals:
        """The coefficients of C."""
        coefficients = square_root_coefficients(self.horizon)
        coefficients.flags.writeable = False
        return coefficients

    @property
    def decoding(self) -> Reals:
        """The coefficients of B."""
        return self.encoding

    @property
    def memory(self) -> int:
        """Events and codes so far, and what they add to later ones."""
        return 4 * self.horizon

    def stream(self, lattice: Lattice) -> ToeplitzStream:
        """Start a stream."""
        convolution, unit = OnlineConvolution(self.encoding), 2.0**lattice.bits
        codes = self.gain() * lattice.magnitude  # in units of events, as all that follows
        rounded = convolution.rounding(lattice.magnitude) + 0.5 * (1 + UNIT) / unit
        rounding = (
            self.gain() * rounded  # through the decoder
            + convolution.rounding(2 * codes)  # its own; noise at most as large as codes
            + 16 * UNIT * self.horizon * lattice.magnitude  # B C is A up to 16 units
        )
        return ToeplitzStream(
            lattice, convolution, convolution, deviation=rounded * unit, rounding=rounding
        )


#: From here on f_k comes from its asymptotic series, and is right to 8 units of rounding.
SERIES = 128


def square_root_coefficients(count: int) -> Reals:
    """Compute the first f_k = C(2k, k) / 4^k.

    By sums, products, quotients and roots alone, which are rounded alike on all machines: a stream
    that goes on at another one goes on with the same matrix.
    """
    k = np.arange(min(SERIES, count), count, dtype=np.float64)
    e = (-1 / 8 + (1 / 192 - 1 / (640 * k**2)) / k**2) / k
    exponential = 1 + e * (1 + e / 2 * (1 + e / 3 * (1 + e / 4)))
    tail = exponential / np.sqrt(np.pi * k)
    head = [math.comb(2 * k, k) / 4**k for k in range(min(SERIES, count))]
    return np.concatenate([head, tail])

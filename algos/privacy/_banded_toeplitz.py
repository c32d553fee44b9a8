"""Banded Toeplitz mechanisms: codes are weighted sums of the last events."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, signal

from accel.toeplitz import convolve, divide
from algos._arguments import checked_array, checked_count
from algos.privacy._mechanism import Lattice, Reals
from algos.privacy._online_convolution import UNIT
from algos.privacy._square_root import square_root_coefficients
from algos.privacy._toeplitz import Toeplitz, ToeplitzStream

__all__ = ["BandedToeplitz"]

#: Bands where none are named.
BANDS = 64
#: Coefficients of longer horizons are optimised for so many events.
OPTIMISED = 2**17


class BandedToeplitz(Toeplitz):
    """Banded Toeplitz mechanism.

    The codes are C x with c_0, …, c_(b−1) on and below the diagonal. A stream decodes their
    increments one by one, from the last b − 1, and adds them up.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.
    bands : int, optional
        Number b of bands, at least 1; more than the horizon are cut off. By default 64, or as
        many as there are coefficients.
    coefficients : array_like, shape (bands,), optional
        The numbers c_0, …, c_(b−1), c_0 positive. By default those that make the greatest error
        small: a local minimum, found by a quasi-Newton method from the square root's first b.

    Attributes
    ----------
    bands : int
        The number b.
    coefficients : ndarray, shape (bands,)
        The numbers c_0, …, c_(b−1).

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or the coefficients let noise grow beyond all numbers.

    Notes
    -----
    Events more than b steps apart share no code, for which the error grows like √(T / b) over
    long horizons. A step costs O(b), and a stream keeps 2 b − 1 numbers.

    References
    ----------
    C. Choquette-Choo, A. Ganesh, R. McKenna, B. McMahan, K. Rush, A. Guha Thakurta, Z. Xu,
    "(Amplified) banded matrix factorization: a unified approach to private training", NeurIPS
    2023, Section 4.

    Examples
    --------
    >>> from algos.privacy import BandedToeplitz
    >>> mechanism = BandedToeplitz(1024, bands=8)
    >>> round(float(mechanism.sensitivity(2) * mechanism.error_factors()[-1] ** 0.5), 2)
    11.71
    """

    name = "banded-toeplitz"
    options = ("bands", "coefficients")

    def __init__(
        self, horizon: int, *, bands: int | None = None, coefficients: ArrayLike | None = None
    ) -> None:
        super().__init__(horizon)
        if coefficients is None:
            self.bands = min(checked_count("bands", BANDS if bands is None else bands), horizon)
            self.coefficients = _optimised(min(horizon, OPTIMISED), self.bands)
        else:
            given = checked_array("coefficients", coefficients, shape=(None,))
            if bands is not None and checked_count("bands", bands) != len(given):
                raise ValueError(f"bands must be the {len(given)} coefficients', got {bands}")
            if not given[0] > 0:
                raise ValueError(f"coefficients must begin with one above 0, got {given[0]}")
            self.coefficients = given[:horizon]
            self.bands = len(self.coefficients)
        self.coefficients.flags.writeable = False
        with np.errstate(all="ignore"):
            largest = self.error_factors()[-1]
        if not np.isfinite(largest):
            raise ValueError(
                "coefficients must have an inverse that float64 holds over the horizon "
                f"{horizon}; take coefficients that fall, such as the default's"
            )

    def __repr__(self) -> str:
        return f"BandedToeplitz({self.horizon}, bands={self.bands})"

    @property
    def encoding(self) -> Reals:
        """The coefficients of C."""
        return self.coefficients

    @cached_property
    def decoding(self) -> Reals:
        """The coefficients of A C⁻¹: what C makes all ones."""
        return _divided(self.coefficients, np.ones(self.horizon))

    @property
    def memory(self) -> int:
        """The last events, the last increments, and their sum."""
        return 2 * self.bands - 1

    def stream(self, lattice: Lattice) -> ToeplitzStream:
        """Start a stream.

        Parameters
        ----------
        lattice : Lattice
            Where it works.

        Returns
        -------
        ToeplitzStream
            Before the first event.
        """
        unit, codes = 2.0**lattice.bits, self.gain() * lattice.magnitude  # in units of events
        rounded = (self.bands + 1) * UNIT * codes + 0.5 * (1 + UNIT) / unit
        with np.errstate(over="ignore"):
            inverse = np.abs(np.diff(self.decoding, prepend=0.0)).sum()  # ‖C⁻¹‖, by its columns
            decoder = 2 * (self.bands + 2) * UNIT * codes * (1 + self.gain() * inverse)
            sums = self.horizon * UNIT * 2 * codes * np.abs(self.decoding).sum()
            rounding = np.abs(self.decoding).sum() * (rounded + decoder) + sums
        return ToeplitzStream(
            lattice,
            Window(self.coefficients),
            Increments(self.coefficients),
            deviation=rounded * unit,
            rounding=float(rounding),
        )


class Window:
    """The map x → C x; keeps the last b − 1 vectors."""

    def __init__(self, coefficients: Reals) -> None:
        self.coefficients = coefficients

    def begin(self, past: Reals) -> Reals:
        """Stand after the last vectors, zeros before the first."""
        return past if past.shape[1] else np.zeros((len(past), len(self.coefficients) - 1))

    def follow(self, past: Reals, fresh: Reals) -> tuple[Reals, Reals]:
        """Map the next vectors."""
        series = np.hstack([past, fresh.T])
        outputs = np.zeros(fresh.shape[::-1])
        convolve(series, self.coefficients, past.shape[1], outputs)
        return outputs.T, series[:, len(fresh) :].copy()

    def kept(self, past: Reals) -> Reals:
        """Give the last vectors."""
        return past


class Increments:
    """The map z → A C⁻¹ z; keeps the last b − 1 increments, and before them their sum so far."""

    def __init__(self, coefficients: Reals) -> None:
        self.coefficients = coefficients

    def begin(self, past: Reals) -> Reals:
        """Stand after sum and increments, zeros before the first."""
        return past if past.shape[1] else np.zeros((len(past), len(self.coefficients)))

    def follow(self, past: Reals, fresh: Reals) -> tuple[Reals, Reals]:
        """Divide by C, and add up."""
        series = np.hstack([past[:, 1:], fresh.T])
        divide(self.coefficients, series)
        sums = np.cumsum(
            np.hstack([past[:, :1], series[:, series.shape[1] - len(fresh) :]]), axis=1
        )
        return sums[:, 1:].T, np.hstack([sums[:, -1:], series[:, len(fresh) :]])

    def kept(self, past: Reals) -> Reals:
        """Give sum and increments."""
        return past


def _divided(coefficients: Reals, series: Reals) -> Reals:
    """Solve C x = z."""
    return np.asarray(signal.lfilter([1.0], coefficients, series))


def _optimised(horizon: int, bands: int) -> Reals:
    """Minimise log ‖c‖² + log ‖b‖², b the first column of A C⁻¹, over c with c_0 = 1."""

    def value(tail: Reals) -> tuple[float, Reals]:
        c = np.concatenate([[1.0], tail])
        with np.errstate(all="ignore"):
            b = _divided(c, np.ones(horizon))
            size = b @ b
            if not size < 1e100:
                return 1e3, np.zeros(bands - 1)
            # ∂b/∂c_k is −C⁻¹ applied to b shifted by k
            dual = _divided(c, b[::-1])[::-1]
        slopes = np.array([b[: horizon - k] @ dual[k:] for k in range(1, bands)])
        return float(np.log(c @ c * size)), 2 * tail / (c @ c) - 2 * slopes / size

    start = square_root_coefficients(bands)
    if bands == 1:
        return start
    found = optimize.minimize(value, start[1:], jac=True, method="L-BFGS-B")
    return np.concatenate([[1.0], found.x])

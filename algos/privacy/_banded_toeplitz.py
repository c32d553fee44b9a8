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
#: Where events times bands are more than this, coefficients are optimised for fewer events.
WORK = 2**24


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
        The numbers c_0, …, c_(b−1), c_0 positive; only their ratios matter. By default those that
        make the greatest error small: a local minimum, found by a quasi-Newton method from the
        square root's first b.

    Attributes
    ----------
    bands : int
        The number b.
    coefficients : ndarray, shape (bands,)
        The numbers c_0, …, c_(b−1), divided by c_0.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or the coefficients let noise grow beyond all numbers.

    Notes
    -----
    Events more than b steps apart share no code, for which the error grows like √(T / b) over
    long horizons. A step costs O(b), and a stream keeps 2 b − 1 numbers. Beyond 2^24 / b events
    coefficients are those of so many.

    References
    ----------
    C. Choquette-Choo, A. Ganesh, R. McKenna, B. McMahan, K. Rush, A. Guha Thakurta, Z. Xu,
    "(Amplified) banded matrix factorization: a unified approach to private training", NeurIPS
    2023, arXiv:2306.08153, Algorithm 9.

    Examples
    --------
    >>> from algos.privacy import BandedToeplitz
    >>> mechanism = BandedToeplitz(1024, bands=8)
    >>> round(float(mechanism.sensitivity(2) * mechanism.error_factors()[-1] ** 0.5), 2)
    11.71
    """

    name = "banded_toeplitz"
    options = ("bands", "coefficients")

    def __init__(
        self, horizon: int, *, bands: int | None = None, coefficients: ArrayLike | None = None
    ) -> None:
        super().__init__(horizon)
        if coefficients is None:
            most = checked_count("bands", BANDS if bands is None else bands)
            self.bands = min(most, self.horizon)
            column = _optimised(self.horizon, self.bands)
        else:
            column = checked_array("coefficients", coefficients, shape=(None,))
            if bands is not None and checked_count("bands", bands) != len(column):
                raise ValueError(f"bands must be the {len(column)} coefficients', got {bands}")
            if not column[0] > 0:
                raise ValueError(f"coefficients must begin with one above 0, got {column[0]}")
            column = column[: self.horizon]
            self.bands = len(column)
        with np.errstate(all="ignore"):
            self.coefficients: Reals = np.asarray(column / column[0])
            self.coefficients.flags.writeable = False
            size = (self.coefficients @ self.coefficients) * self.error_factors()[-1]
        if not np.isfinite(size):
            raise ValueError(
                "coefficients must have an inverse that float64 holds over the horizon "
                f"{self.horizon}; take coefficients that fall, such as the default's"
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
        coefficients = _divided(self.coefficients, np.ones(self.horizon))
        coefficients.flags.writeable = False
        return coefficients

    @property
    def memory(self) -> int:
        """The last events, the last increments, and their sum."""
        return 2 * self.bands - 1

    def stream(self, lattice: Lattice) -> ToeplitzStream:
        """Start a stream."""
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
        shape = len(past), len(self.coefficients) - 1
        return past.reshape(shape) if past.shape[1] else np.zeros(shape)

    def follow(self, past: Reals, fresh: Reals) -> tuple[Reals, Reals]:
        """Map the next vectors."""
        series = np.concatenate([past, fresh.T], axis=1)
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
        shape = len(past), len(self.coefficients)
        return past.reshape(shape) if past.shape[1] else np.zeros(shape)

    def follow(self, past: Reals, fresh: Reals) -> tuple[Reals, Reals]:
        """Divide by C, and add up."""
        series = np.concatenate([past[:, 1:], fresh.T], axis=1)
        divide(self.coefficients, series)
        last = series[:, series.shape[1] - len(fresh) :]
        sums = np.cumsum(np.concatenate([past[:, :1], last], axis=1), axis=1)
        kept = np.concatenate([sums[:, -1:], series[:, len(fresh) :]], axis=1)
        return sums[:, 1:].T, kept

    def kept(self, past: Reals) -> Reals:
        """Give sum and increments."""
        return past


def _divided(coefficients: Reals, series: Reals) -> Reals:
    """Solve C x = z."""
    return np.asarray(signal.lfilter([1.0], coefficients, series))


def _optimised(horizon: int, bands: int) -> Reals:
    """Minimise log ‖c‖² + log ‖b‖², b the first column of A C⁻¹, over c with c_0 = 1.

    Without zeros below the bands the square root's coefficients are the best.
    """
    steps, start = min(horizon, WORK // bands), square_root_coefficients(bands)
    if steps <= bands or bands == 1:
        return start

    def value(tail: Reals) -> tuple[float, Reals]:
        c = np.concatenate([[1.0], tail])
        with np.errstate(all="ignore"):
            b = _divided(c, np.ones(steps))
            size = b @ b
            if not size < 1e100:
                return 1e3, np.zeros(bands - 1)
            # ∂b/∂c_k = −C⁻¹ shifted b
            dual = _divided(c, b[::-1])[::-1]
        slopes = np.array([b[: steps - k] @ dual[k:] for k in range(1, bands)])
        return float(np.log(c @ c * size)), 2 * tail / (c @ c) - 2 * slopes / size

    found = optimize.minimize(value, start[1:], jac=True, method="L-BFGS-B")
    return np.concatenate([[1.0], found.x])

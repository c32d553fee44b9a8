"""Checks of the Toeplitz counters: norms, and variances from both sides."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy.linalg import solve_triangular, toeplitz

from algos.privacy import BandedToeplitz, ContinualSum, SquareRoot
from algos.privacy import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited
from proofs_checks.privacy.counting import counted, mean_square

Algorithm = Callable[..., Any]
RHO = 0.5

_FOURS = (" / 4**k ", " / 4 ** max(k - 1, 0) ")
FOURS = edited(SquareRoot, "one_four_less", "Divides by one power of four less.", _FOURS)
NEXT = edited(
    SquareRoot,
    "next_coefficient",
    "Begins the coefficients with f_1.",
    ("math.comb(2 * k, k) / 4**k ", "math.comb(2 * k + 2, k + 1) / 4 ** (k + 1) "),
)
TAIL = edited(
    SquareRoot,
    "sign_of_the_series",
    "Takes the series' first term for its opposite.",
    ("-1 / 8", "1 / 8"),
)


def in_each(
    name: str,
    description: str,
    *edits: tuple[str, str],
    of: Sequence[Algorithm] = (SquareRoot, BandedToeplitz),
) -> list[Fault]:
    """Break what the mechanisms share."""
    home = "algos.privacy._toeplitz"
    return [edited(one, name, description, *edits, module=home) for one in of]


ONE_ENTRY = in_each(
    "one_entry",
    "Takes the first entry of a column for its norm.",
    ("np.abs(self.encoding)", "np.abs(self.encoding[:1])"),
)
SQUARED = in_each(
    "variance_for_deviation",
    "Takes the squared norm for the norm.",
    ("math.sqrt(math.fsum(column**2))", "math.fsum(column**2)"),
)
SIZES = Instances(
    st.integers(7, 3000),
    [("seven", 7), ("around the series", 130), ("many", 20000)],
)
SMALL_SIZES = Instances(
    st.integers(1, 3000),
    [("one", 1), ("two", 2), ("around the series", 130), ("many", 20000)],
)


def _greatest(algorithm: Algorithm, horizon: int) -> float:
    """Measure W_n."""
    return float(algorithm(horizon).error_factors()[-1])


@check(claims.SQUARE_ROOT_NORM_ABOVE, on=SMALL_SIZES, faults=[FOURS, TAIL])
def square_root_norm_above(
    algorithm: Algorithm, horizon: int, rng: np.random.Generator
) -> Measurement:
    """Measure the greatest factor."""
    return Measurement(_greatest(algorithm, horizon), horizon=horizon)


@check(claims.SQUARE_ROOT_NORM_BELOW, on=SMALL_SIZES, faults=[NEXT])
def square_root_norm_below(
    algorithm: Algorithm, horizon: int, rng: np.random.Generator
) -> Measurement:
    """Measure the greatest factor."""
    return Measurement(_greatest(algorithm, horizon), horizon=horizon)


@check(claims.SQUARE_ROOT_NORM_SHORT, on=SMALL_SIZES, faults=[FOURS])
def square_root_norm_short(
    algorithm: Algorithm, horizon: int, rng: np.random.Generator
) -> Measurement:
    """Measure the greatest factor."""
    return Measurement(_greatest(algorithm, horizon), horizon=horizon)


@check(claims.SQUARE_ROOT_MEAN, on=SIZES, faults=[FOURS, SQUARED[0]])
def square_root_mean(algorithm: Algorithm, horizon: int, rng: np.random.Generator) -> Measurement:
    """Measure the root of the mean variance."""
    mechanism = algorithm(horizon)
    factor = math.sqrt(float(mechanism.error_factors().mean()))
    return Measurement(mechanism.sensitivity(2) * factor, horizon=horizon)


@check(claims.SQUARE_ROOT_NEAR_OPTIMAL, on=SMALL_SIZES, faults=[FOURS, SQUARED[0]])
def square_root_near_optimal(
    algorithm: Algorithm, horizon: int, rng: np.random.Generator
) -> Measurement:
    """Measure the greatest standard deviation."""
    angles = (2 * np.arange(1, horizon + 1) - 1) * (math.pi / (4 * horizon + 2))
    mechanism = algorithm(horizon)
    error = mechanism.sensitivity(2) * math.sqrt(float(mechanism.error_factors()[-1]))
    return Measurement(error, lower_bound=float((0.5 / np.sin(angles)).mean()))


@dataclass(frozen=True)
class Bands:
    """A horizon and a number of bands."""

    horizon: int
    bands: int


@check(
    claims.BANDED_FLOOR,
    on=Instances(
        st.builds(Bands, st.integers(1, 300), st.integers(1, 8)),
        [("two bands", Bands(500, 2)), ("one band", Bands(9, 1)), ("eight", Bands(300, 8))],
    ),
    faults=[ONE_ENTRY[1]],
)
def banded_floor(algorithm: Algorithm, one: Bands, rng: np.random.Generator) -> Measurement:
    """Measure the last error."""
    mechanism = algorithm(one.horizon, bands=one.bands)
    error = mechanism.sensitivity(2) * math.sqrt(float(mechanism.error_factors()[-1]))
    return Measurement(error, horizon=one.horizon, bands=mechanism.bands)


def falling(bands: int) -> tuple[float, ...]:
    """Give coefficients that need no search, 1/k: of bounded inverse, as they fall."""
    return tuple(1 / k for k in range(1, bands + 1))


@dataclass(frozen=True)
class Counting:
    """Streams of zeros and ones, and the release that is looked at."""

    horizon: int
    at: int
    bands: int = 0

    @property
    def options(self) -> dict[str, Any]:
        """Arguments of the mechanism: coefficients where bands are given."""
        return {"coefficients": falling(self.bands)} if self.bands else {}

    def measured(self, algorithm: Algorithm, rng: np.random.Generator) -> Measurement:
        """Measure the mean squared error of one release, cut off."""
        at, values = min(self.at, self.horizon), _squares(self)
        mechanism = algorithm(self.horizon, **self.options)
        _, errors = counted(ContinualSum, mechanism, at, rng, horizon=self.horizon, rho=RHO)
        bound = values["row_squares"] * values["column_squares"] / (2 * RHO)
        return Measurement(bound * mean_square(errors[-1], math.sqrt(bound)), rho=RHO, **values)


@cache
def _squares(one: Counting) -> dict[str, float]:
    """Compute the theorem's norms, by its definition of C."""
    k, c = np.arange(1, one.horizon), np.zeros(one.horizon)
    if one.bands:
        c[: one.bands] = falling(one.bands)[: one.horizon]
    else:
        c[:] = np.cumprod(np.concatenate([[1.0], (2 * k - 1) / (2 * k)]))
    sums = np.tri(one.horizon)[min(one.at, one.horizon) - 1]
    row = solve_triangular(np.tril(toeplitz(c)), sums, lower=True, trans=1)
    return {"row_squares": float(row @ row), "column_squares": float(c @ c)}


_counts = st.builds(Counting, st.integers(1, 150), st.integers(1, 150))
COUNTS = Instances(
    _counts,
    [
        ("last of many", Counting(150, 150)),
        ("first of many", Counting(150, 1)),
        ("one block more", Counting(130, 130)),
    ],
)
BANDED_COUNTS = Instances(
    st.builds(Counting, st.integers(1, 100), st.integers(1, 100), st.integers(1, 6)),
    [
        ("last of many", Counting(100, 100, 5)),
        ("first of many", Counting(100, 1, 5)),
        ("one band", Counting(30, 30, 1)),
    ],
)
DECODES_WITH_A = edited(
    SquareRoot,
    "decodes_with_sums",
    "Adds codes up as if they were events.",
    (
        "lattice, convolution, convolution,",
        "lattice, convolution, OnlineConvolution(np.ones(self.horizon)),",
    ),
)
DECODES_WITH_C = edited(
    BandedToeplitz,
    "decodes_with_c",
    "Decodes with C in place of A C⁻¹.",
    ("            Increments(self.coefficients),", "            Window(self.coefficients),"),
)


@check(
    claims.SQUARE_ROOT_VARIANCE_ABOVE,
    on=COUNTS,
    faults=[SQUARED[0], DECODES_WITH_A, FOURS],
    trials=600,
)
def square_root_variance_above(
    algorithm: Algorithm, one: Counting, rng: np.random.Generator
) -> Measurement:
    """Measure one release."""
    return one.measured(algorithm, rng)


@check(claims.SQUARE_ROOT_VARIANCE_BELOW, on=COUNTS, faults=[ONE_ENTRY[0]], trials=600)
def square_root_variance_below(
    algorithm: Algorithm, one: Counting, rng: np.random.Generator
) -> Measurement:
    """Measure one release."""
    return one.measured(algorithm, rng)


@check(
    claims.BANDED_VARIANCE_ABOVE, on=BANDED_COUNTS, faults=[SQUARED[1], DECODES_WITH_C], trials=600
)
def banded_variance_above(
    algorithm: Algorithm, one: Counting, rng: np.random.Generator
) -> Measurement:
    """Measure one release."""
    return one.measured(algorithm, rng)


@check(claims.BANDED_VARIANCE_BELOW, on=BANDED_COUNTS, faults=[ONE_ENTRY[1]], trials=600)
def banded_variance_below(
    algorithm: Algorithm, one: Counting, rng: np.random.Generator
) -> Measurement:
    """Measure one release."""
    return one.measured(algorithm, rng)

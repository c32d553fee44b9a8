"""Checks of the Toeplitz counters: norms, variances from both sides, codes and what they spend."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy.linalg import solve_triangular, toeplitz

from algos.privacy import BandedToeplitz, ContinualSum, SquareRoot
from algos.privacy import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited

Algorithm = Callable[..., Any]
STREAMS = 64
RHO = 0.5
#: Coefficients as integers: all of those here are multiples of 2^−EXACT, or as good as.
EXACT = 80

_HOME = "algos.privacy._toeplitz"
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


def _in_both(name: str, description: str, *edits: tuple[str, str]) -> tuple[Fault, Fault]:
    """Break what both mechanisms share."""
    first, second = (
        edited(one, name, description, *edits, module=_HOME) for one in (SquareRoot, BandedToeplitz)
    )
    return first, second


ONE_ENTRY = _in_both(
    "one_entry",
    "Takes the first entry of a column for its norm.",
    ("np.abs(self.encoding)", "np.abs(self.encoding[:1])"),
)
SQUARED = _in_both(
    "variance_for_deviation",
    "Takes the squared norm for the norm.",
    ("math.sqrt(math.fsum(column**2))", "math.fsum(column**2)"),
)
UNROUNDED = _in_both(
    "rounding_forgotten",
    "States codes as if they were not rounded.",
    (
        "self.deviation, self.rounding = lattice, deviation, rounding",
        "self.deviation, self.rounding = lattice, 1e-3, rounding",
    ),
)
COARSE = _in_both(
    "coarse_codes",
    "Rounds codes to even numbers.",
    ("np.rint(exact * unit)", "2 * np.rint(exact * unit / 2)"),
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


@dataclass(frozen=True)
class Counting:
    """Streams of zeros and ones, and the release that is looked at."""

    horizon: int
    at: int
    bands: int = 0

    def mechanism(self, algorithm: Algorithm) -> Any:
        """Make the mechanism, banded where bands are given."""
        return algorithm(self.horizon, **({"bands": self.bands} if self.bands else {}))

    @property
    def coefficients(self) -> Any:
        """What the theorem says of C's first column; for bands it takes any."""
        if self.bands:
            given = BandedToeplitz(self.horizon, bands=self.bands).coefficients
            return np.concatenate([given, np.zeros(self.horizon - len(given))])
        k = np.arange(1, self.horizon)
        return np.cumprod(np.concatenate([[1.0], (2 * k - 1) / (2 * k)]))

    def measured(self, algorithm: Algorithm, rng: np.random.Generator) -> Measurement:
        """Measure the mean squared error of one release, cut off."""
        c, at = self.coefficients, min(self.at, self.horizon)
        matrix = np.tril(toeplitz(c))
        row = solve_triangular(matrix, np.tri(self.horizon)[at - 1], lower=True, trans=1)
        values = {"row_squares": float(row @ row), "column_squares": float(c @ c), "rho": RHO}
        counter = ContinualSum(
            self.mechanism(algorithm),
            self.horizon,
            rho=RHO,
            bounds=(np.zeros(STREAMS), np.ones(STREAMS)),
            change=1.0,
            insecure_rng=rng,
        )
        events = rng.integers(0, 2, (at, STREAMS))
        errors = counter.update_many(events)[-1] - events.sum(axis=0)
        bound = values["row_squares"] * values["column_squares"] / (2 * RHO)
        return Measurement(min(float((errors**2).mean()), 8 * bound), **values)


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


class Reading:
    """A decoder that keeps the codes instead."""

    def __init__(self, unit: float) -> None:
        self.unit = unit
        self.codes: Any = None

    def follow(self, past: Any, fresh: Any) -> tuple[Any, Any]:
        """Keep the codes."""
        self.codes = (fresh[:, 0] * self.unit).astype(np.int64)
        return fresh, past


def codes(stream: Any, events: Any) -> Any:
    """Give the codes of a stream of numbers, without noise."""
    stream._decoder = reading = Reading(2.0**stream.lattice.bits)
    stream.release(events[:, None], lambda count: np.zeros(count, dtype=np.int64))
    return reading.codes


@dataclass(frozen=True)
class Coded:
    """A counter of numbers between −magnitude and magnitude."""

    horizon: int
    magnitude: int
    bands: int = 0
    place: int = 0

    def counter(self, algorithm: Algorithm) -> Any:
        """Make the counter, for events that change by 1."""
        options = {"bands": self.bands} if self.bands else {}
        return ContinualSum(
            algorithm(self.horizon, **options),
            self.horizon,
            rho=RHO,
            bounds=(-self.magnitude, self.magnitude),
            change=1.0,
            insecure_rng=1,
        )

    def events(self, rng: np.random.Generator) -> Any:
        """Draw events that leave room for a change."""
        return rng.integers(-self.magnitude, self.magnitude, self.horizon)

    def deviation(self, algorithm: Algorithm, rng: np.random.Generator) -> Measurement:
        """Compare codes with exact integers."""
        epoch, events = self.counter(algorithm)._epochs.epoch, self.events(rng)
        stated = epoch.stream.deviation
        found = codes(epoch.stream, events).astype(object)
        c = np.array([int(math.ldexp(one, EXACT)) for one in epoch.mechanism.encoding], object)
        exact = np.convolve(events.astype(object), c)[: self.horizon] << epoch.lattice.bits
        worst = max(abs((found << EXACT) - exact))
        return Measurement(worst / 2**EXACT / stated)

    def spent(self, algorithm: Algorithm, rng: np.random.Generator) -> Measurement:
        """Compare the codes of two neighbouring streams."""
        mine, other = (self.counter(algorithm)._epochs.epoch for _ in range(2))
        events = self.events(rng)
        changed = events.copy()
        changed[self.place] += 1
        moved = (codes(mine.stream, events) - codes(other.stream, changed)).astype(np.float64)
        return Measurement(float(moved @ moved) / (2 * mine.noise.scale**2), rho=RHO)


MAGNITUDES = [1, 2**20, 2**44]
LARGE = 2**44  # leaves one bit behind the point
CODED = Instances(
    st.builds(Coded, st.integers(1, 200), st.sampled_from(MAGNITUDES)),
    [
        ("small numbers", Coded(200, 1)),
        ("three blocks", Coded(300, LARGE)),
    ],
)
BANDED_CODED = Instances(
    st.builds(Coded, st.integers(1, 200), st.sampled_from(MAGNITUDES), st.integers(1, 9)),
    [
        ("small numbers", Coded(200, 100, 5)),
        ("one band", Coded(200, 2**20, 1)),
        ("large numbers", Coded(300, LARGE, 5)),
    ],
)


@check(claims.SQUARE_ROOT_CODES, on=CODED, faults=[UNROUNDED[0], COARSE[0]])
def square_root_codes(algorithm: Algorithm, one: Coded, rng: np.random.Generator) -> Measurement:
    """Compare codes with exact ones."""
    return one.deviation(algorithm, rng)


@check(claims.BANDED_CODES, on=BANDED_CODED, faults=[UNROUNDED[1], COARSE[1]])
def banded_codes(algorithm: Algorithm, one: Coded, rng: np.random.Generator) -> Measurement:
    """Compare codes with exact ones."""
    return one.deviation(algorithm, rng)


NEIGHBOURS = Instances(
    st.builds(Coded, st.integers(1, 200), st.sampled_from(MAGNITUDES)),
    [
        ("first event", Coded(150, 1)),
        ("last event", Coded(150, 1, place=149)),
        ("large numbers", Coded(300, LARGE)),
    ],
)
BANDED_NEIGHBOURS = Instances(
    st.builds(Coded, st.integers(1, 200), st.sampled_from(MAGNITUDES), st.integers(1, 9)),
    [
        ("first event", Coded(150, 1, 4)),
        ("last event", Coded(150, 1, 4, place=149)),
        ("large numbers", Coded(300, LARGE, 250)),
    ],
)


@check(claims.SQUARE_ROOT_SPENT, on=NEIGHBOURS, faults=[ONE_ENTRY[0], UNROUNDED[0]])
def square_root_spent(algorithm: Algorithm, one: Coded, rng: np.random.Generator) -> Measurement:
    """Compare neighbours."""
    return one.spent(algorithm, rng)


@check(claims.BANDED_SPENT, on=BANDED_NEIGHBOURS, faults=[ONE_ENTRY[1], UNROUNDED[1]])
def banded_spent(algorithm: Algorithm, one: Coded, rng: np.random.Generator) -> Measurement:
    """Compare neighbours."""
    return one.spent(algorithm, rng)

"""Checks of the codes of Toeplitz counters: their rounding, and what neighbours' codes spend."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.privacy import BLT, BandedToeplitz, ContinualSum, SquareRoot
from algos.privacy import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.privacy.blt import ONE_ENTRY as BLT_ENTRY
from proofs_checks.privacy.counting import codes
from proofs_checks.privacy.toeplitz import ONE_ENTRY, falling, in_each

Algorithm = Callable[..., Any]
RHO = 0.5
#: Coefficients as integers: all of those here are multiples of 2^−EXACT, or as good as.
EXACT = 80

UNROUNDED = in_each(
    "rounding_forgotten",
    "States codes as if they were not rounded.",
    (
        "self.deviation, self.rounding = lattice, deviation, rounding",
        "self.deviation, self.rounding = lattice, 1e-3, rounding",
    ),
    of=(SquareRoot, BandedToeplitz, BLT),
)
COARSE = in_each(
    "coarse_codes",
    "Rounds codes to even numbers.",
    ("np.rint(exact * unit)", "2 * np.rint(exact * unit / 2)"),
)


@dataclass(frozen=True)
class Coded:
    """A counter of numbers between −magnitude and magnitude."""

    horizon: int
    magnitude: int
    options: dict[str, Any] = field(default_factory=dict)
    place: int = 0

    def counter(self, algorithm: Algorithm) -> Any:
        """Make the counter, for events that change by 1."""
        return ContinualSum(
            algorithm(self.horizon, **self.options),
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


def _bands(bands: int) -> dict[str, Any]:
    """Ask for so many bands."""
    return {"coefficients": falling(bands)}


_SIZES = st.integers(1, 200), st.sampled_from([1, 2**20, 2**44])
_BANDED_SIZES = *_SIZES, st.integers(1, 9).map(_bands)
LARGE = 2**44  # leaves one bit behind the point
CODED = Instances(
    st.builds(Coded, *_SIZES),
    [
        ("small numbers", Coded(200, 1)),
        ("three blocks", Coded(300, LARGE)),
    ],
)
BANDED_CODED = Instances(
    st.builds(Coded, *_BANDED_SIZES),
    [
        ("small numbers", Coded(200, 100, _bands(5))),
        ("one band", Coded(200, 2**20, _bands(1))),
        ("large numbers", Coded(300, LARGE, _bands(5))),
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
    st.builds(Coded, *_SIZES),
    [
        ("first event", Coded(150, 1)),
        ("last event", Coded(150, 1, place=149)),
        ("large numbers", Coded(300, LARGE)),
    ],
)
BANDED_NEIGHBOURS = Instances(
    st.builds(Coded, *_BANDED_SIZES),
    [
        ("first event", Coded(150, 1, _bands(4))),
        ("last event", Coded(150, 1, _bands(4), place=149)),
        ("large numbers", Coded(300, LARGE, _bands(250))),
    ],
)
BUFFERS = {"decay": (0.96, 0.4), "weights": (0.2, 0.3)}
BLT_NEIGHBOURS = Instances(
    st.builds(Coded, *_SIZES, st.just(BUFFERS)),
    [
        ("first event", Coded(150, 1, BUFFERS)),
        ("last event", Coded(150, 1, BUFFERS, place=149)),
        ("large numbers", Coded(300, LARGE, BUFFERS)),
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


@check(claims.BLT_SPENT, on=BLT_NEIGHBOURS, faults=[BLT_ENTRY, UNROUNDED[2]])
def blt_spent(algorithm: Algorithm, one: Coded, rng: np.random.Generator) -> Measurement:
    """Compare neighbours."""
    return one.spent(algorithm, rng)

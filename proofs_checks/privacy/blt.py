"""Checks of buffered linear Toeplitz matrices: closed forms, codes, variances, parameters."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.privacy import BLT, ContinualSum
from algos.privacy import theorems as claims
from algos.privacy._blt_optimum import squared_error
from algos.privacy._mechanism import Lattice
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.privacy.counting import codes, counted, mean_square

Algorithm = Callable[..., Any]
Reals = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Buffers:
    """A horizon and parameters."""

    horizon: int
    decay: tuple[float, ...]
    weights: tuple[float, ...]

    def coefficients(self) -> Reals:
        """Compute c by its definition."""
        k = np.arange(self.horizon - 1)[:, None]
        rest = (np.array(self.weights) * np.array(self.decay) ** k).sum(axis=1)
        return np.concatenate([[1.0], rest])

    def inverse_sums(self) -> Reals:
        """Solve c * b = (1, 1, …), term by term."""
        c, b = self.coefficients(), np.zeros(self.horizon)
        for k in range(self.horizon):
            b[k] = 1 - c[1 : k + 1] @ b[:k][::-1]
        return b


def _buffers(decay: list[float], share: float, horizon: int) -> Buffers:
    """Divide a share of what stability allows."""
    theta = np.clip(np.array(decay), 1e-3, 1 - 1e-5)
    weights = share * (1 + theta) / len(theta)
    return Buffers(horizon, tuple(theta.tolist()), tuple(weights.tolist()))


ON = Instances(
    st.builds(
        _buffers,
        st.lists(st.floats(0.01, 0.9999), min_size=1, max_size=4),
        st.floats(0.02, 0.9),
        st.integers(1, 300),
    ),
    [
        ("one buffer", Buffers(50, (0.5,), (0.5,))),
        ("slow and fast", Buffers(500, (0.9999, 0.1), (0.1, 0.3))),
        ("equal decays", Buffers(30, (0.9, 0.9), (0.1, 0.2))),
        ("one event", Buffers(1, (0.5,), (0.5,))),
    ],
)
THETA_TO_THE_K = edited(
    BLT,
    "theta_to_the_k",
    "Takes ω θ^k for ω θ^(k−1).",
    ("weights @ sums @ weights", "(weights * (1 - gaps)) @ sums @ (weights * (1 - gaps))"),
    module="algos.privacy._blt_optimum",
)
ONE_ENTRY = edited(
    BLT,
    "one_entry",
    "Takes the greatest entry of C for the norm of its columns.",
    ("float(np.sqrt(square)) * self._spare", "1.0"),
)


@check(claims.BLT_SENSITIVITY, on=ON, faults=[ONE_ENTRY, THETA_TO_THE_K])
def blt_sensitivity(algorithm: Algorithm, one: Buffers, rng: np.random.Generator) -> Measurement:
    """Compare with the plain sum."""
    made = algorithm(one.horizon, decay=one.decay, weights=one.weights)
    norm = math.sqrt(math.fsum(one.coefficients() ** 2))
    return Measurement(made.sensitivity(2) / norm)


@check(
    claims.BLT_ERROR,
    on=ON,
    faults=[
        edited(
            squared_error,
            "one_power_less",
            "Sums n − 1 terms.",
            ("np.outer(ratios, ratios) ** horizon", "np.outer(ratios, ratios) ** (horizon - 1)"),
        ),
        edited(
            squared_error,
            "weights_for_roots",
            "Takes ω for its root.",
            ("roots = np.sqrt(weights)", "roots = weights"),
        ),
    ],
)
def blt_error(algorithm: Algorithm, one: Buffers, rng: np.random.Generator) -> Measurement:
    """Compare with the plain sum."""
    plain = math.fsum(one.inverse_sums() ** 2)
    closed = algorithm(1 - np.array(one.decay), np.array(one.weights), one.horizon)
    return Measurement(1 + abs(closed / plain - 1))


FIRST_GUESS = edited(
    BLT,
    "first_guess",
    "Stops at the first step.",
    ('"maxiter": 1000', '"maxiter": 1'),
    module="algos.privacy._blt_optimum",
)


@cache
def _product(algorithm: Algorithm, n: int) -> float:
    """Give error times sensitivity."""
    made = algorithm(n)
    return math.sqrt(made.error_factors().max()) * float(made.sensitivity(2))


@check(
    claims.BLT_RATIO,
    on=Instances(
        st.integers(0, 16).map(lambda k: 2**k), [("16 events", 16), ("65536 events", 2**16)]
    ),
    faults=[FIRST_GUESS],
    trials=60,
)
def blt_ratio(algorithm: Algorithm, n: int, rng: np.random.Generator) -> Measurement:
    """Take error times sensitivity."""
    return Measurement(_product(algorithm, n), horizon=n)


@dataclass(frozen=True)
class Coding:
    """Parameters in 256ths, a lattice, and events of either sign up to a bound."""

    horizon: int
    decay: tuple[int, ...]
    magnitude: int
    bits: int
    constant: bool = False

    def events(self, rng: np.random.Generator) -> Any:
        """Draw events, or repeat the greatest."""
        if self.constant:
            return np.full(self.horizon, self.magnitude)
        return rng.integers(-self.magnitude, self.magnitude + 1, self.horizon)

    def distance(self, made: Any, events: Any, found: Any) -> float:
        """Compare codes with those of integers in units of 2^−128."""
        theta = [int(Fraction(number) * 2**128) for number in made.decay.tolist()]
        omega = [int(Fraction(number) * 2**128) for number in made.weights.tolist()]
        buffers, worst = [0] * len(theta), 0
        for x, code in zip(events.tolist(), found.tolist(), strict=True):
            exact = (x << 128) + sum(w * f >> 128 for w, f in zip(omega, buffers, strict=True))
            worst = max(worst, abs((code << 128) - (exact << self.bits)))
            buffers = [(t * f >> 128) + (x << 128) for t, f in zip(theta, buffers, strict=True)]
        return float(Fraction(worst, 2**128))


@check(
    claims.BLT_DEVIATION,
    on=Instances(
        st.builds(
            Coding,
            st.integers(1, 60),
            st.lists(st.integers(1, 255), min_size=1, max_size=3).map(tuple),
            st.integers(1, 2**40),
            st.integers(0, 5),
            st.booleans(),
        ),
        [
            ("small events", Coding(200, (250, 100), 3, 10)),
            ("great events", Coding(200, (255, 255, 255), 2**45 - 1, 0, constant=True)),
            ("great codes", Coding(200, (255, 200), 2**30 - 1, 14)),
        ],
    ),
    faults=[
        edited(
            BLT,
            "rounding_of_codes_alone",
            "Forgets the rounding of the buffers.",
            (" + (buffers + 12) * reached * unit", ""),
        ),
        edited(
            BLT,
            "decayed_before_read",
            "Reads buffers after they have decayed.",
            ("row[i] += weight * before", "row[i] += weight * (1.0 - gap) * before"),
            module="accel.buffers",
        ),
    ],
)
def blt_deviation(algorithm: Algorithm, one: Coding, rng: np.random.Generator) -> Measurement:
    """Compare codes with exact ones."""
    decay = np.array(one.decay) / 256
    made = algorithm(one.horizon, decay=decay, weights=np.full(len(decay), 1 / 4))
    stream = made.stream(Lattice(one.bits, one.magnitude, 1))
    events = one.events(rng)
    return Measurement(one.distance(made, events, codes(stream, events)) / stream.deviation)


@dataclass(frozen=True)
class Release:
    """One release."""

    horizon: int
    at: int

    def square(self, algorithm: Algorithm, rng: np.random.Generator) -> Measurement:
        """Measure the mean squared error over the stated variance, cut off."""
        counter, errors = counted(algorithm, "blt", self.at, rng, horizon=self.horizon, rho=0.5)
        stated = counter.error.standard_deviation[self.at - 1]
        return Measurement(mean_square(errors[-1], stated))


RELEASES = Instances(
    st.integers(1, 3).flatmap(
        lambda k: st.builds(Release, st.just(20 * k), st.integers(1, 20 * k))
    ),
    [("first", Release(40, 1)), ("last of 40", Release(40, 40)), ("only", Release(1, 1))],
)
DECODED = "decode(fresh, self.decay, self.weights, numbers[1:], numbers[0])"


def _misread(name: str, description: str, decoded: str) -> Any:
    """Break the decoder."""
    return edited(ContinualSum, name, description, (DECODED, decoded), module="algos.privacy._blt")


@check(
    claims.BLT_VARIANCE_ABOVE,
    on=RELEASES,
    faults=[
        _misread(
            "swapped",
            "Swaps ω and θ in the decoder.",
            "decode(fresh, self.weights, self.decay, numbers[1:], numbers[0])",
        ),
        _misread(
            "theta_to_the_k",
            "Takes ω θ^k for ω θ^(k−1) in the decoder.",
            "decode(fresh, self.decay, self.weights * self.decay, numbers[1:], numbers[0])",
        ),
    ],
    trials=600,
)
def blt_variance_above(algorithm: Algorithm, one: Release, rng: np.random.Generator) -> Measurement:
    """Measure one release."""
    return one.square(algorithm, rng)


@check(
    claims.BLT_VARIANCE_BELOW,
    on=RELEASES,
    faults=[
        edited(
            ContinualSum,
            "not_squared",
            "Adds up the entries of B, not their squares.",
            ("self._first_column() ** 2", "abs(self._first_column())"),
            module="algos.privacy._blt",
        )
    ],
    trials=600,
)
def blt_variance_below(algorithm: Algorithm, one: Release, rng: np.random.Generator) -> Measurement:
    """Measure one release."""
    return one.square(algorithm, rng)

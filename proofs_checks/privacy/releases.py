"""Checks of continual sums of any mechanism."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.privacy import ContinualSum, zcdp_delta
from algos.privacy import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited

Algorithm = Callable[..., Any]
STREAMS = 256


@dataclass(frozen=True)
class Counting:
    """A stream of zeros, counted by a mechanism."""

    mechanism: str
    steps: int
    failure_probability: float = 0.3
    unbounded: bool = False

    def errors(
        self, algorithm: Algorithm, rng: np.random.Generator, streams: int, **budget: float
    ) -> tuple[Any, Any]:
        """Release that many independent counts at once; give the counter and all errors."""
        counter = algorithm(
            self.mechanism,
            None if self.unbounded else self.steps,
            bounds=(np.zeros(streams), np.ones(streams)),
            change=1.0,
            insecure_rng=rng,
            **budget,
        )
        return counter, counter.update_many(np.zeros((self.steps, streams), dtype=int))

    def failed(
        self, algorithm: Algorithm, rng: np.random.Generator, **budget: float
    ) -> Measurement:
        """Tell whether some error passes the stated bound."""
        counter, errors = self.errors(algorithm, rng, STREAMS, **budget)
        bound = counter.error.simultaneous(self.failure_probability)
        return Measurement(
            float(np.abs(errors).max() > bound), failure_probability=self.failure_probability
        )

    def variance(self, algorithm: Algorithm, rng: np.random.Generator) -> Measurement:
        """Measure the last release's mean squared error over its variance, cut off."""
        counter, errors = self.errors(algorithm, rng, STREAMS, rho=0.5)
        at = counter.steps - counter._epochs.start - 1  # the error is of the present epoch
        stated = counter.error.standard_deviation[at]
        return Measurement(min(float(((errors[-1] / stated) ** 2).mean()), 2.0))


@dataclass(frozen=True)
class Spent:
    """A budget, and an ε in multiples of √ρ."""

    rho: float
    multiple: float


@dataclass(frozen=True)
class Pair:
    """Bounds, and two events that may be anywhere."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    one: tuple[float, ...]
    other: tuple[float, ...]
    resolution: float = 1.0
    near: bool = False
    pure: bool = False

    def counter(self, algorithm: Algorithm) -> Any:
        """Make a counter that is told how near the events are, or only their bounds."""
        difference = np.subtract(self.one, self.other)
        change = float(np.linalg.norm(difference, 1 if self.pure else 2))
        return algorithm(
            "tree",
            2,
            **({"epsilon": 1.0} if self.pure else {"rho": 0.5}),
            bounds=(self.low, self.high),
            resolution=self.resolution,
            change=max(change, 1e-9) if self.near else None,
            insecure_rng=1,
        )


CLOSED_FORM = edited(
    zcdp_delta,
    "tail_of_the_loss",
    "Takes the δ of the privacy loss's tail with half the ρ, as for one side.",
    ("a * (rho * (1 + a) - epsilon)", "a * (rho * (1 + a) / 2 - epsilon)"),
)


@check(
    claims.CONVERSION,
    on=Instances(
        st.builds(Spent, st.floats(0.01, 20.0), st.floats(0.0, 6.0)),
        [("small ε", Spent(0.5, 0.05)), ("large ε", Spent(0.5, 6.0))],
    ),
    faults=[CLOSED_FORM],
)
def conversion(algorithm: Algorithm, one: Spent, rng: np.random.Generator) -> Measurement:
    """Take the stated δ."""
    epsilon = one.multiple * one.rho**0.5
    return Measurement(algorithm(one.rho, epsilon), rho=one.rho, epsilon=epsilon)


CORNERS = (-2.0, -3.0), (2.0, 5.0)
OPPOSITE = Pair(*CORNERS, (-9.0, -9.0), (9.0, 9.0))
ROUNDED = Pair(*CORNERS, (0.24, 0.74), (0.26, 0.76), resolution=0.5, near=True)

NEAR_HALVES = 17.0 * (5 * 10**14 + 1) + 8, 17.0 * 5 * 10**14 + 9  # 8/17 and 9/17 become halves
QUOTIENTS = Pair(
    (0.0, 0.0),
    (17.0 * (5 * 10**14 + 2),) * 2,
    (NEAR_HALVES[0],) * 2,
    (NEAR_HALVES[1],) * 2,
    resolution=17.0,
    near=True,
)


def _pairs(resolution: float) -> st.SearchStrategy[Pair]:
    """Draw events of two coordinates, inside and outside the bounds."""
    event = st.tuples(*[st.floats(-9, 9)] * 2)
    return st.builds(
        Pair,
        st.just(CORNERS[0]),
        st.just(CORNERS[1]),
        event,
        event,
        st.just(resolution),
        st.booleans() if resolution != 1 else st.just(False),
        st.booleans(),
    )


@check(
    claims.CHANGE,
    on=Instances(
        st.sampled_from([1.0, 0.5, 0.125]).flatmap(_pairs),
        [
            ("opposite corners", OPPOSITE),
            ("both round away", ROUNDED),
            ("quotients round away", QUOTIENTS),
        ],
    ),
    faults=[
        edited(
            ContinualSum,
            "rounding_is_free",
            "Forgets that rounding to the resolution moves events apart.",
            ("self.dimension ** (1 / norm)", "0.0"),
            module="algos.privacy._events",
        ),
        edited(
            ContinualSum,
            "division_is_exact",
            "Forgets that quotients are rounded before they are rounded to integers.",
            ("1 + self.magnitude * 2.0**-51", "1.0"),
            module="algos.privacy._events",
        ),
        edited(
            ContinualSum,
            "one_side_of_the_bounds",
            "Takes the greater bound for the change, as where an event is left out.",
            ("most - least if anywhere else", "np.abs(most) if True else"),
            module="algos.privacy._events",
        ),
    ],
)
def change(algorithm: Algorithm, pair: Pair, rng: np.random.Generator) -> Measurement:
    """Compare the events as taken with what the noise is fit to."""
    events, norm = pair.counter(algorithm)._events, 1 if pair.pure else 2
    taken, _ = events.clamped([pair.one, pair.other])
    moved = float(np.linalg.norm(taken[0] - taken[1], norm))
    return Measurement(moved / events.moved(norm))


UNBOUNDED = Instances(
    st.builds(Counting, st.just("tree"), st.integers(1, 300), unbounded=st.just(True)),
    [
        ("two epochs", Counting("tree", 65, unbounded=True)),
        ("three epochs", Counting("tree", 200, unbounded=True)),
    ],
)


@check(
    claims.UNBOUNDED_ABOVE,
    on=UNBOUNDED,
    faults=[
        edited(
            ContinualSum,
            "forgets_earlier_epochs",
            "States the present epoch's variance alone.",
            ("self.variance += variance", "self.variance = 0.0"),
            module="algos.privacy._epochs",
        )
    ],
    trials=600,
)
def unbounded_above(algorithm: Algorithm, one: Counting, rng: np.random.Generator) -> Measurement:
    """Measure the last release."""
    return one.variance(algorithm, rng)


@check(
    claims.UNBOUNDED_BELOW,
    on=UNBOUNDED,
    faults=[
        edited(
            ContinualSum,
            "one_noise_for_all",
            "Keeps the truth of earlier epochs instead of their releases.",
            ("self.before, self.start = self.last, self.steps", "self.start = self.steps"),
            module="algos.privacy._epochs",
        )
    ],
    trials=600,
)
def unbounded_below(algorithm: Algorithm, one: Counting, rng: np.random.Generator) -> Measurement:
    """Measure the last release."""
    return one.variance(algorithm, rng)


ALL_AT_ONCE = Instances(
    st.builds(Counting, st.just("tree"), st.integers(1, 64), st.sampled_from([0.1, 0.3])),
    [("all digits", Counting("tree", 31)), ("one step", Counting("tree", 1))],
)
NO_UNION = edited(
    ContinualSum,
    "no_union_bound",
    "Bounds each release alone.",
    ("2 * numbers / beta", "2 / beta"),
    module="algos.privacy._release_error",
)


@check(claims.SIMULTANEOUS_GAUSSIAN, on=ALL_AT_ONCE, faults=[NO_UNION], trials=1000)
def simultaneous_gaussian(
    algorithm: Algorithm, one: Counting, rng: np.random.Generator
) -> Measurement:
    """Look for an error beyond the bound."""
    return one.failed(algorithm, rng, rho=0.5)


@check(
    claims.SIMULTANEOUS_LAPLACE,
    on=ALL_AT_ONCE,
    faults=[NO_UNION],
    trials=1000,
)
def simultaneous_laplace(
    algorithm: Algorithm, one: Counting, rng: np.random.Generator
) -> Measurement:
    """Look for an error beyond the bound."""
    return one.failed(algorithm, rng, epsilon=1.0)

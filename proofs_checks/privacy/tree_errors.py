"""Checks of the tree-like counters: greatest and mean errors, the best estimates."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.privacy import HonakerTree, KAry, SmoothBinary, Tree
from algos.privacy import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.privacy.trees import weights

Algorithm = Callable[..., Any]


def greatest(made: Any) -> float:
    """Compute the greatest variance at ρ = 1/2."""
    return float(made.error_factors().max() * made.sensitivity(2) ** 2)


LENGTHS = Instances(st.integers(1, 5000), [("all digits", 1023), ("one event", 1), ("2^12", 4096)])
MEANS = Instances(st.integers(1, 13), [("ten levels", 10), ("one event", 1)])


@check(
    claims.TREE_ERROR,
    on=LENGTHS,
    faults=[
        edited(
            Tree,
            "root_over_everything",
            "Has a level above the highest digit.",
            (
                "self.levels = self.horizon.bit_length()",
                "self.levels = self.horizon.bit_length() + 1",
            ),
        )
    ],
)
def tree_error(algorithm: Algorithm, horizon: int, rng: np.random.Generator) -> Measurement:
    """Take the worst release."""
    return Measurement(greatest(algorithm(horizon)), levels=horizon.bit_length())


@check(
    claims.TREE_MEAN,
    on=MEANS,
    faults=[
        edited(
            Tree,
            "one_step_late",
            "States each release's error for the next one.",
            ("np.arange(1, self.horizon + 1)", "np.arange(2, self.horizon + 2)"),
        )
    ],
)
def tree_mean(algorithm: Algorithm, levels: int, rng: np.random.Generator) -> Measurement:
    """Take the mean over the releases."""
    made = algorithm(2**levels - 1)
    return Measurement(float(made.error_factors().mean()) * made.levels, levels=levels)


@check(
    claims.HONAKER_ERROR,
    on=LENGTHS,
    faults=[
        edited(
            HonakerTree,
            "weights_of_the_level_below",
            "States the variance of an interval of half the length.",
            (
                "1 / (2 - 2.0 ** -np.arange(levels))",
                "1 / (2 - 2.0 ** -np.maximum(np.arange(levels) - 1, 0))",
            ),
        ),
    ],
)
def honaker_error(algorithm: Algorithm, horizon: int, rng: np.random.Generator) -> Measurement:
    """Take the worst release."""
    return Measurement(greatest(algorithm(horizon)), levels=horizon.bit_length())


@cache
def least_variance(step: int) -> float:
    """Solve the normal equations of all dyadic intervals up to a step for the sum of all events."""
    starts_ends = [
        (end - 2**level, end)
        for level in range(step.bit_length())
        for end in range(2**level, step + 1, 2**level)
    ]
    rows = np.array([[a < t <= b for t in range(1, step + 1)] for a, b in starts_ends], dtype=float)
    return float(np.linalg.solve(rows.T @ rows, np.ones(step)).sum())


@dataclass(frozen=True)
class Release:
    """One release."""

    horizon: int
    step: int


@check(
    claims.HONAKER_BEST,
    on=Instances(
        st.builds(Release, st.sampled_from([16, 40, 64]), st.integers(1, 64)),
        [
            ("sixteen events", Release(16, 16)),
            ("fifteen events", Release(16, 15)),
            ("63 events", Release(64, 63)),
            ("two events", Release(2, 2)),
        ],
    ),
    faults=[
        edited(
            HonakerTree,
            "weights_swapped",
            "Gives an interval's own sum its halves' weight.",
            ("mechanism.costs(mechanism.levels)", "1 - mechanism.costs(mechanism.levels)"),
        ),
        edited(
            HonakerTree,
            "equal_weights",
            "Weighs an interval's own sum and its halves' alike.",
            ("mechanism.costs(mechanism.levels)", "np.full(mechanism.levels, 0.5)"),
        ),
    ],
    trials=200,
)
def honaker_best(algorithm: Algorithm, one: Release, rng: np.random.Generator) -> Measurement:
    """Compare the weights that a stream gives its noise with least squares."""
    step = min(one.step, one.horizon)
    used = weights(algorithm(one.horizon))[step - 1]
    return Measurement(float(used @ used) / least_variance(step))


def least_height(horizon: int) -> int:
    """Search the height whose balanced leaves suffice."""
    return next(h for h in range(2, 100) if math.comb(h, h // 2) > horizon)


BALANCED = Instances(st.integers(1, 5000), [("a hundred events", 100), ("one event", 1)])


@check(
    claims.SMOOTH_ABOVE,
    on=BALANCED,
    faults=[
        edited(
            SmoothBinary,
            "unbalanced_leaves",
            "Takes leaves with two digits 0 more.",
            ("self.zeros = height // 2", "self.zeros = height // 2 + 2"),
        )
    ],
)
def smooth_above(algorithm: Algorithm, horizon: int, rng: np.random.Generator) -> Measurement:
    """Take the worst release."""
    return Measurement(greatest(algorithm(horizon)), height=least_height(horizon))


@check(
    claims.SMOOTH_BELOW,
    on=BALANCED,
    faults=[
        edited(
            SmoothBinary,
            "one_leaf_too_few",
            "Has as many leaves as events; the last release needs one more.",
            ("height // 2) <= self.horizon", "height // 2) < self.horizon"),
            ("bisect_right(", "bisect_left("),
            ("import bisect_right", "import bisect_left"),
        )
    ],
)
def smooth_below(algorithm: Algorithm, horizon: int, rng: np.random.Generator) -> Measurement:
    """Take the best release."""
    made = algorithm(horizon)
    least = float((made.error_factors()).min()) * made.sensitivity(2) ** 2
    return Measurement(least, height=least_height(horizon))


@dataclass(frozen=True)
class Digits:
    """So many digits, of an arity."""

    arity: int
    levels: int

    @property
    def largest(self) -> int:
        """The largest number that they write."""
        return int(self.arity**self.levels) // 2


ARITIES = Instances(
    st.builds(Digits, st.integers(1, 8).map(lambda m: 2 * m + 1), st.integers(1, 3)),
    [("all numbers", Digits(5, 4)), ("ternary", Digits(3, 6)), ("one digit", Digits(21, 1))],
)
DIGITS_OFF = edited(
    KAry,
    "digits_off_by_one",
    "States the error for digits from −m + 1 to m + 1.",
    ("higher = (steps + most) // self.arity", "higher = (steps + most - 1) // self.arity"),
)


@check(claims.K_ARY_ERROR, on=ARITIES, faults=[DIGITS_OFF])
def k_ary_error(algorithm: Algorithm, one: Digits, rng: np.random.Generator) -> Measurement:
    """Take the worst release: a Laplace variable of scale 1 has variance 2."""
    made = algorithm(one.largest, arity=one.arity)
    worst = 2 * float(made.error_factors().max()) * made.sensitivity(1) ** 2
    return Measurement(worst, arity=one.arity, levels=one.levels)


@check(claims.K_ARY_MEAN, on=ARITIES, faults=[DIGITS_OFF])
def k_ary_mean(algorithm: Algorithm, one: Digits, rng: np.random.Generator) -> Measurement:
    """Take the mean over the releases."""
    made = algorithm(one.largest, arity=one.arity)
    mean = 2 * float(made.error_factors().mean()) * made.sensitivity(1) ** 2
    return Measurement(mean, arity=one.arity, levels=one.levels)

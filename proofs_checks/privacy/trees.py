"""Checks of the tree-like counters."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog

from algos.privacy import ContinualSum, HonakerTree, KAry, SmoothBinary, Tree
from algos.privacy import theorems as claims
from algos.privacy._mechanism import Lattice
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.privacy.releases import STREAMS, Counting

Algorithm = Callable[..., Any]
Reals = np.ndarray[Any, np.dtype[np.float64]]
NAMES = ("tree", "honaker", "smooth-binary", "k-ary")
TREE, HONAKER, SMOOTH, K_ARY = (
    f"algos.privacy.{name}" for name in ("_tree", "_honaker_tree", "_smooth_binary", "_k_ary")
)
HALF_SHARES = "1 / (2 - 2.0 ** -np.arange(levels))"


def budget(name: str) -> dict[str, float]:
    """Give a budget that the mechanism takes."""
    return {"epsilon": 1.0} if name == "k-ary" else {"rho": 0.5}


def weights(mechanism: Any) -> Reals:
    """Compute B: what every release takes from each draw of noise, in order."""
    taken = 0

    def draw(one: int, count: int) -> Any:
        nonlocal taken
        taken += count
        return 2**20 * (np.arange(taken - count, taken) == one)

    def column(one: int) -> Reals:
        nonlocal taken
        taken = 0
        zeros = np.zeros((mechanism.horizon, 1), dtype=np.int64)
        found: Reals = mechanism.stream(Lattice(20, 1, 1)).release(zeros, partial(draw, one))[:, 0]
        return found

    first = column(0)
    return np.array([first, *(column(one) for one in range(1, taken))]).T


# --- variance and sensitivity of all four -----------------------------------------------------

VARIANCES = Instances(
    st.builds(Counting, st.sampled_from(NAMES), st.integers(1, 100)),
    [
        ("tree", Counting("tree", 31)),
        ("Honaker's tree", Counting("honaker", 63)),
        ("smooth binary, one event", Counting("smooth-binary", 1)),
        ("k-ary, one event", Counting("k-ary", 1)),
        ("k-ary", Counting("k-ary", 60)),
    ],
)


def at_one_release(algorithm: Algorithm, one: Counting, rng: np.random.Generator) -> Measurement:
    """Measure the mean squared error at some release over the stated variance, cut off."""
    counter, errors = one.errors(algorithm, rng, STREAMS, **budget(one.mechanism))
    at = int(rng.integers(one.steps))
    ratio = errors[at] / np.maximum(counter.error.standard_deviation[at], 1e-9)
    return Measurement(min(float((ratio**2).mean()), 8.0))


@check(
    claims.TREES_VARIANCE_ABOVE,
    on=VARIANCES,
    faults=[
        edited(
            ContinualSum,
            "honaker_weights_swapped",
            "Gives an interval's own sum its halves' weight.",
            ("mechanism.costs(mechanism.levels)", "1 - mechanism.costs(mechanism.levels)"),
            module=HONAKER,
        ),
        edited(
            ContinualSum,
            "unbalanced_leaves",
            "Takes leaves with a digit 1 too many.",
            ("_SmoothStream(self.ones, lattice)", "_SmoothStream(self.ones + 1, lattice)"),
            module=SMOOTH,
        ),
        edited(
            ContinualSum,
            "digits_off_by_one",
            "States the error of the number before.",
            ("np.arange(1, self.horizon + 1)", "np.arange(self.horizon)"),
            module=K_ARY,
        ),
    ],
    trials=600,
)
def trees_variance_above(
    algorithm: Algorithm, one: Counting, rng: np.random.Generator
) -> Measurement:
    """Measure some release."""
    return at_one_release(algorithm, one, rng)


@check(
    claims.TREES_VARIANCE_BELOW,
    on=VARIANCES,
    faults=[
        edited(
            ContinualSum,
            "variance_for_deviation",
            "States variances as standard deviations.",
            ("np.sqrt(variances + variance)", "(variances + variance)"),
            module="algos.privacy._epoch",
        ),
    ],
    trials=600,
)
def trees_variance_below(
    algorithm: Algorithm, one: Counting, rng: np.random.Generator
) -> Measurement:
    """Measure some release."""
    return at_one_release(algorithm, one, rng)


@dataclass(frozen=True)
class Event:
    """One event of a stream."""

    mechanism: str
    horizon: int
    step: int = 0


def least_shift(B: Reals, change: Reals, norm: int) -> float:
    """Find the least norm of a shift w of the noise with B w = change."""
    if norm == 2:
        return float(np.linalg.norm(np.linalg.lstsq(B, change, rcond=None)[0]))
    both = np.hstack([B, -B])  # w as the difference of two positive vectors
    found = linprog(np.ones(both.shape[1]), A_eq=both, b_eq=change)
    return float(np.abs(np.asarray(found.x, dtype=float)).sum())


@check(
    claims.TREES_SENSITIVITY,
    on=Instances(
        st.builds(Event, st.sampled_from(NAMES), st.integers(1, 13), st.integers(0, 12)),
        [
            ("tree, the first of eight events", Event("tree", 8)),
            ("Honaker's tree", Event("honaker", 8)),
            ("smooth binary", Event("smooth-binary", 12)),
            ("k-ary", Event("k-ary", 50)),
            ("one event", Event("tree", 1)),
        ],
    ),
    faults=[
        edited(
            ContinualSum,
            "tree_too_low",
            "Counts the tree's levels without its root.",
            ("float(np.sqrt(self.levels))", "float(np.sqrt(self.levels - 1))"),
            module=TREE,
        ),
        edited(
            ContinualSum,
            "one_entry_for_the_column",
            "Takes one entry of a column of C, and not its norm.",
            ("else math.sqrt(self.zeros)", "else 1.0"),
            module=SMOOTH,
        ),
        edited(
            ContinualSum,
            "one_place_too_few",
            "Counts the places below the highest.",
            ("return float(self.levels)", "return max(1.0, self.levels - 1.0)"),
            module=K_ARY,
        ),
    ],
    trials=300,
)
def trees_sensitivity(algorithm: Algorithm, one: Event, rng: np.random.Generator) -> Measurement:
    """Look for the shift that an adversary would have to tell apart."""
    given = budget(one.mechanism)
    counter = algorithm(one.mechanism, one.horizon, bounds=(0, 1), insecure_rng=rng, **given)
    change, norm = np.tri(one.horizon)[:, one.step % one.horizon], 1 if "epsilon" in given else 2
    shift = least_shift(weights(counter.mechanism), change, norm)
    return Measurement(shift / max(counter.mechanism.sensitivity(norm), 1e-9))


# --- the greatest and the mean variance -------------------------------------------------------


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
            (HALF_SHARES, "1 / (2 - 2.0 ** -np.maximum(np.arange(levels) - 1, 0))"),
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

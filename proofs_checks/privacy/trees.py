"""Checks of the tree-like counters: variance of every release, sensitivity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog

from algos.privacy import ContinualSum
from algos.privacy import theorems as claims
from algos.privacy._mechanism import Lattice
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.privacy.counting import counted, mean_square

Algorithm = Callable[..., Any]
Reals = np.ndarray[Any, np.dtype[np.float64]]
NAMES = ("tree", "honaker", "smooth_binary", "k_ary")
TREE, HONAKER, SMOOTH, K_ARY = (
    f"algos.privacy.{name}" for name in ("_tree", "_honaker_tree", "_smooth_binary", "_k_ary")
)


def budget(name: str) -> dict[str, float]:
    """Give a budget that the mechanism takes."""
    return {"epsilon": 1.0} if name == "k_ary" else {"rho": 0.5}


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


@dataclass(frozen=True)
class Counting:
    """Counts by a mechanism."""

    mechanism: str
    steps: int


VARIANCES = Instances(
    st.builds(Counting, st.sampled_from(NAMES), st.integers(1, 100)),
    [
        ("tree", Counting("tree", 31)),
        ("Honaker's tree", Counting("honaker", 63)),
        ("smooth binary, one event", Counting("smooth_binary", 1)),
        ("k-ary, one event", Counting("k_ary", 1)),
        ("k-ary", Counting("k_ary", 60)),
    ],
)


def at_one_release(algorithm: Algorithm, one: Counting, rng: np.random.Generator) -> Measurement:
    """Measure the mean squared error at some release over the stated variance."""
    counter, errors = counted(
        algorithm, one.mechanism, one.steps, rng, horizon=one.steps, **budget(one.mechanism)
    )
    at = int(rng.integers(one.steps))
    stated = max(float(counter.error.standard_deviation[at]), 1e-9)
    return Measurement(mean_square(errors[at], stated))


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
            ("smooth binary", Event("smooth_binary", 12)),
            ("k-ary", Event("k_ary", 50)),
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

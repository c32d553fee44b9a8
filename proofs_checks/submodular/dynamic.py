"""Checks of maximisation while the ground set changes, after every update."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.submodular import Coverage, DynamicMaximizer, Selection, SetFunction
from algos.submodular._set_function import Reals
from algos.submodular.theorems import dynamic as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.submodular.instances import GRID, KINDS, all_values

LEVELS = "algos.submodular._dynamic_levels"


@dataclass(frozen=True)
class Stream:
    """Elements that come, one after the other, and go again; some of them several times."""

    kind: str
    size: int
    k: int
    epsilon: float
    seed: int

    @cached_property
    def function(self) -> SetFunction:
        """The function; a kind "a, b, …" lists weights that add up."""
        if self.kind in KINDS:
            return KINDS[self.kind](self.size, np.random.default_rng(self.seed))
        hard = dict(GRID).get(self.kind)
        if hard:
            return hard.function
        weights = [float(weight) for weight in self.kind.split(", ")]
        return Coverage(np.eye(len(weights)), weights)

    @cached_property
    def values(self) -> Reals:
        """Of all subsets."""
        return all_values(self.function)

    @property
    def updates(self) -> list[int]:
        """Elements that change sides: all come and go in turn, then whoever."""
        everything = list(range(self.function.size))
        rng = np.random.default_rng(self.seed)
        return [*everything, *everything, *rng.integers(len(everything), size=12).tolist()]

    def states(
        self, algorithm: Callable[..., Any], rng: Any
    ) -> Iterator[tuple[Selection, float, float]]:
        """Give after every update the selection, the value of its present elements, the optimum."""
        maximizer = algorithm(self.function, self.k, epsilon=self.epsilon, rng=rng)
        masks = np.arange(len(self.values))
        few = np.bitwise_count(masks) <= self.k
        present = 0
        for element in self.updates:
            (maximizer.delete if present >> element & 1 else maximizer.insert)(element)
            present ^= 1 << element
            chosen = maximizer.selection
            mask = sum(1 << int(e) for e in chosen.elements[: self.k])
            optimum = float(self.values[few & (masks & ~present == 0)].max())
            yield chosen, float(self.values[mask & present]), optimum


def _equal(weight: float, count: int) -> str:
    """Write equal weights down."""
    return ", ".join([str(weight)] * count)


#: One element stays at last; weights of all scales; one good element among lesser ones; copies.
HARD = (
    ("equal weights", Stream(_equal(1, 8), 8, 1, 0.1, 0)),
    ("a ladder", Stream(", ".join(str(1.1**-j) for j in range(8)), 8, 8, 0.1, 0)),
    ("one above all", Stream("1, 0.249, 0.249, 0.249", 4, 4, 0.1, 0)),
    ("copies", Stream("copies", 8, 4, 0.1, 0)),
    ("columns of a grid", Stream("columns of a grid, k = 4", 8, 4, 0.1, 0)),
)
ON = Instances(
    st.integers(1, 6).flatmap(
        lambda size: st.builds(
            Stream,
            kind=st.sampled_from(sorted(KINDS)),
            size=st.just(size),
            k=st.integers(1, size),
            epsilon=st.sampled_from([0.1, 0.5, 1.0]),
            seed=st.integers(0, 2**32 - 1),
        )
    ),
    HARD,
)
KEPT = edited(
    DynamicMaximizer,
    "kept",
    "Draws nothing anew when a chosen element goes.",
    ("        if element in self.chosen:\n            self._rebuild(depth, [])\n", ""),
    module=LEVELS,
)
STALE = edited(
    DynamicMaximizer,
    "stale",
    "Filters by the marginals to the empty set.",
    ("        self.oracle.push(state, element)\n", ""),
    module=LEVELS,
)
TOP = "floor((log(gain) + log(2 * self.k)) / step) + 1"
ONE_GUESS = edited(
    DynamicMaximizer,
    "one_guess",
    "Puts an element into the guess of its own size alone.",
    (TOP, "floor(log(gain) / step) + 1"),
)
SHORT_LADDER = edited(
    DynamicMaximizer,
    "short_ladder",
    "Leaves elements out of the guesses above k times their value.",
    (TOP, "floor((log(gain) + log(self.k)) / step) + 1"),
)
DOUBLE = edited(
    DynamicMaximizer,
    "double_threshold",
    "Asks for marginals of guess / k, and bounds as if it did not.",
    (
        "self._oracle, self.k, threshold, self._rng",
        "self._oracle, self.k, 2 * threshold, self._rng",
    ),
)
NO_ELEMENTS = edited(
    DynamicMaximizer,
    "no_elements",
    "Bounds by the least guess that has no elements.",
    (" and len(self._guesses[rung].chosen) == self.k", ""),
)
ALWAYS = edited(
    DynamicMaximizer,
    "always",
    "Gives every level to whoever comes.",
    ("* pools[1 : depth + 1] < 1", "* pools[1 : depth + 1] >= 0"),
    module=LEVELS,
)
IN_ORDER = edited(
    DynamicMaximizer,
    "in_order",
    "Chooses the least elements in place of random ones.",
    ("self.rng.permutation(pool)", "sorted(pool)"),
    module=LEVELS,
)


@check(claims.DYNAMIC_VALUE, on=ON, faults=[KEPT, STALE, ONE_GUESS], trials=200)
def dynamic_value(algorithm: Any, stream: Stream, rng: np.random.Generator) -> Measurement:
    """Find the update after which the value is worst."""
    states = [(value, optimum) for _, value, optimum in stream.states(algorithm, rng)]
    value, optimum = min(states, key=lambda one: one[0] / one[1] if one[1] else 1)
    return Measurement(value, optimum=optimum, epsilon=stream.epsilon)


@check(claims.DYNAMIC_BOUND, on=ON, faults=[DOUBLE, SHORT_LADDER], trials=200)
def dynamic_bound(algorithm: Any, stream: Stream, rng: np.random.Generator) -> Measurement:
    """Find the update after which the bound is least above the optimum."""
    states = [(chosen.upper_bound, optimum) for chosen, _, optimum in stream.states(algorithm, rng)]
    bound, optimum = min(states, key=lambda one: one[0] / one[1] if one[1] else 1e9)
    return Measurement(bound, optimum=optimum)


@check(claims.DYNAMIC_GAP, on=ON, faults=[NO_ELEMENTS], trials=200)
def dynamic_gap(algorithm: Any, stream: Stream, rng: np.random.Generator) -> Measurement:
    """Find the update after which the bound is furthest above the value."""
    states = [(chosen.upper_bound, value) for chosen, value, _ in stream.states(algorithm, rng)]
    bound, value = max(states, key=lambda one: one[0] / one[1] if one[1] else one[0])
    return Measurement(bound, value=value, epsilon=stream.epsilon)


@dataclass(frozen=True)
class Many:
    """Many elements, alike or of random values, that come and go in turn; one of both counts."""

    alike: bool
    coming: bool
    size: int
    k: int
    epsilon: float

    @cached_property
    def function(self) -> SetFunction:
        """Weights that add up, a few elements an item where they differ."""
        if self.alike:
            return Coverage(np.eye(self.size), np.ones(self.size))
        rng = np.random.default_rng(self.size)
        return Coverage(rng.integers(0, 2, (self.size, 8)) * 1.0, 1.5 ** np.arange(8))


@check(
    claims.DYNAMIC_CALLS,
    on=Instances(
        st.builds(
            Many,
            alike=st.booleans(),
            coming=st.booleans(),
            size=st.integers(20, 40),
            k=st.just(1),
            epsilon=st.just(1.0),
        ),
        [
            ("equal weights come", Many(True, True, 80, 1, 1.0)),
            ("equal weights go", Many(True, False, 120, 2, 1.0)),
            ("random sets", Many(False, False, 30, 3, 1.0)),
        ],
    ),
    faults=[ALWAYS, IN_ORDER],
    trials=260,
)
def dynamic_calls(algorithm: Any, many: Many, rng: np.random.Generator) -> Measurement:
    """Count the marginals of an update, at most four times what they may be."""
    maximizer = algorithm(many.function, many.k, epsilon=many.epsilon, rng=rng)
    for element in range(many.size):
        maximizer.insert(element)
    calls = maximizer.oracle_calls
    if not many.coming:
        for element in range(many.size):
            maximizer.delete(element)
        calls = maximizer.oracle_calls - calls
    mean = calls / many.size
    claim = claims.DYNAMIC_CALLS
    bound = claim.bound(k=many.k, epsilon=many.epsilon)
    return Measurement(min(mean, 4 * bound), k=many.k, epsilon=many.epsilon)

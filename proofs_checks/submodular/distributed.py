"""Checks of parts worked on at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.submodular import SetFunction, distributed_greedy
from algos.submodular.theorems import streaming as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.submodular.constrained import modular
from proofs_checks.submodular.instances import KINDS, Small, all_values, by_size


@dataclass(frozen=True)
class Parted:
    """A function, a number of elements, and a number of parts."""

    kind: str
    size: int
    k: int
    parts: int
    seed: int = 0

    @cached_property
    def function(self) -> SetFunction:
        """The function."""
        if self.kind == "scattered":  # every element is needed
            return modular(np.ones(self.size))
        if self.kind == "needle":
            return modular(np.arange(self.size) == self.size - 1)
        if self.kind == "grid":  # greedy on the union takes rows, columns are better
            return Small("grid", self.size, self.k, 0).function
        return KINDS[self.kind](self.size, np.random.default_rng(self.seed))

    @cached_property
    def optimum(self) -> float:
        """The greatest value of k elements."""
        if self.kind == "scattered":
            return float(self.k)
        if self.kind == "needle":
            return 1.0
        return by_size(all_values(self.function), self.k)

    @property
    def parameters(self) -> dict[str, float]:
        """What the theorems speak of."""
        return {"k": self.k, "parts": self.parts, "optimum": self.optimum}


def parted(most: int, kinds: list[str]) -> st.SearchStrategy[Parted]:
    """Draw functions and parts."""
    return st.integers(1, most).flatmap(
        lambda size: st.builds(
            Parted,
            kind=st.sampled_from(kinds),
            size=st.just(size),
            k=st.integers(1, size),
            parts=st.integers(1, 4),
            seed=st.integers(0, 2**32 - 1),
        )
    )


SCATTERED = ("scattered", Parted("scattered", 16, 16, 10**6))
NEEDLES = [(f"a needle among {n}", Parted("needle", n, 1, n)) for n in (10, 11, 12)]
GRID = ("columns of a grid", Parted("grid", 6, 3, 10**6))
ON_PARTS = Instances(parted(6, sorted(KINDS)), [SCATTERED, GRID, *NEEDLES])
ON_RANDOM_PARTS = Instances(parted(4, ["coverage", "facility"]), [SCATTERED, NEEDLES[0]])
BEST = "max(answers, key=lambda one: one.value)"
FIRST = edited(
    distributed_greedy, "first_part", "Returns what the first part chose.", (BEST, "answers[1]")
)
NO_UNION = edited(
    distributed_greedy,
    "no_union",
    "Returns the best of what the parts chose.",
    (BEST, "max(answers[1:], key=lambda one: one.value)"),
)
ONE_BOUND = edited(
    distributed_greedy,
    "one_bound",
    "Takes the greatest of the parts' upper bounds.",
    ("sum(one.upper_bound for one in answers[1:])", "max(one.upper_bound for one in answers[1:])"),
)


@check(claims.DISTRIBUTED_VALUE, on=ON_PARTS, faults=[FIRST], trials=100)
def distributed_value(algorithm: Any, one: Parted, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all."""
    chosen = algorithm(one.function, one.k, parts=one.parts, rng=rng)
    return Measurement(one.function.value(chosen.elements), **one.parameters)


@check(claims.DISTRIBUTED_MEAN, on=ON_RANDOM_PARTS, faults=[FIRST, NO_UNION], trials=900)
def distributed_mean(algorithm: Any, one: Parted, rng: np.random.Generator) -> Measurement:
    """Draw the parts."""
    chosen = algorithm(one.function, one.k, parts=one.parts, rng=rng)
    value = min(one.function.value(chosen.elements), one.optimum)
    return Measurement(value, **one.parameters)


@check(claims.DISTRIBUTED_BOUND, on=ON_PARTS, faults=[ONE_BOUND], trials=100)
def distributed_bound(algorithm: Any, one: Parted, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all."""
    chosen = algorithm(one.function, one.k, parts=one.parts, rng=rng)
    return Measurement(chosen.upper_bound, **one.parameters)

"""Checks of streams and merged streams."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.submodular import (
    Coverage,
    KnapsackStreaming,
    SetFunction,
    SieveStreaming,
)
from algos.submodular.theorems import streaming as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.submodular.constrained import BUDGETS, Budgeted, budgeted, modular
from proofs_checks.submodular.instances import KINDS, all_values, by_size


@dataclass(frozen=True)
class Streamed:
    """A function whose elements come in a random order, in so many streams, the first a short one.

    The hard ones come in the order of their elements.
    """

    kind: str
    size: int
    k: int
    epsilon: float
    parts: int = 1
    first: int = 1
    seed: int = 0

    @cached_property
    def function(self) -> SetFunction:
        """The function."""
        if self.kind == "late":  # fills small guesses, then grows past those that are open
            return modular([1, 0.34, 0.34, 0.34, 1.99, 1.99, 1.99, 1.99, 2])
        if self.kind == "overlap":  # the last would be worth something, but not enough
            return Coverage([[1, 1, 0, 0], [0, 0, 0, 1], [1, 0, 1, 0]], [0.6, 0.7, 0.5, 0.05])
        if self.kind == "rising":
            return modular(4.0 ** np.arange(self.size))
        if self.kind == "crowd":
            return modular(np.ones(self.size))
        if self.kind == "needle":
            return modular(np.arange(self.size) == self.size - 1)
        return KINDS[self.kind](self.size, np.random.default_rng(self.seed))

    @cached_property
    def optimum(self) -> float:
        """The greatest value of k elements."""
        return by_size(all_values(self.function), self.k)

    @property
    def streams(self) -> list[Any]:
        """The elements of each stream."""
        order = np.arange(self.size)
        if self.kind in KINDS:
            order = np.random.default_rng(self.seed).permutation(self.size)
        if self.parts == 1:
            return [order]
        return [order[: self.first], *np.array_split(order[self.first :], self.parts - 1)]

    @property
    def parameters(self) -> dict[str, float]:
        """What the theorems speak of."""
        return {
            "k": self.k,
            "epsilon": self.epsilon,
            "parts": self.parts,
            "optimum": self.optimum,
        }

    def run(self, algorithm: Any) -> Any:
        """Show each stream to its sieves, and merge them."""
        sieves = [algorithm(self.function, self.k, epsilon=self.epsilon) for _ in range(self.parts)]
        for sieve, stream in zip(sieves, self.streams, strict=True):
            sieve.update_many(stream)
        for other in sieves[1:]:
            sieves[0].merge(other)
        return sieves[0]


def streamed(*parts: int) -> st.SearchStrategy[Streamed]:
    """Draw streams."""
    return st.integers(1, 6).flatmap(
        lambda size: st.builds(
            Streamed,
            kind=st.sampled_from(sorted(KINDS)),
            size=st.just(size),
            k=st.integers(1, size),
            epsilon=st.sampled_from([0.05, 0.4, 1.0]),
            parts=st.sampled_from(parts),
            first=st.integers(0, size),
            seed=st.integers(0, 2**32 - 1),
        )
    )


HARD = (
    ("late", Streamed("late", 9, 4, 1.0)),
    ("rising", Streamed("rising", 8, 2, 1.0)),
    ("crowd", Streamed("crowd", 8, 8, 0.05)),
    ("a needle", Streamed("needle", 6, 3, 0.3)),
)
MERGED = (
    ("overlap", Streamed("overlap", 3, 2, 1.0, parts=2, first=2)),
    ("one and a crowd", Streamed("crowd", 8, 8, 0.05, parts=2)),
    ("nobody and a crowd", Streamed("crowd", 8, 8, 0.05, parts=2, first=0)),
    ("late, in three streams", Streamed("late", 9, 4, 1.0, parts=3, first=4)),
)
ON_ONE, ON_ALL = Instances(streamed(1), HARD), Instances(streamed(1, 2, 3), [*HARD, *MERGED])
ON_MERGED = Instances(streamed(2, 3, 4), MERGED)
OFF_BY_ONE = edited(
    SieveStreaming,
    "off_by_one",
    "Each sieve has the threshold of the guess before its own.",
    ("(1 + self.epsilon) ** i", "(1 + self.epsilon) ** (i - 1)"),
)
TOP_MISSING = edited(
    SieveStreaming,
    "top_missing",
    "Opens the sieve of the greatest guess one step late.",
    ("range(lowest, highest + 1)", "range(lowest, highest)"),
)
NO_THRESHOLD = edited(
    SieveStreaming,
    "no_threshold",
    "Takes the first elements that add anything.",
    ("(self.guess / 2 - self.value) / (k - len(self.elements))", "0.0"),
)
MISSED = edited(
    SieveStreaming,
    "missed",
    "Forgets in the bound what came before a sieve was opened.",
    ("refused=before)", "refused=0.0)"),
)
LOST = edited(
    SieveStreaming,
    "lost",
    "Forgets in the bound what was refused in a merge.",
    ("sieve.lost += max(float(gain[0]), 0.0)", "pass"),
)
ALONE = edited(
    SieveStreaming,
    "alone",
    "Merges nothing but the best single element.",
    ("self._join(sieve, met)", "pass"),
)
OPEN = edited(
    SieveStreaming,
    "open",
    "Never closes a sieve.",
    ("self._sieves = {\n            i:", "self._sieves = old | {\n            i:"),
)


@check(claims.SIEVE_VALUE, on=ON_ONE, faults=[OFF_BY_ONE, TOP_MISSING, NO_THRESHOLD], trials=150)
def sieve_value(algorithm: Any, one: Streamed, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all."""
    value = one.function.value(one.run(algorithm).result().elements)
    return Measurement(value, **one.parameters)


@check(claims.SIEVE_GAP, on=ON_ONE, faults=[OFF_BY_ONE, TOP_MISSING], trials=150)
def sieve_gap(algorithm: Any, one: Streamed, rng: np.random.Generator) -> Measurement:
    """Compare with the upper bound."""
    chosen = one.run(algorithm).result()
    value = one.function.value(chosen.elements)
    return Measurement(value, epsilon=one.epsilon, upper=chosen.upper_bound)


@check(claims.SIEVE_BOUND, on=ON_ALL, faults=[MISSED, LOST], trials=150)
def sieve_bound(algorithm: Any, one: Streamed, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all."""
    return Measurement(one.run(algorithm).result().upper_bound, **one.parameters)


@check(claims.SIEVE_MERGED, on=ON_MERGED, faults=[ALONE], trials=150)
def sieve_merged(algorithm: Any, one: Streamed, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all."""
    value = one.function.value(one.run(algorithm).result().elements)
    return Measurement(value, **one.parameters)


@check(claims.SIEVE_HELD, on=ON_ALL, faults=[OPEN], trials=100)
def sieve_held(algorithm: Any, one: Streamed, rng: np.random.Generator) -> Measurement:
    """Count what is held at the end."""
    return Measurement(one.run(algorithm).held, **one.parameters)


@dataclass(frozen=True)
class Priced:
    """Elements that come in their order, with costs above 0, and the ratio of the sieves."""

    problem: Budgeted
    epsilon: float

    def result(self, algorithm: Any) -> Any:
        """Show the stream."""
        one = self.problem
        stream = algorithm(one.function, one.budget, epsilon=self.epsilon)
        stream.update_many(range(one.function.size), one.costs)
        return stream.result()


ON_PRICES = Instances(
    st.builds(Priced, budgeted(1), st.sampled_from([0.05, 0.4, 1.0])),
    [(name, Priced(one, 0.05)) for name, one in BUDGETS],
)
NO_SINGLE = edited(
    KnapsackStreaming,
    "no_single",
    "Never looks at the best single element.",
    ("[self._single] * (self._single >= 0), [self._most], self._most", "[], [0.0], 0.0"),
)
OVERSPENT = edited(
    KnapsackStreaming,
    "overspent",
    "Takes an element as long as anything is left.",
    ("sieve.spent + cost > self.budget", "sieve.spent >= self.budget"),
)
HIGH = edited(
    KnapsackStreaming,
    "too_high",
    "Leaves the sieves of small ratios out.",
    ("np.log(most) + math.log(2)", "np.log(most) + math.log(20)"),
)
OVERFLOWED = edited(
    KnapsackStreaming,
    "overflowed",
    "Forgets in the bound what did not fit.",
    ("sieve.overflowed = True", "pass"),
)
BEFORE = edited(
    KnapsackStreaming,
    "before",
    "Forgets in the bound what came before a sieve was opened.",
    ("refused=before)", "refused=0.0)"),
)


@check(claims.KNAPSACK_STREAM_VALUE, on=ON_PRICES, faults=[NO_SINGLE, OVERSPENT, HIGH], trials=150)
def knapsack_stream_value(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all within the budget."""
    value = one.problem.worth(one.result(algorithm).elements)
    return Measurement(value, epsilon=one.epsilon, optimum=one.problem.optimum)


@check(claims.KNAPSACK_STREAM_GAP, on=ON_PRICES, faults=[NO_SINGLE, HIGH], trials=150)
def knapsack_stream_gap(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the upper bound."""
    chosen = one.result(algorithm)
    value = one.problem.worth(chosen.elements)
    return Measurement(value, epsilon=one.epsilon, upper=chosen.upper_bound)


@check(claims.KNAPSACK_STREAM_BOUND, on=ON_PRICES, faults=[OVERFLOWED, BEFORE], trials=150)
def knapsack_stream_bound(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all within the budget."""
    bound = one.result(algorithm).upper_bound
    return Measurement(bound, epsilon=one.epsilon, optimum=one.problem.optimum)

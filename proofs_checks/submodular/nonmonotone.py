"""Checks of maximisation where elements may lower the function."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.submodular import GraphCut, SetFunction, double_greedy, random_greedy
from algos.submodular._set_function import Reals
from algos.submodular.theorems import nonmonotone as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.submodular.constrained import modular
from proofs_checks.submodular.instances import KINDS, all_values, by_size

#: Double greedy without coins keeps the arcs of 2 and loses three of 1.
FIVE_ARCS = ((0, 1, 1), (1, 0, 1), (2, 1, 1), (3, 0, 1), (4, 1, 1), (4, 3, 2))


@dataclass(frozen=True)
class Arcs:
    """The cut of a small directed graph, or a monotone function, and a number of elements."""

    kind: str
    size: int
    k: int = 1
    seed: int = 0

    @cached_property
    def function(self) -> SetFunction:
        """The function."""
        n, rng = self.size, np.random.default_rng(self.seed)
        weights: Any = np.zeros((n, n))
        if self.kind == "five arcs":
            for tail, head, weight in FIVE_ARCS:
                weights[tail, head] = weight
        elif self.kind == "halves":
            weights[: n // 2, n // 2 :] = 1
        elif self.kind == "trap":  # the first gains a little more than others lose by it
            weights[0, 1], weights[2:, 0] = 1.05, 1
        elif self.kind == "one arc":
            weights[n - 1, 0] = 1
        elif self.kind == "needle":
            return modular(np.arange(n) == n - 1)
        elif self.kind == "arcs":
            weights = rng.integers(0, 4, (n, n)) * (rng.random((n, n)) < 0.5) * 1.0
        else:
            return KINDS[self.kind](n, rng)
        return GraphCut(weights)

    @cached_property
    def values(self) -> Reals:
        """Of all subsets."""
        return all_values(self.function)

    @cached_property
    def parameters(self) -> dict[str, float]:
        """What the theorems on all sets speak of."""
        return {"optimum": float(self.values.max()), "whole": float(self.values[-1])}

    @cached_property
    def constrained(self) -> dict[str, float]:
        """What the theorems on k elements speak of."""
        return {"optimum": by_size(self.values, self.k), "k": self.k}

    def value(self, elements: Any, most: float) -> float:
        """Look f of a set up; rounding lifts nothing above the optimum."""
        return min(float(self.values[sum(1 << int(e) for e in elements)]), most)


def arcs(*kinds: str, most: int = 5) -> st.SearchStrategy[Arcs]:
    """Draw functions of some kinds."""
    return st.integers(1, most).flatmap(
        lambda size: st.builds(
            Arcs,
            kind=st.sampled_from(kinds),
            size=st.just(size),
            k=st.integers(1, size),
            seed=st.integers(0, 2**32 - 1),
        )
    )


THREE = ("arcs from three to three", Arcs("halves", 6))
ON = Instances(
    arcs("arcs", "arcs", "coverage", "facility"),
    [
        THREE,
        ("five arcs", Arcs("five arcs", 5)),
        ("a trap for four", Arcs("trap", 6)),
        ("a trap for six", Arcs("trap", 8)),
    ],
)
KEEP = "keep = a >= b"
ONE_SIDE = edited(
    double_greedy,
    "one_side",
    "Puts in whatever adds something to what has been put in.",
    (KEEP, "keep = a >= 0"),
)
REVERSED = edited(double_greedy, "reversed", "Does the worse.", (KEEP, "keep = a < b"))
FAIR = edited(
    double_greedy,
    "fair_coin",
    "Tosses a fair coin.",
    ("self.coins.random() * (up + down) < up or up + down <= 0", "self.coins.random() < 0.5"),
)
UNFAIR = edited(
    double_greedy,
    "wrong_side",
    "Favours the worse.",
    ("self.coins.random() * (up + down) < up", "self.coins.random() * (up + down) < down"),
)
FORGONE = "self.forgone += down if keep else up"
TAKEN = edited(
    double_greedy,
    "taken",
    "Adds up what was taken instead of what was forgone.",
    (FORGONE, "self.forgone += 0.0"),
)


@check(claims.DOUBLE_VALUE, on=ON, faults=[ONE_SIDE, REVERSED], trials=200)
def double_value(algorithm: Any, one: Arcs, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all."""
    elements = algorithm(one.function, randomized=False).elements
    return Measurement(one.value(elements, np.inf), **one.parameters)


@check(claims.DOUBLE_MEAN, on=ON, faults=[FAIR, UNFAIR], trials=1500)
def double_mean(algorithm: Any, one: Arcs, rng: np.random.Generator) -> Measurement:
    """Toss the coins."""
    elements = algorithm(one.function, rng=rng).elements
    return Measurement(one.value(elements, one.parameters["optimum"]), **one.parameters)


@check(claims.DOUBLE_BOUND, on=ON, faults=[TAKEN], trials=200)
def double_bound(algorithm: Any, one: Arcs, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all."""
    return Measurement(algorithm(one.function, rng=rng).upper_bound, **one.parameters)


DRAWN = "int(random.integers(k))"
PLAIN = edited(
    random_greedy, "no_coins", "Takes the greatest marginal, as greedy does.", (DRAWN, "0")
)
EVERYONE = edited(
    random_greedy,
    "everyone",
    "Draws from all elements that are left.",
    ("np.lexsort((left, -gains))[:k]", "np.lexsort((left, -gains))"),
    (DRAWN, "int(random.integers(len(left)))"),
)
ON_ARCS = Instances(
    arcs("arcs"),
    [
        ("a trap for eight", Arcs("trap", 10, 8)),
        ("one arc among eight", Arcs("one arc", 8, 1)),
        ("a trap for two", Arcs("trap", 4, 2)),
    ],
)
ON_MONOTONE = Instances(
    arcs("coverage", "facility"),
    [("a needle", Arcs("needle", 8, 2)), ("a needle, four rounds", Arcs("needle", 10, 4))],
)


@check(claims.RANDOM_MEAN, on=ON_ARCS, faults=[PLAIN, EVERYONE], trials=1500)
def random_mean(algorithm: Any, one: Arcs, rng: np.random.Generator) -> Measurement:
    """Draw the elements."""
    elements = algorithm(one.function, one.k, rng=rng).elements
    return Measurement(one.value(elements, one.constrained["optimum"]), **one.constrained)


@check(claims.RANDOM_MONOTONE, on=ON_MONOTONE, faults=[EVERYONE], trials=1500)
def random_monotone(algorithm: Any, one: Arcs, rng: np.random.Generator) -> Measurement:
    """Draw the elements."""
    elements = algorithm(one.function, one.k, rng=rng).elements
    return Measurement(one.value(elements, one.constrained["optimum"]), **one.constrained)

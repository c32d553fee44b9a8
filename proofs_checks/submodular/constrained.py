"""Checks of greedy maximisation within a budget and under matroids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.submodular import (
    Coverage,
    GraphicMatroid,
    LaminarMatroid,
    Matroid,
    PartitionMatroid,
    SetFunction,
    TransversalMatroid,
    UniformMatroid,
    knapsack_greedy,
    matroid_greedy,
)
from algos.submodular._set_function import Reals
from algos.submodular.theorems import constrained as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.submodular.instances import KINDS, all_values

__all__ = ["BUDGETS", "Budgeted", "budgeted", "modular"]


def modular(weights: Any) -> SetFunction:
    """Make a function that adds weights up."""
    return Coverage(np.eye(len(weights)), weights)


@dataclass(frozen=True)
class Budgeted:
    """A small function, costs of at least `least`, and a budget."""

    kind: str
    size: int
    seed: int = 0
    least: int = 0

    @cached_property
    def parts(self) -> tuple[SetFunction, Reals, float]:
        """The function, the costs, the budget."""
        n, hundreds = self.size, np.full(self.size, 100.0)
        if self.kind == "mite first":  # a mite of greater ratio, and what would fill the budget
            return modular([1.1, *hundreds]), np.append(1.0, hundreds), 100.0 * n
        if self.kind == "mite last":
            return modular([*hundreds, 1.1]), np.append(hundreds, 1.0), 100.0 * n
        if self.kind == "bulk":
            return modular([1.01] + [1.0] * n), np.array([n] + [1] * n, dtype=float), float(n)
        if self.kind == "crowd":
            return modular(np.ones(n)), np.full(n, 2.0), float(n - 1)
        rng = np.random.default_rng(self.seed)
        function = KINDS[self.kind](n, rng)
        costs = rng.integers(self.least, 6, n).astype(float)
        return function, costs, float(rng.integers(1, 12))

    @property
    def function(self) -> SetFunction:
        """The function."""
        return self.parts[0]

    @property
    def costs(self) -> Reals:
        """The costs."""
        return self.parts[1]

    @property
    def budget(self) -> float:
        """The budget."""
        return self.parts[2]

    @cached_property
    def optimum(self) -> float:
        """The greatest value within the budget."""
        values = all_values(self.function)
        members = (np.arange(len(values))[:, None] >> np.arange(self.function.size)) & 1
        return float(values[members @ self.costs <= self.budget].max())

    def worth(self, elements: Any) -> float:
        """Compute f of a set; 0 beyond the budget."""
        if self.costs[elements].sum() > self.budget:
            return 0.0
        return self.function.value(elements)


BUDGETS = (
    ("a mite and two halves", Budgeted("mite first", 2)),
    ("a mite and three thirds", Budgeted("mite first", 3)),
    ("a mite and four quarters", Budgeted("mite first", 4)),
    ("a mite and a whale", Budgeted("mite first", 1)),
    ("a whale and a mite", Budgeted("mite last", 1)),
    ("four quarters and a mite", Budgeted("mite last", 4)),
    ("bulk", Budgeted("bulk", 5)),
    ("crowd", Budgeted("crowd", 6)),
)


def budgeted(least: int, most: int = 6) -> st.SearchStrategy[Budgeted]:
    """Draw functions with costs of at least some number."""
    return st.builds(
        Budgeted,
        kind=st.sampled_from(sorted(KINDS)),
        size=st.integers(1, most),
        seed=st.integers(0, 2**32 - 1),
        least=st.just(least),
    )


ON_BUDGETS = Instances(budgeted(0), BUDGETS)
ON_FEW = Instances(budgeted(0, 4), BUDGETS)
SIZES = "range(most + 1)"
NO_SINGLE = edited(
    knapsack_greedy,
    "no_single",
    "Never looks at the best single element.",
    ("if enumeration == 0:", "if enumeration < 0:"),
)
BLIND = edited(
    knapsack_greedy,
    "blind_to_costs",
    "Takes the greatest marginal, whatever it costs.",
    ("_ratios(marginals[left], costs[left])", "marginals[left]"),
)
OVERSPENT = edited(
    knapsack_greedy,
    "overspent",
    "Compares each cost alone with the budget.",
    ("(spent + costs[left] <= budget)", "(costs[left] <= budget)"),
)
ONE_LESS = edited(
    knapsack_greedy,
    "one_less",
    "Starts from sets of one element less.",
    (SIZES, "range(max(most, 1))"),
)
BUYS = "_divisible(marginals, costs, budget))"
REST = edited(
    knapsack_greedy,
    "rest_of_budget",
    "Bounds what may still come by the rest of the budget.",
    (BUYS, "_divisible(marginals, costs, budget - spent))"),
)
UNDIVIDED = edited(
    knapsack_greedy,
    "undivided",
    "Buys whole elements alone in the bound.",
    ("gains[order] @ parts", "gains[order] @ (parts == 1)"),
)


@check(claims.KNAPSACK_VALUE, on=ON_BUDGETS, faults=[NO_SINGLE, BLIND, OVERSPENT], trials=150)
def knapsack_value(algorithm: Any, one: Budgeted, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all within the budget."""
    chosen = algorithm(one.function, one.costs, one.budget)
    return Measurement(one.worth(chosen.elements), optimum=one.optimum)


@check(claims.KNAPSACK_ONE, on=ON_FEW, faults=[ONE_LESS, OVERSPENT], trials=100)
def knapsack_one(algorithm: Any, one: Budgeted, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all within the budget."""
    chosen = algorithm(one.function, one.costs, one.budget, enumeration=1)
    return Measurement(one.worth(chosen.elements), optimum=one.optimum)


@check(claims.KNAPSACK_PAIRS, on=ON_FEW, faults=[ONE_LESS, OVERSPENT], trials=60)
def knapsack_pairs(algorithm: Any, one: Budgeted, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all within the budget."""
    chosen = algorithm(one.function, one.costs, one.budget, enumeration=2)
    return Measurement(one.worth(chosen.elements), optimum=one.optimum)


@check(claims.KNAPSACK_BOUND, on=ON_BUDGETS, faults=[REST, UNDIVIDED], trials=150)
def knapsack_bound(algorithm: Any, one: Budgeted, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all within the budget."""
    chosen = algorithm(one.function, one.costs, one.budget)
    return Measurement(chosen.upper_bound, optimum=one.optimum)


def _laminar(size: int, rng: np.random.Generator) -> Matroid:
    """Nest halves in a whole."""
    halves = [range(size // 2), range(size // 2, size)]
    return LaminarMatroid([range(size), *halves], [size, *rng.integers(1, 3, 2)], size)


#: Makers of matroids of a size.
MATROIDS: Mapping[str, Callable[[int, np.random.Generator], Matroid]] = {
    "graphic": lambda size, rng: GraphicMatroid(rng.integers(0, 4, (size, 2))),
    "laminar": _laminar,
    "partition": lambda size, rng: PartitionMatroid(rng.integers(0, 3, size), [1, 2, 1]),
    "transversal": lambda size, rng: TransversalMatroid(rng.random((size, 3)) < 0.5),
    "uniform": lambda size, rng: UniformMatroid(size, int(rng.integers(1, size + 1))),
}


@dataclass(frozen=True)
class Independent:
    """A small function, and matroids by their kinds."""

    kind: str
    matroids: tuple[str, ...]
    size: int
    seed: int = 0

    @cached_property
    def parts(self) -> tuple[SetFunction, list[Matroid]]:
        """The function and the matroids."""
        if self.kind == "rivals":
            return _rivals(self.size)
        rng = np.random.default_rng(self.seed)
        function = KINDS[self.kind](self.size, rng)
        return function, [MATROIDS[kind](self.size, rng) for kind in self.matroids]

    @cached_property
    def optimum(self) -> float:
        """The greatest value of an independent set."""
        function, _ = self.parts
        values = all_values(function)
        sets = [[e for e in range(function.size) if s >> e & 1] for s in range(len(values))]
        return float(max(values[s] for s, elements in enumerate(sets) if self.allows(elements)))

    def allows(self, elements: Any) -> bool:
        """Tell whether a set is independent in all matroids."""
        return all(matroid.independent(elements) for matroid in self.parts[1])


def _rivals(count: int) -> tuple[SetFunction, list[Matroid]]:
    """Let an element bar one rival in each matroid, and be as good as one that comes later.

    The last two are in nobody's way, and worth little.
    """
    chances, labels = np.eye(count + 4), np.arange(count + 4)
    chances[count + 1] = chances[0]
    barred = [np.where(labels == i, 0, labels) for i in range(1, count + 1)]
    weights = np.where(labels > count + 1, 0.003, 1)
    return Coverage(chances, weights), [PartitionMatroid(label) for label in barred]


RIVALS = tuple(
    (name, Independent("rivals", ("partition",) * p, p))
    for p, name in enumerate(("one rival", "two rivals", "three rivals"), 1)
)
ON_MATROIDS = Instances(
    st.builds(
        Independent,
        kind=st.sampled_from(sorted(KINDS)),
        matroids=st.lists(st.sampled_from(sorted(MATROIDS)), min_size=1, max_size=3).map(tuple),
        size=st.integers(1, 5),
        seed=st.integers(0, 2**32 - 1),
    ),
    RIVALS,
)
ADDED = "left[limit.addable(independent, left)]"
WRONG_SET = edited(
    matroid_greedy,
    "wrong_set",
    "Asks what may be added to the empty set.",
    (ADDED, "left[limit.addable(limit.start(), left)]"),
)
LAST_MATROID = edited(
    matroid_greedy,
    "last_matroid",
    "Forgets all matroids but the last.",
    (ADDED, "left[limit.addable(independent, left)] if limit is limits[-1] else left"),
)
FORGETS = edited(
    matroid_greedy,
    "forgets",
    "Bounds by marginals of what may still be added alone.",
    ("marginals[left] = gains", "marginals[:] = 0; marginals[left] = gains"),
)
NO_VALUE = edited(
    matroid_greedy,
    "no_value",
    "Bounds by marginals alone.",
    ("value + min(limit.", "min(limit."),
)


@check(claims.MATROID_VALUE, on=ON_MATROIDS, faults=[WRONG_SET, LAST_MATROID], trials=150)
def matroid_value(algorithm: Any, one: Independent, rng: np.random.Generator) -> Measurement:
    """Compare with the best independent set of all."""
    function, matroids = one.parts
    chosen = algorithm(function, matroids).elements
    value = function.value(chosen) if one.allows(chosen) else 0.0
    return Measurement(value, count=len(matroids), optimum=one.optimum)


@check(claims.MATROID_BOUND, on=ON_MATROIDS, faults=[FORGETS, NO_VALUE], trials=150)
def matroid_bound(algorithm: Any, one: Independent, rng: np.random.Generator) -> Measurement:
    """Compare with the best independent set of all."""
    return Measurement(algorithm(*one.parts).upper_bound, optimum=one.optimum)

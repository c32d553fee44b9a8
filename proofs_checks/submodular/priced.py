"""Small set functions whose elements have costs, and the worst cases of greedy rules for f − c."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from algos.submodular import Coverage, SetFunction
from algos.submodular._set_function import Indices, Reals
from proofs_checks.submodular.instances import KINDS, Small, all_values

__all__ = [
    "DISTORTED",
    "RETURNS",
    "SAMPLED",
    "SCALED",
    "SINGLE",
    "WEAK",
    "Priced",
    "Table",
    "priced",
]


class Table(SetFunction):
    """Any function of sets, monotone, by its values."""

    def __init__(self, values: Any) -> None:
        self.values: Reals = np.asarray(values, dtype=np.float64)
        super().__init__(int(self.values.size).bit_length() - 1)

    def start(self) -> list[int]:
        """Give the empty set."""
        return [0]

    def gains(self, state: list[int], candidates: Indices) -> Reals:
        """Look two values up."""
        return np.asarray(self.values[state[0] | 1 << candidates] - self.values[state[0]])

    def push(self, state: list[int], element: int) -> None:
        """Set a bit."""
        state[0] |= 1 << element


Problem = tuple[SetFunction, Reals]


def _columns(k: int, dear: float, ratio: float = 1.0) -> Problem:
    """Offer k columns that make 1 for `dear` together, and before them k rows at the same costs.

    A row adds as much, to the rows before it, as one column would, and a hair more.
    """
    rows = ratio / k * (1 - ratio / k) ** np.arange(k) * (1 + 1e-9)
    alone = np.zeros(k + 1)  # what j columns make: as little as the submodularity ratio allows
    for j in range(k - 1):
        alone[j + 1] = alone[j] + ratio * (1 - alone[j]) / (k - j)
    alone[k] = 1
    masks = np.arange(4**k)
    lost = 1 - (masks[:, None] >> np.arange(k) & 1) @ rows
    return Table(1 - lost * (1 - alone[np.bitwise_count(masks >> k)])), np.full(2 * k, dear / k)


def _parts(q: int, price: float, wholes: int = 1) -> Problem:
    """Offer q items one by one for free, and before them all of them together at a price."""
    chances = np.vstack([np.ones((wholes, q)), np.eye(q)])
    return Coverage(chances), np.append(np.full(wholes, price * (1 - 1e-9)), np.zeros(q))


def _wholes(q: int, price: float) -> Problem:
    """Offer the same, and all of them together q times."""
    return _parts(q, price, q)


def _cheap_parts(q: int, price: float) -> Problem:
    """Offer the same, at a tenth for each item."""
    function, costs = _parts(q, price)
    return function, np.maximum(costs, 0.1)


def _falling(q: int, cost: float) -> Problem:
    """Offer, before an element that makes 1, q parts of it whose returns fall as its own does."""
    reached = 1 - cost ** (np.arange(q + 1) / q)
    gains = np.diff(reached)
    chances = np.vstack([np.eye(q, q + 1), np.ones(q + 1)])
    weights = np.append(gains, 1 - gains.sum())
    costs = gains * cost / (1 - reached[:-1])
    return Coverage(chances, weights), np.append(costs * (1 - 1e-9), cost * (1 + 1e-9))


def _apart(n: int, price: float) -> Problem:
    """Offer n elements of value 1 that have nothing in common."""
    return Coverage(np.eye(n)), np.full(n, price)


def _needle(n: int, price: float) -> Problem:
    """Offer one element of value 1 before others that add nothing."""
    return Coverage(np.eye(n, 1)), np.full(n, price)


def _rising(n: int, price: float) -> Problem:
    """Offer n elements whose squared number counts: weakly submodular."""
    return Table(np.bitwise_count(np.arange(2**n)).astype(float) ** 2), np.full(n, price)


#: Makers of hard problems, from a number and a price.
HARD: Mapping[str, Callable[..., Problem]] = {
    "apart": _apart,
    "cheap parts": _cheap_parts,
    "columns": _columns,
    "falling": _falling,
    "needle": _needle,
    "parts": _parts,
    "rising": _rising,
    "wholes": _wholes,
}


@dataclass(frozen=True)
class Priced:
    """A function and costs, and a number of elements to choose."""

    kind: str
    size: int
    k: int
    price: float
    seed: int = 0
    ratio: float = 1.0
    epsilon: float = 0.1

    @cached_property
    def problem(self) -> Problem:
        """The function and the costs; random costs are at most `price` times an element's value."""
        if self.kind == "columns":
            return _columns(self.size, self.price, self.ratio)
        if self.kind in HARD:
            return HARD[self.kind](self.size, self.price)
        rng = np.random.default_rng(self.seed)
        if self.kind == "power":
            sums = all_values(Coverage(np.eye(self.size), rng.integers(1, 6, self.size)))
            function: SetFunction = Table(sums ** rng.choice([0.8, 1.2, 1.6]))
        else:
            function = Small(self.kind, self.size, self.k, self.seed).function
        alone = function.gains(function.start(), np.arange(self.size))
        return function, alone * self.price * rng.integers(0, 9, self.size) / 8

    @cached_property
    def values(self) -> Reals:
        """The function, of all subsets."""
        return all_values(self.problem[0])

    @cached_property
    def costs(self) -> Reals:
        """The cost of all subsets."""
        return all_values(Coverage(np.eye(len(self.problem[1])), self.problem[1]))

    @cached_property
    def feasible(self) -> Any:
        """Which subsets have at most k elements."""
        return np.bitwise_count(np.arange(len(self.values))) <= self.k

    @cached_property
    def optimum(self) -> float:
        """The greatest f − c of k elements."""
        return float((self.values - self.costs)[self.feasible].max())

    @cached_property
    def submodularity(self) -> float:
        """The greatest γ with Σ_(e ∈ T) f(e|S) ≥ γ (f(S ∪ T) − f(S)) for all S and T, at most 1."""
        values, least, masks = self.values, 1.0, np.arange(len(self.values))
        for S in range(len(values)):
            gains = np.array([values[S | 1 << e] - values[S] for e in range(self.problem[0].size)])
            single = (masks[:, None] >> np.arange(len(gains)) & 1) @ gains
            jump = values[masks | S] - values[S]
            least = min(least, float((single[jump > 1e-9] / jump[jump > 1e-9]).min(initial=1)))
        return least

    def net(self, elements: Indices) -> float:
        """Give f − c of a set."""
        mask = sum(1 << int(element) for element in elements)
        return float(self.values[mask] - self.costs[mask])

    def worst(self, gains: Any, prices: Any) -> dict[str, float]:
        """Find a set T and a number m for which gains[m] f(T) − prices[m] c(T) is greatest."""
        values, costs = self.values[self.feasible], self.costs[self.feasible]
        bounds = np.multiply.outer(values, gains) - np.multiply.outer(costs, prices)
        T, m = np.unravel_index(bounds.argmax(), bounds.shape)
        return {"value": float(values[T]), "cost": float(costs[T]), "m": float(m)}


#: The worst cases of the rules, and what tells them from others.
ONE = ("one element", Priced("apart", 1, 1, 0.5))
TWO = ("two for free", Priced("apart", 2, 2, 0.0))
APART = ("apart and free", Priced("apart", 5, 5, 0.0))
DISTORTED = (
    ("copies", Priced("wholes", 4, 8, 1.0)),
    ("columns of a grid, dear", Priced("columns", 4, 4, 0.4)),
    *(
        (f"columns, k = {k}, {c}", Priced("columns", k, k, c))
        for k in (2, 3, 4)
        for c in (0, 0.3, 0.5)
    ),
    ("parts for free", Priced("parts", 6, 6, 5.0)),
    ("nothing is worth it", Priced("apart", 3, 3, 1.5)),
    *(ONE, TWO, APART),
)
WEAK = (
    ("weak columns, dear", Priced("columns", 4, 4, 0.1, ratio=0.5)),
    ("weak columns, free", Priced("columns", 4, 4, 0.0, ratio=0.4)),
    ("weak columns, hardly worth it", Priced("columns", 3, 3, 0.2, ratio=0.3)),
    ("squares", Priced("rising", 4, 4, 1.5)),
    ("parts for free", Priced("parts", 6, 6, 5.0)),
    *(ONE, TWO),
)
SCALED = (
    ("copies", Priced("wholes", 4, 8, 1.0)),
    ("parts for free", Priced("parts", 8, 8, 3.5)),
    ("parts for less", Priced("parts", 8, 8, 6.9)),
    ("worth twice the price", Priced("apart", 3, 3, 0.4)),
    ("nothing is worth it", Priced("apart", 3, 3, 1.5)),
    *(ONE, TWO, APART),
)
SAMPLED = (
    ("needle among many", Priced("needle", 10, 1, 0.0, epsilon=0.5)),
    ("needle among few", Priced("needle", 6, 1, 0.2, epsilon=0.01)),
    ("one draw a round", Priced("apart", 6, 6, 0.0, epsilon=0.37)),
    ("columns, well drawn", Priced("columns", 3, 3, 0.4, epsilon=1e-9)),
    ("many wholes", Priced("wholes", 4, 4, 3.0, epsilon=0.1)),
    *(ONE, TWO, APART),
)
SINGLE = (
    ("needle", Priced("needle", 4, 4, 0.5)),
    ("half the price", Priced("apart", 4, 4, 0.5)),
    ("columns, dear", Priced("columns", 3, 6, 0.2)),
    ("parts for free", Priced("parts", 4, 5, 3.6)),
    ("many wholes", Priced("wholes", 5, 10, 3.5)),
    *(ONE, TWO, APART),
)
RETURNS = (
    ("copies", Priced("wholes", 4, 8, 1.0)),
    ("falling returns", Priced("falling", 9, 10, 0.3)),
    ("hardly worth it", Priced("apart", 3, 3, 0.9)),
    ("nothing is worth it", Priced("apart", 3, 3, 1.05)),
    ("parts for free", Priced("parts", 6, 7, 5.0)),
    ("parts for little", Priced("cheap parts", 6, 7, 5.0)),
    *(ONE, TWO),
)


def priced(
    most: int = 6, kinds: tuple[str, ...] = tuple(KINDS), *, whole: bool = False, dearest: int = 8
) -> SearchStrategy[Priced]:
    """Draw small problems; of all elements, where they are to be chosen as a whole."""
    return st.integers(1, most).flatmap(
        lambda size: st.builds(
            Priced,
            kind=st.sampled_from(sorted(kinds)),
            size=st.just(size),
            k=st.just(size) if whole else st.integers(1, size),
            price=st.integers(0, dearest).map(lambda eighths: eighths / 8),
            seed=st.integers(0, 2**32 - 1),
            epsilon=st.sampled_from([0.1, 0.3, 0.5]),
        )
    )

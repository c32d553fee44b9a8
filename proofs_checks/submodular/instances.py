"""Small set functions whose every subset can be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from algos.submodular import (
    ConcaveOverModular,
    Coverage,
    FacilityLocation,
    GraphCut,
    LogDeterminant,
    Mixture,
    SaturatedCoverage,
    SetFunction,
)
from algos.submodular._set_function import Reals

__all__ = ["GRID", "KINDS", "NON_MONOTONE", "Small", "all_values", "by_size", "small"]


def all_values(function: SetFunction) -> Reals:
    """Compute f of all subsets: entry Σ_(e ∈ S) 2^e is f(S)."""
    values = np.zeros(2**function.size)
    everything = np.arange(function.size)

    def walk(state: object, mask: int, least: int) -> None:
        """Go to all supersets by elements from one on."""
        gains = function.gains(state, everything)
        for element in range(least, function.size):
            values[mask | 1 << element] = values[mask] + gains[element]
            if element + 1 < function.size:
                further = function.copy(state)
                function.push(further, element)
                walk(further, mask | 1 << element, element + 1)

    walk(function.start(), 0, 0)
    return values


def by_size(values: Reals, k: int) -> float:
    """Find the greatest value of at most k elements."""
    sizes = np.bitwise_count(np.arange(len(values)))
    return float(values[sizes <= k].max())


def _facility(size: int, rng: np.random.Generator) -> SetFunction:
    """Represent a few points, some of them well by one element alone."""
    return FacilityLocation(rng.integers(0, 5, (size + 2, size)) ** 2.0)


def _coverage(size: int, rng: np.random.Generator) -> SetFunction:
    """Cover items of different weights, some with probability."""
    chances = rng.choice([0, 0, 0.5, 1], (size, 2 * size))
    return Coverage(chances, rng.integers(0, 4, 2 * size))


def _concave(size: int, rng: np.random.Generator) -> SetFunction:
    """Have a few features, of which more counts less."""
    features = rng.integers(0, 5, (size, 4)) * rng.integers(0, 2, (size, 4))
    concave = ("sqrt", "log1p", 3.0)[rng.integers(3)]
    return ConcaveOverModular(features, concave, rng.integers(0, 4, 4))


def _saturated(size: int, rng: np.random.Generator) -> SetFunction:
    """Represent a few points up to a part."""
    return SaturatedCoverage(rng.integers(0, 5, (size + 2, size)), rng.choice([0.25, 0.5, 0.9]))


def _determinant(size: int, rng: np.random.Generator) -> SetFunction:
    """Have vectors of which some depend on the others."""
    vectors = rng.integers(-2, 3, (size, 3)) * 1.0
    return LogDeterminant(vectors @ vectors.T)


def _redundancy(size: int, rng: np.random.Generator) -> SetFunction:
    """Be similar to all, and pay a little for what is similar inside."""
    weights = rng.integers(0, 5, (size, size))
    return GraphCut(weights + weights.T, rng.choice([0.2, 0.5]))


def _mixture(size: int, rng: np.random.Generator) -> SetFunction:
    """Have two aims."""
    return Mixture([_facility(size, rng), _concave(size, rng)], [1.0, 3.0])


def _cut(size: int, rng: np.random.Generator) -> SetFunction:
    """Cut a graph, directed or not, with a few edges."""
    weights = rng.integers(1, 5, (size, size)) * rng.integers(0, 2, (size, size))
    return GraphCut(weights if rng.integers(2) else weights + weights.T)


def _covered_cut(size: int, rng: np.random.Generator) -> SetFunction:
    """Cover items, and cut a graph as well."""
    return Mixture([_coverage(size, rng), _cut(size, rng)], [2.0, 1.0])


#: Makers of functions of a size, monotone and submodular.
KINDS: Mapping[str, Callable[[int, np.random.Generator], SetFunction]] = {
    "concave": _concave,
    "coverage": _coverage,
    "determinant": _determinant,
    "facility": _facility,
    "mixture": _mixture,
    "redundancy": _redundancy,
    "saturated": _saturated,
}

#: The same, submodular, at least 0 everywhere, and seldom monotone.
NON_MONOTONE: Mapping[str, Callable[[int, np.random.Generator], SetFunction]] = {
    "covered cut": _covered_cut,
    "cut": _cut,
}


@dataclass(frozen=True)
class Small:
    """A function of a kind, and a number of elements to choose."""

    kind: str
    size: int
    k: int
    seed: int

    @cached_property
    def function(self) -> SetFunction:
        """The function."""
        if self.kind == "grid":
            return _grid(self.k)
        if self.kind == "copies":
            return _copies(self.k)
        kinds = {**KINDS, **NON_MONOTONE}
        return kinds[self.kind](self.size, np.random.default_rng(self.seed))

    @cached_property
    def values(self) -> Reals:
        """Of all subsets."""
        return all_values(self.function)

    @cached_property
    def optimum(self) -> float:
        """The greatest value of k elements."""
        return by_size(self.values, self.k)


def _grid(k: int) -> SetFunction:
    """Let greedy take rows of a k × k grid where its columns, coming later, cover all.

    The cells of row i weigh (1 − 1/k)^i / k each, less a hair; a last row holds the rest. The
    columns have weight 1 together with it, and each row as much as a column has left.
    """
    rows = np.array([(1 - 1 / k) ** i / k for i in range(k)])
    weights = np.append(np.repeat(rows / k * 1.0, k), np.full(k, (1 - 1 / k) ** k / k))
    chances = np.zeros((2 * k, len(weights)))
    for i in range(k):
        chances[i, k * i : k * (i + 1)] = 1  # row i, before the columns: it wins the ties
        chances[k + i, i::k] = 1  # column i
    weights[: k * k] *= 1 + 1e-9
    return Coverage(chances, weights)


def _copies(k: int) -> SetFunction:
    """Offer k copies of one set, and k others that weigh a little less."""
    chances = np.zeros((2 * k, k + 1))
    chances[:k, 0] = 1
    chances[k:, 1:] = np.eye(k)
    return Coverage(chances, np.append(1.0, np.full(k, 0.9)))


#: The worst case of greedy, up to ties, and of one that forgets what it has.
GRID = (
    ("columns of a grid", Small("grid", 10, 5, 0)),
    *((f"columns of a grid, k = {k}", Small("grid", 2 * k, k, 0)) for k in (2, 3, 4)),
    ("copies", Small("copies", 8, 4, 0)),
)


def small(most: int = 7, kinds: Iterable[str] = tuple(KINDS)) -> SearchStrategy[Small]:
    """Draw small problems."""
    return st.integers(1, most).flatmap(
        lambda size: st.builds(
            Small,
            kind=st.sampled_from(sorted(kinds)),
            size=st.just(size),
            k=st.integers(1, size),
            seed=st.integers(0, 2**32 - 1),
        )
    )

"""Matroids: by numbers, parts, groups, forests and matchings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from algos._arguments import checked_array, checked_count
from algos.submodular._matroid import Matroid
from algos.submodular._set_function import Bools, Indices, checked_subset

__all__ = [
    "GraphicMatroid",
    "LaminarMatroid",
    "Matroid",
    "PartitionMatroid",
    "TransversalMatroid",
    "UniformMatroid",
]


class UniformMatroid(Matroid):
    """Sets of at most `rank` elements.

    Parameters
    ----------
    size : int
        Number of elements.
    rank : int
        At least 1.
    """

    def __init__(self, size: int, rank: int) -> None:
        super().__init__(size)
        self.rank = checked_count("rank", rank)

    def start(self) -> Indices:
        """Give the room that is left."""
        return np.array([self.rank], dtype=np.intp)

    def addable(self, state: Indices, candidates: Indices) -> Bools:
        """Tell whether there is room."""
        return np.full(len(candidates), bool(state[0] > 0))

    def push(self, state: Indices, element: int) -> None:
        """Take from the room."""
        state[0] -= 1


class PartitionMatroid(Matroid):
    """Sets with at most so many elements of each part.

    Parameters
    ----------
    parts : array_like of int, shape (n,)
        The part of each element, from 0.
    capacities : int or array_like of int, shape (number of parts,), optional
        Most elements of a part, at least 0; 1 by default.
    """

    def __init__(self, parts: Any, capacities: Any = 1) -> None:
        self.parts = _integers("parts", parts, shape=(None,))
        super().__init__(len(self.parts))
        if np.ndim(capacities) == 0:  # parts may have any numbers
            named, self.parts = np.unique(self.parts, return_inverse=True)
            capacities = np.full(len(named), capacities)
        count = int(self.parts.max()) + 1
        self.capacities = _integers("capacities", capacities, shape=(None,))
        if len(self.capacities) < count:
            raise ValueError(
                f"capacities must have one for each part, got {len(self.capacities)} for "
                f"the parts 0, …, {count - 1}"
            )

    def start(self) -> Indices:
        """Give the room in each part."""
        return self.capacities.copy()

    def addable(self, state: Indices, candidates: Indices) -> Bools:
        """Tell whether there is room in the part."""
        return np.asarray(state[self.parts[candidates]] > 0)

    def push(self, state: Indices, element: int) -> None:
        """Take from the part's room."""
        state[self.parts[element]] -= 1


class LaminarMatroid(Matroid):
    """Sets with at most so many elements of each group, where groups are nested or disjoint.

    Parameters
    ----------
    groups : sequence of iterables of int
        The elements of each group.
    capacities : array_like of int, shape (number of groups,)
        Most elements of a group, at least 0.
    size : int
        Number of elements.
    """

    def __init__(self, groups: Iterable[Iterable[int]], capacities: Any, size: int) -> None:
        super().__init__(size)
        if not isinstance(groups, Iterable):
            raise TypeError(f"groups must be sets of integers, got {groups!r}")
        members = [checked_subset(self.size, group) for group in groups]
        self.inside = np.zeros((len(members), self.size), dtype=bool)
        for row, elements in zip(self.inside, members, strict=True):
            row[elements] = True
        self.capacities = _integers("capacities", capacities, shape=(len(members),))
        for j, one in enumerate(self.inside):
            for i, other in enumerate(self.inside[:j]):
                both = (one & other).sum()
                if both not in (0, one.sum(), other.sum()):
                    raise ValueError(f"groups must be nested or disjoint, got {i} and {j}")

    def start(self) -> Indices:
        """Give the room in each group."""
        return self.capacities.copy()

    def addable(self, state: Indices, candidates: Indices) -> Bools:
        """Tell whether there is room in all groups of each."""
        full = state <= 0
        return np.asarray(~self.inside[full][:, candidates].any(axis=0))

    def push(self, state: Indices, element: int) -> None:
        """Take from the room of all groups that hold the element."""
        state[self.inside[:, element]] -= 1


class GraphicMatroid(Matroid):
    """Sets of edges without a cycle.

    Parameters
    ----------
    edges : array_like of int, shape (n, 2)
        The two vertices of each edge, from 0.
    """

    def __init__(self, edges: Any) -> None:
        vertices, ends = np.unique(_integers("edges", edges, shape=(None, 2)), return_inverse=True)
        self.edges, self.order = ends.reshape(-1, 2), len(vertices)
        super().__init__(len(self.edges))

    def start(self) -> Indices:
        """Give every vertex its own tree."""
        return np.arange(self.order, dtype=np.intp)

    def addable(self, state: Indices, candidates: Indices) -> Bools:
        """Tell which edges lie between two trees."""
        trees = state[self.edges[candidates]]
        return np.asarray(trees[:, 0] != trees[:, 1])

    def push(self, state: Indices, element: int) -> None:
        """Join the two trees."""
        one, other = state[self.edges[element]]
        state[state == other] = one


class TransversalMatroid(Matroid):
    """Sets whose elements can be matched to different places.

    Parameters
    ----------
    fits : array_like of bool, shape (n, places)
        Whether an element fits a place.
    """

    def __init__(self, fits: Any) -> None:
        self.fits = checked_array("fits", fits, shape=(None, None)) != 0
        super().__init__(len(self.fits))

    def start(self) -> Indices:
        """Give the element in each place; −1 where there is none."""
        return np.full(self.fits.shape[1], -1, dtype=np.intp)

    def addable(self, state: Indices, candidates: Indices) -> Bools:
        """Tell which fit a place that is free, or that its element can leave for such a place."""
        reachable = state < 0
        while True:
            movable = ~reachable & self.fits[state][:, reachable].any(axis=1)
            if not movable.any():
                return np.asarray(self.fits[candidates][:, reachable].any(axis=1))
            reachable |= movable

    def push(self, state: Indices, element: int) -> None:
        """Match the element as well."""
        _augment(self.fits, state, element)


def _augment(fits: Bools, matched: Indices, element: int) -> bool:
    """Find the element a place, where others move on if they must."""
    home: dict[int, int] = {}  # of elements that may move: the place that they have
    reached: dict[int, int] = {}  # of places: the element that would take it
    waiting = [element]
    for one in waiting:
        for found in np.flatnonzero(fits[one]).tolist():
            if found in reached:
                continue
            reached[found] = one
            if matched[found] < 0:
                place: int | None = found
                while place is not None:
                    matched[place] = reached[place]
                    place = home.get(reached[place])
                return True
            holder = int(matched[found])
            home[holder] = found
            waiting.append(holder)
    return False


def _integers(name: str, value: Any, *, shape: tuple[int | None, ...]) -> Indices:
    """Validate an array of integers of at least 0."""
    array = checked_array(name, value, shape=shape)
    if (array < 0).any() or (array != np.floor(array)).any() or array.max() > 2**31:
        raise ValueError(f"{name} must hold integers from 0 to 2^31, got {value!r}")
    return array.astype(np.intp)

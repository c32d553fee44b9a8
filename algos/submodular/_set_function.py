"""Set functions: what every algorithm of the family asks of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algos._arguments import checked_count

__all__ = ["Indices", "OracleError", "Reals", "SetFunction", "checked_subset"]

Indices = NDArray[np.intp]
Reals = NDArray[np.float64]


class OracleError(ValueError):
    """A set function is not what it says: the message names the sets that show it."""


class SetFunction(ABC):
    """A submodular function f of the subsets of {0, …, n − 1}, with f(∅) = 0.

    Algorithms walk from the empty set upwards: `start` gives the state of the empty set,
    `gains` the marginals f(S ∪ {e}) − f(S) of candidates e, and `push` puts one into S.

    Parameters
    ----------
    size : int
        Number n of elements, at least 1.

    Attributes
    ----------
    size : int
        As given.
    monotone : bool
        Whether no element ever lowers f.
    """

    monotone: bool = True

    def __init__(self, size: int) -> None:
        self.size = checked_count("size", size)

    @abstractmethod
    def start(self) -> Any:
        """Give the state of the empty set.

        Returns
        -------
        object
            For `gains`, `push` and `copy`.
        """

    @abstractmethod
    def gains(self, state: Any, candidates: Indices) -> Reals:
        """Compute marginals, of elements of S as well: there they are 0.

        Parameters
        ----------
        state : object
            Of the set S.
        candidates : ndarray of intp, shape (m,)
            Elements.

        Returns
        -------
        ndarray, shape (m,)
            f(S ∪ {e}) − f(S) for each candidate e.
        """

    @abstractmethod
    def push(self, state: Any, element: int) -> None:
        """Put an element into S.

        Parameters
        ----------
        state : object
            Of the set S; changed in place.
        element : int
            The element.
        """

    def copy(self, state: Any) -> Any:
        """Copy a state, so that one of the two can go another way.

        Parameters
        ----------
        state : object
            Of the set S.

        Returns
        -------
        object
            Another one.
        """
        return deepcopy(state)

    def value(self, subset: Iterable[int]) -> float:
        """Compute f of a set.

        Parameters
        ----------
        subset : iterable of int
            Its elements, in any order; those that come twice count once.

        Returns
        -------
        float
            The sum of marginals on the way to it.
        """
        state, total = self.start(), 0.0
        for element in checked_subset(self.size, subset):
            total += float(self.gains(state, np.array([element]))[0])
            self.push(state, int(element))
        return total


def checked_subset(size: int, subset: Iterable[int]) -> Indices:
    """Validate the elements of a set; give each once, in the order in which they came."""
    given = dict.fromkeys(checked_count("subset", e, least=0, most=size - 1) for e in subset)
    return np.fromiter(given, dtype=np.intp, count=len(given))

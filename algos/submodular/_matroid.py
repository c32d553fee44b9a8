"""Matroids: which sets are independent, and what can still be added to one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np

from algos._arguments import checked_array, checked_count
from algos.submodular._set_function import Bools, Indices, checked_subset

__all__ = ["Matroid"]


class Matroid(ABC):
    """Independent subsets of {0, …, n − 1}.

    The empty set is independent, so is every subset of an independent set, and of two independent
    sets the smaller one can be enlarged by an element of the larger one.

    Parameters
    ----------
    size : int
        Number n of elements.

    Attributes
    ----------
    size : int
        As given.
    """

    def __init__(self, size: int) -> None:
        self.size = checked_count("size", size)

    @abstractmethod
    def start(self) -> Any:
        """Give the state of the empty set.

        Returns
        -------
        object
            For `addable` and `push`.
        """

    @abstractmethod
    def addable(self, state: Any, candidates: Indices) -> Bools:
        """Tell which elements, each alone, leave a set independent.

        Parameters
        ----------
        state : object
            Of the independent set S.
        candidates : ndarray of intp, shape (m,)
            Elements outside S.

        Returns
        -------
        ndarray of bool, shape (m,)
            Whether S ∪ {e} is independent, for each candidate e.
        """

    @abstractmethod
    def push(self, state: Any, element: int) -> None:
        """Put an addable element into S.

        Parameters
        ----------
        state : object
            Of the set S; changed in place.
        element : int
            The element.
        """

    def independent(self, subset: Iterable[int]) -> bool:
        """Tell whether a set is independent.

        Parameters
        ----------
        subset : iterable of int
            Its elements.

        Returns
        -------
        bool
            Whether it is.
        """
        state = self.start()
        for element in checked_subset(self.size, subset):
            if not self.addable(state, np.array([element]))[0]:
                return False
            self.push(state, int(element))
        return True

    def heaviest(self, weights: Any) -> float:
        """Compute the greatest weight of an independent set.

        Parameters
        ----------
        weights : array_like, shape (n,)
            Weights of the elements; those below 0 are left out.

        Returns
        -------
        float
            The weight of the set that takes the heaviest addable element, again and again.
        """
        weights = checked_array("weights", weights, shape=(self.size,))
        state, total = self.start(), 0.0
        left = np.argsort(-weights, kind="stable")
        left = left[weights[left] > 0]
        while len(left := left[self.addable(state, left)]):
            total += float(weights[left[0]])
            self.push(state, int(left[0]))
            left = left[1:]
        return total

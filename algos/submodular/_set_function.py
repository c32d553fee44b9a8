"""Set functions: what every algorithm of the family asks of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from algos._arguments import checked_array, checked_count

__all__ = [
    "Bools",
    "Indices",
    "OracleError",
    "Reals",
    "SetFunction",
    "VectorisedFunction",
    "checked_gains",
    "checked_subset",
    "is_sparse",
    "nonnegative_matrix",
    "shown",
]

Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]
Reals = NDArray[np.float64]


#: Elements of a set that a message holds.
MOST_SHOWN = 50


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
            The marginal f(S ∪ {e}) − f(S) of each candidate e.
        """

    @abstractmethod
    def push(self, state: Any, element: int) -> None:
        """Put an element into S; one of S changes nothing.

        Parameters
        ----------
        state : object
            Of the set S; changed in place.
        element : int
            The element.
        """

    def gains_until(self, state: Any, candidates: Indices, bounds: Reals) -> Reals | None:
        """Compute marginals in the order given, until the greatest of all is known.

        For functions that can do so faster than one by one; their marginals must be finite, and
        at least 0 where the function is monotone: nobody looks at them again.

        Parameters
        ----------
        state : object
            Of the set S.
        candidates : ndarray of intp, shape (m,)
            Elements, by falling bounds; of equal bounds, by their numbers.
        bounds : ndarray, shape (m,)
            No marginal is greater; infinite where nothing is known.

        Returns
        -------
        ndarray, shape (p,), or None
            Marginals of the first p candidates, at least of as many as have an infinite bound;
            p = m, or the greatest of them is greater than ``bounds[p]``, or equal and that of a
            lesser element than ``candidates[p]``. None: there is no faster way.
        """
        return None

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

        Raises
        ------
        TypeError, ValueError
            The set holds what is no element.
        OracleError
            A marginal on the way is no finite number.
        """
        elements, total = checked_subset(self.size, subset), 0.0
        state = self.start()
        for known, element in enumerate(elements.tolist()):
            one = elements[known : known + 1]
            total += float(checked_gains(self.gains(state, one), one, elements[:known])[0])
            self.push(state, element)
        return total


class VectorisedFunction(SetFunction):
    """A set function for which many marginals take little more time than one."""

    def gains_until(self, state: Any, candidates: Indices, bounds: Reals) -> Reals | None:
        """Compute marginals in blocks, each as long as all before."""
        gains = np.empty(0)
        block = max(16, int(np.searchsorted(-bounds, -np.inf, side="right")))
        while len(gains) < len(candidates):
            more = self.gains(state, candidates[len(gains) : len(gains) + block])
            gains = np.append(gains, more)
            block = len(gains)
            if block < len(candidates):
                place = np.lexsort((candidates[:block], -gains))[0]
                greatest = (gains[place], -candidates[place])
                if greatest > (bounds[block], -candidates[block]):
                    break
        return gains


def checked_gains(gains: Any, candidates: Indices, subset: Indices | None = None) -> Reals:
    """Validate marginals: a finite real number for each candidate, at a set that may be known."""
    at = "" if subset is None else f" at {shown(subset)}"
    array = np.asarray(gains)
    if array.shape != candidates.shape:
        raise OracleError(
            f"function must have one marginal for each of {len(candidates)} candidates{at}, got "
            f"shape {array.shape}"
        )
    if array.dtype.kind not in "biuf" or isinstance(gains, np.ma.MaskedArray):
        raise OracleError(
            f"function must have an array of real marginals{at}, got {type(gains).__name__} of "
            f"{array.dtype}"
        )
    array = array.astype(np.float64, copy=False)
    if not np.isfinite(array).all():
        k = int(np.argmax(~np.isfinite(array)))
        raise OracleError(
            f"function must have finite marginals, got {array[k]} for element {candidates[k]}{at}"
        )
    return array


def checked_subset(size: int, subset: Iterable[int]) -> Indices:
    """Validate the elements of a set; give each once, in the order in which they came."""
    if not isinstance(subset, Iterable):
        raise TypeError(f"subset must hold elements, got {subset!r}; pass a list of integers")
    given = dict.fromkeys(checked_count("subset", e, least=0, most=size - 1) for e in subset)
    return np.fromiter(given, dtype=np.intp, count=len(given))


def shown(elements: Iterable[int]) -> str:
    """Write a set as it is in mathematics, and of a large one the first elements."""
    numbers = sorted(int(e) for e in elements)
    more = f", …: {len(numbers)} elements" if len(numbers) > MOST_SHOWN else ""
    return "{" + ", ".join(map(str, numbers[:MOST_SHOWN])) + more + "}"


def is_sparse(matrix: Any) -> bool:
    """Tell SciPy's sparse matrices and arrays."""
    return bool(sparse.issparse(matrix))


def nonnegative_matrix(name: str, value: Any) -> Any:
    """Copy a matrix of numbers of at least 0; a SciPy sparse one becomes a CSR array."""
    matrix: Any
    if is_sparse(value):
        if value.dtype.kind not in "biuf" or value.ndim != 2 or 0 in value.shape:
            raise ValueError(
                f"{name} must be a matrix of real numbers with rows and columns, "
                f"got shape {value.shape} of {value.dtype}"
            )
        matrix = sparse.csr_array(value, dtype=np.float64, copy=True)
        matrix.sum_duplicates()
        numbers = matrix.data
        if not np.isfinite(numbers).all():
            raise ValueError(f"{name} must be finite, got NaN or infinity")
    else:
        matrix = numbers = checked_array(name, value, shape=(None, None))
    if (numbers < 0).any():
        raise ValueError(f"{name} must be at least 0, got {numbers.min()}")
    with np.errstate(over="ignore"):
        if not np.isfinite(numbers.sum()):
            raise ValueError(f"{name} must have a finite sum, got numbers up to {numbers.max()}")
    return matrix

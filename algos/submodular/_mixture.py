"""Mixtures: several aims at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from algos._arguments import checked_array
from algos.submodular._set_function import (
    Indices,
    Reals,
    SetFunction,
    VectorisedFunction,
    checked_gains,
)

__all__ = ["Mixture"]


class Mixture(VectorisedFunction):
    """Mixture: f(S) = Σ_j weight_j f_j(S).

    Parameters
    ----------
    functions : sequence of SetFunction
        At least one, all of the same elements.
    weights : array_like, shape (functions,), optional
        At least 0; all 1 by default.

    Attributes
    ----------
    size : int
        Number n of elements.
    monotone : bool
        Whether all functions are that have a positive weight.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Time and memory are the sums of those of the functions with a positive weight.

    Examples
    --------
    >>> from algos.submodular import Coverage, GraphCut, Mixture
    >>> cut = GraphCut([[0, 2], [2, 0]])
    >>> both = Mixture([Coverage([[1], [1]]), cut], [1, 0.25])
    >>> both.value([0]), both.value([0, 1]), both.monotone
    (1.5, 1.0, False)
    """

    def __init__(self, functions: Sequence[SetFunction], weights: Any = None) -> None:
        if not isinstance(functions, Iterable):
            raise TypeError(
                f"functions must be a sequence, got {type(functions).__name__}; pass a list of them"
            )
        functions = tuple(functions)
        for number, function in enumerate(functions):
            if not isinstance(function, SetFunction):
                raise TypeError(
                    f"functions must be SetFunctions, got {type(function).__name__} at {number}; "
                    "from_callable makes one of any function of sets"
                )
        sizes = sorted({function.size for function in functions})
        if len(sizes) != 1:
            raise ValueError(f"functions must have one size in common, got {sizes}")
        ones = np.ones(len(functions)) if weights is None else weights
        self.weights = checked_array("weights", ones, shape=(len(functions),))
        if (self.weights < 0).any():
            raise ValueError(f"weights must be at least 0, got {self.weights.min()}")
        super().__init__(sizes[0])
        self._parts = [(w, f) for w, f in zip(self.weights, functions, strict=True) if w > 0]
        self.monotone = all(function.monotone for _, function in self._parts)

    def start(self) -> list[Any]:
        """Give all states of the empty set."""
        return [function.start() for _, function in self._parts]

    def gains(self, state: list[Any], candidates: Indices) -> Reals:
        """Mix the marginals."""
        gains = np.zeros(len(candidates))
        for (weight, function), own in zip(self._parts, state, strict=True):
            more = checked_gains(function.gains(own, candidates), candidates)
            with np.errstate(over="ignore", invalid="ignore"):
                gains += weight * more
        return checked_gains(gains, candidates)

    def gains_until(self, state: list[Any], candidates: Indices, bounds: Reals) -> Reals | None:
        """Compute marginals in blocks, if each function knows a faster way than one by one."""
        none, unknown = candidates[:0], bounds[:0]
        for (_, function), own in zip(self._parts, state, strict=True):
            if function.gains_until(own, none, unknown) is None:
                return None
        return super().gains_until(state, candidates, bounds)

    def push(self, state: list[Any], element: int) -> None:
        """Push it everywhere."""
        for (_, function), own in zip(self._parts, state, strict=True):
            function.push(own, element)

    def copy(self, state: list[Any]) -> list[Any]:
        """Copy all states."""
        return [function.copy(own) for (_, function), own in zip(self._parts, state, strict=True)]

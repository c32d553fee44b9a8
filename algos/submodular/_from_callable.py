"""Anybody's function of sets as a SetFunction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from algos._arguments import checked_count
from algos.submodular._check_submodular import check_submodular
from algos.submodular._set_function import (
    Indices,
    OracleError,
    Reals,
    SetFunction,
    checked_subset,
    shown,
)

__all__ = ["CallableFunction", "from_callable"]

#: f(∅) may differ from 0 by this part of f of all elements: rounding.
RTOL = 1e-9


@dataclass
class _State:
    """A set S, f(S) once it is known, and the f(S ∪ {e}) that have been asked for."""

    elements: frozenset[int]
    value: float | None
    beyond: dict[int, float] = field(default_factory=dict)


class CallableFunction(SetFunction):
    """A function of sets, asked for values; made by `from_callable`."""

    def __init__(self, function: Callable[[frozenset[int]], Any], size: int, monotone: bool):
        if not callable(function):
            raise TypeError(f"function must be callable, got {function!r}")
        if not isinstance(monotone, (bool, np.bool_)):
            raise TypeError(f"monotone must be True or False, got {monotone!r}")
        super().__init__(size)
        self.monotone = bool(monotone)
        self.evaluations = 0
        self._function = function
        empty = self._evaluate(frozenset())
        if empty and abs(empty) > RTOL * abs(self._evaluate(frozenset(range(self.size)))):
            raise OracleError(
                f"function must be 0 for the empty set, got {empty:g}; subtract that everywhere"
            )

    def _evaluate(self, elements: frozenset[int]) -> float:
        """Ask for a value, and look at it."""
        self.evaluations += 1
        value = self._function(elements)
        try:
            array = np.asarray(value)
            if array.ndim or array.dtype.kind not in "biufO":
                raise TypeError
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise OracleError(
                f"function must give a number, got {value!r} for {shown(elements)}"
            ) from None
        if not np.isfinite(number):
            raise OracleError(f"function must be finite, got {number} for {shown(elements)}")
        return number

    def start(self) -> _State:
        """Give the empty set."""
        return _State(frozenset(), 0.0)

    def gains(self, state: _State, candidates: Indices) -> Reals:
        """Ask for f(S ∪ {e}), once for each e."""
        gains = np.zeros(len(candidates))
        for place, element in enumerate(candidates.tolist()):
            if element in state.elements:
                continue
            if state.value is None:
                state.value = self._evaluate(state.elements)
            if element not in state.beyond:
                state.beyond[element] = self._evaluate(state.elements | {element})
            gains[place] = state.beyond[element] - state.value
        return gains

    def push(self, state: _State, element: int) -> None:
        """Keep the value of the larger set, if it is known."""
        if element not in state.elements:
            state.value = state.beyond.get(element)
            state.elements |= {int(element)}
            state.beyond = {}

    def copy(self, state: _State) -> _State:
        """Copy what is known."""
        return _State(state.elements, state.value, dict(state.beyond))

    def value(self, subset: Iterable[int]) -> float:
        """Ask for f of a set."""
        return self._evaluate(frozenset(checked_subset(self.size, subset).tolist()))


def from_callable(
    function: Callable[[frozenset[int]], Any],
    size: int,
    *,
    monotone: bool = True,
    verify: int = 100,
    rng: np.random.Generator | int | None = None,
) -> CallableFunction:
    """Make a SetFunction of anybody's function of sets.

    Parameters
    ----------
    function : callable
        Takes a frozenset of elements, numbered from 0 to ``size`` − 1, to a real number: 0 for
        the empty set, and the same number for the same set every time.
    size : int
        Number n of elements, at least 1.
    monotone : bool, optional
        Whether no element ever lowers f.
    verify : int, optional
        Number of spot checks of `check_submodular`, of five evaluations each; 0 for none.
    rng : int, Generator or None, optional
        Where the spot checks draw sets from.

    Returns
    -------
    SetFunction
        Its ``evaluations`` counts how often the function has been called: one call a
        marginal, and none for a set that a chosen element leads to; one for f(∅), and for f of
        all elements if that is not exactly 0.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        A spot check failed, or a value is no finite number, now or later; the message names
        the sets and their values. What the function itself raises goes through.

    See Also
    --------
    check_submodular : What the spot checks find, and how surely.

    Examples
    --------
    >>> from algos.submodular import from_callable, greedy
    >>> words = ["to be or", "not to be", "that is"]
    >>> def distinct(S):
    ...     return len({word for e in S for word in words[e].split()})
    >>> greedy(from_callable(distinct, 3), 2).elements.tolist()
    [0, 2]
    >>> def squares(S):
    ...     return len(S) ** 2
    >>> from_callable(squares, 2)
    Traceback (most recent call last):
    ...
    algos.submodular._set_function.OracleError: function must have diminishing returns, but \
f(S) = 0, f(S ∪ {e}) = 1, f(T) = 1, f(T ∪ {e}) = 4 at S = {}, T = {1}, e = 0
    """
    trials, rng = checked_count("verify", verify, least=0), np.random.default_rng(rng)
    made = CallableFunction(function, size, monotone)
    violation = check_submodular(made, trials=trials, rng=rng).violation if trials else None
    if violation is not None:
        raise OracleError(str(violation))
    return made

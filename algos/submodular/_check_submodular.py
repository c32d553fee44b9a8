"""Spot checks of set functions: diminishing returns, monotonicity, marginals that fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from algos._arguments import checked_count
from algos.submodular._set_function import Indices, Reals, SetFunction, checked_gains, shown

__all__ = ["SubmodularityReport", "Violation", "check_submodular"]

#: Violations up to this part of the greatest value seen are rounding.
RTOL = 1e-9


@dataclass(frozen=True)
class Violation:
    """Sets on which a function is not what it says.

    Attributes
    ----------
    rule : str
        What is broken.
    smaller, larger : tuple of int
        Sets S ⊆ T, sorted.
    element : int
        The element e.
    values : (float, float, float, float)
        f(S), f(S ∪ {e}), f(T) and f(T ∪ {e}), from `value`.
    """

    rule: str
    smaller: tuple[int, ...]
    larger: tuple[int, ...]
    element: int
    values: tuple[float, float, float, float]

    def __str__(self) -> str:
        """Write a sentence."""
        names = ("f(S)", "f(S ∪ {e})", "f(T)", "f(T ∪ {e})")
        values = ", ".join(f"{n} = {v:.10g}" for n, v in zip(names, self.values, strict=True))
        sets = f"S = {shown(self.smaller)}, T = {shown(self.larger)}, e = {self.element}"
        return f"function must {self.rule}, but {values} at {sets}"


@dataclass(frozen=True)
class SubmodularityReport:
    """What spot checks have found.

    Attributes
    ----------
    violation : Violation or None
        The first one.
    squares : int
        How many S with two elements outside were looked at.
    exhaustive : bool
        Whether these were to be all there are, so that no violation means that there is none.
    """

    violation: Violation | None
    squares: int
    exhaustive: bool


def check_submodular(
    function: SetFunction, *, trials: int = 100, rng: np.random.Generator | int | None = None
) -> SubmodularityReport:
    """Look for sets that show that a function is not submodular, or not monotone.

    A check draws a set S and two elements e, j outside of it, and compares the marginals of e
    at S and at S ∪ {j}. It also asks that marginals in either order add up to the same, that
    an element of a set has the marginal 0, and that no marginal is negative if the function
    says that it is monotone.

    Parameters
    ----------
    function : SetFunction
        Any; `from_callable` makes one of a function of sets.
    trials : int, optional
        Number of checks, at least 1. All that there are, n (n − 1) 2^(n − 3), are made instead
        if these are no more; one element has a single check.
    rng : int, Generator or None, optional
        Where they are drawn from.

    Returns
    -------
    SubmodularityReport
        With the first violation.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        A marginal is not finite.

    Notes
    -----
    A function is submodular if and only if no such square violates diminishing returns. S has
    every size from 0 to n − 2 with the same probability, and is uniform among the sets of its
    size. If p is the mean over these sizes of the part of the squares that are violated, all
    checks miss them with probability (1 − p)^trials. Violations up to 10⁻⁹ of the greatest
    value or marginal seen count as rounding.

    Examples
    --------
    >>> from algos.submodular import check_submodular, from_callable
    >>> pairs = from_callable(lambda S: len(S) * (len(S) - 1) / 2, 5, verify=0)
    >>> found = check_submodular(pairs, trials=10, rng=0).violation
    >>> found.rule
    'have diminishing returns'
    """
    if not isinstance(function, SetFunction):
        raise TypeError(
            f"function must be a SetFunction, got {type(function).__name__}; "
            "from_callable makes one of any function of sets"
        )
    trials, n = checked_count("trials", trials), function.size
    rng = np.random.default_rng(rng)
    exhaustive = n <= 60 and n * (n - 1) << n <= 8 * trials
    drawn = _all_squares(n) if exhaustive else _random_squares(n, trials, rng)
    count, greatest = 0, 0.0
    for count, (subset, pair) in enumerate(drawn, start=1):
        square = _Square(function, subset, pair)
        greatest = max(greatest, square.greatest)
        found = square.violation(RTOL * greatest)
        if found is not None:  # beyond rounding?
            greatest = max(greatest, abs(function.value(range(n))), *map(abs, found.values))
            found = square.violation(RTOL * greatest)
        if found is not None:
            return SubmodularityReport(found, count, exhaustive)
    return SubmodularityReport(None, count, exhaustive)


def _all_squares(n: int) -> Iterator[tuple[Indices, Indices]]:
    """Give every set with every two elements outside of it; one element twice if n is 1."""
    everything = np.arange(n)
    for pair in combinations(range(n), 2) if n > 1 else [(0, 0)]:
        others = np.setdiff1d(everything, pair)
        for size in range(len(others) + 1):
            for subset in combinations(others.tolist(), size):
                yield np.array(subset, dtype=np.intp), np.array(pair)


def _random_squares(
    n: int, trials: int, rng: np.random.Generator
) -> Iterator[tuple[Indices, Indices]]:
    """Draw sizes, sets of them and two elements outside."""
    for _ in range(trials):
        size = int(rng.integers(0, n - 1))
        drawn = rng.choice(n, size + 2, replace=False)
        yield drawn[2:], drawn[:2]


class _Square:
    """The marginals of two elements at S, and at S with one of them."""

    def __init__(self, function: SetFunction, subset: Indices, pair: Indices) -> None:
        self.function, self.subset, self.pair = function, subset, pair
        state = function.start()
        for element in subset.tolist():
            function.push(state, element)
        self.first = self._gains(state, subset)
        self.then = []  # by which of the two has come
        for element in pair.tolist():
            further = function.copy(state)
            function.push(further, element)
            self.then.append(self._gains(further, np.append(subset, element)))
        self.greatest = float(np.abs([self.first, *self.then]).max())

    def _gains(self, state: object, subset: Indices) -> Reals:
        """Compute the marginals of both, which must be numbers."""
        return checked_gains(self.function.gains(state, self.pair), self.pair, subset)

    def violation(self, slack: float) -> Violation | None:
        """Find what is broken by more than the slack."""
        for which in (0, 1):
            alone, later = self.first[which], self.then[1 - which][which]
            if abs(self.then[which][which]) > slack:
                return self._found("have the marginal 0 for elements of S", which, which)
            if self.function.monotone and alone < -slack:
                return self._found("be monotone", which, None)
            if self.pair[0] == self.pair[1]:
                return None
            if self.function.monotone and later < -slack:
                return self._found("be monotone", which, 1 - which)
            if abs(alone + self.then[which][1 - which] - self.first[1 - which] - later) > slack:
                return self._found("have marginals that add up in any order", which, 1 - which)
            if later > alone + slack:
                return self._found("have diminishing returns", which, 1 - which)
        return None

    def _found(self, rule: str, which: int, more: int | None) -> Violation:
        """Name the sets, and ask for their values."""
        element = int(self.pair[which])
        smaller = set(self.subset.tolist())
        larger = smaller | ({int(self.pair[more])} if more is not None else set())
        return Violation(
            rule,
            tuple(sorted(smaller)),
            tuple(sorted(larger)),
            element,
            (
                self.function.value(smaller),
                self.function.value(smaller | {element}),
                self.function.value(larger),
                self.function.value(larger | {element}),
            ),
        )

"""Scores of committees from rankings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from algos._arguments import checked_array, checked_count
from algos.submodular._set_function import Indices, Reals, VectorisedFunction

__all__ = ["CommitteeScore"]

State = list[NDArray[Any]]


class CommitteeScore(VectorisedFunction):
    """Multiwinner score: f(S) = Σ over rankings of Σ_l share_l · (l-th greatest points in S).

    =================== ============= ==================
    score                points        shares
    =================== ============= ==================
    SNTV                 1             ``"sum"``
    Bloc                 k             ``"sum"``
    k-Borda              ``"borda"``   ``"sum"``
    Chamberlin–Courant   ``"borda"``   ``"best"``
    approval CC          t             ``"best"``
    proportional         t             ``"harmonic"``
    =================== ============= ==================

    Parameters
    ----------
    rankings : array_like of int, shape (rankings, n)
        All elements in every row, the best one first.
    points : "borda", int or array_like, shape (n,), optional
        Points of the places, at least 0 and not rising: n − 1, …, 0 by default. An integer t
        stands for 1 point for each of the first t places.
    shares : {"sum", "best", "harmonic"} or array_like, shape (n,), optional
        What counts of the best of S in a ranking, of the second, …, at least 0 and not rising:
        all of them by default, the best alone, or 1, 1/2, 1/3, ….

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    `gains` takes O(rankings · (1 + min(k, d))) time a candidate for S of k elements, where
    shares fall d times before the last; memory of n numbers a ranking, and min(k, d) for a
    state.

    References
    ----------
    P. Skowron, P. Faliszewski, J. Lang, "Finding a collective set of items: from proportional
    multirepresentation to group recommendation", Artificial Intelligence 241, 2016.

    Examples
    --------
    >>> from algos.submodular import CommitteeScore
    >>> rankings = [[0, 1, 2], [0, 1, 2], [2, 1, 0]]
    >>> [CommitteeScore(rankings).value(S) for S in ([0], [0, 1], [0, 2])]
    [4.0, 7.0, 6.0]
    >>> [CommitteeScore(rankings, shares="best").value(S) for S in ([0], [0, 1], [0, 2])]
    [4.0, 5.0, 6.0]
    """

    def __init__(self, rankings: Any, points: Any = "borda", shares: Any = "sum") -> None:
        orders = _checked_rankings(rankings)
        size = orders.shape[1]
        super().__init__(size)
        self.points = _checked_points(points, size)
        self.shares = _checked_shares(shares, size)
        with np.errstate(over="ignore"):
            greatest = self.shares[0] * self.points.sum() * len(orders)
        if not np.isfinite(greatest):
            raise ValueError(
                f"points must have sums that fit into a float, got {self.points[0]} for the first "
                f"place, times {self.shares[0]}; divide points or shares by a number"
            )
        self._points = np.empty((size, len(orders)))
        np.put_along_axis(self._points, orders.T, self.points[:, None], axis=0)
        falls = self.shares[:-1] - self.shares[1:]
        self._falls = falls[: 1 + int(falls.nonzero()[0].max(initial=-1))]

    def start(self) -> State:
        """Give the greatest points of S in every ranking, row by row, and who is in S."""
        return [np.empty((0, self._points.shape[1])), np.zeros(self.size, dtype=bool)]

    def gains(self, state: State, candidates: Indices) -> Reals:
        """Sum what each candidate adds to the sums of the l greatest points, for each l."""
        greatest, chosen = state
        points = self._points[candidates]
        gains = self.shares[len(greatest)] * points.sum(axis=1)
        for fall, least in zip(self._falls, greatest, strict=False):
            gains += fall * np.maximum(points - least, 0).sum(axis=1)
        gains[chosen[candidates]] = 0
        return np.asarray(gains)

    def push(self, state: State, element: int) -> None:
        """Sort the element's points in."""
        greatest, chosen = state
        if not chosen[element]:
            chosen[element] = True
            more = np.vstack([greatest, self._points[element]])
            state[0] = np.sort(more, axis=0)[::-1][: len(self._falls)]


def _checked_rankings(rankings: Any) -> Indices:
    """Validate permutations."""
    array = checked_array("rankings", rankings, shape=(None, None))
    wrong = (np.sort(array, axis=1) != np.arange(array.shape[1])).any(axis=1)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"rankings must hold each of 0, …, {array.shape[1] - 1} once in every row, but row "
            f"{row} does not"
        )
    return array.astype(np.intp)


def _checked_points(points: Any, size: int) -> Reals:
    """Turn what is given into points of the places."""
    if isinstance(points, str):
        if points != "borda":
            raise ValueError(
                f"points must be 'borda', a number of places or points, got {points!r}"
            )
        return np.arange(size - 1.0, -1.0, -1.0)
    if not hasattr(points, "__len__"):
        return np.asarray(np.arange(size) < checked_count("points", points, most=size), float)
    return _falling("points", points, size)


def _checked_shares(shares: Any, size: int) -> Reals:
    """Turn what is given into shares of the best, the second, …."""
    if isinstance(shares, str):
        best, places = 1.0 * (np.arange(size) == 0), np.arange(1.0, size + 1)
        named: dict[str, Reals] = {"sum": np.ones(size), "best": best, "harmonic": 1 / places}
        if shares not in named:
            raise ValueError(f"shares must be 'sum', 'best', 'harmonic' or shares, got {shares!r}")
        return named[shares]
    return _falling("shares", shares, size)


def _falling(name: str, value: Any, size: int) -> Reals:
    """Validate numbers of at least 0 that do not rise."""
    array = checked_array(name, value, shape=(size,))
    if (array < 0).any() or (np.diff(array) > 0).any():
        raise ValueError(f"{name} must be at least 0 and not rise, got {value!r}")
    return array

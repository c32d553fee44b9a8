"""Binary search in which every comparison is a vote of many flips."""

from __future__ import annotations

import math

import numpy as np

from algos._arguments import checked_real
from algos.search._problem import Coins, Flip, SearchResult, checked_problem


def repeated_vote_search(
    flip: Flip,
    n: int,
    *,
    target: float = 0.5,
    tolerance: float,
    failure_probability: float,
    rng: np.random.Generator | int | None = None,
) -> SearchResult:
    """Find where non-decreasing coins cross a target, by votes at each step of a bisection.

    The method that everybody writes first, and the baseline of the others: right
    on every line of coins, with about lg lg n times too many flips.

    Parameters
    ----------
    flip : callable
        ``flip(coin)`` tosses a coin in 0 … n−1 and returns 0 or 1.
    n : int
        Number of coins, at least 1.
    target : float, optional
        In (0, 1).
    tolerance : float
        In (0, min(target, 1 - target)].
    failure_probability : float
        In (0, 1).
    rng : numpy.random.Generator, int or None, optional
        Not used; it is here so that all searches can be called alike.

    Returns
    -------
    SearchResult
        The insertion index.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was flipped.
    FlipError
        A flip raised, was not 0 or 1, or the coins clearly decrease.

    Notes
    -----
    A vote of m flips that calls a coin "above" is wrong only if the coin lies at
    or below target − tolerance, and then with probability at most
    exp(−2 m tolerance²) (Hoeffding); likewise for "below".  A coin in between may
    be called either.  The union over the ⌈lg(n+1)⌉ votes gives m; the number of
    flips is at most :func:`vote_flips`.

    References
    ----------
    W. Hoeffding, "Probability inequalities for sums of bounded random
    variables", 1963, Theorem 1.

    Examples
    --------
    >>> from algos.search import CoinLine, repeated_vote_search
    >>> line = CoinLine.sharp(1000, index=321, low=0.3, high=0.7)
    >>> repeated_vote_search(line.flipper(0), 1000, tolerance=0.2, failure_probability=1e-6).index
    321
    """
    n, target, tolerance, delta = checked_problem(n, target, tolerance, failure_probability)
    coins = Coins(flip, n)
    votes = _votes(n, tolerance, delta)
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        heads = sum(coins.flip(middle) for _ in range(votes))
        if heads >= target * votes:
            high = middle
        else:
            low = middle + 1
    coins.check_monotone()
    return SearchResult(low, coins.samples, delta, "found")


def vote_flips(n: float, tolerance: float, failure_probability: float) -> int:
    """Give the most flips that :func:`repeated_vote_search` uses.

    Parameters
    ----------
    n : int or float
        Number of coins, a whole number.
    tolerance, failure_probability : float
        As for the search.

    Returns
    -------
    int
        ⌈lg(n+1)⌉ ⌈ln(⌈lg(n+1)⌉ / failure_probability) / (2 tolerance²)⌉.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Examples
    --------
    >>> from algos.search import vote_flips
    >>> vote_flips(1000, 0.1, 0.01)
    3460
    """
    count, tolerance, delta = checked_size(n, tolerance, failure_probability)
    return _steps(count) * _votes(count, tolerance, delta)


def checked_size(
    n: float, tolerance: float, failure_probability: float
) -> tuple[int, float, float]:
    """Validate the arguments of a number of flips; theorems pass n as a float."""
    if not checked_real("n", n, 0, math.inf).is_integer():
        raise ValueError(f"n must be a whole number, got {n!r}")
    count, _, tolerance, delta = checked_problem(int(n), 0.5, tolerance, failure_probability)
    return count, tolerance, delta


def _steps(n: int) -> int:
    """Give ⌈lg(n+1)⌉, exactly."""
    return n.bit_length()


def _votes(n: int, tolerance: float, delta: float) -> int:
    return math.ceil(math.log(_steps(n) / delta) / (2 * tolerance**2))

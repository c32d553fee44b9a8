"""Binary search that walks back when its interval looks wrong."""

from __future__ import annotations

import math

import numpy as np

from algos.search._problem import Coins, Flip, SearchResult, checked_problem
from algos.search._repeated_vote import checked_size

ERROR = 1 / 16  # of each of the three votes of a step


def backtracking_search(
    flip: Flip,
    n: int,
    *,
    target: float = 0.5,
    tolerance: float,
    failure_probability: float,
    rng: np.random.Generator | int | None = None,
) -> SearchResult:
    """Find a sharp crossing by a random walk on the tree of a bisection.

    Each step tests the two ends of the current interval with a few flips, goes
    back to the parent if the crossing seems to lie outside, and to a child
    otherwise.  Historically the first optimal growth in n; its constant is large.

    Parameters
    ----------
    flip : callable
        ``flip(coin)`` tosses a coin in 0 … n−1 and returns 0 or 1.
    n : int
        Number of coins, at least 1.
    target : float, optional
        In (0, 1).
    tolerance : float
        In (0, min(target, 1 - target)]; no coin may lie strictly within it of the
        target.
    failure_probability : float
        In (0, 1).
    rng : numpy.random.Generator, int or None, optional
        Not used; it is here so that all searches can be called alike.

    Returns
    -------
    SearchResult
        The insertion index of the leaf where the walk ends.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was flipped.
    FlipError
        A flip raised, was not 0 or 1, or the coins clearly decrease.

    Notes
    -----
    A vote of m = ⌈ln 16 / (2 tolerance²)⌉ flips errs with probability at most
    1/16, so a step brings the walk nearer to the right leaf, or deeper into its
    copies, with probability at least 13/16.  After T steps with
    (5/8) T − √(2 T ln(1/failure_probability)) > ⌈lg(n+1)⌉ it is there except with
    probability failure_probability (Azuma).  At most 3 m T flips.

    References
    ----------
    R. Karp, R. Kleinberg, "Noisy binary search and its applications", SODA 2007,
    section 2.

    Examples
    --------
    >>> from algos.search import CoinLine, backtracking_search
    >>> line = CoinLine.sharp(1000, index=321, low=0.3, high=0.7)
    >>> backtracking_search(line.flipper(0), 1000, tolerance=0.2, failure_probability=1e-6).index
    321
    """
    n, target, tolerance, delta = checked_problem(n, target, tolerance, failure_probability)
    coins = Coins(flip, n)
    votes = _votes(tolerance)

    def above(coin: int) -> bool:
        return sum(coins.flip(coin) for _ in range(votes)) >= target * votes

    path = [(0, n)]
    for _ in range(_steps(n, delta)):
        low, high = path[-1]
        if (low > 0 and above(low - 1)) or (high < n and not above(high)):
            path = path[:-1] or path  # the root cannot look wrong: it has no ends to test
        elif low == high:
            path.append((low, high))
        else:
            middle = (low + high) // 2
            path.append((low, middle) if above(middle) else (middle + 1, high))
    coins.check_monotone()
    return SearchResult(sum(path[-1]) // 2, coins.samples, delta, "found")


def backtracking_flips(n: float, tolerance: float, failure_probability: float) -> int:
    """Give the most flips that :func:`backtracking_search` uses.

    Parameters
    ----------
    n : int or float
        Number of coins, a whole number.
    tolerance, failure_probability : float
        As for the search.

    Returns
    -------
    int
        Three votes a step.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Examples
    --------
    >>> from algos.search import backtracking_flips
    >>> backtracking_flips(1000, 0.1, 0.01)
    21267
    """
    count, tolerance, delta = checked_size(n, tolerance, failure_probability)
    return 3 * _votes(tolerance) * _steps(count, delta)


def _votes(tolerance: float) -> int:
    return math.ceil(math.log(1 / ERROR) / (2 * tolerance**2))


def _steps(n: int, delta: float) -> int:
    """Give the least T with (1 − 6 ERROR) T − √(2 T ln(1/delta)) > ⌈lg(n+1)⌉."""
    depth, drift = n.bit_length(), 1 - 6 * ERROR
    scatter = math.sqrt(2 * math.log(1 / delta))
    root = (scatter + math.sqrt(scatter**2 + 4 * drift * depth)) / (2 * drift)
    return math.floor(root**2) + 1

"""Noisy search by multiplicative weights on the intervals between coins."""

from __future__ import annotations

import math

import numpy as np

from algos.search._posterior import CrossingPosterior
from algos.search._problem import Coins, Flip, SearchResult, checked_problem

ROUNDS = 1.0  # flips are ROUNDS ln((n+1)/failure_probability) / tolerance²


def multiplicative_weights_search(
    flip: Flip,
    n: int,
    *,
    target: float = 0.5,
    tolerance: float,
    failure_probability: float,
    rng: np.random.Generator | int | None = None,
) -> SearchResult:
    """Find where coins cross a target by multiplicative weights with a cautious rate.

    Each flip of the coin at the weights' median multiplies the weights on one
    side up and those on the other down, at half the tolerance.  A baseline: right
    in practice, also on ramps, but nothing with explicit constants is proven.

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
        In (0, 1); it sets the number of flips.
    rng : numpy.random.Generator, int or None, optional
        Not used; it is here so that all searches can be called alike.

    Returns
    -------
    SearchResult
        The insertion index of the largest weight; its ``failure_probability`` is
        1 because no explicit bound is known.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was flipped.
    FlipError
        A flip raised, was not 0 or 1, or the coins clearly decrease.

    Notes
    -----
    The number of flips is ⌈ln((n+1)/failure_probability) / tolerance²⌉: the
    published growth O(log n / tolerance²) with a constant of ours.  Docs/theory
    says why it is about right; it is no proof.

    References
    ----------
    R. Karp, R. Kleinberg, "Noisy binary search and its applications", SODA 2007,
    section 3.

    Examples
    --------
    >>> from algos.search import CoinLine, multiplicative_weights_search
    >>> line = CoinLine.sharp(1000, index=321, low=0.3, high=0.7)
    >>> multiplicative_weights_search(
    ...     line.flipper(0), 1000, tolerance=0.2, failure_probability=1e-6
    ... ).index
    321
    """
    n, target, tolerance, delta = checked_problem(n, target, tolerance, failure_probability)
    coins = Coins(flip, n)
    weights = CrossingPosterior(n, low=target - tolerance / 2, high=target + tolerance / 2)
    for _ in range(math.ceil(ROUNDS * math.log((n + 1) / delta) / tolerance**2)):
        coin = weights.ask()
        weights.tell(coin, coins.flip(coin))
    coins.check_monotone()
    return SearchResult(weights.best()[0], coins.samples, 1.0, "found")

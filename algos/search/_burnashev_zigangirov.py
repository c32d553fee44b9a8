"""The discretised Bayesian search of Burnashev and Zigangirov."""

from __future__ import annotations

import math

import numpy as np

from accel.piecewise import PiecewiseDensity
from algos.search._problem import Coins, Flip, SearchResult, checked_problem
from algos.search._repeated_vote import checked_size


def burnashev_zigangirov_search(
    flip: Flip,
    n: int,
    *,
    target: float = 0.5,
    tolerance: float,
    failure_probability: float,
    rng: np.random.Generator | int | None = None,
) -> SearchResult:
    """Find a sharp crossing of 1/2 with a number of flips that is fixed in advance.

    Use it where the number of flips must be known beforehand and no coin lies
    within the tolerance of 1/2.

    Parameters
    ----------
    flip : callable
        ``flip(coin)`` tosses a coin in 0 … n−1 and returns 0 or 1.
    n : int
        Number of coins, at least 1.
    target : float, optional
        1/2, the only target of this method.
    tolerance : float
        In (0, 0.5]: coins before the crossing give heads with probability at most
        1/2 − tolerance, those after it with at least 1/2 + tolerance.
    failure_probability : float
        In (0, 1).
    rng : numpy.random.Generator, int or None, optional
        Chooses between the two coins next to the posterior median.

    Returns
    -------
    SearchResult
        The most probable insertion index.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was flipped.
    FlipError
        A flip raised, was not 0 or 1, or the coins clearly decrease.

    Notes
    -----
    With p = 1/2 − tolerance and T steps, the answer is wrong with probability at
    most n (1/2 + √(p(1−p)))^T.  The method updates as if the noise were
    √p / (√p + √(1−p)) and flips one of the two coins around the median interval,
    at random so that the mass before it is 1/2 on average; docs/theory has the
    proof.  A step at which the choice falls off the end of the line needs no
    flip, so the flips are at most T (:func:`burnashev_zigangirov_flips`).

    References
    ----------
    M. Burnashev, K. Zigangirov, "An interval estimation problem for controlled
    observations", Problems of Information Transmission 10, 1974.

    R. Castro, R. Nowak, "Active learning and sampling", in Foundations and
    Applications of Sensor Management, 2008.

    Examples
    --------
    >>> from algos.search import CoinLine, burnashev_zigangirov_search
    >>> line = CoinLine.sharp(1000, index=321, low=0.3, high=0.7)
    >>> burnashev_zigangirov_search(
    ...     line.flipper(0), 1000, tolerance=0.2, failure_probability=1e-6, rng=1
    ... ).index
    321
    """
    n, target, tolerance, delta = checked_problem(n, target, tolerance, failure_probability)
    if target != 0.5:
        raise ValueError(
            f"target must be 0.5 for this method, got {target!r}; use noisy_binary_search"
        )
    coins, random = Coins(flip, n), np.random.default_rng(rng).random
    noise = math.sqrt(0.5 - tolerance)
    wrong = max(noise / (noise + math.sqrt(0.5 + tolerance)), 1e-12)  # never quite certain
    posterior = PiecewiseDensity(n + 1)
    for _ in range(burnashev_zigangirov_flips(n, tolerance, delta)):
        index, before, weight = posterior.locate(0.5)
        cut = index if random() * weight < before + weight - 0.5 else index + 1
        if not 1 <= cut <= n:
            continue
        heads = coins.flip(cut - 1)
        posterior.scale(cut, *((1 - wrong, wrong) if heads else (wrong, 1 - wrong)))
    coins.check_monotone()
    return SearchResult(posterior.peak()[0], coins.samples, delta, "found")


def burnashev_zigangirov_flips(n: float, tolerance: float, failure_probability: float) -> int:
    """Give the number of steps of :func:`burnashev_zigangirov_search`.

    Parameters
    ----------
    n : int or float
        Number of coins, a whole number.
    tolerance, failure_probability : float
        As for the search.

    Returns
    -------
    int
        ⌈ln(n / failure_probability) / −ln(1/2 + √(1/4 − tolerance²))⌉.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Examples
    --------
    >>> from algos.search import burnashev_zigangirov_flips
    >>> burnashev_zigangirov_flips(1000, 0.1, 0.01)
    1134
    """
    count, tolerance, delta = checked_size(n, tolerance, failure_probability)
    root = math.sqrt(0.25 - tolerance**2)
    rate = -math.log1p(-(tolerance**2) / (0.5 + root))  # root - 1/2, without cancellation
    return math.ceil(math.log(count / delta) / rate)

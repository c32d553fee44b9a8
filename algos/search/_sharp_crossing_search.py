"""Search for a single sharp crossing: stop when the posterior is sure."""

from __future__ import annotations

import numpy as np

from algos._arguments import checked_count
from algos.search._posterior import CrossingPosterior
from algos.search._problem import Coins, Flip, SearchResult, checked_problem


def sharp_crossing_search(
    flip: Flip,
    n: int,
    *,
    target: float = 0.5,
    tolerance: float,
    failure_probability: float,
    rng: np.random.Generator | int | None = None,
    max_samples: int | None = None,
) -> SearchResult:
    """Find the place where coins jump from clearly below a target to clearly above it.

    Use it where you know that no coin lies near the target: a commit broke a
    flaky test, a channel has a fixed noise.  It then comes close to the fewest
    flips possible.  Where coins may lie inside the tolerance, as on a ramp, its
    stopping rule means nothing; use :func:`noisy_binary_search` there.

    Parameters
    ----------
    flip : callable
        ``flip(coin)`` tosses a coin in 0 … n−1 and returns 0 or 1.
    n : int
        Number of coins, at least 1.
    target : float, optional
        In (0, 1).
    tolerance : float
        In (0, min(target, 1 - target)].  Every coin's heads probability must be
        at most ``target - tolerance`` or at least ``target + tolerance``.
    failure_probability : float
        In (0, 1).
    rng : numpy.random.Generator, int or None, optional
        Not used: given the flips, the search is deterministic.  It is here so
        that all searches can be called alike.
    max_samples : int, optional
        Give up after this many flips.

    Returns
    -------
    SearchResult
        The most probable insertion index.  When ``max_samples`` ran out its
        status is ``"budget exhausted"`` and its failure probability 1.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was flipped.
    FlipError
        A flip raised, was not 0 or 1, or the coins clearly decrease.

    Notes
    -----
    It flips the coin at the posterior quantile that reaches the channel's
    capacity C (:func:`capacity`, :func:`query_quantile`) and stops when one index
    has posterior probability at least 1 − failure_probability.

    When all coins before the crossing have exactly the probability
    target − tolerance, those after it exactly target + tolerance, and the
    crossing is uniform on 0 … n, then the posterior is exact, and the
    probability of a wrong answer, averaged over the crossing, is at most
    ``failure_probability`` by the definition of the stopping rule.  For a single
    fixed crossing, or coins further from the target, the rule is a very good
    heuristic without that proof.  Flips: about (lg n + lg(1/failure_probability)) / C,
    and on average at most 2 lg(n + 1) / (failure_probability C) in the model above
    (docs/theory/noisy_binary_search).  Work per flip: O(log flips).

    References
    ----------
    M. Horstein, "Sequential transmission using noiseless feedback", IEEE
    Transactions on Information Theory 9, 1963.

    L. Gretta, E. Price, "Sharp Noisy Binary Search with Monotonic
    Probabilities", 2023, algorithm BayesLearn.

    Examples
    --------
    >>> from algos.search import CoinLine, sharp_crossing_search
    >>> line = CoinLine.sharp(10**9, index=123_456_789, low=0.4, high=0.6)
    >>> result = sharp_crossing_search(
    ...     line.flipper(7), line.n, tolerance=0.1, failure_probability=0.01
    ... )
    >>> result.index, result.status
    (123456789, 'found')
    """
    n, target, tolerance, delta = checked_problem(n, target, tolerance, failure_probability)
    limit = None if max_samples is None else checked_count("max_samples", max_samples)
    coins = Coins(flip, n)
    posterior = CrossingPosterior(n, low=target - tolerance, high=target + tolerance)
    while posterior.confidence < 1 - delta and coins.samples != limit:
        coin = posterior.ask()
        posterior.tell(coin, coins.flip(coin))
    coins.check_monotone()
    index, probability = posterior.best()
    if probability < 1 - delta:
        return SearchResult(index, coins.samples, 1.0, "budget exhausted")
    return SearchResult(index, coins.samples, delta, "found")

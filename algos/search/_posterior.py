"""The posterior of a single sharp crossing, for coins with two known biases."""

from __future__ import annotations

import math

from accel.piecewise import PiecewiseDensity
from algos._arguments import checked_count
from algos.search._capacity import solve_channel


class CrossingPosterior:
    """Posterior of the place at which a line of coins jumps from one bias to another.

    Use it where you want to see, or to steer, what a sharp-crossing search
    believes: it proposes the coin to flip next and takes in any coin's flip.

    Parameters
    ----------
    n : int
        Number of coins, from 1 to 2**62 - 1.
    low : float
        Heads probability of the coins before the crossing, in [0, 1).
    high : float
        Heads probability of the coins from the crossing on, in (low, 1].

    Attributes
    ----------
    n, low, high
        As given.
    capacity : float
        Bits that one flip tells at best, see :func:`capacity_between`.
    quantile : float
        Posterior probability "this coin is high" at which it tells so much.
    asked : list of int
        The coins whose flips were taken in, in that order.

    Raises
    ------
    ValueError
        n < 1, or not 0 <= low < high <= 1.

    Notes
    -----
    The crossing is an insertion index in 0 … n with a uniform prior.  Coin i is
    high when the index is at most i, so its flip multiplies the indices 0 … i by
    one likelihood and those after by another: the posterior is constant between
    the coins asked so far.  After q flips it takes at most q + 1 pieces and every
    method O(log q) expected time, whatever n.

    References
    ----------
    M. Horstein, "Sequential transmission using noiseless feedback", IEEE
    Transactions on Information Theory 9, 1963.

    L. Gretta, E. Price, "Sharp Noisy Binary Search with Monotonic
    Probabilities", 2023, algorithm BayesLearn.

    Examples
    --------
    >>> posterior = CrossingPosterior(10**18 - 1, low=0.0, high=1.0)
    >>> while posterior.best()[1] < 1:
    ...     coin = posterior.ask()
    ...     posterior.tell(coin, heads=coin >= 12345)
    >>> posterior.best(), len(posterior.asked)
    ((12345, 1.0), 60)
    """

    def __init__(self, n: int, *, low: float, high: float) -> None:
        self.n = checked_count("n", n, most=2**62 - 1)
        bits, quantile = solve_channel(low, high)
        self.low, self.high = float(low), float(high)
        self.capacity, self.quantile = float(bits), float(quantile)
        self.asked: list[int] = []
        self._density = PiecewiseDensity(self.n + 1)

    def ask(self) -> int:
        """Choose the coin whose flip tells most.

        Returns
        -------
        int
            Of the two coins whose probabilities of being high enclose
            ``quantile``, the one with more bits per flip; asking again without a
            flip in between gives the same coin.
        """
        index, before, weight = self._density.locate(self.quantile)
        # The nearer one is not good enough: beyond the quantile bits fall off faster on one side.
        first = self._information(before) >= self._information(before + weight)
        return min(max(index - 1 if first else index, 0), self.n - 1)

    def tell(self, coin: int, heads: int) -> None:
        """Take in a flip: Bayes' rule.

        Parameters
        ----------
        coin : int
            Any coin, in 0 … n−1.
        heads : int or bool
            1 for heads, 0 for tails.

        Raises
        ------
        ValueError
            There is no such coin, ``heads`` is neither 0 nor 1, or the flip has
            probability 0 given those before; the posterior is unchanged.
        """
        if not 0 <= coin < self.n:
            raise ValueError(f"coin must lie in 0 … {self.n - 1}, got {coin!r}")
        if heads not in (0, 1):
            raise ValueError(f"heads must be 0 or 1, got {heads!r}")
        low, high = (self.low, self.high) if heads else (1 - self.low, 1 - self.high)
        try:
            self._density.scale(coin + 1, high, low)
        except ZeroDivisionError:
            raise ValueError(
                f"{'heads' if heads else 'tails'} on coin {coin} cannot happen after the flips "
                f"before it, with low={self.low:g} and high={self.high:g}; where coins are not "
                "quite certain, low must exceed 0 and high lie below 1"
            ) from None
        self.asked.append(coin)

    def restrict(self, first: int, last: int) -> None:
        """Take in that the crossing lies in a range, known from elsewhere.

        Parameters
        ----------
        first, last : int
            First and last insertion index of the range, in 0 … n.

        Raises
        ------
        ValueError
            There is no such range, or it has probability 0; the posterior is
            unchanged.
        """
        if not 0 <= first <= last <= self.n:
            raise ValueError(f"0 <= first <= last <= {self.n} must hold, got {first!r}, {last!r}")
        try:
            self._density.keep(first, last + 1)
        except ZeroDivisionError:
            raise ValueError(f"the crossing lies in {first} … {last} with probability 0") from None

    def best(self) -> tuple[int, float]:
        """Give the most probable crossing.

        Returns
        -------
        (int, float)
            The insertion index, in 0 … n, and its posterior probability.
        """
        return self._density.peak()

    def median(self) -> int:
        """Give the median of the crossing.

        Returns
        -------
        int
            The least insertion index up to which the probability is 1/2 or more.
        """
        return self._density.locate(0.5)[0]

    @property
    def confidence(self) -> float:
        """Posterior probability of the most probable crossing, in constant time."""
        return self._density.peak_weight

    def probability(self, first: int, last: int | None = None) -> float:
        """Give the probability that the crossing lies in a range.

        Parameters
        ----------
        first : int
            First insertion index of the range, in 0 … n.
        last : int, optional
            Last one, included; ``first`` alone where it is not given.

        Returns
        -------
        float
            The posterior probability.
        """
        return self._density.probability(first, last)

    def _information(self, weight: float) -> float:
        """Give the nats that a coin tells which is high with this probability."""
        weight = min(weight, 1.0)
        gap = self.high - self.low
        low, high = _divergence(self.low, weight * gap), _divergence(self.high, (weight - 1) * gap)
        return weight * high + (1 - weight) * low


def _divergence(p: float, step: float) -> float:
    """Give D(p || p + step) in nats, for steps that stay within [0, 1]."""
    heads = p * math.log1p(step / p) if p > 0 and step > -p else 0.0
    tails = (1 - p) * math.log1p(-step / (1 - p)) if p < 1 and step < 1 - p else 0.0
    return -heads - tails

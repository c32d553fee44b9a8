"""Lines of coins with known probabilities, to search and to judge answers on."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from algos.search._problem import Flip


@dataclass(frozen=True)
class CoinLine:
    """A line of n coins whose heads probabilities are a step function.

    Parameters
    ----------
    n : int
        Number of coins, at least 1.
    cuts : tuple of int
        Increasing coins in 1 … n−1 at which a new step begins.
    heads : tuple of float
        Heads probability of each step, one more than there are cuts.

    Examples
    --------
    >>> line = CoinLine.sharp(10, index=4, low=0.3, high=0.7)
    >>> line.probability(3), line.probability(4)
    (0.3, 0.7)
    >>> line.answers(target=0.5, tolerance=0.1)
    (4, 4)
    """

    n: int
    cuts: tuple[int, ...]
    heads: tuple[float, ...]

    def __post_init__(self) -> None:
        bounds = (0, *self.cuts, self.n)
        if any(b <= a for a, b in pairwise(bounds)):
            raise ValueError(
                f"cuts must increase within 1 … n-1, got {self.cuts!r} with n={self.n}"
            )
        if len(self.heads) != len(self.cuts) + 1:
            raise ValueError(f"heads must hold {len(self.cuts) + 1} values, got {len(self.heads)}")
        if not all(0 <= p <= 1 for p in self.heads):
            raise ValueError(f"heads must be probabilities, got {self.heads!r}")

    @classmethod
    def sharp(cls, n: int, *, index: int, low: float, high: float) -> CoinLine:
        """Build a line that jumps once.

        Parameters
        ----------
        n : int
            Number of coins.
        index : int
            First coin with probability ``high``, in 0 … n.
        low, high : float
            The two probabilities.

        Returns
        -------
        CoinLine
            The line.
        """
        if index <= 0 or index >= n:
            return cls(n, (), (high if index <= 0 else low,))
        return cls(n, (index,), (low, high))

    @classmethod
    def ramp(cls, n: int, *, index: int, width: int, low: float, high: float) -> CoinLine:
        """Build a line that climbs coin by coin.

        Parameters
        ----------
        n : int
            Number of coins.
        index : int
            First coin of the ramp.
        width : int
            Coins on the ramp, which must fit into the line.
        low, high : float
            Probability before and after the ramp; on it they rise evenly from
            one to the other.

        Returns
        -------
        CoinLine
            The line.
        """
        if index < 1 or width < 1 or index + width >= n:
            raise ValueError(f"a ramp of {width} coins from {index} must fit inside 1 … {n - 2}")
        rise = (low + (high - low) * (k + 1) / (width + 1) for k in range(width))
        return cls(n, tuple(range(index, index + width + 1)), (low, *rise, high))

    def probability(self, coin: int) -> float:
        """Give a coin's heads probability.

        Parameters
        ----------
        coin : int
            The coin, in 0 … n−1.

        Returns
        -------
        float
            Its heads probability.
        """
        return self.heads[bisect_right(self.cuts, coin)]

    def answers(self, *, target: float, tolerance: float) -> tuple[int, int]:
        """Give the first and last right insertion index.

        Parameters
        ----------
        target, tolerance : float
            An index i is right where p_{i−1} < target + tolerance and
            p_i > target − tolerance.

        Returns
        -------
        (int, int)
            The right answers are exactly the indices from first to last.
        """
        starts = (0, *self.cuts, self.n)
        first = next(
            (a for a, p in zip(starts, self.heads, strict=False) if p > target - tolerance), self.n
        )
        last = next(
            (a for a, p in zip(starts, self.heads, strict=False) if p >= target + tolerance), self.n
        )
        return first, last

    def is_answer(self, index: int, *, target: float, tolerance: float) -> bool:
        """Tell whether an insertion index is right.

        Parameters
        ----------
        index : int
            The insertion index, in 0 … n.
        target, tolerance : float
            As for :meth:`answers`.

        Returns
        -------
        bool
            Whether it is right.
        """
        first, last = self.answers(target=target, tolerance=tolerance)
        return first <= index <= last

    def flipper(self, rng: np.random.Generator | int | None = None) -> Flip:
        """Make the function that flips these coins.

        Parameters
        ----------
        rng : numpy.random.Generator, int or None, optional
            Randomness of the flips.

        Returns
        -------
        callable
            ``flip(coin) -> int``, 0 or 1.
        """
        cuts, heads, uniform = self.cuts, self.heads, np.random.default_rng(rng).random

        def flip(coin: int) -> int:
            return int(uniform() < heads[bisect_right(cuts, coin)])

        return flip

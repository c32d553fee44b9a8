"""The problem that every noisy search solves: a line of coins, and what an answer is."""

from __future__ import annotations

import math
import operator
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

Flip = Callable[[int], int]

#: A monotone line is taken for a decreasing one with at most this probability.
FALSE_ALARM = 1e-9

#: 1 - 0.9 is less than 0.1 in floating point; a tolerance may exceed its limit by so much.
ROUNDING = 1e-12


class FlipError(ValueError):
    """A flip broke its contract; nothing that was seen before is lost.

    Parameters
    ----------
    message : str
        What happened.
    coin : int
        The coin that was flipped.
    call : int
        The number of the call, from 1.
    tally : dict of int to (int, int)
        Tosses and heads of every coin up to then.
    """

    def __init__(self, message: str, coin: int, call: int, tally: dict[int, tuple[int, int]]):
        super().__init__(message)
        self.coin = coin
        self.call = call
        self.tally = tally


@dataclass(frozen=True)
class SearchResult:
    """Where the coins cross the target.

    Attributes
    ----------
    index : int
        Insertion index in 0 … n: the coins before it lie below the target, the
        coins from it on above.
    samples : int
        Coin flips that were used.
    failure_probability : float
        Proven upper bound on the probability that this answer is wrong, under
        the method's assumptions; 1 where nothing is proven.
    status : {"found", "budget exhausted"}
        Whether the method's own stopping rule was reached.
    """

    index: int
    samples: int
    failure_probability: float
    status: Literal["found", "budget exhausted"]


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


class Coins:
    """Guarded access to a user's flips: checks, counts and keeps every one of them."""

    def __init__(self, flip: Flip, n: int) -> None:
        self.samples = 0
        self._flip = flip
        self._n = n
        self._tosses: dict[int, int] = {}
        self._heads: dict[int, int] = {}

    @property
    def tally(self) -> dict[int, tuple[int, int]]:
        """Tosses and heads of each coin flipped so far."""
        return {coin: (k, self._heads[coin]) for coin, k in self._tosses.items()}

    def flip(self, coin: int) -> int:
        """Flip a coin; raise :class:`FlipError` where the flip breaks its contract."""
        call = self.samples + 1
        try:
            value = self._flip(coin)
        except Exception as error:
            raise FlipError(
                f"flip({coin}) raised {type(error).__name__} at call {call}: {error}; "
                "the flips before it are in the error's tally",
                coin, call, self.tally,
            ) from error  # fmt: skip
        if value is not True and value is not False:
            try:
                good = value == 0 or value == 1
                value = int(value) if good else value
            except (TypeError, ValueError):
                good = False
            if not good:
                raise FlipError(
                    f"flip must return 0 or 1, got {value!r} from flip({coin}) at call {call}",
                    coin, call, self.tally,
                )  # fmt: skip
        self.samples = call
        self._tosses[coin] = self._tosses.get(coin, 0) + 1
        self._heads[coin] = self._heads.get(coin, 0) + value
        if call >= 64 and call & (call - 1) == 0:
            self.check_monotone()
        return int(value)

    def check_monotone(self) -> None:
        """Raise where the flips so far show that the coins decrease.

        For each cut the coins before it are pooled, and those after it.  On a
        monotone line some level separates the two pools' means, up to a
        confidence radius that holds at all times at once (normal mixture,
        Robbins 1970) and at all n cuts at once (union bound).
        """
        coins = sorted(self._tosses)
        if len(coins) < 2:
            return
        tosses = np.cumsum([self._tosses[coin] for coin in coins])
        heads = np.cumsum([self._heads[coin] for coin in coins])
        left, right = tosses[:-1], tosses[-1] - tosses[:-1]
        before, after = heads[:-1] / left, (heads[-1] - heads[:-1]) / right
        gap = before - after - _radius(left, self._n) - _radius(right, self._n)
        if gap.size and gap.max() > 0:
            k = int(gap.argmax())
            raise FlipError(
                f"the coins must not decrease: up to coin {coins[k]} {before[k]:.2f} of "
                f"{left[k]} flips are heads, from coin {coins[k + 1]} on {after[k]:.2f} of "
                f"{right[k]}; is the flip's answer inverted?",
                coins[k], self.samples, self.tally,
            )  # fmt: skip


def _radius(tosses: np.ndarray, n: int) -> np.ndarray:
    """Bound |mean − its expectation| at all times, for flips chosen adaptively."""
    variance, prior = tosses / 4, 16.0  # Hoeffding's variance; the mixture is tightest near 64
    level = FALSE_ALARM / (2 * n)
    total = variance + prior
    radius: np.ndarray = np.sqrt(total * np.log(total / (prior * level**2))) / tosses
    return radius


def checked_problem(
    n: int, target: float, tolerance: float, failure_probability: float
) -> tuple[int, float, float, float]:
    """Validate the four numbers that define a search; raise before any flip."""
    n = checked_count("n", n)
    target = checked_real("target", target, 0, 1)
    tolerance = checked_real("tolerance", tolerance, 0, math.inf)
    most = min(target, 1 - target)
    if tolerance > most * (1 + ROUNDING):
        raise ValueError(
            f"tolerance must lie in (0, {most:g}], the smaller of target and 1 - target, "
            f"got {tolerance!r}"
        )
    tolerance = min(tolerance, most)
    return n, target, tolerance, checked_real("failure_probability", failure_probability, 0, 1)


def checked_count(name: str, value: int, *, most: int = 2**62) -> int:
    """Validate a positive integer."""
    try:
        count = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r}") from None
    if isinstance(value, bool) or not 1 <= count <= most:
        raise ValueError(f"{name} must be an integer from 1 to {most}, got {value!r}")
    return count


def checked_real(name: str, value: float, low: float, high: float) -> float:
    """Validate a number strictly between two others."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, got {value!r}") from None
    if not low < number < high:
        raise ValueError(f"{name} must lie in ({low:g}, {high:g}), got {value!r}")
    return number

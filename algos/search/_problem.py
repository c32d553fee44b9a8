"""The problem that every noisy search solves: a line of coins, and what an answer is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from algos._arguments import checked_count, checked_number, checked_real

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
    most = min(target, 1 - target)
    distance = checked_number("tolerance", tolerance)
    if not 0 < distance <= most * (1 + ROUNDING):
        raise ValueError(
            f"tolerance must lie in (0, {most:g}], the smaller of target and 1 - target, "
            f"got {tolerance!r}"
        )
    tolerance = min(distance, most)
    return n, target, tolerance, checked_real("failure_probability", failure_probability, 0, 1)

"""Learning a threshold: the problem, its exact utility, and what a query may return."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

Query = Callable[[float], float | None]


class RewardError(ValueError):
    """A query broke its contract; nothing that was seen before is lost.

    Parameters
    ----------
    message : str
        What happened.
    threshold : float
        The threshold that was asked.
    call : int
        The number of the call, from 1.
    rewards : dict of float to (int, float)
        Queries and total reward of every threshold up to then.
    """

    def __init__(
        self, message: str, threshold: float, call: int, rewards: dict[float, tuple[int, float]]
    ) -> None:
        super().__init__(message)
        self.threshold = threshold
        self.call = call
        self.rewards = rewards


@dataclass(frozen=True)
class ThresholdProblem:
    """A threshold in [0, 1], a hidden value, and a reward that is seen if the value reaches it.

    Parameters
    ----------
    values : tuple of (float, float, float)
        Pieces (low, high, mass) of the hidden value's law, uniform on [low, high]
        or an atom where low = high; the masses add up to 1.
    slope : float
        The reward rises with the threshold at this rate, at least 0.
    jumps : tuple of (float, float), optional
        It rises besides by these heights at these places, to at most 1 in all.

    Examples
    --------
    >>> price = ThresholdProblem(values=((0.0, 1.0, 1.0),), slope=1.0)
    >>> price.utility(0.5), price.best()
    (0.25, 0.25)
    """

    values: tuple[tuple[float, float, float], ...]
    slope: float
    jumps: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        if not all(0 <= a <= b <= 1 and m >= 0 for a, b, m in self.values):
            raise ValueError(f"values must be (low, high, mass) within [0, 1], got {self.values!r}")
        if not math.isclose(sum(m for _, _, m in self.values), 1.0, rel_tol=1e-12):
            raise ValueError(f"the masses of values must add up to 1, got {self.values!r}")
        if self.slope < 0 or any(h < 0 or not 0 <= a <= 1 for a, h in self.jumps):
            raise ValueError(f"slope and jumps must not fall, got {self.slope!r}, {self.jumps!r}")
        if not self.reward(1.0) <= 1 + 1e-12:
            raise ValueError(f"the reward must stay within [0, 1], got {self.reward(1.0)!r} at 1")

    @classmethod
    def needle(cls, place: float) -> ThresholdProblem:
        """Build the instance that no finite number of queries solves.

        The reward jumps from 0 to 1 at the very value that every draw takes:
        monotone, but the utility is 0 at every other threshold.

        Parameters
        ----------
        place : float
            Where the needle stands, in [0, 1].

        Returns
        -------
        ThresholdProblem
            The instance.
        """
        return cls(values=((place, place, 1.0),), slope=0.0, jumps=((place, 1.0),))

    def reward(self, threshold: float) -> float:
        """Give the reward at a threshold, if it is seen.

        Parameters
        ----------
        threshold : float
            In [0, 1].

        Returns
        -------
        float
            The reward, in [0, 1].
        """
        return self.slope * threshold + sum(h for a, h in self.jumps if threshold >= a)

    def reach(self, threshold: float) -> float:
        """Give the probability that the value is at least a threshold.

        Parameters
        ----------
        threshold : float
            In [0, 1].

        Returns
        -------
        float
            The probability.
        """
        return sum(
            mass * (float(threshold <= low) if low == high else _share(low, high, threshold))
            for low, high, mass in self.values
        )

    def utility(self, threshold: float) -> float:
        """Give the expected reward of a threshold.

        Parameters
        ----------
        threshold : float
            In [0, 1].

        Returns
        -------
        float
            The mean of what a query returns.
        """
        return self.reward(threshold) * self.reach(threshold)

    def best(self) -> float:
        """Give the largest utility, exactly.

        Returns
        -------
        float
            Its maximum over [0, 1].
        """
        knots = sorted({0.0, 1.0} | {x for a, b, _ in self.values for x in (a, b)})
        knots = sorted(set(knots) | {a for a, _ in self.jumps})
        candidates = list(knots)
        for a, b in pairwise(knots):  # the utility is quadratic in between
            x, y = a + (b - a) / 3, a + 2 * (b - a) / 3
            reward_x, reach_x, reach_y = self.reward(x), self.reach(x), self.reach(y)
            fall = (reach_x - reach_y) / (y - x)
            if self.slope * fall > 0:
                peak = x + (self.slope * reach_x - fall * reward_x) / (2 * self.slope * fall)
                candidates.append(min(max(peak, a), b))
        return max(self.utility(c) for c in candidates)

    def querier(self, rng: np.random.Generator | int | None = None) -> Query:
        """Make the function that tries a threshold on a fresh hidden value.

        Parameters
        ----------
        rng : numpy.random.Generator, int or None, optional
            Randomness of the values.

        Returns
        -------
        callable
            ``query(threshold)``, the reward, or None where the value stayed below.
        """
        uniform = np.random.default_rng(rng).random
        reaches: dict[float, tuple[float, float]] = {}

        def query(threshold: float) -> float | None:
            if threshold not in reaches:
                reaches[threshold] = self.reach(threshold), self.reward(threshold)
            reach, reward = reaches[threshold]
            return reward if uniform() < reach else None

        return query


class Rewards:
    """Guarded access to a user's queries: checks, counts and keeps every reward."""

    def __init__(self, query: Query) -> None:
        self.samples = 0
        self._query = query
        self._counts: dict[float, int] = {}
        self._totals: dict[float, float] = {}

    @property
    def tally(self) -> dict[float, tuple[int, float]]:
        """Queries and total reward of each threshold so far."""
        return {x: (k, self._totals[x]) for x, k in self._counts.items()}

    def query(self, threshold: float) -> float:
        """Try a threshold; a reward that is not seen counts 0."""
        call = self.samples + 1
        try:
            value = self._query(threshold)
            reward = 0.0 if value is None else float(value)
        except Exception as error:
            raise RewardError(
                f"query({threshold:g}) failed with {type(error).__name__} at call {call}: {error}; "
                "the rewards before it are in the error's rewards",
                threshold, call, self.tally,
            ) from error  # fmt: skip
        if not 0 <= reward <= 1:
            raise RewardError(
                f"query must return None or a reward in [0, 1], got {value!r} from "
                f"query({threshold:g}) at call {call}; rescale the rewards",
                threshold, call, self.tally,
            )  # fmt: skip
        self.samples = call
        self._counts[threshold] = self._counts.get(threshold, 0) + 1
        self._totals[threshold] = self._totals.get(threshold, 0.0) + reward
        return reward


def _share(low: float, high: float, threshold: float) -> float:
    return min(max((high - threshold) / (high - low), 0.0), 1.0)

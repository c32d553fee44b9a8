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
        It rises besides by these heights at these places.
    value_slope : float, optional
        It rises with the hidden value at this rate, at least 0.  The largest
        reward, of threshold 1 and value 1, is at most 1.

    Examples
    --------
    A posted price: the buyer pays it if the good is worth it to them.

    >>> price = ThresholdProblem(values=((0.0, 1.0, 1.0),), slope=1.0)
    >>> price.utility(0.5), price.best(), price.lipschitz()
    (0.25, 0.25, 1.0)

    A hiring bar: good people are worth most, a high bar attracts them, few pass it.

    >>> bar = ThresholdProblem(
    ...     values=((0.2, 0.8, 1.0),), slope=0.0, jumps=((0.6, 0.5),), value_slope=0.5
    ... )
    >>> round(bar.utility(0.2), 3), round(bar.utility(0.6), 3)
    (0.25, 0.283)
    """

    values: tuple[tuple[float, float, float], ...]
    slope: float
    jumps: tuple[tuple[float, float], ...] = ()
    value_slope: float = 0.0

    def __post_init__(self) -> None:
        if not all(0 <= a <= b <= 1 and m >= 0 for a, b, m in self.values):
            raise ValueError(f"values must be (low, high, mass) within [0, 1], got {self.values!r}")
        if not math.isclose(sum(m for _, _, m in self.values), 1.0, rel_tol=1e-12):
            raise ValueError(f"the masses of values must add up to 1, got {self.values!r}")
        if not (
            self.slope >= 0
            and self.value_slope >= 0
            and all(h >= 0 and 0 <= a <= 1 for a, h in self.jumps)
        ):
            raise ValueError(
                "slope, jumps and value_slope must not fall, "
                f"got {self.slope!r}, {self.jumps!r} and {self.value_slope!r}"
            )
        most = self.reward(1.0, 1.0)
        if not most <= 1 + 1e-12:
            raise ValueError(f"the reward must stay within [0, 1], got {most!r} at 1")

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

    def reward(self, threshold: float, value: float) -> float:
        """Give the reward of a threshold and a hidden value, if it is seen.

        Parameters
        ----------
        threshold, value : float
            In [0, 1].

        Returns
        -------
        float
            The reward, in [0, 1].
        """
        risen = sum(height for place, height in self.jumps if threshold >= place)
        return self.slope * threshold + risen + self.value_slope * value

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
            mass * _share(low, high, checked_threshold(threshold))
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
        threshold = checked_threshold(threshold)
        return sum(  # a uniform piece, cut off at the threshold, has its mean in the middle
            mass
            * _share(low, high, threshold)
            * self.reward(threshold, (max(low, threshold) + high) / 2)
            for low, high, mass in self.values
        )

    def best(self) -> float:
        """Give the largest utility, exactly.

        Returns
        -------
        float
            Its maximum over [0, 1].
        """
        knots = {x for a, b, _ in self.values for x in (a, b)} | {a for a, _ in self.jumps}
        candidates = {0.0, 1.0} | knots
        for a, b in pairwise(sorted(candidates)):  # the utility is quadratic in between
            step = (b - a) / 4
            left, middle, right = (self.utility(a + k * step) for k in (1, 2, 3))
            bend = left - 2 * middle + right
            if bend < 0:
                peak = a + 2 * step + step * (left - right) / (2 * bend)
                candidates.add(min(max(peak, a), b))
        return max(self.utility(c) for c in candidates)

    def lipschitz(self) -> float:
        """Give the constant under which :func:`learn_threshold` keeps its promise.

        Returns
        -------
        float
            The smaller of two: the greatest density of the value, infinite where
            a value below 1 has a mass of its own, and the slope of the reward in
            the threshold, infinite where it jumps.  0 for a reward that does not
            depend on the threshold: any positive constant is right then.
        """
        if all(height == 0 or place == 0 for place, height in self.jumps):
            steepest = self.slope
        else:
            steepest = math.inf
        if any(low == high < 1 and mass > 0 for low, high, mass in self.values):
            return steepest
        pieces = [(a, b, mass / (b - a)) for a, b, mass in self.values if a < b]
        densest = max(
            (sum(height for a, b, height in pieces if a <= start < b) for start, _, _ in pieces),
            default=0.0,
        )
        return min(steepest, densest)

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
        known: dict[float, tuple[float, float]] = {}

        def query(threshold: float) -> float | None:
            if threshold not in known:
                known[threshold] = self.reach(threshold), self.reward(threshold, 0.0)
            reach, reward = known[threshold]
            draw = uniform()
            if draw >= reach:
                return None
            if self.value_slope:
                reward = self.reward(threshold, self._value(threshold, draw))
            return min(reward, 1.0)

        return query

    def _value(self, threshold: float, draw: float) -> float:
        """Turn a uniform draw below ``reach(threshold)`` into a value at least the threshold."""
        value = threshold
        for low, high, mass in self.values:
            weight = mass * _share(low, high, threshold)
            if draw < weight:
                start = max(low, threshold)
                return start + (high - start) * (draw / weight)
            value = high if weight > 0 else value
            draw -= weight
        return value  # rounding: the draw was the reach itself


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


def checked_threshold(threshold: float) -> float:
    """Validate a threshold."""
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must lie in [0, 1], got {threshold!r}")
    return threshold


def _share(low: float, high: float, threshold: float) -> float:
    """Give the part of a piece that lies at or above a threshold."""
    if low == high:
        return float(threshold <= low)
    return min(max((high - threshold) / (high - low), 0.0), 1.0)

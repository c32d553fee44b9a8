"""Exponential weights with exploration, for choices of which only the one made is seen."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["Exp3"]


class Exp3:
    """Choose among arms, round after round, with rewards in [0, 1] (Auer et al. 2002)."""

    def __init__(self, arms: int, horizon: int, rng: np.random.Generator | int | None) -> None:
        mixed = arms * math.log(arms) / ((math.e - 1) * horizon)
        self._explore = min(1.0, math.sqrt(mixed)) if arms > 1 else 1.0
        self._logs = np.zeros(arms)  # of the weights
        self._rng = np.random.default_rng(rng)
        self._chance = 1.0
        #: The arm that waits for its reward.
        self.arm: int | None = None

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """With what probability each arm is chosen next."""
        weights = np.exp(self._logs - self._logs.max())
        mixed: NDArray[np.float64] = (1 - self._explore) * weights / weights.sum()
        return mixed + self._explore / len(weights)

    @property
    def open_arm(self) -> int:
        """The arm that waits for its reward; refuse if there is none."""
        if self.arm is None:
            raise ValueError("nothing is on offer; call offer first")
        return self.arm

    def draw(self) -> int:
        """Choose an arm."""
        if self.arm is not None:
            raise ValueError("an offer is open; report what it brought with observe first")
        chances = self.probabilities
        sums = chances.cumsum()
        self.arm = int(np.searchsorted(sums, self._rng.random() * sums[-1], side="right"))
        self._chance = float(chances[self.arm])
        return self.arm

    def reward(self, reward: float) -> None:
        """Take note of the arm's reward."""
        self._logs[self.open_arm] += self._explore * reward / (self._chance * len(self._logs))
        self.arm = None

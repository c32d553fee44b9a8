"""How a point moves towards points of K, and what a step proves about the best point."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from math import exp2
from types import MappingProxyType

import numpy as np

from algos.submodular._dr_sets import FeasibleSet
from algos.submodular._set_function import Reals

__all__ = ["RULES", "DownClosed", "General", "Monotone", "MonotoneInside", "Rule"]


class Rule(ABC):
    """Steps x_0, x_1, …, x_N of a method; the direction of a step is best for a reward."""

    def start(self, domain: FeasibleSet) -> Reals:
        """Give x_0."""
        return np.zeros(domain.dimension)

    def reward(self, x: Reals, gradient: Reals) -> Reals:
        """Give the vector for which the next direction shall be best."""
        return gradient

    @abstractmethod
    def step(self, x: Reals, direction: Reals, t: int, steps: int) -> Reals:
        """Go from x_t to x_(t + 1)."""

    @abstractmethod
    def bound(self, x: Reals, value: float, gained: float, here: float) -> float:
        """Bound F on K, from a best direction's reward and the gradient's product with x."""


class Monotone(Rule):
    """From 0, in equal parts: 1 − 1/e. The points lie below points of K."""

    def step(self, x: Reals, direction: Reals, t: int, steps: int) -> Reals:
        """Add a part."""
        return np.minimum(x + direction / steps, 1)

    def bound(self, x: Reals, value: float, gained: float, here: float) -> float:
        """Bound F by F(x) + ⟨∇, v⟩."""
        return value + gained


class MonotoneInside(Rule):
    """Averages of points of K, later ones with less weight: 1/2. The points lie in K."""

    def start(self, domain: FeasibleSet) -> Reals:
        """Give any point."""
        return domain.lowest()

    def step(self, x: Reals, direction: Reals, t: int, steps: int) -> Reals:
        """Go a (t + 2)-th of the way."""
        return x + (direction - x) / (t + 2)

    def bound(self, x: Reals, value: float, gained: float, here: float) -> float:
        """Bound F by 2 F(x) + ⟨∇, v − x⟩."""
        return 2 * value + gained - here


class DownClosed(Rule):
    """From 0, each coordinate by a part of what it lacks to 1: 1/e. The points lie in K."""

    def reward(self, x: Reals, gradient: Reals) -> Reals:
        """Weigh by what is lacking."""
        return gradient * (1 - x)

    def step(self, x: Reals, direction: Reals, t: int, steps: int) -> Reals:
        """Add a part."""
        return x + direction * (1 - x) / steps

    def bound(self, x: Reals, value: float, gained: float, here: float) -> float:
        """Bound F by (F(x) + ⟨∇ (1 − x), v⟩) / (1 − max x)."""
        room = 1 - float(x.max())
        return (value + gained) / room if room > 0 else np.inf


class General(Rule):
    """From the lowest point halfway to points of K: (1 − min ‖z‖_∞) / 4. The points lie in K."""

    def start(self, domain: FeasibleSet) -> Reals:
        """Give the lowest point."""
        return domain.lowest()

    def step(self, x: Reals, direction: Reals, t: int, steps: int) -> Reals:
        """Go so far that N steps leave half of the start."""
        return x + (direction - x) * (1 - exp2(-1 / steps))

    def bound(self, x: Reals, value: float, gained: float, here: float) -> float:
        """Bound F by (2 F(x) + ⟨∇, v − x⟩) / (1 − max x)."""
        room = 1 - float(x.max())
        return (2 * value + gained - here) / room if room > 0 else np.inf


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "monotone": Monotone(),
        "monotone-inside": MonotoneInside(),
        "down-closed": DownClosed(),
        "general": General(),
    }
)

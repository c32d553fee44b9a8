"""Online linear maximisation without projections: follow the perturbed leader."""

from __future__ import annotations

import numpy as np

from algos.submodular._dr_sets import FeasibleSet, best_point
from algos.submodular._set_function import Reals

__all__ = ["Leaders"]


class Leaders:
    """Learners in a row, each with rewards of its own; all choose points of one set.

    A learner's choice is best for the sum of its rewards so far plus uniform noise, drawn anew.
    """

    def __init__(
        self, domain: FeasibleSet, count: int, noise: float, rng: np.random.Generator
    ) -> None:
        self.domain, self.noise, self.rng = domain, noise, rng
        self.totals = np.zeros((count, domain.dimension))

    def choose(self, learner: int) -> Reals:
        """Choose a point."""
        noise = self.noise * self.rng.random(self.domain.dimension)
        return best_point(self.domain, self.totals[learner] + noise)

    def learn(self, learner: int, reward: Reals) -> None:
        """Add a reward vector."""
        self.totals[learner] += reward

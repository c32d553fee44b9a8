"""Blocks of rounds that share a path: a few random rounds explore it, the others play its end."""

from __future__ import annotations

import numpy as np

from algos.submodular._dr_rules import Rule
from algos.submodular._dr_sets import FeasibleSet
from algos.submodular._perturbed_leaders import Leaders
from algos.submodular._set_function import Reals

__all__ = ["Blocks"]


class Blocks:
    """Learners that learn once a block; step t's point is played in one random round of it."""

    def __init__(
        self,
        domain: FeasibleSet,
        rule: Rule,
        *,
        steps: int,
        block: int,
        noise: float,
        rng: np.random.Generator,
    ) -> None:
        self.domain, self.rule, self.steps, self.block = domain, rule, steps, block
        self.rng = rng
        self.leaders = Leaders(domain, steps, noise, rng)
        self.path: list[Reals] = []
        self.order = np.zeros(block, dtype=np.intp)
        self.at = 0

    def current(self) -> tuple[int, Reals]:
        """Give the step whose point the round plays, and the point; the last step is N."""
        if self.at == 0:
            self.path = [self.rule.start(self.domain)]
            for t in range(self.steps):
                direction = self.leaders.choose(t)
                self.path.append(self.rule.step(self.path[-1], direction, t, self.steps))
            self.order = np.minimum(self.rng.permutation(self.block), self.steps)
        t = int(self.order[self.at])
        return t, self.path[t]

    def learn(self, gradient: Reals | None) -> None:
        """End the round; a gradient at the point of an exploring one goes to the step's learner."""
        t = int(self.order[self.at])
        if gradient is not None and t < self.steps:
            self.leaders.learn(t, self.rule.reward(self.path[t], gradient))
        self.at = (self.at + 1) % self.block

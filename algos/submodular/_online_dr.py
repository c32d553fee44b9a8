"""Online maximisation of DR-submodular functions that an adversary chooses: whole gradients."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, sqrt
from typing import Any

import numpy as np

from algos._arguments import checked_count, checked_real
from algos.submodular._dr_frank_wolfe import chosen_rule
from algos.submodular._dr_function import bounded_gradient
from algos.submodular._dr_sets import FeasibleSet
from algos.submodular._perturbed_leaders import Leaders
from algos.submodular._set_function import Reals

__all__ = ["OnlineDRMaximizer"]


class OnlineDRMaximizer:
    """Play points of a convex set; after each, the function is known that rewards it.

    Parameters
    ----------
    domain : FeasibleSet
        The set K.
    horizon : int
        Number T of rounds at most.
    gradient_bound : float
        Positive; no partial derivative of any function is further from 0.
    steps : int, optional
        Number N of steps a round, each with a learner of its own; ⌈√T⌉ by default.
    method : str, optional
        As for `dr_maximize`; "monotone" by default.
    rng : int, Generator or None, optional
        Draws the noise.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or `decide` and `learn` do not alternate.
    OracleError
        A gradient is not finite, or not within its bound.

    Notes
    -----
    For functions F_1, …, F_T chosen before the first round, the sum of rewards has a mean of at
    least what `dr_maximize` would reach of max_K Σ F_r in as many steps, less 2 G D √(dT) times
    1 − (1 − 1/N)^N ("monotone", "down-closed") or 1/2 (the others); D bounds the 1-norm of
    differences in K. So the regret against the factor 1 − 1/e, 1/2, 1/e or (1 − m)/4 is O(√T).

    A round costs N linear maximisations and N gradients.

    References
    ----------
    L. Chen, H. Hassani, A. Karbasi, "Online continuous submodular maximization", AISTATS 2018;
    A. Kalai, S. Vempala, "Efficient algorithms for online decision problems", Journal of Computer
    and System Sciences 71, 2005, Theorem 1.1.

    Examples
    --------
    >>> from algos.submodular import Budget, CoverageExtension, OnlineDRMaximizer
    >>> function = CoverageExtension([[1, 1, 0], [0, 1, 1], [0, 0, 1.0]])
    >>> online = OnlineDRMaximizer(Budget(3, 2), horizon=100, gradient_bound=2, rng=0)
    >>> rewards = []
    >>> for _ in range(100):
    ...     rewards.append(function.value(online.decide()))
    ...     online.learn(function.gradient)
    >>> sum(rewards) / 100 > (1 - 0.9**10) * 3
    True
    """

    def __init__(
        self,
        domain: FeasibleSet,
        *,
        horizon: int,
        gradient_bound: float,
        steps: int | None = None,
        method: str = "monotone",
        rng: int | np.random.Generator | None = None,
    ) -> None:
        self._rule = chosen_rule(domain, method, monotone=True)
        self.horizon = checked_count("horizon", horizon)
        self.gradient_bound = checked_real("gradient_bound", gradient_bound, 0, np.inf)
        self.steps = checked_count("steps", ceil(sqrt(self.horizon)) if steps is None else steps)
        self._domain = domain
        noise = self.gradient_bound * sqrt(domain.dimension * self.horizon)
        self._leaders = Leaders(domain, self.steps, noise, np.random.default_rng(rng))
        self._path: list[Reals] = []
        self.rounds = 0

    def decide(self) -> Reals:
        """Choose the point of a round.

        Returns
        -------
        ndarray, shape (d,)
            In K.
        """
        if self._path:
            raise ValueError("decide must follow learn: the round before has not been learnt")
        if self.rounds == self.horizon:
            raise ValueError(f"horizon must cover all rounds, got {self.horizon}; give a greater")
        self.rounds += 1
        self._path = [self._rule.start(self._domain)]
        for t in range(self.steps):
            direction = self._leaders.choose(t)
            self._path.append(self._rule.step(self._path[-1], direction, t, self.steps))
        return self._path[-1].copy()

    def learn(self, gradient: Callable[[Reals], Any]) -> None:
        """Learn the function of the round.

        Parameters
        ----------
        gradient : callable
            From a point, shape (d,), to the partial derivatives there.
        """
        if not self._path:
            raise ValueError("learn must follow decide: there is no round to learn from")
        gradients = [
            bounded_gradient(gradient(x.copy()), len(x), self.gradient_bound)
            for x in self._path[:-1]
        ]
        for t, (x, found) in enumerate(zip(self._path, gradients, strict=False)):
            self._leaders.learn(t, self._rule.reward(x, found))
        self._path = []

"""Online DR-submodular maximisation from the gradient at the played point alone."""

from __future__ import annotations

from math import ceil, sqrt
from typing import Any

import numpy as np

from algos._arguments import checked_count, checked_real
from algos.submodular._dr_blocks import Blocks
from algos.submodular._dr_frank_wolfe import chosen_rule
from algos.submodular._dr_function import bounded_gradient
from algos.submodular._dr_rules import RULES
from algos.submodular._dr_sets import FeasibleSet
from algos.submodular._set_function import Reals

__all__ = ["SemiBanditDRMaximizer"]


class SemiBanditDRMaximizer:
    """Play points of a convex set; after each, the gradient there is known.

    Parameters
    ----------
    domain : FeasibleSet
        The set K; down-closed, unless the method is "monotone-inside" or "general".
    horizon : int
        Number T of rounds at most.
    gradient_bound : float
        Positive; no partial derivative of any function is further from 0.
    method : str, optional
        As for `dr_maximize`; "monotone" by default.
    rng : int, Generator or None, optional
        Draws the noise, and the rounds that explore.

    Attributes
    ----------
    steps, block : int
        N = ⌈T^(1/4)⌉ steps, and blocks of at least N rounds, ⌈√T⌉ where that is more.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or `decide` and `learn` do not alternate.
    OracleError
        A gradient is not finite, or not within its bound.

    Notes
    -----
    In a block all rounds but N play the same point; each of N random ones plays a point on the way
    there, and its gradient, an unbiased estimate of the block's mean one, teaches that step's
    learner. Against the factors of `dr_maximize` the regret is O(T^(3/4)) in expectation, for
    functions chosen before the first round.

    References
    ----------
    M. Zhang, L. Chen, H. Hassani, A. Karbasi, "Online continuous submodular maximization: from
    full-information to bandit feedback", NeurIPS 2019; M. Pedramfar, C. J. Quinn, V. Aggarwal, "A
    unified approach for maximizing continuous DR-submodular functions", NeurIPS 2023.

    Examples
    --------
    >>> from algos.submodular import Budget, QuadraticDR, SemiBanditDRMaximizer
    >>> function = QuadraticDR([[0, -1], [-1, 0]], [2, 1])
    >>> online = SemiBanditDRMaximizer(Budget(2, 1), horizon=400, gradient_bound=2, rng=0)
    >>> rewards = []
    >>> for _ in range(400):
    ...     x = online.decide()
    ...     rewards.append(function.value(x))
    ...     online.learn(function.gradient(x))
    >>> sum(rewards) / 400 > 0.6 * 2
    True
    """

    def __init__(
        self,
        domain: FeasibleSet,
        *,
        horizon: int,
        gradient_bound: float,
        method: str = "monotone",
        rng: int | np.random.Generator | None = None,
    ) -> None:
        rule = chosen_rule(domain, method, monotone=True)
        if rule is RULES["monotone"] and not domain.down_closed:
            raise ValueError("method 'monotone' plays points below K; take 'monotone-inside'")
        self.horizon = checked_count("horizon", horizon)
        self.gradient_bound = checked_real("gradient_bound", gradient_bound, 0, np.inf)
        self.steps = ceil(self.horizon ** (1 / 4))
        self.block = max(ceil(sqrt(self.horizon)), self.steps)
        blocks = ceil(self.horizon / self.block)
        self._blocks = Blocks(
            domain,
            rule,
            steps=self.steps,
            block=self.block,
            noise=self.gradient_bound * sqrt(domain.dimension * blocks),
            rng=np.random.default_rng(rng),
        )
        self._played: Reals | None = None
        self.rounds = 0

    def decide(self) -> Reals:
        """Choose the point of a round.

        Returns
        -------
        ndarray, shape (d,)
            In K.
        """
        if self._played is not None:
            raise ValueError("decide must follow learn: the round before has not been learnt")
        if self.rounds == self.horizon:
            raise ValueError(f"horizon must cover all rounds, got {self.horizon}; give a greater")
        self.rounds += 1
        _, self._played = self._blocks.current()
        return self._played.copy()

    def learn(self, gradient: Any) -> None:
        """Learn the gradient at the point that was played.

        Parameters
        ----------
        gradient : array_like, shape (d,)
            Partial derivatives.
        """
        if self._played is None:
            raise ValueError("learn must follow decide: there is no round to learn from")
        found = bounded_gradient(gradient, len(self._played), self.gradient_bound)
        self._blocks.learn(found)
        self._played = None

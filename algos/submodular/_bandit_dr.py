"""Online DR-submodular maximisation from the value at the played point alone."""

from __future__ import annotations

from math import ceil, sqrt
from typing import Any

import numpy as np

from algos._arguments import checked_array, checked_count, checked_number, checked_real
from algos.submodular._dr_blocks import Blocks
from algos.submodular._dr_frank_wolfe import chosen_rule
from algos.submodular._dr_rules import RULES
from algos.submodular._dr_sets import FeasibleSet, best_point
from algos.submodular._set_function import OracleError, Reals

__all__ = ["BanditDRMaximizer"]


class BanditDRMaximizer:
    """Play points of a convex set; after each, its value is known.

    Parameters
    ----------
    domain : FeasibleSet
        The set K; down-closed, unless the method is "monotone-inside" or "general".
    center : array_like, shape (d,)
        A point of K inside of it.
    margin : float
        Positive; K holds all points that differ from the center in one coordinate by that much.
        Their coordinates and their sum are looked at; other inequalities of K are not.
    horizon : int
        Number T of rounds at most.
    value_bound : float
        Positive; no function has a greater value on K.
    method : str, optional
        As for `dr_maximize`; "monotone" by default.
    rng : int, Generator or None, optional
        Draws the noise, and how and when to explore.

    Attributes
    ----------
    steps, block : int
        N = ⌈T^(1/6)⌉ steps, and blocks of at least N rounds, ⌈T^(1/3)⌉ where that is more.
    shrink : float
        ρ = T^(−1/6): points are played in (1 − ρ) K + ρ center.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or `decide` and `learn` do not alternate.
    OracleError
        A value is not finite, or not within its bounds.

    Notes
    -----
    As `SemiBanditDRMaximizer`, for the function y ↦ F((1 − ρ) y + ρ center), with a gradient
    estimated from one value: a random coordinate is moved up or down, at random, by δ = ρ margin,
    and ± d (F − bound / 2) / δ estimates the partial derivative. Against the factors of
    `dr_maximize` the regret is O(T^(5/6)) in expectation, for monotone functions chosen before the
    first round.

    References
    ----------
    M. Zhang, L. Chen, H. Hassani, A. Karbasi, "Online continuous submodular maximization: from
    full-information to bandit feedback", NeurIPS 2019; M. Pedramfar, C. J. Quinn, V. Aggarwal, "A
    unified approach for maximizing continuous DR-submodular functions", NeurIPS 2023.

    Examples
    --------
    >>> from algos.submodular import BanditDRMaximizer, Budget, QuadraticDR
    >>> function = QuadraticDR([[0, -1], [-1, 0]], [2, 1])
    >>> online = BanditDRMaximizer(
    ...     Budget(2, 1), center=[0.25, 0.25], margin=0.25, horizon=100, value_bound=2, rng=0
    ... )
    >>> for _ in range(100):
    ...     x = online.decide()
    ...     online.learn(function.value(x))
    >>> online.rounds, bool((x >= 0).all()), bool(x.sum() <= 1)
    (100, True, True)
    """

    def __init__(
        self,
        domain: FeasibleSet,
        *,
        center: Any,
        margin: float,
        horizon: int,
        value_bound: float,
        method: str = "monotone",
        rng: int | np.random.Generator | None = None,
    ) -> None:
        rule = chosen_rule(domain, method, monotone=True)
        if rule is RULES["monotone"] and not domain.down_closed:
            raise ValueError("method 'monotone' plays points below K; take 'monotone-inside'")
        self.margin = checked_real("margin", margin, 0, 0.5, high_end=True)
        self._center = _checked_center(domain, center, self.margin)
        self.horizon = checked_count("horizon", horizon)
        self.value_bound = checked_real("value_bound", value_bound, 0, np.inf)
        self.steps = ceil(self.horizon ** (1 / 6))
        self.block = max(ceil(self.horizon ** (1 / 3)), self.steps)
        self.shrink = float(self.horizon ** (-1 / 6))
        self._shift = self.shrink * self.margin
        self._rng = np.random.default_rng(rng)
        d, blocks = domain.dimension, ceil(self.horizon / self.block)
        largest = (1 - self.shrink) * d * self.value_bound / (2 * self._shift)
        self._blocks = Blocks(
            domain,
            rule,
            steps=self.steps,
            block=self.block,
            noise=largest * sqrt(blocks / d) / 4,  # the estimates are noise themselves
            rng=self._rng,
        )
        self._sign: Reals | None = None  # of the shift, in its coordinate; 0 where none is
        self.rounds = 0

    def decide(self) -> Reals:
        """Choose the point of a round.

        Returns
        -------
        ndarray, shape (d,)
            In K.
        """
        if self._sign is not None:
            raise ValueError("decide must follow learn: the round before has not been learnt")
        if self.rounds == self.horizon:
            raise ValueError(f"horizon must cover all rounds, got {self.horizon}; give a greater")
        self.rounds += 1
        t, y = self._blocks.current()
        self._sign = np.zeros(len(y))
        if t < self.steps:
            self._sign[self._rng.integers(len(y))] = self._rng.choice([-1.0, 1.0])
        shifted: Reals = y + self.shrink * (self._center - y) + self._shift * self._sign
        return shifted

    def learn(self, value: float) -> None:
        """Learn the value of the point that was played.

        Parameters
        ----------
        value : float
            From 0 to the bound.
        """
        if self._sign is None:
            raise ValueError("learn must follow decide: there is no round to learn from")
        reward = checked_number("value", value)
        if not -1e-9 * self.value_bound <= reward <= (1 + 1e-9) * self.value_bound:
            raise OracleError(f"value must lie in [0, {self.value_bound:g}], got {value!r}")
        scale = (1 - self.shrink) * len(self._sign) / self._shift
        surplus = reward - self.value_bound / 2  # any constant leaves the mean as it is
        self._blocks.learn(scale * surplus * self._sign)
        self._sign = None


def _checked_center(domain: FeasibleSet, center: Any, margin: float) -> Reals:
    """Validate a point that may move; by each coordinate's range in K and the greatest sum."""
    point = checked_array("center", center, shape=(domain.dimension,))
    axes = np.eye(domain.dimension)
    for direction in (*axes, *-axes, np.ones(domain.dimension)):
        if direction @ best_point(domain, direction) < direction @ point + margin - 1e-7:
            raise ValueError(
                f"center must stay in the domain when a coordinate moves by the margin {margin:g}, "
                f"got {center!r}; take a smaller margin or another point"
            )
    return point

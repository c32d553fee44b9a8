"""Hiring one agent after another, whose costs nobody knows: how much to pay."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algos._arguments import checked_array, checked_count, checked_real
from algos.mechanisms._exp3 import Exp3

__all__ = ["OnlineContracts"]


class OnlineContracts:
    """Scales of one contract, over all rounds nearly as good as the best fixed one.

    Parameters
    ----------
    payments : array_like, shape (signals, states)
        What a report is paid at most, by the state that shows; at least 0. Scaling keeps honest
        reports best.
    horizon : int
        Number T of agents to come.
    low, high : float
        The principal's profit in a round is between the two.
    rng : Generator, int or None, optional
        Draws the offers.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Every round offers the payments times i/m, for one i of 1, …, m = ⌈(T / ln T)^(1/3)⌉ drawn
    by exponential weights with exploration (Exp3); the agent accepts or idles, the principal
    sees nothing but the own profit. Let agents have two efforts: one that costs nothing, and one
    that is paid no less and is worth its full payment. For any sequence of costs, fixed in
    advance, the expected profit falls short of that of the best scale in [0, 1] by at most
    T P / m + 2.63 (high − low) √(T m ln m), P the greatest expected payment: of the order of
    T^(2/3) (ln T)^(1/3). O(T^(1/3)) time a round.

    References
    ----------
    P. Auer, N. Cesa-Bianchi, Y. Freund, R. E. Schapire, "The nonstochastic multiarmed bandit
    problem", SIAM Journal on Computing 32, 2002 (the method).

    Examples
    --------
    >>> import numpy as np
    >>> from algos.mechanisms import OnlineContracts
    >>> learner = OnlineContracts(np.eye(2), horizon=1000, low=0, high=1, rng=0)
    >>> for _ in range(1000):
    ...     works = learner.offer()[0, 0] >= 0.5
    ...     learner.observe(0.9 - learner.scale / 2 if works else 0.3)
    >>> learner.scales.round(2).tolist(), float(learner.scales[learner.probabilities.argmax()])
    ([0.17, 0.33, 0.5, 0.67, 0.83, 1.0], 0.5)
    """

    def __init__(
        self,
        payments: ArrayLike,
        horizon: int,
        *,
        low: float,
        high: float,
        rng: np.random.Generator | int | None = None,
    ) -> None:
        self.payments = checked_array("payments", payments, shape=(None, None))
        if self.payments.min() < 0:
            raise ValueError(f"payments must be at least 0, got {self.payments.min():g}")
        horizon = checked_count("horizon", horizon, least=2)
        self.low = checked_real("low", low, -np.inf, np.inf)
        self.high = checked_real("high", high, self.low, np.inf)
        if not math.isfinite(self.high - self.low):
            raise ValueError(
                f"high must not be above low by more than the largest float, got {self.low:g} and "
                f"{self.high:g}; rescale"
            )
        m = math.ceil((horizon / math.log(horizon)) ** (1 / 3))
        self.scales: NDArray[np.float64] = np.arange(1, m + 1) / m
        self._exp3 = Exp3(m, horizon, rng)

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """With what probability each scale is offered next."""
        return self._exp3.probabilities

    @property
    def scale(self) -> float:
        """The scale on offer."""
        return float(self.scales[self._exp3.open_arm])

    def offer(self) -> NDArray[np.float64]:
        """Draw a scale, and give the payments to offer.

        Returns
        -------
        ndarray, shape (signals, states)
            The payments.

        Raises
        ------
        ValueError
            The profit from the last offer was not reported.
        """
        return float(self.scales[self._exp3.draw()]) * self.payments

    def observe(self, profit: float) -> None:
        """Take note of what the offer has brought.

        Parameters
        ----------
        profit : float
            The principal's utility less the payment, between `low` and `high`.

        Raises
        ------
        TypeError, ValueError
            Nothing is on offer, or the profit is out of range.
        """
        _ = self._exp3.open_arm  # refuse before the profit is looked at
        gain = checked_real("profit", profit, self.low, self.high, low_end=True, high_end=True)
        self._exp3.reward((gain - self.low) / (self.high - self.low))

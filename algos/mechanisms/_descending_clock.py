"""A descending clock: prices fall one by one, in an order that an adversary may choose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_count, checked_real
from algos.mechanisms._auction_result import (
    AuctionResult,
    answered,
    bought,
    checked_bids,
    checked_quality,
)
from algos.submodular import SetFunction
from algos.submodular._oracle import Oracle
from algos.submodular._set_function import Indices, Reals

__all__ = ["DescendingClock", "descending_clock"]


class DescendingClock:
    """Lower prices step by step; buy from whom they have fallen to half of what it adds.

    The clock opens with the price f({i}) for every seller i. As long as `asked` holds sellers,
    `prices` says what they are offered and `respond` takes their answers; then `lower` chooses
    the next price to fall, until nobody is `active`.

    Parameters
    ----------
    quality : SetFunction
        What a set of sellers is worth to the buyer; monotone and submodular.
    decrement : float
        Positive, and no less than the spacing of floats at the greatest price; by how much a
        price falls.

    Attributes
    ----------
    asked : ndarray of intp
        Sellers whose answers are awaited.
    active : ndarray of bool, shape (n,)
        Who has neither left nor sold.
    winners : list of int
        Who has sold, in order.
    payments : ndarray, shape (n,)
        What every seller is paid.
    value : float
        Quality of what has been bought.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    A seller who stays at a price is bought at it once it is at most f(i|S)/2, and dismissed once
    f(i|S) = 0. To stay as long as the price covers the cost is an obviously dominant strategy.
    For every set T and every order in which prices fall, the welfare is at least
    f(T)/2 − c(T) − decrement · #(T∖S), and payments sum to at most f(S)/2.

    Examples
    --------
    >>> from algos.mechanisms import DescendingClock
    >>> from algos.submodular import FacilityLocation
    >>> clock = DescendingClock(FacilityLocation([[8.0, 5], [0, 5]]), decrement=2)
    >>> clock.asked.tolist(), clock.prices().tolist()
    ([0, 1], [8.0, 10.0])
    >>> clock.respond([True, False])
    >>> clock.lower(0)
    6.0
    >>> clock.respond([True])
    >>> clock.lower(0)
    4.0
    >>> clock.respond([True])
    >>> clock.winners, clock.payments.tolist(), clock.active.tolist()
    ([0], [4.0, 0.0], [False, False])
    """

    def __init__(self, quality: SetFunction, *, decrement: float) -> None:
        self._oracle = Oracle(checked_quality(quality))
        self.decrement = checked_real("decrement", decrement, 0, np.inf)
        self._state = self._oracle.start()
        self._gains: Reals = self._oracle.gains(self._state, self._oracle.everything)
        self._prices = self._gains.copy()
        greatest = float(self._prices.max())
        if self.decrement < np.spacing(max(greatest, 0.0)):
            raise ValueError(
                "decrement must be large enough to lower the greatest price in floats, got "
                f"{decrement!r} for {greatest:g}; take at least {np.spacing(greatest):.2g}"
            )
        self.active = self._gains > 0
        self.asked: Indices = np.flatnonzero(self.active)
        self.winners: list[int] = []
        self.payments: Reals = np.zeros(quality.size)
        self.value = 0.0

    def prices(self) -> Reals:
        """Tell what the sellers in `asked` are offered.

        Returns
        -------
        ndarray, shape (len(asked),)
            The prices.
        """
        return self._prices[self.asked]

    def respond(self, stay: ArrayLike) -> None:
        """Say who stays at these prices; the others leave for good.

        Parameters
        ----------
        stay : array_like of bool, shape (len(asked),)
            An answer for every seller in `asked`.

        Raises
        ------
        TypeError, ValueError
            There is not one bool for every seller in `asked`.
        RuntimeError
            No offer is open.
        """
        if len(self.asked) == 0:
            raise RuntimeError("lower() must make an offer before respond()")
        answers = answered("stay", stay, len(self.asked))
        self.active[self.asked[~answers]] = False
        stayed, self.asked = self.asked[answers], np.array([], dtype=np.intp)
        for seller in stayed:
            if self._gains[seller] > 0 and self._prices[seller] <= self._gains[seller] / 2:
                self._buy(int(seller))

    def lower(self, seller: int) -> float:
        """Let the price of an active seller fall.

        Parameters
        ----------
        seller : int
            The seller.

        Returns
        -------
        float
            The new price.

        Raises
        ------
        TypeError, ValueError
            The seller is not active.
        RuntimeError
            Offers are open.
        """
        if len(self.asked):
            raise RuntimeError(f"respond() must answer for seller {self.asked[0]} first")
        seller = checked_count("seller", seller, least=0, most=self._oracle.size - 1)
        if not self.active[seller]:
            raise ValueError(f"seller must be active, got {seller}, who has left or sold")
        self._prices[seller] = max(self._prices[seller] - self.decrement, 0.0)
        self.asked = np.array([seller])
        return float(self._prices[seller])

    def _buy(self, seller: int) -> None:
        """Buy at the current price; dismiss those who then add nothing."""
        self._oracle.push(self._state, seller)
        self.winners.append(seller)
        self.payments[seller] = self._prices[seller]
        self.value += float(self._gains[seller])
        self.active[seller] = False
        left = np.flatnonzero(self.active)
        self._gains[left] = self._oracle.gains(self._state, left)
        self.active[left] = self._gains[left] > 0

    @property
    def oracle_calls(self) -> int:
        """Marginals that were computed."""
        return self._oracle.calls


def descending_clock(
    quality: SetFunction,
    costs: Any,
    schedule: Callable[[Indices, Reals], int] | None = None,
    *,
    decrement: float,
) -> AuctionResult:
    """Run a descending clock; sellers stay as long as the price covers their cost.

    Parameters
    ----------
    quality : SetFunction
        What a set of sellers is worth to the buyer; monotone and submodular.
    costs : array_like, shape (n,)
        Of the sellers, at least 0; infinite for one who never stays.
    schedule : callable, optional
        ``(sellers, prices) -> seller``: whose price falls next, of the active sellers; the one
        with the highest price by default.
    decrement : float
        Positive; by how much a price falls.

    Returns
    -------
    AuctionResult
        With the welfare at these costs.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or the schedule names a seller who is not active.

    Notes
    -----
    The theorem stands with `DescendingClock`. Steps: at most Σ_i (f({i})/decrement + 1).

    References
    ----------
    Y. Deng, A. Karbasi, V. Mirrokni, R. Paes Leme, G. Velegkas, S. Zuo, "Procurement auctions
    via approximately optimal submodular optimization", ICML 2025.

    Examples
    --------
    >>> from algos.mechanisms import descending_clock
    >>> from algos.submodular import FacilityLocation
    >>> quality = FacilityLocation([[9.0, 5, 0], [0, 5, 1], [0, 5, 7]])
    >>> result = descending_clock(quality, [1, 6, 2], decrement=0.5)
    >>> result.winners.tolist(), result.payments.tolist()
    ([1, 0], [2.0, 7.5, 0.0])
    """
    if schedule is not None and not callable(schedule):
        raise TypeError(
            f"schedule must be a function (sellers, prices) -> seller, got {schedule!r}"
        )
    clock = DescendingClock(quality, decrement=decrement)
    asked = checked_bids("costs", quality.size, costs)
    clock.respond(asked[clock.asked] <= clock.prices()) if len(clock.asked) else None
    while clock.active.any():
        active = np.flatnonzero(clock.active)
        prices = clock._prices[active]
        seller = active[prices.argmax()] if schedule is None else schedule(active, prices)
        clock.lower(seller)
        clock.respond(asked[clock.asked] <= clock.prices())
    return bought(clock._oracle, clock.winners, clock.payments, asked)

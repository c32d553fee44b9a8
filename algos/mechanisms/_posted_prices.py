"""Posted prices: sellers come one after the other, and each is offered one price."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

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
from algos.submodular._set_function import Reals

__all__ = ["PostedPrices", "posted_prices"]


class PostedPrices:
    """Offer f(i|S)/(1 + β) to the sellers as they come.

    Ask for the price of a seller, then say whether it was accepted, seller by seller.

    Parameters
    ----------
    quality : SetFunction
        What a set of sellers is worth to the buyer; monotone and submodular.
    beta : float, optional
        Positive; the buyer keeps β/(1 + β) of the value.

    Attributes
    ----------
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
    A seller's price depends on who came before alone: to accept it if it covers the cost is an
    obviously dominant strategy. Who adds nothing is offered 0, and not bought. For every set T
    and every order the welfare is at least β/(1 + β) f(T) − β c(T), and payments sum to
    f(S)/(1 + β). β = 1 gives f(T)/2 − c(T): in
    front of α f(T) − c(T) no deterministic prices have an α above 1/2.

    Examples
    --------
    >>> from algos.mechanisms import PostedPrices
    >>> from algos.submodular import FacilityLocation
    >>> prices = PostedPrices(FacilityLocation([[9.0, 5, 0], [0, 5, 1], [0, 5, 7]]))
    >>> prices.price(2)
    4.0
    >>> prices.respond(True)
    >>> prices.price(1), prices.winners
    (4.5, [2])
    """

    def __init__(self, quality: SetFunction, *, beta: float = 1.0) -> None:
        self._oracle = Oracle(checked_quality(quality))
        self.beta = checked_real("beta", beta, 0, np.inf)
        self._state = self._oracle.start()
        self._open: tuple[int, float] | None = None  # the seller who was asked, the marginal
        self._met = np.zeros(quality.size, dtype=bool)
        self.winners: list[int] = []
        self.payments: Reals = np.zeros(quality.size)
        self.value = 0.0

    def price(self, seller: int) -> float:
        """Make an offer to a seller who has come.

        Parameters
        ----------
        seller : int
            From 0 to n − 1; each comes once.

        Returns
        -------
        float
            The price.

        Raises
        ------
        TypeError, ValueError
            There is no such seller, or it came before.
        RuntimeError
            The offer before has not been answered.
        """
        if self._open is not None:
            raise RuntimeError(f"respond() must answer the offer to seller {self._open[0]} first")
        seller = checked_count("seller", seller, least=0, most=self._oracle.size - 1)
        if self._met[seller]:
            raise ValueError(f"seller must come once, got {seller} again")
        gain = max(float(self._oracle.gains(self._state, np.array([seller]))[0]), 0.0)
        self._met[seller] = True
        self._open = seller, gain
        return gain / (1 + self.beta)

    def respond(self, accept: bool) -> None:
        """Say whether the seller accepts.

        Parameters
        ----------
        accept : bool
            The answer to the last offer.

        Raises
        ------
        TypeError
            The answer is not a bool.
        RuntimeError
            No offer is open.
        """
        if self._open is None:
            raise RuntimeError("price() must make an offer before respond()")
        accept = answered("accept", accept)
        (seller, gain), self._open = self._open, None
        if accept and gain > 0:
            self._oracle.push(self._state, seller)
            self.winners.append(seller)
            self.payments[seller] = gain / (1 + self.beta)
            self.value += gain

    @property
    def oracle_calls(self) -> int:
        """Marginals that were computed."""
        return self._oracle.calls


def posted_prices(
    quality: SetFunction, costs: Any, order: Iterable[int] | None = None, *, beta: float = 1.0
) -> AuctionResult:
    """Let sellers come in an order; each accepts a price that covers its cost.

    Parameters
    ----------
    quality : SetFunction
        What a set of sellers is worth to the buyer; monotone and submodular.
    costs : array_like, shape (n,)
        Of the sellers, at least 0; infinite for one who accepts nothing.
    order : iterable of int, optional
        Sellers as they come, each at most once; 0, 1, … by default.
    beta : float, optional
        Positive; prices are f(i|S)/(1 + β).

    Returns
    -------
    AuctionResult
        With the welfare at these costs.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    The theorem stands with `PostedPrices`; n marginals, and as many for the upper bound.

    References
    ----------
    Y. Deng, A. Karbasi, V. Mirrokni, R. Paes Leme, G. Velegkas, S. Zuo, "Procurement auctions
    via approximately optimal submodular optimization", ICML 2025.

    Examples
    --------
    >>> from algos.mechanisms import posted_prices
    >>> from algos.submodular import FacilityLocation
    >>> quality = FacilityLocation([[9.0, 5, 0], [0, 5, 1], [0, 5, 7]])
    >>> result = posted_prices(quality, [1, 6, 2], [2, 1, 0])
    >>> result.winners.tolist(), result.payments.tolist(), result.welfare
    ([2, 0], [4.5, 0.0, 4.0], 14.0)
    """
    prices = PostedPrices(quality, beta=beta)
    asked = checked_bids("costs", quality.size, costs)
    for seller in range(quality.size) if order is None else order:
        prices.respond(bool(prices.price(seller) >= asked[seller]))
    return bought(prices._oracle, prices.winners, prices.payments, asked)

"""A clock auction that never spends more than a budget."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np

from algos._arguments import checked_real
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

__all__ = ["BudgetClock", "budget_clock", "budget_ratio"]

#: What minimises `budget_ratio` at β = 3.
ALPHA = 1 + math.sqrt(1.5)


class BudgetClock:
    """Offer falling prices, seller by seller, whose sum stays below a budget.

    As long as `offer` is not None, `respond` says whether its seller stays at its price.

    Parameters
    ----------
    quality : SetFunction
        What a set of sellers is worth to the buyer; monotone and submodular.
    budget : float
        Positive.
    alpha : float, optional
        Above 1; by which factor the wanted surplus rises from round to round.
    beta : float, optional
        Above 1; the buyer pays at most 1/beta of the value.

    Attributes
    ----------
    offer : (int, float) or None
        The seller who is asked, and the price.
    winners : list of int
        Who sells, in order; empty before the last answer.
    payments : ndarray, shape (n,)
        What every seller is paid.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Round t builds a set anew; a price falls to f(i|S)/(beta + ρ_t/budget) and a seller who stays
    joins S, unless the surplus f(S) − p(S) would exceed ρ_t: then this seller is kept as the
    single one, S is kept as the last set, nobody of both is asked in the next round, and ρ rises
    by alpha. The first round that asks everybody is the last; of its set, the last
    one and the single seller, that of greatest surplus wins, at its prices. Who adds nothing is
    passed over.

    To stay while the price covers the cost is an obviously dominant strategy. Payments sum to at
    most the budget, rounding included, and to at most f(S)/beta. For every set T whose costs sum
    to at most the budget the welfare is at least r (f(T) − beta c(T)) with r = `budget_ratio`
    (alpha, beta).

    References
    ----------
    S. Cui, H. Huang, Y. Sun, C. Xue, "Budget-feasible mechanisms for submodular welfare
    maximization in procurement auctions", ICML 2026.

    Examples
    --------
    >>> from algos.mechanisms import BudgetClock
    >>> from algos.submodular import FacilityLocation
    >>> clock = BudgetClock(FacilityLocation([[8.0, 0], [0, 6]]), budget=2)
    >>> clock.offer
    (0, 2.0)
    >>> costs = [1.0, 0.5]
    >>> while clock.offer is not None:
    ...     clock.respond(costs[clock.offer[0]] <= clock.offer[1])
    >>> clock.winners, float(clock.payments.sum()) <= 2
    ([0], True)
    """

    def __init__(
        self, quality: SetFunction, budget: float, *, alpha: float = ALPHA, beta: float = 3.0
    ) -> None:
        self._oracle = Oracle(checked_quality(quality))
        self.budget = checked_real("budget", budget, 0, np.inf)
        #: Sums of up to this stay within the budget, in whatever order floats are added.
        self._limit = self.budget * (1 - quality.size * np.finfo(float).eps)
        self.alpha = checked_real("alpha", alpha, 1, np.inf)
        self.beta = checked_real("beta", beta, 1, np.inf)
        self.winners: list[int] = []
        self.payments: Reals = np.zeros(quality.size)
        self._prices = np.full(quality.size, np.inf)
        self._active = np.ones(quality.size, dtype=bool)
        self._rounds = self._run()
        self.offer: tuple[int, float] | None = next(self._rounds, None)

    def respond(self, stay: bool) -> None:
        """Say whether the seller of the offer stays; one who does not has left for good.

        Parameters
        ----------
        stay : bool
            The answer.

        Raises
        ------
        TypeError
            The answer is not a bool.
        RuntimeError
            No offer is open.
        """
        if self.offer is None:
            raise RuntimeError("offer must be open before respond(), but the auction is over")
        answer = answered("stay", stay)
        if not answer:
            self._active[self.offer[0]] = False
        try:
            self.offer = self._rounds.send(answer)
        except StopIteration:
            self.offer = None

    def _run(self) -> Generator[tuple[int, float], bool, None]:
        """Make offers, get answers."""
        oracle = self._oracle
        alone = oracle.gains(oracle.start(), oracle.everything)
        self._active &= alone > 0
        for seller in np.flatnonzero(self._active).tolist():
            yield from self._ask(seller, min(self.budget, float(alone[seller]) / self.beta))
        single = int(np.where(self._active, alone, 0).argmax())
        if not self._active[single]:
            return
        wanted = float(alone[single] - self._prices[single])
        last: list[int] = []
        worth = 0.0
        while True:
            wanted *= self.alpha
            chosen, value, above = yield from self._round(wanted, {single, *last})
            if above is None:
                break
            single, last, worth = above, chosen, value
        sets = [chosen, last, [single]]
        values = [value, worth, float(alone[single])]
        surplus = [v - self._prices[s].sum() for v, s in zip(values, sets, strict=True)]
        self.winners = sets[int(np.argmax(surplus))]
        self.payments[self.winners] = self._prices[self.winners]

    def _round(
        self, wanted: float, kept: set[int]
    ) -> Generator[tuple[int, float], bool, tuple[list[int], float, int | None]]:
        """Choose sellers up to a surplus; give them, their value, and who would exceed it."""
        chosen: list[int] = []
        value, paid, state = 0.0, 0.0, self._oracle.start()
        for seller in range(self._oracle.size):
            if seller in kept or not self._active[seller]:
                continue
            gain = float(self._oracle.gains(state, np.array([seller]))[0])
            if gain <= 0:
                continue
            if not (yield from self._ask(seller, gain / (self.beta + wanted / self.budget))):
                continue
            price = float(self._prices[seller])
            if value + gain - paid - price > wanted or paid + price > self._limit:
                return chosen, value, seller  # the limit is for rounding: S pays less than B
            self._oracle.push(state, seller)
            chosen.append(seller)
            value, paid = value + gain, paid + price
        return chosen, value, None

    def _ask(self, seller: int, price: float) -> Generator[tuple[int, float], bool, bool]:
        """Let a price fall; tell whether the seller stays."""
        if price >= self._prices[seller]:
            return True
        self._prices[seller] = price
        return (yield seller, price)


def budget_ratio(alpha: float, beta: float) -> float:
    """Tell which part of f(T) − beta c(T) a budget clock reaches.

    Parameters
    ----------
    alpha, beta : float
        Above 1.

    Returns
    -------
    float
        1/(2 alpha + (3 + 2/(alpha − 1)) beta/(beta − 1)).

    Examples
    --------
    >>> import math
    >>> round(budget_ratio(1 + math.sqrt(1.5), 3), 4)
    0.0877
    """
    alpha = checked_real("alpha", alpha, 1, np.inf)
    beta = checked_real("beta", beta, 1, np.inf)
    return 1 / (2 * alpha + (3 + 2 / (alpha - 1)) * beta / (beta - 1))


def budget_clock(
    quality: SetFunction,
    costs: Any,
    budget: float,
    *,
    alpha: float = ALPHA,
    beta: float = 3.0,
) -> AuctionResult:
    """Run a budget clock; sellers stay as long as the price covers their cost.

    Parameters
    ----------
    quality : SetFunction
        What a set of sellers is worth to the buyer; monotone and submodular.
    costs : array_like, shape (n,)
        Of the sellers, at least 0; infinite for one who never stays.
    budget : float
        Positive; payments sum to at most this.
    alpha : float, optional
        Above 1; by which factor the wanted surplus rises from round to round.
    beta : float, optional
        Above 1; the buyer pays at most 1/beta of the value.

    Returns
    -------
    AuctionResult
        With the welfare at these costs; its upper bound holds for all sets, within the budget
        or not.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    The theorems stand with `BudgetClock`. Rounds: at most log(f(everyone)/ρ_0) / log(alpha) + 1,
    with n marginals each.

    Examples
    --------
    >>> from algos.mechanisms import budget_clock
    >>> from algos.submodular import FacilityLocation
    >>> quality = FacilityLocation([[9.0, 5, 0], [0, 5, 1], [0, 5, 7]])
    >>> result = budget_clock(quality, [0.5, 1, 0.5], budget=5)
    >>> result.winners.tolist(), bool(result.payments.sum() <= 5)
    ([0, 2], True)
    """
    clock = BudgetClock(quality, budget, alpha=alpha, beta=beta)
    asked = checked_bids("costs", quality.size, costs)
    while clock.offer is not None:
        seller, price = clock.offer
        clock.respond(bool(asked[seller] <= price))
    return bought(clock._oracle, clock.winners, clock.payments, asked)

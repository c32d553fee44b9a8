"""Sellers with costs, and what lies would bring them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from algos.mechanisms import AuctionResult
from proofs_checks.submodular.priced import Priced, priced

__all__ = ["SALES", "Sale", "best_lie", "lies", "sales", "some", "utility", "worth"]

RULES = ("distorted", "stochastic_distorted", "unconstrained_distorted", "cost_scaled", "roi")
HAIR = Fraction(1, 2**20)


@dataclass(frozen=True)
class Sale:
    """Sellers, a rule, whether there is a bound on the number of winners, and coins."""

    sellers: Priced
    rule: str = "distorted"
    bounded: bool = False
    coins: int = 0

    @property
    def costs(self) -> list[Fraction]:
        """The costs as they are."""
        return [Fraction(float(cost)) for cost in self.sellers.problem[1]]

    def buy(self, algorithm: Any, bids: Any) -> Any:
        """Run the auction in fractions."""
        k = self.sellers.k if self.bounded and self.rule != "unconstrained_distorted" else None
        quality = self.sellers.problem[0]
        return algorithm(quality, bids, rule=self.rule, k=k, exact=True, rng=self.coins)

    def told(self, algorithm: Any, seller: int) -> dict[Fraction, Fraction | None]:
        """Give what a seller would be paid at bids that matter, None where she loses."""
        costs = self.costs

        def paid(bid: Fraction) -> Fraction | None:
            result = self.buy(algorithm, [*costs[:seller], bid, *costs[seller + 1 :]])
            return result.payments[seller] if seller in result.winners else None

        own, least = costs[seller], paid(Fraction(0))
        near = Fraction(0) if least is None else Fraction(least)
        bids = {own, own / 2, 2 * own, near - HAIR, near + HAIR, near / 2}
        return {bid: paid(bid) for bid in sorted(bids) if bid > 0} | {Fraction(0): least}


def utility(paid: Any, cost: Any) -> Any:
    """Give what a seller has from a sale."""
    return 0 if paid is None else paid - cost


def best_lie(told: dict[Any, Any]) -> float:
    """Find what a seller of some cost gains at most by the bid of another, or by staying away."""
    return float(
        max(
            utility(paid, cost) - utility(told[cost], cost)
            for cost in told
            for paid in (*told.values(), None)
        )
    )


def some(sellers: int, rng: np.random.Generator) -> Sequence[int]:
    """Choose sellers to look at: all of three, one of many."""
    return range(sellers) if sellers <= 3 else [int(rng.integers(sellers))]


def worth(sellers: Priced, result: AuctionResult) -> float:
    """Look up the value of what was bought."""
    return float(sellers.values[sum(1 << int(seller) for seller in result.winners)])


def lies(one: Any, algorithm: Any, rng: np.random.Generator) -> float:
    """Find what a seller gains at most by the limit of another cost."""
    costs = one.sellers.problem[1]
    greatest = 0.0
    for seller in some(len(costs), rng):
        told: dict[float, Any] = {}
        own = float(costs[seller])
        for limit in {own, own / 2, own * 1.05, 2 * own, 0.0, 0.3, 1.0}:
            limits = np.where(np.arange(len(costs)) == seller, limit, costs)
            result = one.run(algorithm, limits)
            told[limit] = float(result.payments[seller]) if seller in result.winners else None
        greatest = max(greatest, best_lie(told))
    return greatest


#: One of each rule, and what a random search has found: there the weights of n − 1 rounds pay
#: too much, or too little.
SALES = (
    *((f"one seller, {rule}", Sale(Priced("apart", 1, 1, 0.25), rule)) for rule in RULES),
    *((f"two for one, {rule}", Sale(Priced("wholes", 1, 1, 0.5), rule)) for rule in RULES),
    ("n − 1 rounds pay two too much", Sale(Priced("facility", 2, 2, 0.75, seed=912755))),
    ("n − 1 rounds pay two too little", Sale(Priced("facility", 2, 2, 0.75, seed=2738))),
    ("n − 1 rounds pay three wrongly", Sale(Priced("facility", 3, 3, 1.0, seed=729496))),
    ("n − 1 rounds pay for covers", Sale(Priced("coverage", 2, 2, 0.5, seed=422687))),
)


def sales(
    most: int = 5, rules: tuple[str, ...] = RULES, build: Callable[..., Any] = Sale
) -> SearchStrategy[Any]:
    """Draw small sales."""
    return st.builds(
        build,
        sellers=priced(most),
        rule=st.sampled_from(rules),
        bounded=st.booleans(),
        coins=st.integers(0, 9),
    )

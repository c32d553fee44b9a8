"""Checks of the budget clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.mechanisms import AuctionResult, budget_clock, procurement_auction
from algos.mechanisms.theorems import prices as claims
from algos.submodular import SetFunction
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited
from proofs_checks.mechanisms.instances import lies, worth
from proofs_checks.submodular.priced import Priced, priced

Algorithm = Any


@dataclass(frozen=True)
class Limited:
    """Sellers, and a budget in parts of what everyone is worth."""

    sellers: Priced
    share: float = 0.5
    alpha: float = 1 + 1.5**0.5
    beta: float = 3.0

    @property
    def budget(self) -> float:
        """The budget."""
        return self.share * max(1.0, self.sellers.problem[0].value(range(self.sellers.size)))

    def run(self, algorithm: Algorithm, limits: Any = None) -> AuctionResult:
        """Make offers; sellers leave below their limits, or their costs."""
        quality, costs = self.sellers.problem
        bids = costs if limits is None else limits
        result: AuctionResult = algorithm(
            quality, bids, self.budget, alpha=self.alpha, beta=self.beta
        )
        return result


ALONE = Priced("apart", 1, 1, 0.25)
LIMITED = Instances(
    st.builds(
        Limited,
        priced(),
        st.sampled_from([0.05, 0.2, 0.5, 2.0]),
        st.sampled_from([1.5, 1 + 1.5**0.5, 4.0]),
        st.sampled_from([1.5, 3.0, 9.58]),
    ),
    [
        ("one seller", Limited(ALONE)),
        ("one seller near the price", Limited(Priced("apart", 1, 1, 0.12), 1.0)),
        ("three for what they get", Limited(Priced("apart", 3, 3, 0.3), 2 / 3)),
        ("eight for nothing", Limited(Priced("apart", 8, 8, 0.0), 0.1)),
        ("eight for little", Limited(Priced("apart", 8, 8, 0.04), 0.1)),
    ],
)
NO_BUDGET = edited(
    budget_clock,
    "no_budget",
    "Offers 1/β of what sellers add, however many there are.",
    ("(self.beta + wanted / self.budget)", "self.beta"),
    (" or paid + price > self._limit", ""),
)
OPENING = edited(
    budget_clock,
    "opening",
    "Pays the opening prices.",
    (
        "        self.payments[self.winners] = self._prices[self.winners]\n",
        "        self.payments[self.winners] = "
        "np.minimum(self.budget, alone / self.beta)[self.winners]\n",
    ),
)
TWICE = edited(
    budget_clock,
    "twice",
    "Divides the opening prices by β twice.",
    ("float(alone[seller]) / self.beta)", "float(alone[seller]) / self.beta**2)"),
)
NO_SINGLE = edited(
    budget_clock,
    "no_single",
    "Forgets the single seller.",
    ("sets = [chosen, last, [single]]", "sets = [chosen, last, last]"),
    ("float(alone[single])]", "worth]"),
)
DOUBLE = edited(
    budget_clock,
    "double",
    "Opens with twice the price.",
    ("float(alone[seller]) / self.beta)", "2 * float(alone[seller]) / self.beta)"),
)


def truncated(quality: SetFunction, costs: Any, budget: float, **options: Any) -> AuctionResult:
    """Buys greedily until the costs are at the budget, and pays critically for what is left."""
    result = procurement_auction(quality, costs, rule="cost_scaled")
    kept = result.winners[np.cumsum(np.asarray(costs)[result.winners]) <= budget]
    within = np.isin(np.arange(quality.size), kept)
    return replace(result, winners=kept, payments=np.where(within, result.payments, 0))


@check(
    claims.BUDGET_SPENT,
    on=LIMITED,
    faults=[NO_BUDGET, OPENING, Fault.from_function(truncated)],
    trials=150,
)
def budget_spent(algorithm: Algorithm, one: Limited, rng: np.random.Generator) -> Measurement:
    """Add up."""
    return Measurement(one.run(algorithm).payments.sum(), budget=one.budget)


@check(claims.BUDGET_PAYMENTS, on=LIMITED, faults=[DOUBLE], trials=150)
def budget_payments(algorithm: Algorithm, one: Limited, rng: np.random.Generator) -> Measurement:
    """Add up."""
    result = one.run(algorithm)
    return Measurement(result.payments.sum(), value=worth(one.sellers, result), beta=one.beta)


@check(claims.BUDGET_WELFARE, on=LIMITED, faults=[TWICE, NO_SINGLE], trials=150)
def budget_welfare(algorithm: Algorithm, one: Limited, rng: np.random.Generator) -> Measurement:
    """Compare with the set within the budget that asks most."""
    sellers = one.sellers
    asked = np.where(
        sellers.costs <= one.budget, sellers.values - one.beta * sellers.costs, -np.inf
    )
    T = int(asked.argmax())
    return Measurement(
        sellers.net(one.run(algorithm).winners),
        value=sellers.values[T],
        cost=sellers.costs[T],
        alpha=one.alpha,
        beta=one.beta,
    )


@check(claims.BUDGET_TRUTHFUL, on=LIMITED, faults=[OPENING], trials=100)
def budget_truthful(algorithm: Algorithm, one: Limited, rng: np.random.Generator) -> Measurement:
    """Try limits."""
    return Measurement(lies(one, algorithm, rng))

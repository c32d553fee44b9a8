"""Checks of posted prices, the descending clock and the budget clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.mechanisms import (
    AuctionResult,
    budget_clock,
    descending_clock,
    posted_prices,
    procurement_auction,
)
from algos.mechanisms.theorems import prices as claims
from algos.submodular import SetFunction
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited
from proofs_checks.mechanisms.instances import best_lie, some
from proofs_checks.submodular.priced import Priced, priced

Algorithm = Any


@dataclass(frozen=True)
class Arrivals:
    """Sellers in an order, and what the buyer leaves."""

    sellers: Priced
    beta: float = 1.0
    turned: bool = False

    def run(self, algorithm: Algorithm) -> AuctionResult:
        """Let them come."""
        quality, costs = self.sellers.problem
        order = range(quality.size)[:: -1 if self.turned else 1]
        result: AuctionResult = algorithm(quality, costs, order, beta=self.beta)
        return result


@dataclass(frozen=True)
class Falling:
    """Sellers, a decrement, and in which order prices fall: the highest, or one to the end."""

    sellers: Priced
    decrement: float = 0.5
    order: str = "highest"

    def run(self, algorithm: Algorithm, limits: Any = None) -> AuctionResult:
        """Let prices fall; sellers leave below their limits, or their costs."""
        quality, costs = self.sellers.problem
        ends = {"first": lambda sellers, _: sellers[0], "last": lambda sellers, _: sellers[-1]}
        result: AuctionResult = algorithm(
            quality,
            costs if limits is None else limits,
            ends.get(self.order),
            decrement=self.decrement,
        )
        return result


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


def worth(sellers: Priced, result: AuctionResult) -> float:
    """Look up the value of what was bought."""
    return float(sellers.values[sum(1 << int(seller) for seller in result.winners)])


def lies(one: Falling | Limited, algorithm: Algorithm, rng: np.random.Generator) -> float:
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


SHUT_OUT = Priced("wholes", 1, 2, 0.5)
ALONE = Priced("apart", 1, 1, 0.25)
ARRIVALS = Instances(
    st.builds(Arrivals, priced(), st.sampled_from([0.5, 1.0, 2.0]), st.booleans()),
    [
        ("shut out", Arrivals(SHUT_OUT)),
        ("shut out at three quarters", Arrivals(Priced("wholes", 1, 2, 0.75), 1 / 3)),
        ("shut out at the full price", Arrivals(Priced("wholes", 1, 2, 1.0))),
        ("one seller", Arrivals(ALONE)),
    ],
)
NO_HALF = edited(
    posted_prices,
    "no_half",
    "Offers all that a seller adds.",
    ("        return gain / (1 + self.beta)\n", "        return gain\n"),
)
PAYS_ALL = edited(
    posted_prices,
    "pays_all",
    "Offers a part, and pays all.",
    ("= gain / (1 + self.beta)\n", "= gain\n"),
)


@check(claims.POSTED_WELFARE, on=ARRIVALS, faults=[NO_HALF], trials=150)
def posted_welfare(algorithm: Algorithm, one: Arrivals, rng: np.random.Generator) -> Measurement:
    """Compare with the set that asks most."""
    result = one.run(algorithm)
    worst = one.sellers.worst([one.beta / (1 + one.beta)], [one.beta])
    worst.pop("m")
    return Measurement(one.sellers.net(result.winners), beta=one.beta, **worst)


@check(claims.POSTED_PAYMENTS, on=ARRIVALS, faults=[PAYS_ALL], trials=150)
def posted_payments(algorithm: Algorithm, one: Arrivals, rng: np.random.Generator) -> Measurement:
    """Add up."""
    result = one.run(algorithm)
    return Measurement(result.payments.sum(), value=worth(one.sellers, result), beta=one.beta)


FALLING = Instances(
    st.builds(
        Falling,
        priced(),
        st.sampled_from([0.05, 0.3, 1.0]),
        st.sampled_from(["highest", "first", "last"]),
    ),
    [
        ("shut out", Falling(SHUT_OUT, 1 / 256)),
        ("shut out at the full price", Falling(Priced("wholes", 1, 2, 1.0), 0.01)),
        ("twins for nothing", Falling(Priced("wholes", 1, 2, 0.0))),
        ("a needle for nothing", Falling(Priced("needle", 3, 1, 0.0))),
        ("parts for free", Falling(Priced("parts", 5, 5, 3.9), 0.1, "first")),
        ("one seller", Falling(ALONE)),
    ],
)
NO_HALF_CLOCK = edited(
    descending_clock,
    "no_half",
    "Buys as soon as a price is at most what the seller adds.",
    ("<= self._gains[seller] / 2", "<= self._gains[seller]"),
)
STALE = edited(
    descending_clock,
    "stale",
    "Goes on with what sellers added alone.",
    ("        self._gains[left] = self._oracle.gains(self._state, left)\n", ""),
)
WORTHLESS = edited(
    descending_clock,
    "worthless",
    "Does not ask whether a seller adds anything.",
    ("        self.active = self._gains > 0\n", "        self.active = self._gains >= 0\n"),
    ("if self._gains[seller] > 0 and ", "if "),
    ("        self.active[left] = self._gains[left] > 0\n", ""),
)
LATE = edited(
    descending_clock,
    "late",
    "Pays the price after the last one that was accepted.",
    (
        "self.payments[seller] = self._prices[seller]",
        "self.payments[seller] = self._prices[seller] - self.decrement",
    ),
)


@check(claims.CLOCK_WELFARE, on=FALLING, faults=[NO_HALF_CLOCK], trials=150)
def clock_welfare(algorithm: Algorithm, one: Falling, rng: np.random.Generator) -> Measurement:
    """Compare with the set that asks most."""
    result = one.run(algorithm)
    sellers, masks = one.sellers, np.arange(len(one.sellers.values))
    left = ~sum(1 << int(seller) for seller in result.winners)
    missed = np.bitwise_count(masks & left & (len(masks) - 1))
    T = (sellers.values / 2 - sellers.costs - one.decrement * missed).argmax()
    return Measurement(
        sellers.net(result.winners),
        value=sellers.values[T],
        cost=sellers.costs[T],
        missed=missed[T],
        decrement=one.decrement,
    )


@check(claims.CLOCK_PAYMENTS, on=FALLING, faults=[NO_HALF_CLOCK, STALE], trials=150)
def clock_payments(algorithm: Algorithm, one: Falling, rng: np.random.Generator) -> Measurement:
    """Add up."""
    result = one.run(algorithm)
    return Measurement(result.payments.sum(), value=worth(one.sellers, result))


@check(claims.CLOCK_USEFUL, on=FALLING, faults=[WORTHLESS], trials=150)
def clock_useful(algorithm: Algorithm, one: Falling, rng: np.random.Generator) -> Measurement:
    """Count winners who left the value as it was."""
    masks = np.cumsum([0, *(1 << int(seller) for seller in one.run(algorithm).winners)])
    return Measurement(int(np.count_nonzero(np.diff(one.sellers.values[masks]) <= 0)))


@check(claims.CLOCK_TRUTHFUL, on=FALLING, faults=[LATE], trials=100)
def clock_truthful(algorithm: Algorithm, one: Falling, rng: np.random.Generator) -> Measurement:
    """Try limits."""
    return Measurement(lies(one, algorithm, rng))


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

"""Checks of posted prices and the descending clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.mechanisms import AuctionResult, descending_clock, posted_prices
from algos.mechanisms.theorems import prices as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.mechanisms.instances import lies, worth
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

"""Checks of procurement auctions with critical payments."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from algos.mechanisms import AuctionResult, procurement_auction
from algos.mechanisms._auction_result import checked_bids
from algos.mechanisms._procurement_auction import _ExactOracle
from algos.mechanisms.theorems import procurement as claims
from algos.submodular import SetFunction
from algos.submodular._net_rounds import net_rounds
from algos.submodular._score_rules import Distorted
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited
from proofs_checks.mechanisms.instances import (
    SALES,
    Sale,
    best_lie,
    sales,
    some,
    utility,
    worth,
)
from proofs_checks.submodular.priced import DISTORTED, RETURNS, SCALED, Priced, priced

CRITICAL = "critical.critical(one, known, present)"
PAYING = "algos.mechanisms._critical_payments"
SCORES = "algos.submodular._score_rules"

PAY_AS_BID = edited(
    procurement_auction, "pay_as_bid", "Pays what winners ask.", (CRITICAL, "asked[seller]")
)
MARGINAL = edited(
    procurement_auction,
    "marginal",
    "Pays what a winner adds.",
    (CRITICAL, "one.gains[one.place]"),
)
ALONE = edited(
    procurement_auction,
    "alone",
    "Pays what a winner is worth alone.",
    (CRITICAL, "oracle.gains(oracle.start(), np.array([seller]))[0]"),
)
RUNNER_UP = edited(
    procurement_auction,
    "runner_up",
    "Pays the tie with the runner-up of the winning round.",
    ("            rerun.push(winner)\n", "            break\n"),
    module=PAYING,
)


def fewer_rounds(quality: SetFunction, bids: Any, **options: Any) -> AuctionResult:
    """Pays by runs without each winner whose rounds and weights are those of n − 1 sellers."""
    result = procurement_auction(quality, bids, **options)
    if options["rule"] != "distorted" or options["k"] is not None:
        return result
    oracle, payments = _ExactOracle(quality), result.payments.copy()
    asked = checked_bids("bids", quality.size, bids, exact=True)
    rule = Distorted(max(1, quality.size - 1), exact=True)
    for seller in result.winners:
        payments[seller] = Fraction(0)
        for one in net_rounds(oracle, asked, rule, candidates=np.delete(oracle.everything, seller)):
            gain = oracle.gains(one.state, np.array([seller]))[0]
            score = 0 if one.place is None else one.scores[one.place]
            payments[seller] = max(payments[seller], rule.tie(one.step, gain, score))
    return replace(result, payments=payments)


FEWER = Fault.from_function(fewer_rounds)
HALVES = edited(
    procurement_auction,
    "halves",
    "Pays half of the greatest tie.",
    ("        return payment\n", "        return payment / 2\n"),
    module=PAYING,
)
FULL = edited(
    procurement_auction,
    "full_ties",
    "Forgets that the cost-scaled rule counts bids twice.",
    ("return (gain - max(score, 0)) / 2", "return gain - max(score, 0)"),
    module=SCORES,
)
PLAIN = edited(
    procurement_auction,
    "plain",
    "Takes the greatest f(e|S) − c_e: no weights.",
    ("self._kept ** (self.rounds - 1 - step)", "self._kept ** 0"),
    module=SCORES,
)
SINGLE_COSTS = edited(
    procurement_auction,
    "single_costs",
    "Counts costs once.",
    ("return gains - 2 * costs", "return gains - costs"),
    module=SCORES,
)
NO_FLOOR = edited(
    procurement_auction,
    "no_floor",
    "Buys as long as something is added.",
    ("    floor = 1\n", "    floor = 0\n"),
    module=SCORES,
)

FAULTS = [PAY_AS_BID, MARGINAL, RUNNER_UP, FEWER]
ON = Instances(sales(), SALES)


@check(claims.AUCTION_TRUTHFUL, on=ON, faults=FAULTS, trials=150)
def auction_truthful(algorithm: Any, sale: Sale, rng: np.random.Generator) -> Measurement:
    """Let sellers of some costs bid as others would."""
    lies = [best_lie(sale.told(algorithm, i)) for i in some(len(sale.costs), rng)]
    return Measurement(max(lies))


@check(claims.AUCTION_THRESHOLD, on=ON, faults=FAULTS, trials=150)
def auction_threshold(algorithm: Any, sale: Sale, rng: np.random.Generator) -> Measurement:
    """Bid below and above the payment."""
    wrong = 0
    for seller in some(len(sale.costs), rng):
        told = sale.told(algorithm, seller)
        most = told[min(told)]
        for bid, paid in told.items():
            if most is None or bid > most:
                wrong += paid is not None
            elif bid < most:
                wrong += paid != most
    return Measurement(wrong)


@check(claims.AUCTION_RATIONAL, on=ON, faults=[HALVES], trials=150)
def auction_rational(algorithm: Any, sale: Sale, rng: np.random.Generator) -> Measurement:
    """Find the seller who has least from the truth."""
    costs = sale.costs
    result = sale.buy(algorithm, costs)
    least = (
        min(utility(result.payments[i], costs[i]) for i in (*result.winners,))
        if len(result.winners)
        else 0
    )
    return Measurement(min(least, min(result.payments)))


@check(claims.AUCTION_PAYMENTS, on=ON, faults=[ALONE], trials=150)
def auction_payments(algorithm: Any, sale: Sale, rng: np.random.Generator) -> Measurement:
    """Add up."""
    result = sale.buy(algorithm, sale.costs)
    return Measurement(sum(result.payments), value=worth(sale.sellers, result))


@check(
    claims.AUCTION_SURPLUS,
    on=Instances(
        sales(rules=("cost_scaled",)),
        [("one seller", Sale(Priced("apart", 1, 1, 0.25), "cost_scaled"))],
    ),
    faults=[MARGINAL, FULL],
    trials=150,
)
def auction_surplus(algorithm: Any, sale: Sale, rng: np.random.Generator) -> Measurement:
    """Take the payments from the value."""
    result = sale.buy(algorithm, sale.costs)
    value = worth(sale.sellers, result)
    return Measurement(value - float(sum(result.payments)), value=value)


@check(claims.AUCTION_DISTORTED, on=Instances(priced(), DISTORTED), faults=[PLAIN], trials=150)
def auction_distorted(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the set and the number that ask most."""
    result = algorithm(*one.problem, rule="distorted", k=one.k)
    m = np.arange(one.k + 1)
    worst = one.worst(1 - (1 - 1 / one.k) ** m, m / one.k)
    return Measurement(one.net(result.winners), rounds=one.k, **worst)


@check(
    claims.AUCTION_COST_SCALED, on=Instances(priced(), SCALED), faults=[SINGLE_COSTS], trials=150
)
def auction_cost_scaled(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the set that asks most."""
    result = algorithm(*one.problem, rule="cost_scaled", k=one.k)
    worst = one.worst([0.5], [1.0])
    return Measurement(one.net(result.winners), value=worst["value"], cost=worst["cost"])


@check(claims.AUCTION_ROI, on=Instances(priced(whole=True), RETURNS), faults=[NO_FLOOR], trials=150)
def auction_roi(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the set and the β that ask most, of many."""
    result = algorithm(*one.problem, rule="roi")
    betas = np.concatenate([np.linspace(0, 5, 101), [50.0]])
    worst = one.worst(1 - np.exp(-betas), betas)
    beta = float(betas[int(worst["m"])])
    return Measurement(one.net(result.winners), value=worst["value"], cost=worst["cost"], beta=beta)

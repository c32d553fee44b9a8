"""Procurement auctions: greedy winners, critical payments."""

from __future__ import annotations

import math
from fractions import Fraction
from heapq import nlargest
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from algos._arguments import checked_count, checked_real
from algos.mechanisms._auction_result import AuctionResult, checked_bids, checked_quality
from algos.mechanisms._critical_payments import Payments
from algos.submodular import SetFunction
from algos.submodular._net_rounds import net_rounds
from algos.submodular._oracle import Oracle
from algos.submodular._score_rules import CostScaled, Distorted, ReturnOnInvestment, ScoreRule
from algos.submodular._selection import cardinality_bound
from algos.submodular._set_function import Indices

__all__ = ["Rule", "procurement_auction"]

Rule = Literal["distorted", "stochastic_distorted", "unconstrained_distorted", "cost_scaled", "roi"]


def procurement_auction(
    quality: SetFunction,
    bids: Any,
    *,
    rule: Rule = "distorted",
    k: int | None = None,
    exact: bool = False,
    epsilon: float = 0.1,
    rng: int | np.random.Generator | None = None,
) -> AuctionResult:
    """Buy from sellers who bid, so that it pays for each of them to bid their cost.

    Parameters
    ----------
    quality : SetFunction
        What a set of sellers is worth to the buyer; monotone and submodular.
    bids : array_like, shape (n,)
        What each seller asks, at least 0; infinite for one who does not take part.
    rule : {"distorted", "stochastic_distorted", "unconstrained_distorted", "cost_scaled", "roi"}
        Which greedy algorithm for f − c chooses the winners.
    k : int, optional
        At most so many winners; n by default. Not for "unconstrained_distorted".
    exact : bool, optional
        Whether to compute with fractions: bids (ints, floats, fractions) and marginals are
        converted without rounding, and payments, value, welfare and bound are fractions.
    epsilon : float, optional
        In (0, 1), for "stochastic_distorted": samples have ⌈(n/k) ln(1/epsilon)⌉ sellers, drawn
        with repetition.
    rng : int, Generator or None, optional
        Seed, for the rules with samples.

    Returns
    -------
    AuctionResult
        Winners, payments, welfare at the bids, a bound on the best welfare.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; a bad bid is named by its seller.
    OracleError
        A marginal is no number, negative, or has risen as the set grew.

    Notes
    -----
    A winner is paid the greatest bid that would still have won, with all other bids, the number
    of rounds and the samples as they are: the greatest, over the rounds of a run without the
    winner, of the bid at which it ties with that round's winner. Truth is then a best answer
    (whatever the samples are: they are drawn before bids are read), nobody who bids their cost
    loses, and payments sum to at most f(S), for "cost_scaled" to at most f(S)/2.

    Among equal scores the least seller wins. A bid of exactly the payment therefore wins or
    loses by the sellers' numbers; its utility is the same, since then cost and payment are.
    Floats round: payments are then off by up to some R units in the last place of the marginals,
    for R rounds, so that a winner may be paid her bid less that.

    Welfare W at the bids c, for every set T: distorted W ≥ (1 − (1 − 1/R)^m) f(T) − (m/R) c(T)
    for all m ≤ R, T of at most R = k sellers; cost-scaled W ≥ f(T)/2 − c(T); roi, with k = n,
    W ≥ (1 − e^(−β)) f(T) − β c(T) for all β ≥ 0.

    A run without a winner starts at the round in which it was chosen, from the marginals known
    there, which bound later ones: few are asked for again.

    References
    ----------
    Y. Deng, A. Karbasi, V. Mirrokni, R. Paes Leme, G. Velegkas, S. Zuo, "Procurement auctions
    via approximately optimal submodular optimization", ICML 2025.

    Examples
    --------
    >>> from algos.mechanisms import procurement_auction
    >>> from algos.submodular import FacilityLocation
    >>> quality = FacilityLocation([[9.0, 5, 0], [0, 5, 1], [0, 5, 7]])
    >>> result = procurement_auction(quality, [1, 6, 2], rule="cost_scaled")
    >>> result.winners.tolist(), result.payments.tolist(), result.surplus
    ([0, 2], [4.5, 0.0, 4.0], 8.5)
    """
    size = checked_quality(quality).size
    oracle = (_ExactOracle if exact else Oracle)(quality)
    scores, pools = _chosen(rule, size, k, exact, epsilon, rng)
    asked = checked_bids("bids", size, bids, exact=exact)
    present = np.array([bid < np.inf for bid in asked])
    value = Fraction(0) if exact else 0.0
    payments = np.full(size, value)
    critical = Payments(oracle, asked, scores, pools)
    winners: list[int] = []
    state, known = oracle.start(), np.full(size, value)
    bound: Any = math.inf
    if pools is not None:
        known = oracle.gains(state, oracle.everything)
        bound = _bound(value, known, asked, scores.rounds)
    for one in net_rounds(
        oracle,
        asked,
        scores,
        candidates=np.flatnonzero(present),
        pools=None if pools is None else map(np.unique, pools),
    ):
        state, known[one.pool] = one.state, one.gains
        if pools is None:
            bound = min(bound, _bound(value, one.gains, asked[one.pool], scores.rounds))
        if one.place is not None:
            seller = int(one.pool[one.place])
            payments[seller] = critical.critical(one, known, present)
            present[seller] = False
            winners.append(seller)
            value += one.gains[one.place : one.place + 1].tolist()[0]
    left = np.flatnonzero(present)
    bound = min(bound, _bound(value, oracle.gains(state, left), asked[left], scores.rounds))
    welfare = value - sum(asked[winners].tolist())
    return AuctionResult(
        np.array(winners, dtype=np.intp), payments, value, welfare, bound, oracle.calls
    )


def _bound(value: Any, gains: Any, bids: Any, k: int) -> Any:
    """Bound f − c of all sets of k sellers."""
    nets = gains - bids
    if nets.dtype == object:
        return value + sum(nlargest(k, (net for net in nets if net > 0)))
    return cardinality_bound(value, nets, k)


def _chosen(
    rule: str,
    size: int,
    k: int | None,
    exact: bool,
    epsilon: float,
    rng: int | np.random.Generator | None,
) -> tuple[ScoreRule, Indices | None]:
    """Set a rule up; draw who is looked at in every round."""
    if rule not in get_args(Rule):
        raise ValueError(f"rule must be one of {', '.join(get_args(Rule))}, got {rule!r}")
    if rule == "unconstrained_distorted" and k is not None:
        raise ValueError(
            f"k must be None for unconstrained_distorted, got {k!r}; take stochastic_distorted"
        )
    rounds = size if k is None else checked_count("k", k, most=size)
    if rule == "cost_scaled":
        return CostScaled(rounds), None
    if rule == "roi":
        return ReturnOnInvestment(rounds), None
    scores = Distorted(rounds, exact=exact)
    if rule == "distorted":
        return scores, None
    generator = np.random.default_rng(rng)
    if rule == "unconstrained_distorted":
        return scores, generator.integers(size, size=(size, 1))
    epsilon = checked_real("epsilon", epsilon, 0, 1)
    drawn = math.ceil(size / rounds * math.log(1 / epsilon))
    return scores, np.array([generator.integers(size, size=drawn) for _ in range(rounds)])


class _ExactOracle(Oracle):
    """Marginals as fractions."""

    def gains(self, state: Any, candidates: Indices) -> NDArray[Any]:
        """Convert without rounding."""
        exactly = np.empty(len(candidates), dtype=object)
        exactly[:] = [Fraction(float(gain)) for gain in super().gains(state, candidates)]
        return exactly

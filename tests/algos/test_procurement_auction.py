"""Procurement auctions: plain reruns, deviations, bounds against every set."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from algos.mechanisms import AuctionResult, procurement_auction
from algos.mechanisms._auction_result import checked_bids
from algos.mechanisms._procurement_auction import _chosen, _ExactOracle
from algos.submodular import (
    Coverage,
    FacilityLocation,
    SetFunction,
    cost_scaled_greedy,
    distorted_greedy,
    roi_greedy,
    stochastic_distorted_greedy,
    unconstrained_distorted_greedy,
)
from algos.submodular._net_rounds import net_rounds
from algos.submodular._oracle import Oracle

RULES: Any = (
    "distorted", "stochastic_distorted", "unconstrained_distorted", "cost_scaled", "roi",
)  # fmt: skip
MATRIX = [[9.0, 5, 0], [0, 5, 1], [0, 5, 7]]


def drawn(seed: int, most: int = 8) -> tuple[SetFunction, Any]:
    """Draw a small quality, and bids of which some tie."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, most + 1))
    quality: SetFunction
    if seed % 2:
        quality = FacilityLocation(rng.integers(0, 5, (n + 2, n)) ** 2.0)
    else:
        quality = Coverage(rng.choice([0, 0, 0.5, 1], (n, 2 * n)), rng.integers(0, 4, 2 * n))
    return quality, rng.integers(0, 12, n) if seed % 3 else rng.random(n) * 10


def plainly(
    quality: SetFunction, bids: Any, rule: Any, k: int | None, rng: int, *, exact: bool
) -> tuple[list[int], Any]:
    """Pay by whole runs without each winner: the definition."""
    oracle = (_ExactOracle if exact else Oracle)(quality)
    scores, pools = _chosen(rule, quality.size, k, exact, 0.1, rng)
    asked = checked_bids("bids", quality.size, bids, exact=exact)
    rounds = net_rounds(oracle, asked, scores, pools=pools)
    winners = [int(one.pool[one.place]) for one in rounds if one.place is not None]
    payments: Any = [0] * quality.size
    for i in winners:
        others = np.delete(oracle.everything, i)
        for one in net_rounds(oracle, asked, scores, candidates=others, pools=pools):
            if pools is None or i in pools[one.step]:
                gain = oracle.gains(one.state, np.array([i]))[0]
                score = scores.floor if one.place is None else one.scores[one.place]
                payments[i] = max(payments[i], scores.tie(one.step, gain, score))
    return winners, payments


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("rule", RULES)
def test_payments_are_those_of_plain_reruns_to_the_last_bit(rule: Any, exact: bool) -> None:
    for seed in range(40):
        quality, bids = drawn(seed)
        k = None if rule == "unconstrained_distorted" or seed % 4 == 0 else 1 + seed % quality.size
        result = procurement_auction(quality, bids, rule=rule, k=k, exact=exact, rng=seed)
        winners, payments = plainly(quality, bids, rule, k, seed, exact=exact)
        assert result.winners.tolist() == winners
        assert result.payments.tolist() == payments


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kind", ["facility", "coverage"])
def test_many_sellers_are_paid_as_by_plain_reruns(rule: Any, kind: str) -> None:
    rng = np.random.default_rng(0)
    n = 120
    points = rng.normal(size=(n, 3))
    near = np.exp(-((points[:, None] - points) ** 2).sum(axis=2))
    quality: SetFunction = FacilityLocation(near)
    if kind == "coverage":
        quality = Coverage(rng.random((n, 300)) < 0.04, rng.random(300))
    bids = rng.random(n) * 3
    result = procurement_auction(quality, bids, rule=rule, rng=5)
    winners, payments = plainly(quality, bids, rule, None, 5, exact=False)
    assert len(winners) > 10
    assert result.winners.tolist() == winners
    assert result.payments.tolist() == payments


def test_winners_are_those_of_the_greedy_algorithms() -> None:
    for seed in range(30):
        quality, bids = drawn(seed)
        k = 1 + seed % quality.size
        for rule, greedy, options in (
            ("distorted", distorted_greedy(quality, bids, k), {"k": k}),
            ("cost_scaled", cost_scaled_greedy(quality, bids, k), {"k": k}),
            ("roi", roi_greedy(quality, bids), {}),
            (
                "stochastic_distorted",
                stochastic_distorted_greedy(quality, bids, k, epsilon=0.3, rng=seed),
                {"k": k, "epsilon": 0.3},
            ),
            (
                "unconstrained_distorted",
                unconstrained_distorted_greedy(quality, bids, rng=seed),
                {},
            ),
        ):
            chosen: Any = {"rule": rule, **options}
            result = procurement_auction(quality, bids, rng=seed, **chosen)
            assert result.winners.tolist() == greedy.elements.tolist()
            assert result.welfare == pytest.approx(greedy.net)


@pytest.mark.parametrize("rule", RULES)
def test_floats_are_near_the_fractions(rule: Any) -> None:
    """Up to 4 R units in the last place, where no two scores nearly tie."""
    rng = np.random.default_rng(3)
    quality = Coverage(rng.random((40, 120)) < 0.06, rng.integers(1, 9, 120))
    bids = rng.random(40) * 12
    near = procurement_auction(quality, bids, rule=rule, rng=1)
    exact = procurement_auction(quality, bids, rule=rule, rng=1, exact=True)
    assert near.winners.tolist() == exact.winners.tolist()
    most = quality.value(range(40)) * 4 * 40 * np.finfo(float).eps
    assert np.abs(near.payments - exact.payments.astype(float)).max() <= most
    assert near.welfare == pytest.approx(float(exact.welfare))


def bids_around(payment: Any, bids: Any) -> list[Any]:
    """List bids at, just beside and far from the payment and the bids."""
    hair = Fraction(1, 10**9)
    near = [p + d for p in (payment, *bids) for d in (-hair, 0, hair)]
    return [bid for bid in (*near, 0, Fraction(1, 3), 5, 40) if bid >= 0]


@pytest.mark.parametrize("rule", RULES)
def test_no_deviation_gains_and_payments_are_thresholds(rule: Any) -> None:
    """Fractions throughout: every comparison is exact."""
    for seed in range(12):
        quality, costs = drawn(100 + seed, 5)
        k = None if rule == "unconstrained_distorted" else 1 + seed % quality.size

        def run(
            bids: Any, quality: SetFunction = quality, k: Any = k, seed: int = seed
        ) -> AuctionResult:
            return procurement_auction(quality, bids, rule=rule, k=k, exact=True, rng=seed)

        costs = [Fraction(float(cost)) for cost in costs]
        honest = run(costs)
        for i in range(quality.size):
            utility = honest.payments[i] - (costs[i] if i in honest.winners else 0)
            assert utility >= 0
            for bid in bids_around(honest.payments[i], costs):
                other = run([*costs[:i], bid, *costs[i + 1 :]])
                gained = other.payments[i] - (costs[i] if i in other.winners else 0)
                assert gained <= utility
                if i in honest.winners:
                    if bid < honest.payments[i]:
                        assert i in other.winners
                        assert other.payments[i] == honest.payments[i]
                    if bid > honest.payments[i]:
                        assert i not in other.winners


@pytest.mark.parametrize("rule", RULES)
def test_payments_sum_to_at_most_the_value(rule: Any) -> None:
    for seed in range(40):
        quality, bids = drawn(seed)
        result = procurement_auction(quality, bids, rule=rule, exact=True, rng=seed)
        assert result.value == Fraction(quality.value(result.winners))
        assert result.surplus >= (result.value / 2 if rule == "cost_scaled" else 0)
        assert result.welfare == result.value - sum(
            (Fraction(float(bids[i])) for i in result.winners), Fraction(0)
        )


@pytest.mark.parametrize("rule", RULES)
def test_the_upper_bound_holds_for_every_set(rule: Any) -> None:
    for seed in range(30):
        quality, bids = drawn(seed, 6)
        k = None if rule == "unconstrained_distorted" else 1 + seed % quality.size
        result = procurement_auction(quality, bids, rule=rule, k=k, rng=seed)
        for mask in range(2**quality.size):
            subset = [e for e in range(quality.size) if mask >> e & 1]
            if len(subset) <= (k or quality.size):
                welfare = quality.value(subset) - float(np.asarray(bids)[subset].sum())
                assert result.upper_bound >= welfare - 1e-9


@pytest.mark.parametrize("rule", RULES)
def test_the_upper_bound_of_an_exact_auction_is_exact(rule: Any) -> None:
    """Thirds and tenths have no floats: a rounded bound lay below the welfare."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(1, 5))
        quality = FacilityLocation(rng.integers(0, 5, (n + 1, n)))
        bids = [Fraction(int(bid), int(rng.choice([3, 10]))) for bid in rng.integers(0, 9, n)]
        result = procurement_auction(quality, bids, rule=rule, exact=True, rng=seed)
        for mask in range(2**n):
            subset = [e for e in range(n) if mask >> e & 1]
            cost = sum((bids[e] for e in subset), Fraction(0))
            assert result.upper_bound >= Fraction(quality.value(subset)) - cost


def test_by_hand() -> None:
    """Without 0, seller 2 wins (0 ties at 5/2), then nobody (0 ties at 9/2)."""
    result = procurement_auction(FacilityLocation(MATRIX), [1, 6, 2], rule="cost_scaled")
    assert result.winners.tolist() == [0, 2]
    assert result.payments.tolist() == [4.5, 0, 4]
    assert (result.value, result.welfare, result.surplus) == (17, 14, 8.5)
    assert result.oracle_calls > 0


def test_roi_pays_nothing_against_a_rival_who_is_free_and_the_same() -> None:
    twins = FacilityLocation([[4.0, 4.0]])
    result = procurement_auction(twins, [0, 0], rule="roi")
    assert result.winners.tolist() == [0]
    assert result.payments.tolist() == [0, 0]
    alone = procurement_auction(twins, [0, np.inf], rule="roi")
    assert alone.payments.tolist() == [4, 0]


def test_ties_go_to_the_least_seller_at_no_gain() -> None:
    twins = FacilityLocation([[4.0, 4.0]])
    for rule in ("distorted", "cost_scaled", "roi"):
        result = procurement_auction(twins, [1, 1], rule=rule)
        assert result.winners.tolist() == [0]
        assert result.payments.tolist() == [1, 0]
    assert procurement_auction(twins, [2, 1]).winners.tolist() == [1]
    assert procurement_auction(twins, [2, 1]).payments.tolist() == [0, 2]


@pytest.mark.parametrize("rule", RULES)
def test_infinite_bids_change_nothing_but_who_takes_part(rule: Any) -> None:
    quality = FacilityLocation(MATRIX)
    for exact in (False, True):
        away = procurement_auction(quality, [1, np.inf, 2], rule=rule, rng=0, exact=exact)
        dear = procurement_auction(quality, [1, 10**6, 2], rule=rule, rng=0, exact=exact)
        assert away.winners.tolist() == dear.winners.tolist()
        assert away.payments.tolist() == dear.payments.tolist()
        assert away.upper_bound == dear.upper_bound
        nobody = procurement_auction(quality, [np.inf] * 3, rule=rule, rng=0, exact=exact)
        assert len(nobody.winners) == 0
        assert (nobody.value, nobody.welfare, nobody.surplus, nobody.upper_bound) == (0, 0, 0, 0)


@pytest.mark.parametrize("rule", RULES)
def test_one_seller(rule: Any) -> None:
    quality = FacilityLocation([[4.0]])
    result = procurement_auction(quality, [1], rule=rule, rng=0)
    assert result.winners.tolist() == [0]
    assert result.payments.tolist() == [2.0 if rule == "cost_scaled" else 4.0]
    assert len(procurement_auction(quality, [5], rule=rule, rng=0).winners) == 0


def test_seeds_repeat_and_pools_do_not_look_at_bids() -> None:
    quality, bids = drawn(7)
    for rule in ("stochastic_distorted", "unconstrained_distorted"):
        one = procurement_auction(quality, bids, rule=rule, rng=3)
        two = procurement_auction(quality, bids, rule=rule, rng=np.random.default_rng(3))
        assert one.winners.tolist() == two.winners.tolist()
        assert one.payments.tolist() == two.payments.tolist()


def test_bids_are_left_alone_and_read_exactly() -> None:
    bids = np.array([1.0, 6.0, 2.0])
    procurement_auction(FacilityLocation(MATRIX), bids)
    assert bids.tolist() == [1, 6, 2]
    third = Fraction(1, 3)
    for asked in ([third, 6, 2], [third, np.int64(6), np.longdouble(2)]):
        result = procurement_auction(FacilityLocation(MATRIX), asked, exact=True)
        assert result.welfare == result.value - third - 2


def test_worthless_sellers_are_not_bought() -> None:
    quality = FacilityLocation([[0.0, 3.0, 3.0]])
    for rule in RULES:
        winners = procurement_auction(quality, [0, 0, 0], rule=rule, rng=0).winners
        assert 0 not in winners
        assert len(winners) <= 1

"""Benchmark pairs of critical payments: runs that pay nobody, and whole reruns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from algos.mechanisms import AuctionResult, procurement_auction
from algos.submodular import Coverage, FacilityLocation, SetFunction, distorted_greedy, roi_greedy
from algos.submodular._net_rounds import net_rounds
from algos.submodular._oracle import Oracle
from algos.submodular._score_rules import Distorted
from experiments.bench import Pair

__all__ = ["ITEMS", "POINTS", "RERUNS"]

Reals = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Market:
    """Sellers and their bids."""

    quality: SetFunction
    bids: Reals


def _points(size: int, rng: np.random.Generator) -> Market:
    """Let sellers represent as many points in eight dimensions."""
    points = rng.normal(size=(size, 8))
    squares = (points**2).sum(axis=1)
    distances = squares[:, None] + squares - 2 * points @ points.T
    return Market(FacilityLocation(np.exp(-distances / 8)), rng.random(size) * 6)


def _items(size: int, rng: np.random.Generator) -> Market:
    """Let sellers cover a hundredth each of three times as many items."""
    covered = (rng.random((size, 3 * size)) < 0.01).astype(float)
    return Market(Coverage(covered, rng.random(3 * size)), rng.random(size) * 0.0075 * size)


def _distorted(market: Market) -> AuctionResult:
    """Buy by weighted scores, in n rounds."""
    return procurement_auction(market.quality, market.bids)


def _roi(market: Market) -> AuctionResult:
    """Buy by returns."""
    return procurement_auction(market.quality, market.bids, rule="roi")


def _same_winners(market: Market, ours: AuctionResult, greedy: Any) -> bool:
    """Tell whether the auction buys what the greedy algorithm chooses, and pays for all of it."""
    chosen: bool = greedy.elements.tolist() == ours.winners.tolist()
    return chosen and bool((ours.payments[ours.winners] > 0).all())


def _reruns(market: Market) -> Reals:
    """Pay the greatest tie of a whole run without each winner."""
    oracle, payments = Oracle(market.quality), np.zeros(market.quality.size)
    rule = Distorted(oracle.size)
    rounds = net_rounds(oracle, market.bids, rule)
    winners = [int(one.pool[one.place]) for one in rounds if one.place is not None]
    for seller in winners:
        others = np.delete(oracle.everything, seller)
        for one in net_rounds(oracle, market.bids, rule, candidates=others):
            gain = oracle.gains(one.state, np.array([seller]))[0]
            score = rule.floor if one.place is None else one.scores[one.place]
            payments[seller] = max(payments[seller], rule.tie(one.step, gain, score))
    return payments


def _greedy_distorted(market: Market) -> Any:
    """Choose by weighted scores."""
    return distorted_greedy(market.quality, market.bids, market.quality.size)


POINTS = Pair(
    name="mechanisms/payments, facility location",
    peer_name="the greedy algorithm, no payments",
    sizes=(250, 1000),
    size_name="sellers",
    workload=_points,
    ours=_distorted,
    peer=_greedy_distorted,
    agree=_same_winners,
    target="at most 50 times as long",
    met=lambda cell: cell.ratio <= 50,
    target_from=1000,
    repetitions=5,
)
ITEMS = Pair(
    name="mechanisms/payments, coverage",
    peer_name="the greedy algorithm, no payments",
    sizes=(250, 1000),
    size_name="sellers",
    workload=_items,
    ours=_roi,
    peer=lambda market: roi_greedy(market.quality, market.bids),
    agree=_same_winners,
    target="at most 50 times as long",
    met=lambda cell: cell.ratio <= 50,
    target_from=1000,
    repetitions=5,
)
RERUNS = Pair(
    name="mechanisms/payments, against whole reruns",
    peer_name="a rerun for every winner",
    sizes=(100, 300, 1000),
    size_name="sellers",
    workload=_points,
    ours=_distorted,
    peer=_reruns,
    agree=lambda _, ours, payments: ours.payments.tolist() == payments.tolist(),
    repetitions=5,
)

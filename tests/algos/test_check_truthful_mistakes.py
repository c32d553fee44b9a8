"""The search for lies that pay, against mistakes that people make in mechanisms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from algos.mechanisms import COMMUTERS, Agents, check_truthful

Outcome = tuple[list[int], Any]
COSTS = np.random.default_rng(7).uniform(0, 1, (3, 5))


def two_wins(bids: Any, price: float = 0.0) -> Outcome:
    """Let the two lowest bids win, each at the price of what would win in her place."""
    order = np.argsort(bids, kind="stable")
    payments = np.zeros(len(bids))
    payments[order[:2]] = price or bids[order[2]]
    return order[:2].tolist(), payments


def highest_winning_bid(bids: Any) -> Outcome:
    """Pay both winners the higher of their bids: the pivot is a winner."""
    return two_wins(bids, float(np.sort(bids)[1]))


def one_pivot_too_far(bids: Any) -> Outcome:
    """Pay both winners the fourth bid."""
    return two_wins(bids, float(np.sort(bids)[3]))


def nearly_posted(bids: Any) -> Outcome:
    """Post a price that each bid moves a little."""
    prices = 0.5 + 1e-4 * bids
    winners = np.flatnonzero(bids <= prices)
    payments = np.zeros(len(bids))
    payments[winners] = prices[winners]
    return winners.tolist(), payments


def doubled_at_a_tie(bids: Any) -> Outcome:
    """Pay the second bid, twice if it equals the first."""
    first, second = np.argsort(bids, kind="stable")[:2]
    payments = np.zeros(len(bids))
    payments[first] = bids[second] * (1 + (bids[first] == bids[second]))
    return [int(first)], payments


def a_hair_above_the_threshold(bids: Any) -> Outcome:
    """Let bids win that are a thousandth above all others, at the least of the others."""
    least = np.array([np.delete(bids, i).min() for i in range(len(bids))])
    winners = np.flatnonzero(bids <= least + 1e-3)
    payments = np.zeros(len(bids))
    payments[winners] = least[winners]
    return winners.tolist(), payments


def dictator_with_tips(bids: Any) -> Outcome:
    """Buy from the first seller at a fixed price; tip the second one by what she asks."""
    payments = np.zeros(len(bids))
    payments[:2] = 2, 0.01 * bids[1]
    return [0], payments


@pytest.mark.parametrize(
    ("mechanism", "gain"),
    [
        (highest_winning_bid, 0.1),
        (one_pivot_too_far, 0.1),
        (nearly_posted, 4e-5),
        (doubled_at_a_tie, 0.1),
        (a_hair_above_the_threshold, 9e-4),
        (dictator_with_tips, 0.019),
    ],
)
def test_classical_mistakes_are_found(mechanism: Any, gain: float) -> None:
    report = check_truthful(mechanism, COSTS, high=2, rng=0)
    assert report.deviation is not None
    assert report.deviation.amount > gain
    assert check_truthful(two_wins, COSTS, high=2, rng=0).passed


def lower_or_upper_median(reports: Any) -> float:
    """Let the first report choose between the two medians of an even number."""
    return float(np.sort(reports)[len(reports) // 2 - (reports[0] < 0.5)])


def stretched_phantoms(reports: Any) -> float:
    """Put the phantoms at equal parts of the greatest report."""
    n = len(reports)
    return float(np.median(np.append(reports, reports.max() * np.arange(1, n) / n)))


def drifting_phantoms(reports: Any) -> float:
    """Shift the phantoms by a hundredth of the mean report."""
    n = len(reports)
    return float(np.median(np.append(reports, np.arange(1, n) / n + 0.01 * reports.mean())))


@pytest.mark.parametrize(
    "mechanism", [np.mean, np.median, lower_or_upper_median, stretched_phantoms, drifting_phantoms]
)
def test_classical_mistakes_on_a_line_are_found(mechanism: Any) -> None:
    homes = np.random.default_rng(3).uniform(0, 1, (2, 4))
    report = check_truthful(mechanism, homes, agents=COMMUTERS, rng=0)
    assert report.deviation is not None
    assert report.deviation.amount > 1e-3


def test_a_dictator_who_is_drawn_by_the_reports_is_found() -> None:
    def drawn(reports: Any, rng: np.random.Generator) -> float:
        chances = 1 + reports
        return float(rng.choice(reports, p=chances / chances.sum()))

    homes = np.random.default_rng(3).uniform(0, 1, (2, 4))
    assert not check_truthful(drawn, homes, agents=COMMUTERS, coins=8, rng=0).truthful


@pytest.mark.parametrize("side", [-1, 1])
def test_what_matters_beside_a_tie_alone_is_found(side: int) -> None:
    """A bonus for bids within a hair of the second seller's, on one side of it."""

    def bonus(bids: Any) -> Outcome:
        near = 0 < side * (bids[0] - bids[1]) < 1e-5
        return [0], np.array([3.0 + near / 2, 0])

    report = check_truthful(bonus, [0.2, 0.7], high=2, rng=0)
    assert report.deviation is not None
    assert report.deviation.amount == pytest.approx(0.5)


@pytest.mark.parametrize("wrong", [0.0, 1e-4])
def test_all_thresholds_of_several_units(wrong: float) -> None:
    """Two units up to 0.301, one up to 0.713, which is paid too little for."""
    paid_for = {0: 0.0, 1: 0.713 - wrong, 2: 0.713 + 0.301 - wrong}

    def units(bids: Any) -> tuple[list[int], list[float]]:
        sold = [2 if bid <= 0.301 else int(bid <= 0.713) for bid in bids]
        return sold, [paid_for[k] for k in sold]

    producers = Agents(
        utility=lambda agent, cost, sale: sale[1][agent] - cost * sale[0][agent],
        share=lambda agent, sale: sale[0][agent],
        slope=-1,
    )
    report = check_truthful(units, [0.2], agents=producers, high=2, grid=4, samples=0, rng=0)
    assert (report.deviation is None) == (wrong == 0)


@pytest.mark.parametrize(
    ("outcome", "kind", "words"),
    [
        (None, TypeError, "mechanism must give an object with winners and payments"),
        (([0],), TypeError, "mechanism must give an object with winners and payments"),
        ((np.array([True, False]), [1, 0]), TypeError, "take np.flatnonzero of a mask"),
        (([True, False], [1, 0]), TypeError, "take np.flatnonzero of a mask"),
        (([1], [5.0]), ValueError, "payments must hold one for each seller"),
    ],
)
def test_outcomes_of_another_form_are_refused(outcome: Any, kind: Any, words: str) -> None:
    with pytest.raises(kind, match=words):
        check_truthful(lambda bids: outcome, [1.0, 2.0], rng=0)

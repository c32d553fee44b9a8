"""The search for lies that pay: faults that it finds, mechanisms that it passes, bad mechanisms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.mechanisms import COMMUTERS, Agents, check_truthful, procurement_auction
from algos.submodular import FacilityLocation

Outcome = tuple[list[int], Any]


def paid(bids: Any, winner: int, price: float) -> Outcome:
    """Let one seller win at a price."""
    payments = np.zeros(len(bids))
    payments[winner] = price
    return [winner], payments


def vickrey(bids: Any) -> Outcome:
    """Let the lowest bid win, at the second lowest."""
    winner = int(np.argmin(bids))
    return paid(bids, winner, np.delete(bids, winner).min())


def reserved(bids: Any, reserve: float = 1.0) -> Outcome:
    """Let the lowest bid win if it is below a reserve, at the lower of that and the second."""
    winner = int(np.argmin(bids))
    if bids[winner] > reserve:
        return [], np.zeros(len(bids))
    return paid(bids, winner, min(reserve, np.delete(bids, winner).min()))


def pay_as_bid(bids: Any) -> Outcome:
    """Pay the winner her bid."""
    winner = int(np.argmin(bids))
    return paid(bids, winner, bids[winner])


def third_price(bids: Any) -> Outcome:
    """Pay the winner the third lowest bid."""
    return paid(bids, int(np.argmin(bids)), np.sort(bids)[2])


def forgotten_reserve(bids: Any) -> Outcome:
    """Buy below the reserve alone, but pay the second bid even where that is higher."""
    winners, payments = reserved(bids, 0.05)
    return paid(bids, winners[0], vickrey(bids)[1].max()) if winners else (winners, payments)


def highest_wins(bids: Any) -> Outcome:
    """Buy from whoever asks most."""
    winner = int(np.argmax(bids))
    return paid(bids, winner, bids[winner])


def everybody_at_the_mean(bids: Any) -> Outcome:
    """Buy from all below the mean bid, at the mean bid."""
    winners = np.flatnonzero(bids <= bids.mean())
    payments = np.zeros(len(bids))
    payments[winners] = bids.mean()
    return winners.tolist(), payments


COSTS = np.random.default_rng(7).uniform(0, 1, (3, 5))


@pytest.mark.parametrize("mechanism", [vickrey, reserved])
def test_truthful_auctions_pass(mechanism: Any) -> None:
    report = check_truthful(mechanism, COSTS, rng=0, value=lambda outcome: 2.0)
    assert report.passed
    assert report.truthful
    assert report.calls == sum(report.tried.values()) + 2 * len(COSTS)
    assert report.pairs > 15 * 30**2


@pytest.mark.parametrize(
    "mechanism",
    [pay_as_bid, third_price, forgotten_reserve, highest_wins, everybody_at_the_mean],
)
def test_lies_are_found_and_can_be_replayed(mechanism: Any) -> None:
    report = check_truthful(mechanism, COSTS, rng=0)
    lie = report.deviation
    assert lie is not None
    assert not report.truthful
    assert lie.reports[lie.agent] == lie.type
    honest, lying = lie.replay(mechanism)
    gain = [pay[lie.agent] - lie.type * (lie.agent in won) for won, pay in (honest, lying)]
    assert gain[1] - gain[0] == pytest.approx(lie.amount, abs=0)
    assert lie.amount > 0.01


def test_reports_can_be_read() -> None:
    report = check_truthful(pay_as_bid, np.linspace(0.1, 1, 12), rng=0, budget=0.05)
    lines = str(report).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{report.pairs} pairs of a type and a report from {report.calls}")
    assert lines[1].startswith("a lie pays: agent 0 of type 0 gains 0.1818 by")
    assert lines[1].endswith("reports (0, 0.1818, 0.2636, …, 0.8364, 0.9182, 1)")
    assert lines[2].startswith("more is paid than the budget")
    assert str(check_truthful(vickrey, [1.0, 2.0], rng=0)).endswith("nothing found")

    def liar(reports: Any, rng: np.random.Generator) -> float:
        return float(reports.mean())

    told = str(check_truthful(liar, [0.1, 0.7], agents=COMMUTERS, coins=1, rng=0))
    assert "coin " in told


def test_the_best_lie_against_a_first_price_is_the_second_bid() -> None:
    report = check_truthful(pay_as_bid, [0.3, 0.9], rng=1, high=2)
    assert report.deviation is not None
    assert report.deviation.amount == pytest.approx(0.9, abs=1e-5)
    assert report.deviation.type == 0


def test_a_wrong_price_is_found_to_the_last_halving() -> None:
    """Nobody's type lies between the threshold and the price, nor does the grid."""
    threshold, price = 0.701, 0.702

    def posted(bids: Any) -> Outcome:
        return paid(bids, 0, price) if bids[0] <= threshold else ([], np.zeros(1))

    report = check_truthful(posted, [0.2], rng=0, high=1, grid=2, samples=0, bisections=20)
    assert report.deviation is not None
    assert price - threshold - 2**-20 <= report.deviation.amount <= price - threshold
    blind = check_truthful(posted, [0.2], rng=0, high=1, grid=2, samples=0, bisections=0)
    assert blind.truthful


def test_losses_deficits_budgets_and_thresholds_from_below() -> None:
    def half(bids: Any) -> Outcome:
        winner = int(np.argmin(bids))
        return paid(bids, winner, bids[winner] / 2)

    report = check_truthful(half, COSTS, rng=0, budget=0.2, value=lambda outcome: 0.1)
    assert report.loss is not None
    assert report.loss.type == report.loss.report
    pay = report.loss.replay(half)[0][1]
    assert report.loss.amount == pytest.approx(report.loss.type - pay[report.loss.agent], abs=0)
    assert report.deficit is not None
    assert report.overspent is not None
    assert report.deficit.amount == pytest.approx(report.overspent.amount + 0.1)
    assert report.not_monotone is None


def test_winning_by_asking_for_more_is_not_monotone() -> None:
    crossing = check_truthful(highest_wins, COSTS, rng=0).not_monotone
    assert crossing is not None
    assert crossing.report > crossing.type
    low, high = crossing.replay(highest_wins)
    assert crossing.agent not in low[0]
    assert crossing.agent in high[0]


def test_places_on_a_line() -> None:
    homes = [0.1, 0.4, 0.8]
    assert check_truthful(np.median, homes, agents=COMMUTERS, rng=0).passed
    lie = check_truthful(np.mean, homes, agents=COMMUTERS, rng=0).deviation
    assert lie is not None
    # the mean can be moved by a third of the way to an end, if home is a third or more beyond it
    assert lie.amount == pytest.approx(max(0.8 / 3 - 0.4 / 3, (1 - 0.6) / 3), abs=0.05)
    away = check_truthful(lambda reports: 1 - np.median(reports), homes, agents=COMMUTERS, rng=0)
    assert away.not_monotone is not None


def test_coins_are_fixed() -> None:
    def dictator(reports: Any, rng: np.random.Generator) -> float:
        return float(reports[rng.integers(len(reports))])

    report = check_truthful(dictator, [0.1, 0.7], agents=COMMUTERS, coins=5, rng=3)
    assert report.passed

    def liar(reports: Any, rng: np.random.Generator) -> float:
        return float(reports.mean() if rng.random() < 0.5 else reports[0])

    lie = check_truthful(liar, [0.1, 0.7], agents=COMMUTERS, coins=8, rng=3).deviation
    assert lie is not None
    assert lie.coin is not None
    honest, lying = lie.replay(liar)
    assert abs(honest - lie.type) - abs(lying - lie.type) == pytest.approx(lie.amount)


def test_the_same_seed_finds_the_same() -> None:
    one, two = (check_truthful(third_price, COSTS, rng=5) for _ in range(2))
    assert one.deviation == two.deviation
    assert one.tried == two.tried


def test_agents_of_ones_own_and_payments_by_name() -> None:
    """A buyer with a value; the mechanism sells to the higher bid at that bid."""
    buyers = Agents(
        utility=lambda agent, worth, sale: worth - sale[1] if agent == sale[0] else 0.0,
        takes_part=True,
    )

    def first_price(bids: Any) -> tuple[int, float]:
        return int(np.argmax(bids)), float(bids.max())

    lie = check_truthful(first_price, [1.0, 2.0], agents=buyers, rng=0).deviation
    assert lie is not None
    assert lie.report < lie.type

    def by_name(bids: Any) -> tuple[set[int], dict[int, float]]:
        winner = int(np.argmin(bids))
        return {winner}, {winner: float(np.delete(bids, winner).min())}

    assert check_truthful(by_name, [1.0, 2.0], rng=0).passed


@pytest.mark.parametrize("rule", ["distorted", "cost_scaled", "roi"])
def test_procurement_auctions_pass(rule: Any) -> None:
    rng = np.random.default_rng(4)
    quality = FacilityLocation(rng.integers(0, 5, (6, 5)) ** 2.0)

    def auction(bids: Any) -> Any:
        return procurement_auction(quality, bids, rule=rule)

    costs = rng.uniform(0, 8, 5)
    report = check_truthful(auction, costs, rng=0, value=lambda outcome: outcome.value)
    assert report.passed

    def paying_the_bids(bids: Any) -> Outcome:
        winners = auction(bids).winners
        return winners, np.where(np.isin(np.arange(5), winners), bids, 0)

    assert not check_truthful(paying_the_bids, costs, rng=0).truthful


def test_procurement_with_coins_passes_coin_by_coin() -> None:
    quality = FacilityLocation(np.random.default_rng(4).integers(0, 5, (6, 5)) ** 2.0)

    def auction(bids: Any, rng: np.random.Generator) -> Any:
        return procurement_auction(quality, bids, rule="unconstrained_distorted", rng=rng)

    assert check_truthful(auction, [1.0, 2, 3, 4, 5], coins=3, rng=0).passed


def test_one_seller_and_zero_costs() -> None:
    assert check_truthful(lambda bids: ([0], [5.0]), [1.0], rng=0, high=4).passed
    assert check_truthful(reserved, [0.0, 0.0, 0.0], rng=0).passed


def test_the_mechanism_cannot_change_the_reports() -> None:
    types = np.array([0.5, 0.7])

    def vandal(bids: Any) -> Outcome:
        outcome = vickrey(bids)
        bids[:] = np.nan
        return outcome

    assert check_truthful(vandal, types, rng=0).passed
    assert types.tolist() == [0.5, 0.7]


@pytest.mark.parametrize(
    ("mechanism", "options", "words"),
    [
        (vickrey, {"types": [[[1.0]]]}, "types must have shape"),
        (vickrey, {"types": []}, "types must hold at least one"),
        (vickrey, {"types": [1.0, math.nan]}, "types must be finite"),
        (vickrey, {"high": 0.5}, "high must be finite, above low"),
        (vickrey, {"low": 3}, "high must be finite, above low"),
        (vickrey, {"high": math.nan}, "high must be finite, above low"),
        (vickrey, {"grid": 1}, "grid must be an integer"),
        (vickrey, {"samples": True}, "samples must be an integer"),
        (vickrey, {"coins": -1}, "coins must be an integer"),
        (vickrey, {"budget": math.inf}, "budget must lie in"),
        (vickrey, {"tolerance": math.nan}, "tolerance must lie in"),
        (vickrey, {"value": lambda outcome: math.nan}, "value must give finite"),
        (lambda bids: ([0], [math.nan, 0]), {}, "utility must be finite"),
        (lambda bids: ([], [0, math.inf]), {}, "payments must be finite"),
    ],
)
def test_bad_arguments_are_refused(mechanism: Any, options: dict[str, Any], words: str) -> None:
    arguments: dict[str, Any] = {"types": [1.0, 2.0], "rng": 0, **options}
    with pytest.raises(ValueError, match=words):
        check_truthful(mechanism, arguments.pop("types"), **arguments)


@pytest.mark.parametrize("types", [["a"], [1j], "text", None, [object()]])
def test_types_that_are_no_numbers_are_refused(types: Any) -> None:
    with pytest.raises(TypeError, match="types must be"):
        check_truthful(vickrey, types)


def test_mechanisms_with_coins_of_their_own_are_refused() -> None:
    coins = np.random.default_rng(0)
    with pytest.raises(ValueError, match="one outcome for the same reports"):
        check_truthful(lambda reports: coins.random(), [0.2], agents=COMMUTERS)

"""The descending clock: adversarial schedules, exact demand's failure, steps out of turn."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from algos.mechanisms import DescendingClock, descending_clock
from algos.submodular import Coverage, FacilityLocation, SetFunction

MATRIX = [[9.0, 5, 0], [0, 5, 1], [0, 5, 7]]


def subsets(n: int) -> list[list[int]]:
    """List all sets."""
    return [list(s) for size in range(n + 1) for s in combinations(range(n), size)]


def in_order(order: Any) -> Any:
    """Lower prices to the end, one seller after the other."""
    return lambda sellers, prices: min(sellers, key=list(order).index)


def test_every_schedule_reaches_the_bound_against_every_set() -> None:
    for seed in range(60):
        rng = np.random.default_rng(seed)
        quality: SetFunction = FacilityLocation(rng.integers(0, 5, (4, 5)) ** 2.0)
        if seed % 2:
            quality = Coverage(rng.choice([0, 0.5, 1], (5, 6)), rng.integers(1, 4, 6))
        costs, step = rng.integers(0, 9, 5) / 2, float(rng.choice([0.1, 0.5, 3]))
        schedule = (
            in_order(rng.permutation(5)), lambda s, p, rng=rng: rng.choice(s), None,
        )[seed % 3]  # fmt: skip
        result = descending_clock(quality, costs, schedule, decrement=step)
        for other in subsets(5):
            missed = len(set(other) - set(result.winners.tolist()))
            least = quality.value(other) / 2 - costs[other].sum() - step * missed
            assert result.welfare >= least - 1e-9
            assert result.upper_bound >= quality.value(other) - costs[other].sum() - 1e-9
        assert result.payments.sum() <= result.value / 2 + 1e-9
        assert (result.payments[result.winners] >= costs[result.winners]).all()


def demand_clock(quality: SetFunction, costs: Any, order: Any, step: float) -> list[int]:
    """Lower prices of active sellers who are not in the set of greatest surplus, in an order."""
    n = quality.size
    prices = np.array([quality.value([i]) for i in range(n)])
    active = [i for i in range(n) if prices[i] >= costs[i]]
    while True:
        sets = [s for s in subsets(n) if set(s) <= set(active)]
        demand = max(sets, key=lambda s: (quality.value(s) - prices[s].sum(), -len(s)))
        outside = [i for i in order if i in active and i not in demand]
        if not outside:
            return demand
        prices[outside[0]] -= step
        if prices[outside[0]] < costs[outside[0]] - 1e-12:
            active.remove(outside[0])


def test_exact_demand_fails_where_the_half_price_rule_does_not() -> None:
    """Seller 0 covers everything at cost 1 − δ, n others cover 1/n each for nothing."""
    n = 5
    step = 0.01
    delta = 1 / n + step
    chances = np.vstack([np.ones(n), np.eye(n)])
    quality = Coverage(chances, np.full(n, 1 / n))
    costs = np.append(1 - delta, np.zeros(n))
    order = range(n + 1)
    demanded = demand_clock(quality, costs, order, step)
    assert demanded == [0]
    assert quality.value(demanded) - costs[demanded].sum() == pytest.approx(delta)
    ours = descending_clock(quality, costs, in_order(order), decrement=step)
    assert ours.welfare == pytest.approx(1)
    assert sorted(ours.winners.tolist()) == [1, 2, 3, 4, 5]


def test_worthless_sellers_are_not_bought_and_dear_ones_leave_at_once() -> None:
    quality = FacilityLocation([[0.0, 3.0, 3.0, 1.0]])
    clock = DescendingClock(quality, decrement=1)
    assert clock.asked.tolist() == [1, 2, 3]
    result = descending_clock(quality, [0, 0, 0, 2], decrement=1)
    assert result.winners.tolist() == [1]
    assert result.payments.tolist() == [0, 1, 0, 0]
    assert descending_clock(FacilityLocation([[0.0]]), [0], decrement=1).value == 0


def test_steps_out_of_turn_are_refused() -> None:
    clock = DescendingClock(FacilityLocation(MATRIX), decrement=1)
    with pytest.raises(RuntimeError, match="seller 0"):
        clock.lower(0)
    for answers in ([True], [1, 1, 1], True, None, [True, False, None]):
        with pytest.raises((TypeError, ValueError), match="stay"):
            clock.respond(answers)  # type: ignore[arg-type]
    clock.respond([True, False, True])
    with pytest.raises(RuntimeError, match="lower"):
        clock.respond([True])
    with pytest.raises(ValueError, match="active"):
        clock.lower(1)
    with pytest.raises(ValueError, match="seller"):
        clock.lower(3)
    with pytest.raises(TypeError, match="seller"):
        clock.lower(0.5)  # type: ignore[arg-type]
    assert clock.lower(0) == 8
    assert clock.prices().tolist() == [8]


@pytest.mark.parametrize(
    ("costs", "options", "words"),
    [
        ([1, np.nan, 2], {}, "nan for seller 1"),
        ([1, -1, 2], {}, "-1 for seller 1"),
        ([1, 2], {}, "shape"),
        ([1, 2, 3], {"decrement": 0.0}, "decrement"),
        ([1, 2, 3], {"decrement": np.nan}, "decrement"),
        ([1, 2, 3], {"decrement": np.inf}, "decrement"),
        ([1, 2, 3], {"decrement": 1e-16}, "decrement must be large enough"),
        ([1, 2, 3], {"schedule": lambda s, p: 7}, "seller"),
    ],
)
def test_bad_input_is_refused(costs: Any, options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        descending_clock(FacilityLocation(MATRIX), costs, **{"decrement": 1.0, **options})


def test_prices_that_no_float_could_lower_are_refused() -> None:
    """2^53 + 2 less 1 rounds to 2^53, and that less 1/2 to itself: the clock would never end."""
    large = FacilityLocation([[2.0**53 + 2]])
    with pytest.raises(ValueError, match="take at least 2"):
        descending_clock(large, [0], decrement=1)
    ended = descending_clock(large, [2.0**53 - 100], decrement=2)
    assert len(ended.winners) == 0


def test_a_schedule_must_be_a_function() -> None:
    with pytest.raises(TypeError, match="schedule must be a function"):
        descending_clock(FacilityLocation(MATRIX), [1, 2, 3], "highest", decrement=1)  # type: ignore[arg-type]


def test_prices_do_not_stop_falling_below_zero() -> None:
    """A free seller whose worth is taken by others is dismissed; one alone sells at the end."""
    quality = FacilityLocation([[3.0]])
    result = descending_clock(quality, [0], decrement=2)
    assert result.payments.tolist() == [1.0]
    assert descending_clock(quality, [0], decrement=100).payments.tolist() == [0]
    assert len(descending_clock(quality, [np.inf], decrement=1).winners) == 0

"""Posted prices: every order, every set, the worst case attained, steps out of turn."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from algos.mechanisms import PostedPrices, posted_prices
from algos.submodular import Coverage, FacilityLocation, SetFunction, from_callable

MATRIX = [[9.0, 5, 0], [0, 5, 1], [0, 5, 7]]


def nets(quality: SetFunction, costs: Any, beta: float) -> float:
    """Find the greatest β/(1 + β) f(T) − β c(T)."""
    n = quality.size
    sets = [[e for e in range(n) if mask >> e & 1] for mask in range(2**n)]
    worth = [quality.value(s) / (1 + beta) - float(np.asarray(costs)[s].sum()) for s in sets]
    return beta * max(worth)


@pytest.mark.parametrize("beta", [0.25, 1.0, 3.0])
def test_every_order_reaches_the_bound_against_every_set(beta: float) -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        quality: SetFunction = FacilityLocation(rng.integers(0, 5, (4, 4)) ** 2.0)
        if seed % 2:
            quality = Coverage(rng.choice([0, 0.5, 1], (4, 6)), rng.integers(1, 4, 6))
        costs = rng.integers(0, 9, 4) / 2
        bound = nets(quality, costs, beta)
        for order in permutations(range(4)):
            result = posted_prices(quality, costs, order, beta=beta)
            assert result.welfare >= bound - 1e-9
            assert result.welfare <= result.upper_bound + 1e-9
            assert result.value == pytest.approx(quality.value(result.winners))
            assert result.payments.sum() == pytest.approx(result.value / (1 + beta))
            assert (result.payments[result.winners] >= costs[result.winners]).all()
            assert result.surplus == pytest.approx(result.value * beta / (1 + beta))


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_the_ratio_is_attained(beta: float) -> None:
    """A seller at the price, who shuts out one of the same worth who is free."""
    cost = 1 / (1 + beta)
    result = posted_prices(FacilityLocation([[1.0, 1.0]]), [cost, 0], beta=beta)
    assert result.winners.tolist()[0] == 0
    assert result.welfare == pytest.approx(beta / (1 + beta) * 1 - beta * 0)


def test_prices_without_the_half_can_lose_everything() -> None:
    """At β → 0 the first of the two costs all that it is worth."""
    result = posted_prices(FacilityLocation([[1.0, 1.0]]), [1 / (1 + 1e-9), 0], beta=1e-9)
    assert result.welfare == pytest.approx(0, abs=1e-8)


def test_steps_by_hand() -> None:
    prices = PostedPrices(FacilityLocation(MATRIX))
    assert prices.price(2) == 4
    prices.respond(False)
    assert prices.price(1) == 7.5
    prices.respond(True)
    assert prices.price(0) == 2
    prices.respond(True)
    assert prices.winners == [1, 0]
    assert prices.payments.tolist() == [2, 7.5, 0]
    assert (prices.value, prices.oracle_calls) == (19, 3)


def test_sellers_who_add_nothing_are_not_bought() -> None:
    result = posted_prices(FacilityLocation([[0.0, 3, 3, 1]]), [0, 0, 0, 0])
    assert result.winners.tolist() == [1]
    values = {0: 0.0, 1: 1.0, 2: 1 - 1e-16, 3: 1 - 1e-16}
    prices = PostedPrices(from_callable(lambda s: values[len(list(s))], 3))
    for seller, price in enumerate([0.5, 0, 0]):  # rounding below 0 makes no negative price
        assert prices.price(seller) == price
        prices.respond(True)
    assert prices.winners == [0]
    assert prices.payments.tolist() == [0.5, 0, 0]


def test_the_order_may_leave_sellers_out_and_infinite_costs_refuse() -> None:
    result = posted_prices(FacilityLocation(MATRIX), [0, 0, np.inf], [2, 0])
    assert result.winners.tolist() == [0]
    assert posted_prices(FacilityLocation(MATRIX), [0, 0, 0], []).welfare == 0


def test_steps_out_of_turn_are_refused() -> None:
    prices = PostedPrices(FacilityLocation(MATRIX))
    with pytest.raises(RuntimeError, match="price"):
        prices.respond(True)
    prices.price(0)
    with pytest.raises(RuntimeError, match="seller 0"):
        prices.price(1)
    for answer in (1, "yes", None, [True, False]):
        with pytest.raises((TypeError, ValueError), match="accept"):
            prices.respond(answer)  # type: ignore[arg-type]
    prices.respond(True)
    with pytest.raises(ValueError, match="once"):
        prices.price(0)
    for seller in (3, -1, True):
        with pytest.raises(ValueError, match="seller"):
            prices.price(seller)
    with pytest.raises(TypeError, match="seller"):
        prices.price(1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("costs", "options", "words"),
    [
        ([1, np.nan, 2], {}, "nan for seller 1"),
        ([1, -1, 2], {}, "-1 for seller 1"),
        ([1, 2], {}, "shape"),
        ([1, 2, 3], {"beta": 0.0}, "beta"),
        ([1, 2, 3], {"beta": np.nan}, "beta"),
        ([1, 2, 3], {"beta": np.inf}, "beta"),
        ([1, 2, 3], {"order": [0, 0]}, "once"),
        ([1, 2, 3], {"order": [3]}, "seller"),
    ],
)
def test_bad_input_is_refused(costs: Any, options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        posted_prices(FacilityLocation(MATRIX), costs, **options)


def test_functions_that_may_fall_are_refused() -> None:
    quality = FacilityLocation(MATRIX)
    quality.monotone = False
    with pytest.raises(ValueError, match="monotone"):
        PostedPrices(quality)
    with pytest.raises(TypeError, match="SetFunction"):
        PostedPrices(MATRIX)  # type: ignore[arg-type]

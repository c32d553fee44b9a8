"""The budget clock: budget, bound against every set within it, lies, bad input."""

from __future__ import annotations

from itertools import combinations
from math import fsum
from typing import Any

import numpy as np
import pytest

from algos.mechanisms import BudgetClock, budget_clock, budget_ratio
from algos.submodular import Coverage, FacilityLocation, SetFunction

MATRIX = [[9.0, 5, 0], [0, 5, 1], [0, 5, 7]]


def drawn(seed: int) -> tuple[SetFunction, Any, float]:
    """Draw a quality, costs and a budget."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 8))
    quality: SetFunction = FacilityLocation(rng.integers(0, 5, (n + 2, n)) ** 2.0)
    if seed % 2:
        quality = Coverage(rng.choice([0, 0, 0.5, 1], (n, 2 * n)), rng.integers(0, 4, 2 * n))
    scale = rng.choice([0.2, 1.0, 4.0])
    return quality, rng.random(n) * scale, float(rng.choice([0.5, 2, 8, 50]))


def test_budget_surplus_and_bound_against_every_set_within_the_budget() -> None:
    bought = 0
    for seed in range(200):
        quality, costs, budget = drawn(seed)
        for alpha, beta in ((1 + 1.5**0.5, 3.0), (2.06, 9.58), (1.1, 1.2)):
            result = budget_clock(quality, costs, budget, alpha=alpha, beta=beta)
            bought += len(result.winners)
            assert result.payments.sum() <= budget * (1 + 1e-12)
            assert result.payments.sum() <= result.value / beta + 1e-9
            assert (result.payments[result.winners] >= costs[result.winners]).all()
            for size in range(quality.size + 1):
                for other in map(list, combinations(range(quality.size), size)):
                    cost = costs[other].sum()
                    if cost <= budget:
                        best = quality.value(other)
                        least = budget_ratio(alpha, beta) * (best - beta * cost)
                        assert result.welfare >= least - 1e-9
                        assert result.upper_bound >= best - cost - 1e-9
    assert bought > 500


def test_lies_do_not_pay() -> None:
    for seed in range(60):
        quality, costs, budget = drawn(seed)
        honest = budget_clock(quality, costs, budget)
        for i in range(quality.size):
            gained = honest.payments[i] - (costs[i] if i in honest.winners else 0)
            for lie in (0, costs[i] / 2, costs[i] * 0.99, costs[i] * 1.01, 2 * costs[i], np.inf):
                told = np.where(np.arange(quality.size) == i, lie, costs)
                other = budget_clock(quality, told, budget)
                lied = other.payments[i] - (costs[i] if i in other.winners else 0)
                assert lied <= gained + 1e-12


def test_the_ratio_is_the_published_one_and_can_be_better() -> None:
    """β = 3 gives 0.0877; with β equal to the inverse ratio the costs count once."""
    assert budget_ratio(1 + 1.5**0.5, 3) == pytest.approx(0.0877, abs=5e-5)
    beta = 9.5765
    alpha = 1 + (beta / (beta - 1)) ** 0.5
    assert budget_ratio(alpha, beta) == pytest.approx(1 / beta, rel=1e-4)


def test_many_rounds_spend_much_of_the_budget() -> None:
    """A hundred equal sellers who cost nothing."""
    result = budget_clock(Coverage(np.eye(100)), np.zeros(100), 2.0)
    assert 1 < result.payments.sum() <= 2
    assert len(result.winners) > 20


def test_rounding_does_not_pass_the_budget() -> None:
    """Values of 2^66 budgets use it up but for rounding; one seller in ten passed it before."""
    spent = 0.0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        shares = rng.random(int(rng.integers(2, 40)))
        worth = np.append(1.0, 2 * shares / shares.sum()) * 2.0**66
        if worth[0] == worth.max():
            result = budget_clock(Coverage(np.eye(len(worth)), worth), 0 * worth, 1, alpha=2)
            payments = result.payments
            spent = max(spent, payments.sum())
            assert max(payments.sum(), sum(payments.tolist()), fsum(payments)) <= 1
    assert spent > 0.95


def test_sellers_who_add_nothing_are_not_bought() -> None:
    result = budget_clock(FacilityLocation([[0.0, 3, 3, 1]]), [0, 0, 0, 0], 1.0)
    assert 0 not in result.winners
    assert (result.payments[result.winners] > 0).all()


def test_steps() -> None:
    clock = BudgetClock(FacilityLocation(MATRIX), 4)
    assert clock.offer == (0, 3.0)
    for answer in (1, None, [True, True]):
        with pytest.raises((TypeError, ValueError), match="stay"):
            clock.respond(answer)  # type: ignore[arg-type]
    while clock.offer is not None:
        clock.respond(False)
    assert clock.winners == []
    with pytest.raises(RuntimeError, match="over"):
        clock.respond(True)
    assert budget_clock(FacilityLocation([[0.0]]), [0], 1).value == 0


@pytest.mark.parametrize(
    ("costs", "options", "words"),
    [
        ([1, np.nan, 2], {}, "nan for seller 1"),
        ([1, -1, 2], {}, "-1 for seller 1"),
        ([1, 2], {}, "shape"),
        ([1, 2, 3], {"budget": 0.0}, "budget"),
        ([1, 2, 3], {"budget": np.inf}, "budget"),
        ([1, 2, 3], {"alpha": 1.0}, "alpha"),
        ([1, 2, 3], {"beta": np.nan}, "beta"),
    ],
)
def test_bad_input_is_refused(costs: Any, options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        budget_clock(FacilityLocation(MATRIX), costs, **{"budget": 1.0, **options})

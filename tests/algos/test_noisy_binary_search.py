"""Noisy binary search: right on every line, certificates, worst cases, bad coins and arguments."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import chain, cycle, islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algos.search import (
    CoinLine,
    FlipError,
    NoisySearchResult,
    capacity,
    noisy_binary_search,
    sharp_crossing_search,
    worst_case_flips,
)
from algos.search._noisy_binary_search import _level
from algos.search._problem import Coins
from tests.algos.test_side_test import CHANNELS, next_of


def test_levels_sum_to_the_failure_probability() -> None:
    assert math.fsum(_level(j, 0.01) for j in range(1, 200_000)) == pytest.approx(0.01, rel=1e-4)
    assert math.fsum(_level(j, 0.01) for j in range(1, 200_000)) < 0.01


def hard_lines(n: int, target: float, tolerance: float, index: int) -> list[CoinLine]:
    """Give lines that break a search which trusts its posterior, answers at both ends too."""
    low, high = max(target - tolerance, 0.0), min(target + tolerance, 1.0)
    just_low, just_high = 0.9 * low + 0.1 * high, 0.1 * low + 0.9 * high
    lines = [CoinLine.sharp(n, index=i, low=low, high=high) for i in (0, 1, index, n)]
    lines += [CoinLine(n, (), (p,)) for p in (just_low, target, just_high)]
    if n >= 10 and 0 < index < n - n // 10:
        flat = (index, index + n // 10)
        lines += [CoinLine(n, flat, (low, p, high)) for p in (just_low, target, just_high)]
    if 0 < index < n - 20:
        lines.append(CoinLine.ramp(n, index=index, width=18, low=low, high=high))
        lines.append(CoinLine.ramp(n, index=index, width=18, low=0, high=1))
    return lines


def is_justified(result: NoisySearchResult, n: int) -> bool:
    """Tell whether the certificate implies the answer."""
    below = result.index == 0 or any(t.below and t.coin >= result.index - 1 for t in result.tests)
    above = result.index == n or any(t.above and t.coin <= result.index for t in result.tests)
    return below and above


@pytest.mark.parametrize("n", [1, 2, 3, 30, 10**6])
@pytest.mark.parametrize(("target", "tolerance"), CHANNELS)
def test_answers_are_right_on_every_line(target: float, tolerance: float, n: int) -> None:
    rng, wrong, runs = np.random.default_rng(n), 0, 0
    most = worst_case_flips(n, target, tolerance, 0.1)
    for index in rng.integers(0, n + 1, 3).tolist() * 2:
        for line in hard_lines(n, target, tolerance, index):
            result = noisy_binary_search(
                line.flipper(rng), n, target=target, tolerance=tolerance, failure_probability=0.1
            )
            wrong += not line.is_answer(result.index, target=target, tolerance=tolerance)
            runs += 1
            assert result.samples <= most
            assert result.status == "found"
            assert is_justified(result, n)
            assert math.fsum(t.level for t in result.tests) <= result.failure_probability == 0.1
    assert wrong / runs <= 0.1


@settings(deadline=None, max_examples=50)
@given(
    st.integers(1, 10**18),
    st.lists(st.integers(0, 1), max_size=400),
    st.sampled_from([(0,), (1,), (0, 1), (0, 0, 1), (0, 1, 1)]),
    st.sampled_from([(0.5, 0.2), (0.9, 0.1), (0.2, 0.2), (0.5, 0.5)]),
)
def test_no_flips_whatever_exceed_the_worst_case(
    n: int, start: list[int], rest: tuple[int, ...], channel: tuple[float, float]
) -> None:
    target, tolerance = channel
    most, flips = worst_case_flips(n, target, tolerance, 0.05), chain(start, cycle(rest))
    coins = partial(next_of, islice(flips, most))  # one more flip would be an error
    outcome: NoisySearchResult | str
    try:
        outcome = noisy_binary_search(
            coins, n, target=target, tolerance=tolerance, failure_probability=0.05
        )
    except FlipError as error:
        outcome = str(error)
    if isinstance(outcome, str):
        assert "must not decrease" in outcome
    else:
        assert is_justified(outcome, n)


@pytest.mark.parametrize(("low", "high"), [(0.4, 0.6), (0.3, 0.7), (0.0, 1.0)])
def test_ramps_are_right_within_three_capacities(low: float, high: float) -> None:
    n, rng = 10**6, np.random.default_rng(2)
    unit, width = math.log2(n) / capacity(0.5, 0.1), math.floor(10 * math.log(n))
    right = 0
    for _ in range(60):
        start = int(rng.integers(1, n - width - 1))
        line = CoinLine.ramp(n, index=start, width=width, low=low, high=high)
        result = noisy_binary_search(
            line.flipper(rng), n, tolerance=0.1, failure_probability=0.01, max_samples=int(3 * unit)
        )
        right += line.is_answer(result.index, target=0.5, tolerance=0.1)
        assert result.failure_probability == (0.01 if result.status == "found" else 1.0)
    assert right >= 59


def test_a_sharp_line_costs_little_more_than_the_bound() -> None:
    n, rng, flips = 10**6, np.random.default_rng(3), []
    for _ in range(100):
        line = CoinLine.sharp(n, index=int(rng.integers(0, n + 1)), low=0.4, high=0.6)
        result = noisy_binary_search(line.flipper(rng), n, tolerance=0.1, failure_probability=0.01)
        flips.append(result.samples)
    zigangirov = math.log(n / 0.01) / -math.log(0.5 + math.sqrt(0.24))  # for a sharp line only
    assert np.mean(flips) < 1.5 * math.log2(n) / capacity(0.5, 0.1) < 0.7 * zigangirov


@pytest.mark.nightly
@pytest.mark.parametrize("n", [2, 5, 100])
def test_failure_rate_in_many_runs(n: int) -> None:
    rng = np.random.default_rng(4)
    for index in range(0, n + 1, max(1, n // 3)):
        wrong = 0
        for _ in range(2000):
            line = CoinLine.sharp(n, index=index, low=0.3, high=0.7)
            result = noisy_binary_search(
                line.flipper(rng), n, tolerance=0.2, failure_probability=0.2
            )
            wrong += result.index != index
        assert wrong <= 400


def test_huge_lines() -> None:
    line = CoinLine.sharp(2**62 - 1, index=2**61 + 12345, low=0.1, high=0.9)
    for search in (noisy_binary_search, sharp_crossing_search):
        result = search(line.flipper(0), line.n, tolerance=0.4, failure_probability=1e-6)
        assert result.index == 2**61 + 12345


@pytest.mark.parametrize("search", [noisy_binary_search, sharp_crossing_search])
@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"n": 0}, ValueError, "n must be an integer from 1"),
        ({"n": 2.5}, TypeError, "n must be an integer"),
        ({"target": 0.0}, ValueError, "target must lie in"),
        ({"tolerance": 0.0}, ValueError, "tolerance must lie in"),
        ({"tolerance": 0.6}, ValueError, r"tolerance must lie in \(0, 0.5\]"),
        ({"tolerance": math.nan}, ValueError, "tolerance must lie in"),
        ({"failure_probability": 1.0}, ValueError, "failure_probability must lie in"),
        ({"max_samples": 0}, ValueError, "max_samples must be an integer"),
        ({"flip": lambda coin: 2}, FlipError, "flip must return 0 or 1, got 2"),
        ({"flip": lambda coin: 1 // 0}, FlipError, "ZeroDivisionError at call 1"),
    ],
)
def test_bad_input(
    search: Callable[..., object], changes: dict[str, object], error: type, message: str
) -> None:
    good = {"flip": lambda coin: 1, "n": 5, "tolerance": 0.1, "failure_probability": 0.1}
    arguments = good | changes
    with pytest.raises(error, match=message):
        search(arguments.pop("flip"), arguments.pop("n"), **arguments)


def test_decreasing_coins_are_noticed() -> None:
    flip = CoinLine.sharp(9, index=4, low=0.2, high=0.8).flipper(0)
    coins = Coins(lambda coin: 1 - flip(coin), 9)
    with pytest.raises(FlipError, match="must not decrease"):
        deque(map(coins.flip, [k % 9 for k in range(1000)]))
    rising = Coins(flip, 9)
    for k in range(1000):
        rising.flip(k % 9)
    rising.check_monotone()


def test_results_are_frozen_and_repeatable() -> None:
    line = CoinLine.ramp(1000, index=300, width=40, low=0.3, high=0.7)
    first, second = (
        noisy_binary_search(line.flipper(9), 1000, tolerance=0.1, failure_probability=0.05)
        for _ in range(2)
    )
    assert first == second
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.__setattr__("index", 0)


def test_worst_case_accepts_whole_floats_alone() -> None:
    assert worst_case_flips(1e6, 0.5, 0.1, 0.01) == worst_case_flips(10**6, 0.5, 0.1, 0.01)
    with pytest.raises(ValueError, match="n must be a whole number"):
        worst_case_flips(10.5, 0.5, 0.1, 0.01)


def test_importing_the_family_loads_no_compiler() -> None:
    code = "import sys, algos.search; assert not {'numba', 'sympy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)

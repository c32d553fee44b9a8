"""Capacity, posterior, and the two searches that rest on them."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, cycle, islice, repeat
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special
from sympy import Rational, log

from algos.search import (
    CoinLine,
    CrossingPosterior,
    FlipError,
    NoisySearchResult,
    capacity,
    capacity_between,
    noisy_binary_search,
    query_quantile,
    sharp_crossing_search,
    worst_case_flips,
)
from algos.search._noisy_binary_search import _level
from algos.search._problem import Coins
from algos.search._side_test import Side, _Gambler, side_test, sure_size

CHANNELS = [(0.5, 0.1), (0.25, 0.1), (0.9, 0.05), (0.9, 0.1), (0.1, 0.1), (0.5, 0.5)]


def entropy(p: Any) -> Any:
    """Give the binary entropy in bits."""
    return (special.entr(p) + special.entr(1 - np.asarray(p))) / math.log(2)


def closed_form(target: float, tolerance: float) -> tuple[float, float]:
    """Give capacity and quantile by the published formulas, in 60 digits."""
    t, e = Rational(target), Rational(tolerance)
    low, high = max(t - e, Rational(0)), min(t + e, Rational(1))

    def precise(p: Rational) -> Any:
        return -sum((x * log(x) for x in (p, 1 - p) if x > 0), Rational(0)).evalf(60) / log(2)

    z = (2 ** ((precise(low) - precise(high)) / (2 * e))).evalf(60)
    bits = log(1 + z) / log(2) + (low * precise(high) - high * precise(low)) / (2 * e)
    return float(bits.evalf(30)), float(((1 - low - 1 / (1 + z)) / (2 * e)).evalf(30))


@pytest.mark.parametrize("tolerance", [1e-12, 1e-9, 1e-6, 1e-3, 0.05, 0.1])
@pytest.mark.parametrize("target", [0.1, 0.25, 0.5, 0.8, 0.9])
def test_capacity_agrees_with_the_closed_form(target: float, tolerance: float) -> None:
    bits, quantile = closed_form(target, tolerance)
    assert abs(capacity(target, tolerance) / bits - 1) < 1e-10
    assert abs(query_quantile(target, tolerance) - quantile) < 1e-10


@pytest.mark.parametrize(
    ("target", "tolerance", "bits", "quantile"),
    [
        (0.5, 0.1, 0.029049405545, 0.5),
        (0.25, 0.1, 0.0394086325, 0.4766394),
        (0.9, 0.05, 0.0210052240, 0.5395289),
        (0.5, 0.5, 1.0, 0.5),
        # Z-channel with crossover 1/2: log2(5/4) at input weight 2/5
        (0.25, 0.25, math.log2(5 / 4), 0.4),
        (0.75, 0.25, math.log2(5 / 4), 0.6),
    ],
)
def test_capacity_of_known_channels(
    target: float, tolerance: float, bits: float, quantile: float
) -> None:
    assert capacity(target, tolerance) == pytest.approx(bits, rel=1e-8)
    assert query_quantile(target, tolerance) == pytest.approx(quantile, rel=1e-6)


@pytest.mark.parametrize(("low", "high"), [(0.4, 0.6), (0.0, 0.2), (0.8, 1.0), (0.05, 0.9)])
def test_capacity_maximises_mutual_information(low: float, high: float) -> None:
    def information(weight: float) -> float:
        mixed = float(entropy(low + weight * (high - low)))
        return float(mixed - weight * entropy(high) - (1 - weight) * entropy(low))

    best = optimize.minimize_scalar(
        lambda w: -information(w), bounds=(0, 1), method="bounded", options={"xatol": 1e-10}
    )
    target, tolerance = (low + high) / 2, (high - low) / 2
    assert capacity_between(low, high) == pytest.approx(-float(best.fun), rel=1e-9)
    assert query_quantile(target, tolerance) == pytest.approx(float(best.x), abs=1e-5)


@given(st.floats(0, 0.999), st.floats(0, 1))
def test_quantile_lies_between_the_limits_of_extreme_channels(low: float, place: float) -> None:
    high = low + max(place, 1e-9) * (1 - low)
    target, tolerance = (low + high) / 2, (high - low) / 2
    assert 1 / math.e - 1e-9 < query_quantile(target, tolerance) < 1 - 1 / math.e + 1e-9
    assert 0 < capacity(target, tolerance) <= 1 + 1e-12


def test_capacity_broadcasts_and_keeps_scalars() -> None:
    grid = capacity([[0.3], [0.5]], [0.05, 0.1, 0.2])
    assert grid.shape == (2, 3)
    assert grid[1, 1] == capacity(0.5, 0.1)
    assert type(capacity(0.5, 0.1)) is float


@pytest.mark.parametrize(
    ("target", "tolerance"),
    [(0, 0.1), (1, 0.1), (math.nan, 0.1), (0.5, 0), (0.5, 0.6), (0.5, math.nan), (0.1, [0.1, 0.2])],
)
def test_capacity_rejects(target: float, tolerance: float) -> None:
    with pytest.raises(ValueError, match=r"target must lie|tolerance must lie"):
        capacity(target, tolerance)


@pytest.mark.parametrize(("low", "high"), [(0.5, 0.5), (0.6, 0.4), (-0.1, 0.5), (0.5, math.nan)])
def test_channels_need_two_rates(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="0 <= low < high <= 1"):
        CrossingPosterior(5, low=low, high=high)


FLIPS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30)


@settings(deadline=None)
@given(st.integers(1, 12), st.sampled_from([(0.4, 0.6), (0.1, 0.95), (0.0, 0.3)]), FLIPS)
def test_posterior_is_bayes_rule(
    n: int, rates: tuple[float, float], flips: list[tuple[float, bool]]
) -> None:
    low, high = rates
    posterior = CrossingPosterior(n, low=low, high=high)
    dense = np.full(n + 1, 1 / (n + 1))
    for place, heads in flips:
        coin = min(int(place * n), n - 1)
        rate = np.where(np.arange(n + 1) <= coin, high, low)
        updated = dense * (rate if heads else 1 - rate)
        if updated.sum() == 0:
            with pytest.raises(ValueError, match="cannot happen"):
                posterior.tell(coin, heads)
            continue
        posterior.tell(coin, heads)
        dense = updated / updated.sum()
    np.testing.assert_allclose(
        [posterior.probability(i) for i in range(n + 1)], dense, rtol=1e-9, atol=1e-15
    )
    assert posterior.probability(0, n) == pytest.approx(1)
    sums = np.cumsum(dense)
    index, confidence = posterior.best()
    assert confidence == posterior.confidence == pytest.approx(dense.max())
    assert dense[index] == pytest.approx(dense.max())
    assert sums[posterior.median()] >= 0.5 - 1e-12
    # coin i is high with probability sums[i]; no coin tells more than the one asked
    mixed = low + sums[:n] * (high - low)
    bits = entropy(mixed) - sums[:n] * entropy(high) - (1 - sums[:n]) * entropy(low)
    assert bits[posterior.ask()] >= bits.max() - 1e-12
    assert len(posterior.asked) <= len(flips)


def test_posterior_takes_in_what_is_known_otherwise() -> None:
    posterior = CrossingPosterior(100, low=0.2, high=0.7)
    posterior.restrict(30, 39)
    assert posterior.probability(30, 39) == pytest.approx(1)
    assert posterior.probability(35) == pytest.approx(0.1)
    with pytest.raises(ValueError, match="with probability 0"):
        posterior.restrict(50, 60)
    with pytest.raises(ValueError, match="0 <= first <= last <= 100"):
        posterior.restrict(50, 101)
    with pytest.raises(ValueError, match="coin must lie in 0 … 99"):
        posterior.tell(100, 1)
    with pytest.raises(ValueError, match="heads must be 0 or 1"):
        posterior.tell(5, 2)
    assert posterior.asked == []


def sharp_runs(
    n: int, runs: int, *, target: float, tolerance: float, delta: float
) -> tuple[float, float]:
    """Give mean flips and success over uniform crossings."""
    rng = np.random.default_rng(0)
    flips, right = [], 0
    for _ in range(runs):
        index = int(rng.integers(0, n + 1))
        line = CoinLine.sharp(n, index=index, low=target - tolerance, high=target + tolerance)
        result = sharp_crossing_search(
            line.flipper(rng), n, target=target, tolerance=tolerance, failure_probability=delta
        )
        flips.append(result.samples)
        right += result.index == index
    return float(np.mean(flips)), right / runs


@pytest.mark.parametrize(("n", "runs"), [(10**3, 600), (10**9, 250)])
def test_sharp_crossings_take_capacity(n: int, runs: int) -> None:
    flips, right = sharp_runs(n, runs, target=0.5, tolerance=0.1, delta=0.1)
    unit = math.log2(n - 1) / capacity(0.5, 0.1)
    lower = (0.9 * math.log2(n + 1) - 1) / capacity(0.5, 0.1)
    assert lower < flips < 1.15 * unit
    assert right > 0.9 - 3 * math.sqrt(0.09 / runs)


@pytest.mark.parametrize(("target", "tolerance"), CHANNELS)
def test_sharp_crossings_at_every_place(target: float, tolerance: float) -> None:
    _, right = sharp_runs(4, 150, target=target, tolerance=tolerance, delta=0.05)
    assert right >= 0.9


def test_sharp_search_ends_when_told() -> None:
    line = CoinLine.sharp(1000, index=400, low=0.4, high=0.6)
    result = sharp_crossing_search(
        line.flipper(0), 1000, tolerance=0.1, failure_probability=0.1, max_samples=20
    )
    assert (result.samples, result.status, result.failure_probability) == (
        20,
        "budget exhausted",
        1.0,
    )


@pytest.mark.parametrize(("target", "tolerance"), CHANNELS)
def test_side_test_bets_are_fair(target: float, tolerance: float) -> None:
    """Each stake's expected factor is 1 under its claim: Ville's inequality applies."""
    low, high = max(target - tolerance, 0.0), min(target + tolerance, 1.0)
    for claim, far in ((low, high), (high, low)):
        gambler = _Gambler(claim, far=far, target=target)
        for heads, tails in (gambler._far, gambler._near):
            factors = [p * math.exp(x) for p, x in ((claim, heads), (1 - claim, tails)) if p > 0]
            assert math.fsum(factors) <= 1 + 1e-12
    assert gambler.wealth(0, 0) <= 0


@pytest.mark.parametrize("level", [0.3, 0.01, 1e-5])
@pytest.mark.parametrize(("target", "tolerance"), CHANNELS)
def test_side_test_error_and_size_are_exact(target: float, tolerance: float, level: float) -> None:
    """Follow the whole law of a test's flips, at the edges of both claims."""
    low, high = max(target - tolerance, 0.0), min(target + tolerance, 1.0)
    size, goal = sure_size(target, tolerance, level), -math.log(level)
    against_low = _Gambler(low, far=high, target=target)
    against_high = _Gambler(high, far=low, target=target)
    wrong = dict.fromkeys((low, high), 0.0)
    going = {p: np.array([1.0]) for p in wrong}  # probability of k heads, test not over
    for flips in range(1, size + 1):
        above = np.array([against_low.wealth(k, flips - k) >= goal for k in range(flips + 1)])
        below = np.array([against_high.wealth(k, flips - k) >= goal for k in range(flips + 1)])
        for p in wrong:
            law = np.append((1 - p) * going[p], 0.0)
            law[1:] += p * going[p]
            wrong[p] += law[above if p == low else below].sum()
            going[p] = np.where(above | below, 0.0, law)
        if flips == size:
            assert (above | below).all()
    assert max(wrong.values()) <= level


def next_of(flips: Iterator[int], _: int) -> int:
    """Give the next of some flips, whatever the coin."""
    return next(flips)


@settings(deadline=None)
@given(st.sampled_from(CHANNELS), st.lists(st.integers(0, 1), max_size=300), st.integers(0, 1))
def test_side_test_ends_and_says_what_the_flips_say(
    channel: tuple[float, float], start: list[int], rest: int
) -> None:
    target, tolerance = channel
    wishes: tuple[Side | None, ...] = (None, "below", "above")
    for wanted in wishes:
        flips = chain(start, repeat(rest))
        test = side_test(
            partial(next_of, flips),
            3,
            target=target,
            tolerance=tolerance,
            level=0.05,
            wanted=wanted,
        )
        assert test.tosses <= (4 if wanted else 1) * sure_size(target, tolerance, 0.05)
        assert 0 <= test.heads <= test.tosses
        mean = test.heads / test.tosses
        assert not (test.conclusion == "above" and mean <= target - tolerance)
        assert not (test.conclusion == "below" and mean >= target + tolerance)


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

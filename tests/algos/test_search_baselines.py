"""The baselines against brute force, closed forms and simulation."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from algos.search import (
    CoinLine,
    FlipError,
    backtracking_flips,
    backtracking_search,
    burnashev_zigangirov_flips,
    burnashev_zigangirov_search,
    multiplicative_weights_search,
    noisy_binary_search,
    probabilistic_bisection,
    repeated_vote_search,
    sharp_crossing_search,
    vote_flips,
)
from algos.search._problem import Coins

SEARCHES: list[Callable[..., Any]] = [
    repeated_vote_search,
    burnashev_zigangirov_search,
    backtracking_search,
    multiplicative_weights_search,
    noisy_binary_search,
    sharp_crossing_search,
]


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("n", [1, 2, 3, 7, 64])
def test_every_index_of_a_noiseless_line_is_found(search: Callable[..., Any], n: int) -> None:
    for index in range(n + 1):
        line = CoinLine.sharp(n, index=index, low=0.0, high=1.0)
        result = search(line.flipper(0), n, tolerance=0.4, failure_probability=0.01, rng=index)
        assert result.index == index
        assert result.samples >= 0


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"n": 0}, ValueError, "n must be an integer from 1"),
        ({"n": 2.5}, TypeError, "n must be an integer"),
        ({"n": True}, ValueError, "n must be an integer"),
        ({"tolerance": 0.0}, ValueError, "tolerance must lie in"),
        ({"tolerance": 0.51}, ValueError, r"tolerance must lie in \(0, 0.5\]"),
        ({"tolerance": math.nan}, ValueError, "tolerance must lie in"),
        ({"tolerance": "x"}, TypeError, "tolerance must be a number"),
        ({"failure_probability": 1.0}, ValueError, "failure_probability must lie in"),
        ({"target": 1.0}, ValueError, "target must lie in"),
    ],
)
def test_bad_arguments_flip_no_coin(
    search: Callable[..., Any], changes: dict[str, Any], error: type[Exception], words: str
) -> None:
    def never(coin: int) -> int:
        pytest.fail("a coin was flipped")

    options = {"n": 10, "tolerance": 0.1, "failure_probability": 0.1, **changes}
    with pytest.raises(error, match=words):
        search(never, **options)


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("value", [2, 0.5, None, math.nan, "1"])
def test_a_bad_flip_stops_with_everything_seen(search: Callable[..., Any], value: object) -> None:
    calls = 0

    def flip(coin: int) -> Any:
        nonlocal calls
        calls += 1
        return value if calls == 5 else coin >= 50

    with pytest.raises(FlipError, match=r"must return 0 or 1.*call 5") as caught:
        search(flip, 100, tolerance=0.1, failure_probability=0.01, rng=0)
    assert caught.value.call == 5
    assert sum(tosses for tosses, _ in caught.value.tally.values()) == 4


@pytest.mark.parametrize("search", SEARCHES)
def test_a_flip_that_raises_is_reported_with_its_cause(search: Callable[..., Any]) -> None:
    def flip(coin: int) -> int:
        raise OSError("the sensor is gone")

    with pytest.raises(FlipError, match="raised OSError at call 1: the sensor is gone") as caught:
        search(flip, 100, tolerance=0.1, failure_probability=0.01, rng=0)
    assert isinstance(caught.value.__cause__, OSError)


def test_clearly_decreasing_coins_are_noticed() -> None:
    """What a search sees of both sides of the line must not contradict monotonicity."""
    coins = Coins(lambda coin: int(coin < 50), 100)
    order = (37 * k % 100 for k in range(1000))
    with pytest.raises(FlipError, match="is the flip's answer inverted") as caught:
        list(map(coins.flip, order))
    assert caught.value.call <= 256
    fair = Coins(CoinLine.ramp(100, index=20, width=50, low=0.1, high=0.9).flipper(0), 100)
    for k in range(5000):
        fair.flip(37 * k % 100)
    fair.check_monotone()


@pytest.mark.parametrize("n", [1, 5, 1000])
@pytest.mark.parametrize("tolerance", [0.05, 0.3])
def test_counts_agree_with_closed_forms_and_runs(n: int, tolerance: float) -> None:
    steps = math.ceil(math.log2(n + 1))
    votes = math.ceil(math.log(steps / 0.02) / (2 * tolerance**2))
    assert vote_flips(n, tolerance, 0.02) == steps * votes
    noise = 0.5 - tolerance
    rate = 0.5 + math.sqrt(noise * (1 - noise))
    most = burnashev_zigangirov_flips(n, tolerance, 0.02)
    assert n * rate**most <= 0.02 < n * rate ** (most - 1)
    walk = backtracking_flips(n, tolerance, 0.02)
    each = 3 * math.ceil(math.log(16) / (2 * tolerance**2))
    long, short = (
        5 / 8 * t - math.sqrt(2 * t * math.log(50)) - steps
        for t in (walk // each, walk // each - 1)
    )
    assert long > 0 >= short
    line = CoinLine.sharp(n, index=n // 2, low=0.5 - tolerance, high=0.5 + tolerance)
    options: dict[str, Any] = {"tolerance": tolerance, "failure_probability": 0.02, "rng": 1}
    assert repeated_vote_search(line.flipper(0), n, **options).samples <= steps * votes
    assert burnashev_zigangirov_search(line.flipper(0), n, **options).samples <= most
    assert backtracking_search(line.flipper(0), n, **options).samples <= walk


def test_the_vote_errs_as_the_binomial_law_says() -> None:
    """One coin at the edge of the tolerance: the whole search is one vote."""
    votes = vote_flips(1, 0.1, 0.1)
    exact = stats.binom.cdf(math.ceil(0.5 * votes) - 1, votes, 0.6)
    line, rng, wrong = CoinLine(1, (), (0.6,)), np.random.default_rng(0), 0
    for _ in range(3000):
        result = repeated_vote_search(line.flipper(rng), 1, tolerance=0.1, failure_probability=0.1)
        wrong += result.index != 0
    assert wrong / 3000 == pytest.approx(exact, abs=4 * math.sqrt(exact / 3000))
    assert exact <= 0.1


COUNTS: list[Callable[..., int]] = [
    vote_flips,
    burnashev_zigangirov_flips,
    backtracking_flips,
]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n": 0}, "n must lie in"),
        ({"n": 1.5}, "n must be a whole number, got 1.5"),
        ({"n": math.nan}, "n must lie in"),
        ({"n": math.inf}, "n must lie in"),
        ({"tolerance": -0.1}, "tolerance must lie in"),
        ({"tolerance": 0.7}, "tolerance must lie in"),
        ({"failure_probability": 0}, "failure_probability must lie in"),
        ({"failure_probability": math.nan}, "failure_probability must lie in"),
    ],
)
def test_counts_refuse_what_their_searches_refuse(
    count: Callable[..., int], changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        count(**{"n": 10, "tolerance": 0.1, "failure_probability": 0.1, **changes})
    assert count(1e6, 0.1, 0.1) == count(10**6, 0.1, 0.1)


def test_burnashev_zigangirov_counts_at_tiny_tolerances() -> None:
    """The rate tends to tolerance^2; taken naively it rounds to 0 there."""
    count = burnashev_zigangirov_flips(1000, 1e-9, 0.1)
    assert count == pytest.approx(math.log(10_000) / 1e-18, rel=1e-6)


#: Lines on which no coin lies strictly within a tenth of 1/2, then lines with such coins.
CLEAR_LINES = [
    CoinLine(1, (), (0.6,)),
    CoinLine.sharp(40, index=0, low=0.4, high=0.6),
    CoinLine.sharp(40, index=17, low=0.4, high=0.6),
    CoinLine(40, (17,), (0.0, 0.6)),
]
GREY_LINES = [
    CoinLine(40, (17, 18), (0.4, 0.41, 0.6)),
    CoinLine(40, (8, 33), (0.4, 0.5, 0.6)),
    CoinLine.ramp(40, index=10, width=20, low=0.35, high=0.65),
]


@pytest.mark.parametrize(
    ("search", "lines", "runs"),
    [
        (repeated_vote_search, CLEAR_LINES + GREY_LINES, 40),
        (multiplicative_weights_search, CLEAR_LINES + GREY_LINES, 20),
        (burnashev_zigangirov_search, CLEAR_LINES, 40),
        (backtracking_search, CLEAR_LINES, 20),
    ],
)
def test_wrong_answers_are_as_rare_as_asked(
    search: Callable[..., Any], lines: list[CoinLine], runs: int
) -> None:
    rng, allowed = np.random.default_rng(7), 0.1
    most = stats.binom.isf(1e-3, runs, allowed)
    for line in lines:
        wrong = 0
        for _ in range(runs):
            result = search(
                line.flipper(rng), line.n, tolerance=0.1, failure_probability=allowed, rng=rng
            )
            wrong += not line.is_answer(result.index, target=0.5, tolerance=0.1)
        assert wrong <= most, line


def test_burnashev_zigangirov_wants_the_target_one_half() -> None:
    with pytest.raises(ValueError, match=r"target must be 0.5 .* use noisy_binary_search"):
        burnashev_zigangirov_search(
            lambda coin: 1, 10, target=0.4, tolerance=0.1, failure_probability=0.1
        )


def test_methods_without_a_proof_say_so() -> None:
    line = CoinLine.sharp(10, index=3, low=0.1, high=0.9)
    options: dict[str, Any] = {"tolerance": 0.4, "failure_probability": 0.1}
    assert multiplicative_weights_search(line.flipper(0), 10, **options).failure_probability == 1
    assert repeated_vote_search(line.flipper(0), 10, **options).failure_probability == 0.1


def test_same_seed_same_answer() -> None:
    line = CoinLine.sharp(10**6, index=123_456, low=0.4, high=0.6)
    for search in SEARCHES:
        runs = [
            search(line.flipper(3), line.n, tolerance=0.1, failure_probability=0.1, rng=4)
            for _ in range(2)
        ]
        assert runs[0] == runs[1]


def test_bisection_scales_its_interval_and_counts() -> None:
    rng = np.random.default_rng(0)
    result = probabilistic_bisection(
        lambda x: (x >= -3.21) ^ (rng.random() < 0.3),
        low=-10,
        high=10,
        error_probability=0.3,
        tolerance=0.01,
        failure_probability=0.001,
    )
    assert abs(result.root + 3.21) <= 0.01
    assert result.probability >= 0.999
    limited = probabilistic_bisection(
        lambda x: 1, error_probability=0.3, tolerance=0.01, failure_probability=0.1, max_samples=3
    )
    assert (limited.samples, limited.status) == (3, "budget exhausted")
    for changes in (
        {"low": 1},
        {"low": math.nan},
        {"high": math.inf},
        {"error_probability": 0.5},
        {"tolerance": 0.6},
        {"low": 1e15, "high": 1e15 + 1},  # numbers lie an eighth apart there
    ):
        options: dict[str, Any] = {"error_probability": 0.3, "tolerance": 0.01, **changes}
        with pytest.raises(ValueError, match="must"):
            probabilistic_bisection(lambda x: 1, failure_probability=0.1, **options)


def test_bisection_misses_a_uniform_root_as_rarely_as_asked() -> None:
    rng, missed, runs = np.random.default_rng(3), 0, 150
    for root in rng.random(runs):

        def sign(x: float, root: float = root) -> int:
            return int((x >= root) != (rng.random() < 0.3))

        result = probabilistic_bisection(
            sign,
            error_probability=0.3,
            tolerance=0.01,
            failure_probability=0.1,
        )
        missed += abs(result.root - root) > 0.01
    assert missed <= stats.binom.isf(1e-3, runs, 0.1)


def test_a_bad_sample_is_reported_with_its_place() -> None:
    with pytest.raises(FlipError, match=r"taken at 5\.0;") as caught:
        probabilistic_bisection(
            lambda x: 2,
            low=0,
            high=10,
            error_probability=0.3,
            tolerance=0.1,
            failure_probability=0.1,
        )
    assert caught.value.call == 1

"""The side test: fair bets, exact errors, and conclusions that the flips bear out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from itertools import chain, repeat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algos.search._side_test import Side, _Gambler, side_test, sure_size

CHANNELS = [(0.5, 0.1), (0.25, 0.1), (0.9, 0.05), (0.9, 0.1), (0.1, 0.1), (0.5, 0.5)]


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

"""Tree-like counters: the best levels, arities and leaves, errors of long streams."""

from __future__ import annotations

import math

import numpy as np
import pytest

from algos.privacy import ContinualSum, HonakerTree, KAry, Mechanism, SmoothBinary, Tree
from algos.privacy._k_ary import _worst


@pytest.mark.parametrize("kind", [Tree, HonakerTree])
def test_the_least_levels_are_the_best_by_trial(kind: type[Tree]) -> None:
    for n in range(1, 200):
        errors = [
            levels * kind(n, levels=levels).error_factors().max()
            for levels in range(1, n.bit_length() + 1)
        ]
        chosen = kind(n, levels="least")
        assert chosen.levels * chosen.error_factors().max() == pytest.approx(min(errors))


def test_the_arity_is_the_best_by_trial() -> None:
    for n in (1, 2, 7, 50, 300, 1000, 2000):
        errors = [
            made.levels**2 * made.error_factors().max()
            for made in (KAry(n, arity=k) for k in range(3, min(2 * n + 1, 99) + 1, 2))
        ]
        chosen = KAry(n)
        assert chosen.levels**2 * chosen.error_factors().max() == min(errors)


def test_the_error_of_an_arity_by_digits_is_the_greatest_of_all() -> None:
    for n in (*range(1, 60), 121, 365, 366, 1000):
        for k in range(3, min(2 * n + 1, 29) + 1, 2):
            made = KAry(n, arity=k)
            assert _worst(n, k) == made.levels**2 * made.error_factors().max()


def test_digits_of_a_leaf_are_the_least_that_suffice() -> None:
    for n in range(1, 300):
        height = next(h for h in range(2, 20) if math.comb(h, h // 2) > n)
        made = SmoothBinary(n)
        assert (made.zeros, made.ones) == (height // 2, height - height // 2)
        for zeros in range(1, 8):
            ones = SmoothBinary(n, zeros=min(zeros, n)).ones
            assert math.comb(min(zeros, n) + ones, ones) > n
            assert math.comb(min(zeros, n) + ones - 1, ones - 1) <= n


@pytest.mark.parametrize(
    ("made", "most", "mean"),
    [
        (Tree(2**16), 16.492, 11.662),
        (Tree(2**16, levels=16), 16.0, 11.314),
        (Tree(2**16, levels="least"), 15.969, 11.292),
        (HonakerTree(2**16), 12.233, 8.650),
        (HonakerTree(2**16, levels="least"), 11.813, 8.353),
        (SmoothBinary(2**16), 9.487, 9.487),
        (SmoothBinary(2**16, zeros=8), 9.381, 9.381),
    ],
    ids=repr,
)
def test_errors_at_65536_events(made: Mechanism, most: float, mean: float) -> None:
    error = ContinualSum(made, 2**16, rho=0.5, bounds=(0, 1), insecure_rng=1).error
    assert error.max == pytest.approx(most, abs=6e-4)
    assert error.rms == pytest.approx(mean, abs=6e-4)


@pytest.mark.parametrize(
    ("made", "most", "mean"),
    [
        (KAry(2**16), 34.409, 24.792),
        (SmoothBinary(2**16, zeros=5), 32.404, 32.404),
        (Tree(2**16), 96.167, 68.000),
    ],
    ids=repr,
)
def test_errors_of_laplace_noise_at_65536_events(made: Mechanism, most: float, mean: float) -> None:
    error = ContinualSum(made, 2**16, epsilon=1, bounds=(0, 1), insecure_rng=1).error
    assert error.max == pytest.approx(most, abs=2e-3)
    assert error.rms == pytest.approx(mean, abs=2e-3)


@pytest.mark.parametrize("name", ["tree", "honaker", "smooth_binary", "k_ary"])
def test_counters_by_name_have_the_stated_variance(name: str) -> None:
    """Four thousand streams: six standard errors; a Laplace square has variance 5, not 2."""
    streams, n = 4000, 100
    sums = ContinualSum(
        name,
        n,
        epsilon=0.7,
        bounds=(np.zeros(streams), np.ones(streams)),
        change=1,
        insecure_rng=5,
    )
    events = np.random.default_rng(6).integers(0, 2, (n, streams))
    parts = [sums.update_many(part) for part in np.split(events, [13, 14, 64])]
    errors = (np.concatenate(parts) - events.cumsum(axis=0)) / sums.error.standard_deviation[
        :, None
    ]
    assert abs((errors**2).mean(axis=1) - 1).max() < 6 * math.sqrt(5 / streams)
    assert abs(errors.mean(axis=1)).max() < 6 / math.sqrt(streams)

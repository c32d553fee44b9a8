"""Hashed numbers: SplitMix64 by hand, any part without the rest, laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from accel import counters
from accel.counters import normals, signed_buckets, words

MASK = 2**64 - 1
STEP = 0x9E3779B97F4A7C15


def mixed(z: int) -> int:
    """SplitMix64's finaliser in Python's integers."""
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def test_the_hash_is_splitmix64() -> None:
    """The generator's published first outputs from the seed 1234567."""
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert [mixed(1234567 + k * STEP & MASK) for k in (1, 2, 3)] == published
    buckets, signs = signed_buckets(1234567, 0, 3, 1000, 1)
    assert buckets.ravel().tolist() == [(h >> 32) * 1000 >> 32 for h in published]
    assert signs.ravel().tolist() == [1.0 - 2 * (h & 1) for h in published]


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
def test_words_are_those_of_number_minus_one(seed: int) -> None:
    assert words(seed, 4).tolist() == [mixed(mixed(seed) + r * STEP & MASK) for r in range(1, 5)]


def test_neighbouring_seeds_and_rows_draw_independently() -> None:
    """χ² of (bucket, sign) over rows for many seeds, next to the last seed's, and over seeds."""
    values: list[float] = []
    last = None
    for seed in range(200):
        buckets, signs = signed_buckets(seed, 0, 10000, 5, 1)
        drawn = 2 * buckets.ravel() + (signs.ravel() > 0)
        if last is not None:
            values += [
                float(stats.chisquare(np.bincount(pairs, minlength=100)).pvalue)
                for pairs in (10 * drawn + last, (10 * drawn[1:] + drawn[:-1])[::2])
            ]
        last = drawn
    assert stats.kstest(values, "uniform").pvalue > 1e-3
    for row in (0, 1, 2**61):
        columns = [signed_buckets(seed, row, 1, 5, 1) for seed in range(5000)]
        drawn = np.array([2 * int(b[0, 0]) + int(s[0, 0] > 0) for b, s in columns])
        assert stats.chisquare(np.bincount(drawn, minlength=10)).pvalue > 1e-3
        pairs = 10 * drawn[1::2] + drawn[::2]
        assert stats.chisquare(np.bincount(pairs, minlength=100)).pvalue > 1e-3


@pytest.mark.parametrize("seed", [0, 2**63 - 1])
@pytest.mark.parametrize("first", [0, 10**12, 2**62 - 20])
def test_any_part_can_be_had_without_the_rest(seed: int, first: int) -> None:
    buckets, signs = signed_buckets(seed, first, 20, 2**31 - 1, 3)
    part = signed_buckets(seed, first + 5, 4, 2**31 - 1, 3)
    assert (part[0] == buckets[5:9]).all()
    assert (part[1] == signs[5:9]).all()
    assert (normals(seed, first + 5, 4, 7) == normals(seed, first, 20, 7)[5:9]).all()
    assert (buckets >= 0).all()
    assert (buckets < 2**31 - 1).all()


@pytest.mark.parametrize(("size", "nonzeros"), [(5, 5), (7, 3), (2, 1)])
def test_buckets_are_distinct_and_uniform(size: int, nonzeros: int) -> None:
    buckets, signs = signed_buckets(3, 0, 20000, size, nonzeros)
    assert all(len(set(row)) == nonzeros for row in buckets.tolist())
    counts = np.bincount(buckets.ravel(), minlength=size)
    if nonzeros < size:
        assert stats.chisquare(counts).pvalue > 1e-4
    for column in signs.T:
        assert abs(column.sum()) < 4.5 * 20000**0.5


def test_neighbours_and_words_are_uncorrelated() -> None:
    _, signs = signed_buckets(1, 0, 40000, 9, 4)
    for lag in (1, 2, 3, 64, 1024):
        assert abs((signs[lag:] * signs[:-lag]).sum(axis=0)).max() < 5 * 40000**0.5
    correlations = np.asarray(np.corrcoef(signs.T))
    assert np.abs(correlations[np.triu_indices(4, 1)]).max() < 5 / 40000**0.5
    other = signed_buckets(2, 0, 40000, 9, 4)[1]
    assert abs((signs * other).sum(axis=0)).max() < 5 * 40000**0.5


@pytest.mark.parametrize("size", [1, 2, 9])
def test_normals_are_normal(size: int) -> None:
    drawn = normals(11, 0, 60000, size)
    assert drawn.shape == (60000, size)
    for column in drawn.T:
        assert stats.kstest(column, "norm").pvalue > 1e-4
    if size > 1:
        correlations = np.asarray(np.corrcoef(drawn.T))
        assert np.abs(correlations[np.triu_indices(size, 1)]).max() < 5 / 60000**0.5


def test_the_tails_of_the_normals_are_as_heavy_as_they_should_be() -> None:
    drawn = np.abs(normals(4, 0, 4000, 1000))
    for limit in (1.0, 3.0, 3.6541528853610088, 4.0):
        p = 2 * stats.norm.sf(limit)
        assert abs((drawn > limit).mean() - p) < 5 * (p / drawn.size) ** 0.5
    counts, _ = np.histogram(drawn, bins=stats.halfnorm.ppf(np.linspace(0, 1, 1001)))
    assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize("layer", [0, 1, 2, 40, 120, 230, 254, 255])
def test_draws_outside_a_layer_s_rectangle(layer: int) -> None:
    """Beyond the last layer the tail; else what lies below the curve, or a new draw."""
    rng = np.random.default_rng(layer)
    least = int(np.ceil(counters.INSIDE[layer] * 2**53))
    u = rng.integers(least, 2**53, 50000, dtype=np.uint64)
    others = rng.integers(8, size=50000, dtype=np.uint64)
    started = (u << np.uint64(11)) | (others << np.uint64(8)) | np.uint64(layer)
    drawn = np.array([counters._outside(word) for word in started])
    assert abs(np.sign(drawn).sum()) < 5 * 50000**0.5

    def law(x: Any) -> Any:
        if layer == 0:
            return 1 - stats.norm.sf(x) / stats.norm.sf(counters.TAIL)
        low, high = counters.ENDS[layer + 1], counters.ENDS[layer]
        at_low, at_high = np.exp(-(low**2) / 2), np.exp(-(high**2) / 2)

        def below(t: Any) -> Any:  # the area of the wedge from low to t, over the whole strip's
            curve = (2 * np.pi) ** 0.5 * (stats.norm.cdf(t) - stats.norm.cdf(low))
            return (curve - at_high * (t - low)) / ((at_low - at_high) * (high - low))

        return below(np.clip(x, low, high)) + (1 - below(high)) * stats.halfnorm.cdf(x)

    assert stats.kstest(np.abs(drawn), law).pvalue > 1e-4

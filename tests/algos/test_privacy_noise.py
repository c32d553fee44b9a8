"""Exact noise, and its stand-in for simulations."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from algos.privacy._noise import DiscreteGaussian, DiscreteLaplace, Noise

KINDS: list[type[Noise]] = [DiscreteGaussian, DiscreteLaplace]


def masses(kind: type[Noise], scale: float, reach: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Compute the law on −reach, …, reach from its definition."""
    k = np.arange(-reach, reach + 1)
    weights = np.exp(-(k**2) / (2 * scale**2) if kind is DiscreteGaussian else -abs(k) / scale)
    return np.asarray(weights / weights.sum())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [0.05, 0.4, 1.0, 2.5, 3.5, 30.0])
def test_variances_are_those_of_the_law(kind: type[Noise], scale: float) -> None:
    reach = math.ceil(60 * scale) + 5
    law = masses(kind, scale, reach)
    second = float((np.arange(-reach, reach + 1) ** 2 * law).sum())
    assert kind(scale, np.random.default_rng(0)).variance == pytest.approx(second, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [0.4, 3.5])
@pytest.mark.parametrize("seeded", [True, False])
def test_draws_follow_the_law(kind: type[Noise], scale: float, seeded: bool) -> None:
    noise = kind(scale, np.random.default_rng(5) if seeded else None)
    count, reach = 40_000, math.ceil(2.5 * scale)
    draws = np.clip(noise.draw(count), -reach - 1, reach + 1)
    seen = np.bincount(draws + reach + 1, minlength=2 * reach + 3)
    inner = masses(kind, scale, 60 * reach)[59 * reach - 1 : 61 * reach + 2].copy()
    inner[[0, -1]] += (1 - inner.sum()) / 2
    # one chance in 10^9 for exact draws, which no seed fixes
    assert stats.chisquare(seen, inner * count).pvalue > 1e-9
    assert draws.dtype == np.int64


@pytest.mark.parametrize("kind", KINDS)
def test_large_scales_keep_their_variance(kind: type[Noise]) -> None:
    for noise in (kind(2.0**40, np.random.default_rng(1)), kind(2.0**40)):
        count = 40_000 if noise._insecure_rng else 10_000
        ratio = float((noise.draw(count) / 2.0**40).var()) / (noise.variance / 4.0**40)
        assert abs(ratio - 1) < 7 * math.sqrt(5 / count)  # the fourth moment is at most 6


def test_no_draws_and_never_the_same() -> None:
    for kind in KINDS:
        noise = kind(100.0)
        assert noise.draw(0).shape == (0,)
        assert not np.array_equal(noise.draw(50), noise.draw(50))


def test_a_missing_opendp_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opendp.prelude", None)
    with pytest.raises(ImportError, match=r"install it with: pip install 'lemmata\[privacy\]'"):
        DiscreteGaussian(1.0)

"""The capacity of a pair of coins: closed forms, extremes, bad arguments."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special
from sympy import Rational, log

from algos.search import (
    capacity,
    capacity_between,
    query_quantile,
)


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

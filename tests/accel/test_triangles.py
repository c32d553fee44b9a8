"""The triangle scan and the projections: small cases by hand, and slow second derivations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from accel.rows import sweep_entropy, sweep_quadratic
from accel.triangles import worst_triangles


def symmetric(seed: int, n: int) -> Any:
    upper = np.triu(np.random.default_rng(seed).integers(0, 9, (n, n)).astype(float), 1)
    return upper + upper.T


@given(st.integers(0, 10**6), st.integers(2, 9))
def test_the_scan_finds_the_shortest_detour_of_every_pair(seed: int, n: int) -> None:
    d = symmetric(seed, n)
    found = {(i, j): k for i, j, k in zip(*map(list, worst_triangles(d)), strict=True)}
    for i in range(n):
        for j in range(i + 1, n):
            detours = [d[i, k] + d[k, j] for k in range(n) if k not in (i, j)]
            if detours and d[i, j] > min(detours):
                k = found.pop((i, j))
                assert k not in (i, j)
                assert d[i, k] + d[k, j] == min(detours)
    assert not found


def test_the_scan_does_not_read_the_diagonal_and_grows() -> None:
    d = symmetric(0, 60)
    np.fill_diagonal(d, -100.0)
    filled = worst_triangles(d)
    np.fill_diagonal(d, 0.0)
    for one, other in zip(filled, worst_triangles(d), strict=True):
        assert (one == other).all()
    assert filled[0].size > 64


def one_row(row: list[float]) -> tuple[Any, Any, Any]:
    return np.array([0, len(row)]), np.arange(len(row)), np.array(row)


def test_one_projection_by_hand() -> None:
    x, z = np.array([3.0, 1.0]), np.zeros(1)
    sweep_quadratic(*one_row([1.0, 2.0]), np.array([2.0]), np.array([1.0, 4.0]), z, x)
    assert x.tolist() == [1.5, 0.25]  # multiplier 3 / (1 + 4 / 4)
    assert z.tolist() == [1.5]


def test_going_back_stops_at_the_multiplier() -> None:
    x, z = np.array([0.0]), np.array([0.25])
    sweep_quadratic(*one_row([1.0]), np.array([5.0]), np.ones(1), z, x)
    assert (x[0], z[0]) == (0.25, 0.0)
    logs = np.array([0.0])
    z[:] = 0.25
    sweep_entropy(*one_row([1.0]), np.array([5.0]), np.ones(1), z, logs)
    assert (logs[0], z[0]) == (0.25, 0.0)


@given(
    st.lists(st.floats(-3, 3).filter(lambda a: abs(a) > 0.1), min_size=1, max_size=4),
    st.floats(-2, 2),
    st.floats(0, 3),
)
def test_entropy_steps_solve_their_equation(row: list[float], bound: float, z0: float) -> None:
    weights = np.linspace(1, 2, len(row))
    a, logs, z = np.array(row), np.linspace(-1, 1, len(row)), np.array([z0])

    def excess(step: float) -> float:
        return float(a @ np.exp(np.linspace(-1, 1, len(row)) + step * a / weights) - bound)

    if bound <= 0.01 and (a > 0).all():  # no positive x, or only tiny ones, lies there
        return
    sweep_entropy(*one_row(row), np.array([bound]), weights, z, logs)
    step = z0 - z[0]
    assert logs == pytest.approx(np.linspace(-1, 1, len(row)) + step * a / weights, abs=1e-12)
    if excess(z0) <= 0:
        assert step == z0
    else:
        low = -1.0
        while excess(low) > 0:
            low *= 2
        assert step == pytest.approx(optimize.brentq(excess, low, z0, xtol=1e-14), abs=1e-9)

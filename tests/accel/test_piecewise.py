"""The piecewise density against a dense array, its invariants, and its cost."""

from __future__ import annotations

import math
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accel import _treap
from accel.piecewise import PiecewiseDensity

FACTORS = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


def check_invariants(density: PiecewiseDensity) -> None:
    """Assert the tree's order, its heap, and every sum and maximum in it."""
    places, weights = density._places, density._weights

    def walk(node: int, factor: float) -> list[tuple[int, int, float]]:
        if node == 0:
            return []
        start, stop, left, right, priority = (int(x) for x in places[node])
        assert all(places[child, _treap.PRIORITY] <= priority for child in (left, right) if child)
        inner = factor * weights[node, _treap.PENDING]
        here = (start, stop, factor * weights[node, _treap.CELL])
        pieces = [*walk(left, inner), here, *walk(right, inner)]
        mass = math.fsum((b - a) * cell for a, b, cell in pieces)
        assert factor * weights[node, _treap.MASS] == pytest.approx(mass, rel=1e-9)
        peak = max(cell for _, _, cell in pieces)
        assert factor * weights[node, _treap.PEAK] == pytest.approx(peak, rel=1e-9)
        return pieces

    assert not weights[0].any()
    pieces = walk(int(places[0, _treap.ROOT]), 1.0)
    assert len(pieces) == density.pieces
    assert pieces[0][0] == 0
    assert pieces[-1][1] == density.size
    assert all(a[1] == b[0] for a, b in pairwise(pieces))
    assert math.fsum((b - a) * cell for a, b, cell in pieces) == pytest.approx(1, rel=1e-9)


STEPS = st.lists(st.tuples(st.floats(0, 1), FACTORS, FACTORS, st.floats(0, 1)), max_size=40)


@settings(deadline=None)
@given(st.integers(1, 40), STEPS)
def test_agrees_with_a_dense_array(
    size: int, steps: list[tuple[float, float, float, float]]
) -> None:
    density, dense = PiecewiseDensity(size), np.full(size, 1 / size)
    for place, left, right, fraction in steps:
        cut = round(place * size)
        scaled = np.where(np.arange(size) < cut, left * dense, right * dense)
        if scaled.sum() <= 1e-200:
            with pytest.raises(ZeroDivisionError):
                density.scale(cut, left, right)
        else:
            dense = scaled / scaled.sum()
            density.scale(cut, left, right)
        cell, before, weight = density.locate(fraction)
        sums = np.concatenate([[0], np.cumsum(dense)])
        assert math.isclose(weight, dense[cell], rel_tol=1e-9)
        assert weight > 0
        assert abs(before - sums[cell]) < 1e-12
        assert before - 1e-12 <= fraction <= before + weight + 1e-12
    check_invariants(density)
    cells = [density.probability(i) for i in range(size)]
    np.testing.assert_allclose(cells, dense, rtol=1e-9)
    shares = [density.probability(0, i) for i in range(size)]
    np.testing.assert_allclose(shares, np.cumsum(dense), atol=1e-12)
    cell, weight = density.peak()
    assert weight == density.peak_weight
    np.testing.assert_allclose([weight, dense[cell]], dense.max(), rtol=1e-9)


def test_keep_conditions_and_undoes_a_failure() -> None:
    density = PiecewiseDensity(10)
    density.scale(5, 3.0, 1.0)
    density.keep(4, 7)
    assert [density.probability(i) for i in range(10)] == pytest.approx(
        [0, 0, 0, 0, 0.6, 0.2, 0.2, 0, 0, 0]
    )
    with pytest.raises(ZeroDivisionError):
        density.keep(7, 9)
    assert density.probability(4, 6) == pytest.approx(1)
    check_invariants(density)


@pytest.mark.parametrize("size", [10**18, 2**62])
def test_huge_sizes_take_kilobytes(size: int) -> None:
    """A line's exact posterior: 400 flips that all point at one cell."""
    density, hidden = PiecewiseDensity(size), size // 7
    for _ in range(400):
        cell, before, weight = density.locate(0.5)
        cut = cell if 0.5 - before <= before + weight - 0.5 else cell + 1
        density.scale(cut, *((0.8, 0.2) if hidden < cut else (0.2, 0.8)))
    assert density.peak()[0] == hidden
    assert density.peak_weight > 0.99
    assert density.pieces <= 401
    assert density._places.nbytes + density._weights.nbytes < 100_000
    check_invariants(density)


def test_long_runs_neither_overflow_nor_drift() -> None:
    density = PiecewiseDensity(1000)
    for k in range(20_000):
        density.scale(k % 1001, *((1e-30, 1.0) if k % 3 else (1.0, 1e30)))
    check_invariants(density)


def test_vanished_sides_stay_empty() -> None:
    density = PiecewiseDensity(10)
    for _ in range(5):
        density.scale(4, 1e-300, 1.0)
    for factor in (1e300, 1e308):
        density.scale(4, factor, 1.0)
    assert density.probability(0, 3) == 0
    assert density.before(10) == 1
    check_invariants(density)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: d.locate(math.nan), "fraction must lie in"),
        (lambda d: d.scale(11, 1.0, 1.0), "cut must lie in 0 … 10, got 11"),
        (lambda d: d.scale(3, math.nan, 1.0), "factors must be finite and not negative"),
        (lambda d: d.scale(3, 1.0, -1.0), "factors must be finite and not negative"),
        (lambda d: d.probability(10), "0 <= first <= last <= 9"),
        (lambda d: d.keep(3, 3), "0 <= start < stop <= 10"),
        (lambda d: d.before(-1), "cut must lie in"),
        (lambda _: PiecewiseDensity(0), "size must lie in"),
        (lambda _: PiecewiseDensity(2**62 + 1), "size must lie in"),
    ],
)
def test_bad_arguments(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=message):
        call(PiecewiseDensity(10))


@pytest.mark.nightly
def test_a_step_at_5000_pieces_takes_microseconds() -> None:
    rng, density = np.random.default_rng(0), PiecewiseDensity(10**18)
    for cut in rng.integers(0, 10**18, 5000).tolist():
        density.scale(cut, 0.4, 0.6)
    fractions = rng.random(5000).tolist()
    best = math.inf
    for _ in range(5):
        begin = time.perf_counter()
        for fraction in fractions:
            density.scale(density.locate(fraction)[0], 0.6, 0.6)
        best = min(best, (time.perf_counter() - begin) / 5000)
    assert best < 20e-6

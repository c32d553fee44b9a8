"""Scaling sweeps: the compiled loop, the plain loop and array operations agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from accel import scaling


def problem(n: int, m: int) -> tuple[Any, ...]:
    """Draw a kernel, sums and scalings."""
    rng = np.random.default_rng(n + m)
    a, b = rng.uniform(0.1, 1, n), rng.uniform(0.1, 1, m)
    b *= a.sum() / b.sum()
    return rng.uniform(0.1, 1, (n, m)), a, b, rng.uniform(0.5, 2, n), rng.uniform(0.5, 2, m)


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (40, 7), (129, 64)])
@pytest.mark.parametrize("sweeps", [0, 1, 4])
def test_all_ways_to_sweep_agree(shape: tuple[int, int], sweeps: int) -> None:
    kernel, a, b, u, v = problem(*shape)
    u_loop, v_loop = u.copy(), v.copy()
    done, error = scaling._loop(kernel, a, b, u_loop, v_loop, -1.0, sweeps, 1e50)
    u_numpy, v_numpy = u.copy(), v.copy()
    for _ in range(done):
        u_numpy = a / (kernel @ v_numpy)
        v_numpy = b / (u_numpy @ kernel)
    assert scaling.scaling_sweeps(
        kernel, a, b, u, v, tolerance=-1.0, limit=sweeps, far=1e50
    ) == pytest.approx((done, error), rel=1e-9, abs=1e-13)
    assert u == pytest.approx(u_loop, rel=1e-12)
    assert v == pytest.approx(v_loop, rel=1e-12)
    assert u == pytest.approx(u_numpy, rel=1e-12)
    assert v == pytest.approx(v_numpy, rel=1e-12)
    assert error == pytest.approx(np.abs(u * (kernel @ v) - a).sum(), rel=1e-9, abs=1e-13)
    assert done == sweeps


def test_it_stops_at_the_tolerance_and_before_a_scaling_that_is_too_far() -> None:
    kernel, a, b, u, v = problem(6, 6)
    done, error = scaling.scaling_sweeps(kernel, a, b, u, v, tolerance=1e-6, limit=1000, far=1e50)
    assert 0 < done < 1000
    assert 0 < error <= 1e-6
    before = u.copy(), v.copy()
    done, _ = scaling.scaling_sweeps(kernel * 1e9, a, b, u, v, tolerance=0.0, limit=9, far=1e6)
    assert done == 0
    assert (u.tolist(), v.tolist()) == tuple(one.tolist() for one in before)
    kernel[2] = 0.0
    done, error = scaling.scaling_sweeps(kernel, a, b, u, v, tolerance=0.0, limit=9, far=1e50)
    assert done == 0
    assert np.isfinite(error)

"""The loops of anchored iterations against NumPy, compiled and plain."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from accel.anchored import anchored_step, pair_products


@pytest.mark.parametrize("size", [1, 2, 100, 1001])
@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_a_step_and_its_products(size: int, weight: float) -> None:
    anchor, x, image = np.random.default_rng(size).standard_normal((3, size))
    kept = anchor.copy(), x.copy(), image.copy()
    compiled: Any = anchored_step
    gap = x - image
    norm, along = float(np.linalg.norm(gap)), float(gap @ (anchor - x))
    for function in (compiled, compiled.py_func):
        out = np.empty(size)
        shown = function(anchor, x, image, weight, out)
        assert out == pytest.approx(weight * anchor + (1 - weight) * image)
        assert shown == pytest.approx((norm, along, norm / 2 + along / norm))
    assert all((a == b).all() for a, b in zip((anchor, x, image), kept, strict=True))


def test_no_certificate_where_squares_lose_digits() -> None:
    anchor, x = np.array([1.0]), np.array([0.0])
    out = np.empty(1)
    assert anchored_step(anchor, x, np.array([1e-150]), 0.5, out)[2] == 0.0
    assert anchored_step(anchor, x, np.array([0.0]), 0.5, out) == (0.0, 0.0, 0.0)
    assert math.isnan(anchored_step(anchor, x, np.array([math.nan]), 0.5, out)[0])


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_products_of_a_pair(size: int) -> None:
    x, fx, y, fy = np.random.default_rng(size).standard_normal((4, size))
    d, e = x - y, fx - fy
    assert pair_products(x, fx, y, fy) == pytest.approx((d @ d, d @ e, e @ e))

"""How near a measured value is to its bound, at any signs."""

from typing import Any

import pytest

from algos.iterations.theorems import DUAL_BOUND
from proofs_checks.evaluate import pressure


@pytest.mark.parametrize(
    ("measured", "bound", "ratio"),
    [
        (1.0, 2.0, 0.5),
        (3.0, 2.0, 1.5),
        (0.0, 0.0, 1.0),
        (-1.0, 0.0, 0.0),
        (-4.0, -2.0, 0.5),
        (-2.0, -4.0, float("inf")),
        (1.0, 0.0, float("inf")),
        (float("-inf"), -1.0, 0.0),
    ],
)
def test_the_ratio_exceeds_1_where_the_bound_fails_alone(
    measured: Any, bound: float, ratio: float
) -> None:
    assert pressure(DUAL_BOUND, measured, bound) == ratio
    assert (ratio > 1) == (measured > bound)

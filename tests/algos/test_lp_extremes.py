"""The linear-programming solver in other units, and with odd arguments."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from algos.iterations import solve_lp

COST, ROWS, SIDES = np.array([-1.0, -2.0]), np.array([[1.0, 1.0], [1.0, 3.0]]), np.array([4.0, 6.0])


@pytest.mark.parametrize("power", [-40, -10, -6, 6, 8, 12, 40])
@pytest.mark.parametrize("what", ["rows", "costs", "sides", "costs and sides"])
def test_units_do_not_change_the_number_of_steps(what: str, power: int) -> None:
    scale = 10.0**power
    cost = {"costs": scale, "costs and sides": 1 / scale}.get(what, 1.0)
    side = 1.0 if what == "costs" else scale
    row = scale if what == "rows" else 1.0
    result = solve_lp(cost * COST, G=row * ROWS, h=side * SIDES, max_iterations=2000)
    assert result.status == "converged"
    assert result.iterations <= 400
    errors = 1e-4 if power > -6 else math.inf  # the errors are absolute where the data are small
    assert result.x * row / side == pytest.approx([3.0, 1.0], abs=errors)


@pytest.mark.parametrize("side", [0.0, 1e-17, 1e-12])
def test_a_right_hand_side_of_rounding_size_says_nothing(side: float) -> None:
    programs: list[dict[str, Any]] = [
        {"A": [[1, -1, 0.3]], "b": [side], "upper": 1.0},
        {"G": [[1, 1, 0.3], [1, 3, 2]], "h": [side, side], "upper": 1.0, "lower": -1.0},
    ]
    for program in programs:
        result = solve_lp([1.0, -2.0, 0.5], **program)
        assert result.status == "converged"
        assert result.iterations <= 400


@pytest.mark.parametrize("reflection", [5.0, math.nan, 0.5, 1, "no", None])
def test_reflection_is_a_truth_value(reflection: Any) -> None:
    with pytest.raises(TypeError, match="reflection must be True or False, got"):
        solve_lp([1.0], reflection=reflection)


def test_infinite_time_is_allowed() -> None:
    assert solve_lp(COST, G=ROWS, h=SIDES, time_limit=math.inf).status == "converged"


def test_duplicates_of_truth_values_are_added_as_numbers() -> None:
    twice = sparse.coo_array(([True, True], ([0, 0], [0, 0])), shape=(1, 1))
    assert solve_lp([1.0], A=twice, b=[1]).x == pytest.approx([0.5], abs=1e-5)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([], r"A must have shape \(m, 2\), got \(0,\)"),
        ([[]], r"A must have shape \(m, 2\), got \(1, 0\)"),
        (np.zeros((0, 3)), r"A must have shape \(m, 2\), got \(0, 3\)"),
    ],
)
def test_empty_matrices_have_a_shape_too(matrix: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        solve_lp([1.0, 1.0], A=matrix, b=[])


def test_masked_bounds_are_refused() -> None:
    with pytest.raises(TypeError, match="upper must not be masked"):
        solve_lp([-1.0], upper=np.ma.masked_array([1.0], [True]))


def test_ragged_matrices_are_refused() -> None:
    with pytest.raises(TypeError, match="A must be an array of numbers"):
        solve_lp([1.0, 1.0], A=[[1.0, 2.0], [3.0]], b=[1.0, 1.0])

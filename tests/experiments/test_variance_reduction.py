"""The experiments on variance reduction: both methods solve what they are asked to solve."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.iterations.stochastic import METHODS, labelled, saddle_trial, squares_trial


@pytest.mark.parametrize("method", METHODS)
def test_squares_are_solved(method: str) -> None:
    shown = squares_trial({"n": 100, "method": method}, np.random.default_rng(0))
    assert shown["solved"] == 1
    assert shown["evaluations"] % 20 == 0  # 100 components at once, or 10 in two points


def test_whole_sums_are_counted_in_components() -> None:
    shown = squares_trial({"n": 50, "method": "whole sums"}, np.random.default_rng(0))
    assert shown["evaluations"] % 50 == 0


def test_both_methods_find_one_classifier() -> None:
    first, second = (
        saddle_trial({"data": "tumours", "copies": 1, "method": m}, np.random.default_rng(0))
        for m in METHODS
    )
    assert first["solved"] == second["solved"] == 1
    assert abs(first["right"] - second["right"]) <= 0.005
    assert first["right"] > 0.95
    assert first["used"] <= 0.5  # the penalty leaves half of the features out


def test_rows_are_scaled_to_the_smoothness_that_is_declared() -> None:
    for name, count in (("tumours", 569), ("digits", 1797)):
        rows = labelled(name)
        assert len(rows) == count
        assert np.linalg.norm(rows, axis=1) == pytest.approx(2.0)

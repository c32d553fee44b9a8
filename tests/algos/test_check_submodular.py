"""Spot checks of set functions: what is drawn, and what is found."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.submodular import (
    GraphCut,
    OracleError,
    SetFunction,
    check_submodular,
    from_callable,
    greedy,
)
from algos.submodular._set_function import Indices, Reals


def test_the_witness_holds() -> None:
    """Elements 3 and 7 are worth more together."""
    function = from_callable(lambda S: len(S) + 0.5 * ({3, 7} <= S), 8, verify=0)
    violation = check_submodular(function, trials=2000).violation
    assert violation is not None
    assert violation.rule == "have diminishing returns"
    S, T, e = violation.smaller, violation.larger, violation.element
    assert {*T, e} - set(S) == {3, 7}
    assert violation.values == tuple(
        len(U) + 0.5 * ({3, 7} <= U) for U in ({*S}, {*S, e}, {*T}, {*T, e})
    )
    assert f"at S = {{{', '.join(map(str, S))}}}, T = " in str(violation)


def test_few_trials_name_the_squares_that_were_drawn() -> None:
    function = from_callable(lambda S: min(len(S), 4), 9, verify=0)
    report = check_submodular(function, trials=50, rng=3)
    assert (report.squares, report.exhaustive, report.violation) == (50, False, None)
    assert check_submodular(function, trials=10**4).squares == 9 * 8 * 2**6
    assert check_submodular(function, trials=50, rng=3) == report


def test_a_random_square_has_every_size_as_often() -> None:
    """At 3000 draws of 4 sizes a count is off by 6 standard errors 1 time in 10⁸."""
    seen: list[int] = []

    class Watched(GraphCut):
        """Note the sizes of S."""

        def copy(self, state: Any) -> Any:
            """Note it, twice a square."""
            seen.append(int(state[1].sum()))
            return super().copy(state)

    check_submodular(Watched(np.ones((5, 5))), trials=79, rng=0)
    drawn = 1 + len(seen) // 2
    while drawn < 3000:
        check_submodular(Watched(np.ones((5, 5))), trials=79, rng=drawn)
        drawn = len(seen) // 2
    counts = np.bincount(seen, minlength=4) / 2
    assert np.abs(counts - drawn / 4).max() < 6 * math.sqrt(drawn * 3 / 16)


class Broken(SetFunction):
    """A modular function, and one thing wrong."""

    def __init__(self, wrong: str) -> None:
        super().__init__(4)
        self.wrong = wrong

    def start(self) -> list[int]:
        """Give the empty set."""
        return []

    def gains(self, state: list[int], candidates: Indices) -> Reals:
        """Add 1 each, but for what is wrong."""
        gains = np.where(np.isin(candidates, state), 0.0, 1.0)
        if self.wrong == "members":
            gains[:] = 1
        if self.wrong == "order":  # element 3 is worth more if 0 has come last
            gains[candidates == 3] = 0.5 if state[-1:] == [0] and 3 not in state else 0
        if self.wrong == "nan":
            gains[candidates == 2] = math.nan
        return gains[1:] if self.wrong == "shape" else gains

    def push(self, state: list[int], element: int) -> None:
        """Put it there."""
        state.append(element)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ("members", "have the marginal 0 for elements of S"),
        ("order", "have marginals that add up in any order"),
    ],
)
def test_marginals_that_do_not_fit_are_found(wrong: str, rule: str) -> None:
    violation = check_submodular(Broken(wrong)).violation
    assert violation is not None
    assert violation.rule == rule


@pytest.mark.parametrize(
    ("wrong", "message"),
    [("nan", "finite marginals, got nan for element 2"), ("shape", "one marginal for each")],
)
def test_marginals_that_are_none(wrong: str, message: str) -> None:
    with pytest.raises(OracleError, match=message):
        check_submodular(Broken(wrong))
    with pytest.raises(OracleError, match=message):
        greedy(Broken(wrong), 2)


def test_check_submodular_wants_a_set_function() -> None:
    with pytest.raises(TypeError, match="from_callable makes one"):
        check_submodular(len)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="trials must be an integer from 1"):
        check_submodular(GraphCut([[0.0]]), trials=0)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_a_fall_at_the_last_element_is_found(size: int) -> None:
    function = from_callable(lambda S: min(len(S), size - 1) - (len(S) == size), size, verify=0)
    violation = check_submodular(function, trials=10**4).violation
    assert violation is not None
    assert violation.rule == "be monotone"
    assert {*violation.larger, violation.element} == set(range(size))

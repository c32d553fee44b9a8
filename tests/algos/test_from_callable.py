"""Functions of sets as callables: what they give, how often they are called, what is found."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
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

ITEMS = [{0, 1}, {1, 2, 3}, {3}, {4, 0}, set(), {2, 5}, {6}, {0, 1, 2}, {7, 6}]


def covered(S: Iterable[int]) -> int:
    """Count items."""
    return len(set().union(*(ITEMS[e] for e in S)))


def test_values_marginals_and_greedy() -> None:
    function = from_callable(covered, 9, rng=0)
    assert function.value([0, 1]) == 4
    state = function.start()
    function.push(state, 1)
    assert function.gains(state, np.arange(9)).tolist() == [1, 0, 0, 2, 0, 1, 1, 1, 2]
    chosen = greedy(function, 3)
    assert chosen.elements.tolist() == [1, 3, 8]
    assert chosen.value == 7


def test_one_call_a_marginal_and_none_for_what_was_chosen() -> None:
    function = from_callable(covered, 9, verify=0)
    assert function.evaluations == 1
    chosen = greedy(function, 4)
    assert function.evaluations == 1 + chosen.oracle_calls == 1 + 9 + 8 + 7 + 6
    state = function.start()
    candidates = np.array([3, 3, 4])
    before = function.evaluations
    function.gains(state, candidates)
    function.gains(state, candidates)
    assert function.evaluations == before + 2
    further = function.copy(state)
    function.push(further, 3)
    function.gains(further, np.array([3]))
    assert function.evaluations == before + 2
    function.push(state, 8)
    function.gains(state, np.array([0]))
    assert function.evaluations == before + 4  # f({8}) was not known


def test_the_caller_gets_frozensets_of_python_integers() -> None:
    seen: list[Any] = []

    def noted(S: frozenset[int]) -> int:
        """Note what comes."""
        seen.append(S)
        return len(S)

    function = from_callable(noted, 3, rng=0)
    greedy(function, 2)
    assert {type(S) for S in seen} == {frozenset}
    assert {type(e) for S in seen for e in S} == {int}


@pytest.mark.parametrize(
    "kind", [int, float, np.float32, np.int64, np.array, Fraction, bool, lambda x: np.array(x)[()]]
)
def test_numbers_of_all_kinds(kind: Callable[[int], Any]) -> None:
    function = from_callable(lambda S: kind(min(len(S), 1)), 4, rng=0)
    assert function.value([2]) == 1
    assert greedy(function, 2).value == 1


def test_a_callable_with_a_memory_of_its_own() -> None:
    known: dict[frozenset[int], int] = {}

    def remembered(S: frozenset[int]) -> int:
        """Change what it holds."""
        S |= {0}
        return known.setdefault(S, covered(S)) - covered([0])

    assert from_callable(remembered, 9, rng=0).value([0, 1]) == 2


SQUARE = "have diminishing returns"


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda S: len(S) ** 2, SQUARE),
        (lambda S: max(0, len(S) - 2), SQUARE),
        (lambda S: len(S) + ({2, 5} <= S), SQUARE),
        (lambda S: -len(S), "be monotone"),
        (lambda S: len(S) * (8 - len(S)), "be monotone"),
        (lambda S: 1 + len(S), "be 0 for the empty set, got 1; subtract"),
        (lambda S: math.nan if 3 in S else 0, r"be finite, got nan for \{.*3.*\}"),
        (lambda S: -math.inf if 3 in S else 0, r"be finite, got -inf for \{.*3.*\}"),
        (lambda S: None, r"give a number, got None for \{\}"),
        (lambda S: "0", r"give a number, got '0' for \{\}"),
        (lambda S: 1j, r"give a number, got 1j for \{\}"),
        (lambda S: [0], r"give a number, got \[0\] for \{\}"),
        (lambda S: 10**400 * len(S), "give a number, got 10000"),
    ],
)
def test_functions_that_are_not_what_they_say(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(OracleError, match=f"function must {message}"):
        from_callable(function, 7, verify=1000)


def test_values_are_looked_at_later_as_well() -> None:
    function = from_callable(lambda S: math.nan if len(S) > 2 else len(S), 5, verify=0)
    with pytest.raises(OracleError, match=r"got nan for \{0, 1, 2\}"):
        greedy(function, 3)


def test_the_witness_holds() -> None:
    """Elements 3 and 7 are worth more together."""
    function = from_callable(lambda S: len(S) + 0.5 * ({3, 7} <= S), 8, verify=0)
    violation = check_submodular(function, trials=2000).violation
    assert violation is not None
    assert violation.rule == SQUARE
    S, T, e = violation.smaller, violation.larger, violation.element
    assert {*T, e} - set(S) == {3, 7}
    assert violation.values == tuple(
        len(U) + 0.5 * ({3, 7} <= U) for U in ({*S}, {*S, e}, {*T}, {*T, e})
    )
    assert f"at S = {{{', '.join(map(str, S))}}}, T = " in str(violation)


def test_few_trials_name_the_squares_that_were_drawn() -> None:
    function = from_callable(covered, 9, verify=0)
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


def test_messages_hold_no_more_than_50_elements() -> None:
    function = from_callable(lambda S: math.nan if len(S) == 300 else 0, 300, verify=0)
    with pytest.raises(OracleError, match=r"48, 49, …: 300 elements\}$"):
        function.value(range(300))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_tiny_ground_sets(size: int) -> None:
    function = from_callable(len, size)
    assert check_submodular(function).exhaustive
    with pytest.raises(OracleError, match="monotone"):
        from_callable(lambda S: -len(S), size)
    from_callable(lambda S: -len(S), size, monotone=False)


def test_rounding_is_no_violation() -> None:
    steps = np.random.default_rng(0).random(12) * 1e6

    def total(S: frozenset[int]) -> float:
        """Sum in any order."""
        return math.fsum(steps[e] for e in S) + 1e-7 * (len(S) ** 2 % 3)

    from_callable(total, 12, verify=1000, rng=0)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((None, 3), {}, TypeError, "function must be callable"),
        ((len, 0), {}, ValueError, "size must be an integer from 1"),
        ((len, 2.0), {}, TypeError, "size must be an integer"),
        ((len, True), {}, ValueError, "size must be an integer"),
        ((len, 3), {"verify": -1}, ValueError, "verify must be an integer from 0"),
        ((len, 3), {"verify": 1.5}, TypeError, "verify must be an integer"),
        ((len, 3), {"monotone": 1}, TypeError, "monotone must be True or False"),
    ],
)
def test_bad_arguments(arguments: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        from_callable(*arguments, **options)


def test_check_submodular_wants_a_set_function() -> None:
    with pytest.raises(TypeError, match="from_callable makes one"):
        check_submodular(len)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="trials must be an integer from 1"):
        check_submodular(GraphCut([[0.0]]), trials=0)


def test_what_the_callable_raises_goes_through() -> None:
    def no(S: frozenset[int]) -> float:
        """Fail."""
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        from_callable(no, 3)

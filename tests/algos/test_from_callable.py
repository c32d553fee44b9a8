"""Functions of sets as callables: what they give, how often they are called, what is found."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from algos.submodular import (
    OracleError,
    check_submodular,
    from_callable,
    greedy,
)
from algos.submodular._set_function import Reals

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
        (lambda S: np.complex128(1), r"give a number, got np.complex128\(1\+0j\) for \{\}"),
        (lambda S: np.array("0"), "give a number"),
        (lambda S: np.timedelta64(len(S), "s"), "give a number"),
        (lambda S: {0}, r"give a number, got \{0\} for \{\}"),
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


def test_rounding_of_great_values_is_no_violation() -> None:
    """An edge of weight 10⁹ that S cuts and V does not: f(S) is only known to 10⁻⁷."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        weights = rng.random((12, 12)) * (rng.random((12, 12)) < 0.2)
        weights[0, 1] = 1e9 * rng.random()

        def cut(S: frozenset[int], weights: Reals = weights + weights.T) -> float:
            """Sum the edges out of a set."""
            inside, outside = sorted(S), sorted(set(range(12)) - S)
            return float(weights[np.ix_(inside, outside)].sum())

        from_callable(cut, 12, monotone=False, rng=seed)


def test_arguments_are_looked_at_before_any_work() -> None:
    asked: list[frozenset[int]] = []

    def noted(S: frozenset[int]) -> int:
        """Note what comes."""
        asked.append(S)
        return len(S)

    for options in ({"verify": -1}, {"rng": "one"}, {"rng": "one", "verify": 0}):
        with pytest.raises((TypeError, ValueError)):
            from_callable(noted, 3, **options)
    assert asked == []
    with pytest.raises(TypeError):
        check_submodular(from_callable(noted, 2), rng="one")  # type: ignore[arg-type]


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


def test_what_the_callable_raises_goes_through() -> None:
    def no(S: frozenset[int]) -> float:
        """Fail."""
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        from_callable(no, 3)


@pytest.mark.parametrize(("fall", "refused"), [(1e-11, False), (1e-8, True)])
def test_a_marginal_falls_below_0_by_rounding_alone(fall: float, refused: bool) -> None:
    function = from_callable(lambda S: (0, 1, 1 - fall)[min(len(S), 2)], 3, verify=0)
    if refused:
        with pytest.raises(OracleError, match="function must be monotone"):
            greedy(function, 2)
    else:
        assert greedy(function, 2).value == 1 - fall

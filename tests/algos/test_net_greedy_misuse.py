"""Maximisers of f − c and bad input: costs, sizes, functions that are not what they say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from algos.submodular import (
    Coverage,
    NetSelection,
    OracleError,
    SetFunction,
    cost_scaled_greedy,
    distorted_greedy,
    roi_greedy,
    stochastic_distorted_greedy,
    unconstrained_distorted_greedy,
)

ALL: list[Callable[..., NetSelection]] = [
    distorted_greedy,
    cost_scaled_greedy,
    roi_greedy,
    unconstrained_distorted_greedy,
    lambda function, costs, **options: stochastic_distorted_greedy(
        function, costs, function.size, **options
    ),
]
SEE_ALL = [ALL[0], ALL[1], ALL[2], ALL[4]]
WITH_K: list[Callable[..., NetSelection]] = [
    distorted_greedy,
    cost_scaled_greedy,
    stochastic_distorted_greedy,
]


def seeded(algorithm: Any) -> dict[str, int]:
    """Give a seed to those that take one."""
    return {} if algorithm in ALL[:3] else {"rng": 5}


class ByHand(SetFunction):
    """A function of sets, asked twice for each marginal."""

    def __init__(self, values: Callable[[frozenset[int]], float], size: int) -> None:
        self.values = values
        super().__init__(size)

    def start(self) -> set[int]:
        """Give the empty set."""
        return set()

    def gains(self, state: set[int], candidates: Any) -> Any:
        """Subtract."""
        return np.array([self.values(frozenset(state | {int(e)})) for e in candidates]) - (
            self.values(frozenset(state))
        )

    def push(self, state: set[int], element: int) -> None:
        """Add."""
        state.add(element)


class Huge(ByHand):
    """Adds as much with every element, up to more than a float can be."""

    def __init__(self, size: int) -> None:
        super().__init__(len, size)

    def gains(self, state: set[int], candidates: Any) -> Any:
        """Forget what is in."""
        return np.full(len(candidates), 1.5e308)


class Power:
    """The size of a set to a power: weakly submodular above 1."""

    def __init__(self, power: float) -> None:
        self.power = power

    def __call__(self, S: frozenset[int]) -> float:
        """Compute."""
        return float(len(S) ** self.power)


@pytest.mark.parametrize("algorithm", ALL)
@pytest.mark.parametrize(
    ("costs", "error", "text"),
    [
        ([1, math.nan, 1], ValueError, "costs must be finite, got nan at \\(1,\\)"),
        ([1, math.inf, 1], ValueError, "costs must be finite"),
        ([1, 2, -0.5], ValueError, "costs must be at least 0, got -0.5 for element 2"),
        ([1, 2], ValueError, "costs must have shape \\(3\\), got \\(2,\\)"),
        ([[1, 2, 3]], ValueError, "costs must have shape"),
        (1.0, ValueError, "costs must have shape"),
        ([], ValueError, "costs must have shape"),
        (["a", "b", "c"], TypeError, "costs must be an array of real numbers"),
        (None, TypeError, "costs must be an array of real numbers"),
        ([1, 2, 1j], TypeError, "costs must be an array of real numbers"),
        (
            np.ma.masked_array([1, 2], [False, True]),
            TypeError,
            "costs must not be masked",
        ),
    ],
)
def test_costs_that_cannot_be(algorithm: Any, costs: Any, error: Any, text: str) -> None:
    with pytest.raises(error, match=text):
        algorithm(Coverage(np.eye(3)), costs)


@pytest.mark.parametrize("algorithm", WITH_K)
@pytest.mark.parametrize(
    ("k", "error"),
    [(0, ValueError), (4, ValueError), (-1, ValueError), (True, ValueError), (1.5, TypeError)],
)
def test_k_that_cannot_be(algorithm: Any, k: Any, error: Any) -> None:
    with pytest.raises(error, match="k must be an integer"):
        algorithm(Coverage(np.eye(3)), np.ones(3), k)


@pytest.mark.parametrize("epsilon", [0, 1, -1, math.nan, math.inf])
def test_epsilon_that_cannot_be(epsilon: float) -> None:
    with pytest.raises(ValueError, match="epsilon must lie in"):
        stochastic_distorted_greedy(Coverage(np.eye(3)), np.ones(3), 2, epsilon=epsilon)


@pytest.mark.parametrize("ratio", [0, 1.01, -1, math.nan])
def test_ratio_that_cannot_be(ratio: float) -> None:
    with pytest.raises(ValueError, match="ratio must lie in"):
        distorted_greedy(Coverage(np.eye(3)), np.ones(3), ratio=ratio)


@pytest.mark.parametrize("algorithm", ALL)
def test_functions_that_cannot_be(algorithm: Any) -> None:
    def falling(S: frozenset[int]) -> float:
        """Lose by element 1 once element 0 is in."""
        return 100.0 * (0 in S) + (1 in S) + (2 in S) - 2 * (0 in S and 1 in S)

    def broken(S: frozenset[int]) -> float:
        """Know nothing of element 2."""
        return math.nan if 2 in S else float(len(S))

    class Declared(Coverage):
        """Says so itself."""

        monotone = False

    with pytest.raises(OracleError, match="marginal -1 of element 1"):
        algorithm(ByHand(falling, 3), [0.0, 50, 0.1], **seeded(algorithm))
    with pytest.raises(OracleError, match="got nan for element 2"):
        algorithm(ByHand(broken, 3), np.full(3, 0.1), **seeded(algorithm))
    with pytest.raises(ValueError, match="function must be monotone, got one with monotone=False"):
        algorithm(Declared(np.eye(3)), np.ones(3))
    with pytest.raises(TypeError, match="function must be a SetFunction, got builtin_function"):
        algorithm(len, np.ones(3)) if algorithm is not ALL[-1] else stochastic_distorted_greedy(
            len,  # type: ignore[arg-type]
            np.ones(3),
            3,
        )


def test_functions_that_are_not_submodular() -> None:
    for algorithm in (distorted_greedy, cost_scaled_greedy, roi_greedy):
        with pytest.raises(OracleError, match="must be submodular, got for element 1"):
            algorithm(ByHand(Power(2.0), 4), np.full(4, 0.2))
    chosen = distorted_greedy(ByHand(Power(2.0), 4), np.full(4, 0.2), ratio=0.25)
    assert sorted(chosen.elements.tolist()) == [0, 1, 2, 3]
    assert chosen.net == pytest.approx(15.2)
    assert chosen.upper_bound == pytest.approx(4 * (4 - 0.2))


@pytest.mark.parametrize("algorithm", [distorted_greedy, cost_scaled_greedy, roi_greedy])
def test_rounding_of_late_marginals_is_no_growth(algorithm: Any) -> None:
    """Beside 10⁶ a marginal of 10⁻⁹ is seen as 8 or 9 units in the last place."""

    def coarse(S: frozenset[int]) -> float:
        """Be worth much with element 0, and next to nothing with others."""
        return 1e6 * (0 in S) + 1e-9 * len(S - {0})

    chosen = algorithm(ByHand(coarse, 30), np.zeros(30))
    assert len(chosen.elements) == 30
    assert chosen.net == pytest.approx(1e6)


def test_costs_that_vanish_or_overflow_beside_the_marginals() -> None:
    with np.errstate(all="raise", under="ignore"):
        free = roi_greedy(Coverage(np.eye(3)), [5e-324, 0.0, 0.5])
        assert free.elements.tolist() == [0, 1, 2]
        huge = cost_scaled_greedy(Coverage(np.eye(2)), [1.7e308, 0.1])
        assert huge.elements.tolist() == [1]


@pytest.mark.parametrize("algorithm", SEE_ALL)
def test_errors_name_the_set(algorithm: Any) -> None:
    """The set to which a marginal is negative, or no number."""

    def falling(S: frozenset[int]) -> float:
        """Lose by element 1 once element 0 is in."""
        return 100.0 * (0 in S) + (1 in S) - 2 * (0 in S and 1 in S)

    with pytest.raises(OracleError, match=r"marginal -1 of element 1.*; chosen so far: \{0\}"):
        algorithm(ByHand(falling, 2), [0.0, 50], **seeded(algorithm))


@pytest.mark.parametrize("algorithm", SEE_ALL)
def test_growth_at_the_last_set_is_seen(algorithm: Any) -> None:
    """Element 2 is dear, so that no round looks at it again; the bound does."""

    def growing(S: frozenset[int]) -> float:
        """Be worth more with element 2 after element 0."""
        return 5.0 * (0 in S) + 5.0 * (1 in S) + (2 in S) + 90 * (0 in S and 1 in S and 2 in S)

    with pytest.raises(
        OracleError, match=r"element 2 the marginal 91 to \{0, 1\}, after 1 to \{\}"
    ):
        algorithm(ByHand(growing, 3), [0.0, 0.0, 200], **seeded(algorithm))


def test_growth_between_samples_is_seen() -> None:
    with pytest.raises(OracleError, match="must be submodular, got for element"):
        stochastic_distorted_greedy(ByHand(Power(2.0), 12), np.zeros(12), 6, rng=0)


def test_a_ratio_that_is_too_great_is_seen() -> None:
    """Four elements make 16 where marginals of 1 to nothing allow for 4 · 1/0.5."""
    with pytest.raises(
        OracleError, match=r"ratio 0.5, got f − c = 15.2 for .* allow for 7.2; lower"
    ):
        distorted_greedy(ByHand(Power(2.0), 4), np.full(4, 0.2), ratio=0.5)
    right = distorted_greedy(ByHand(Power(2.0), 4), np.full(4, 0.2), ratio=0.25)
    assert right.upper_bound >= right.net


@pytest.mark.parametrize("algorithm", [distorted_greedy, cost_scaled_greedy, roi_greedy])
def test_values_beyond_floats_are_refused(algorithm: Any) -> None:
    with pytest.raises(OracleError, match="must have finite values, got inf for"):
        algorithm(Huge(3), np.ones(3))


def test_samples_of_every_epsilon() -> None:
    """1/ε is infinite for the least floats, ln(1/ε) is not."""
    for epsilon in (5e-324, 1 - 2**-53):
        chosen = stochastic_distorted_greedy(Coverage(np.eye(3)), np.zeros(3), 2, epsilon=epsilon)
        assert len(chosen.elements) <= 2


@pytest.mark.parametrize("algorithm", [distorted_greedy, cost_scaled_greedy, roi_greedy])
def test_marginals_that_are_whole_at_first(algorithm: Any) -> None:
    class Halving(Coverage):
        """Gives whole numbers as integers."""

        def gains(self, state: Any, candidates: Any) -> Any:
            """Compute."""
            gains = super().gains(state, candidates)
            return gains.astype(int) if (gains % 1 == 0).all() else gains

    chances = [[1.0, 1], [0.5, 0.5], [0.5, 0.5]]
    chosen = algorithm(Halving(chances, [2.0, 2.0]), [3.6, 0.0, 0.0])
    plain = algorithm(Coverage(chances, [2.0, 2.0]), [3.6, 0.0, 0.0])
    assert chosen.gains.tolist() == plain.gains.tolist()
    assert chosen.net == plain.net


def test_marginals_to_the_last_set_are_divided_by_the_ratio() -> None:
    chosen = distorted_greedy(Coverage(np.eye(2), [10.0, 1.0]), np.zeros(2), 1, ratio=0.5)
    assert chosen.upper_bound == 10 + 1 / 0.5

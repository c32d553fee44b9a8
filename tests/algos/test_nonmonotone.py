"""Double greedy and random greedy: means over all coins, every set, bad input."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from algos.submodular import (
    Coverage,
    GraphCut,
    OracleError,
    SetFunction,
    double_greedy,
    random_greedy,
)
from proofs_checks.submodular.instances import KINDS, all_values, by_size


def cut(seed: int) -> GraphCut:
    """Draw a directed graph."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 7))
    return GraphCut(rng.integers(0, 4, (size, size)) * (rng.random((size, size)) < 0.6) * 1.0)


def exact_mean(values: Any, size: int) -> Fraction:
    """Compute the mean of double greedy by following both sides of every coin."""

    def follow(inner: int, outer: int, element: int) -> Fraction:
        """Give the mean from here on, where inner and outer are masks."""
        if element == size:
            return Fraction(float(values[inner]))
        bit = 1 << element
        up = max(Fraction(float(values[inner | bit] - values[inner])), Fraction(0))
        down = max(Fraction(float(values[outer & ~bit] - values[outer])), Fraction(0))
        if up + down == 0:
            return follow(inner | bit, outer, element + 1)
        chance, mean = up / (up + down), Fraction(0)
        if chance:
            mean += chance * follow(inner | bit, outer, element + 1)
        if chance < 1:
            mean += (1 - chance) * follow(inner, outer & ~bit, element + 1)
        return mean

    return follow(0, 2**size - 1, 0)


@pytest.mark.parametrize("seed", range(40))
def test_deterministic_double_greedy_against_every_set(seed: int) -> None:
    function = cut(seed)
    values = all_values(function)
    chosen = double_greedy(function, randomized=False)
    place = sum(1 << int(e) for e in chosen.elements)
    assert chosen.value == pytest.approx(values[place])
    assert chosen.value == pytest.approx(chosen.gains.sum())
    assert chosen.value >= (values.max() + values[-1]) / 3 - 1e-9
    assert chosen.upper_bound >= values.max() - 1e-9
    assert chosen.upper_bound <= 3 * chosen.value - values[-1] + 1e-9
    assert chosen.oracle_calls == 2 * function.size


@pytest.mark.parametrize("seed", range(25))
def test_the_exact_mean_is_half_at_least(seed: int) -> None:
    function = cut(seed)
    values = all_values(function)
    mean = exact_mean(values, function.size)
    assert 4 * mean >= 2 * Fraction(float(values.max())) + Fraction(float(values[-1]))


def test_draws_have_the_exact_mean() -> None:
    """Within 6 standard errors of 4000 draws."""
    function = cut(3)
    values = all_values(function)
    rng = np.random.default_rng(0)
    runs = [double_greedy(function, rng=rng) for _ in range(4000)]
    drawn = np.array([run.value for run in runs])
    assert drawn.std() > 0
    mean = float(exact_mean(values, function.size))
    assert abs(drawn.mean() - mean) < 6 * drawn.std() / math.sqrt(4000)
    assert all(run.upper_bound >= values.max() - 1e-9 for run in runs)


class Counted(GraphCut):
    """Counts copies and pushes."""

    copies = pushes = 0

    def copy(self, state: Any) -> Any:
        self.copies += 1
        return super().copy(state)

    def push(self, state: Any, element: int) -> None:
        self.pushes += 1
        super().push(state, element)


def test_pushes_grow_like_n_log_n() -> None:
    function = Counted(np.ones((256, 256)))
    chosen = double_greedy(function, rng=0)
    assert chosen.oracle_calls == 512
    assert function.copies == 255
    assert function.pushes <= 256 * (math.log2(256) + 1)
    assert chosen.value >= 0.9 * 128**2  # the best cut halves the complete graph


def test_monotone_functions_are_taken_whole() -> None:
    chosen = double_greedy(Coverage(np.eye(5)), rng=0)
    assert chosen.elements.tolist() == [0, 1, 2, 3, 4]
    assert chosen.value == chosen.upper_bound == 5.0


class Steps(SetFunction):
    """The square of the number of elements: supermodular."""

    monotone = False

    def start(self) -> list[int]:
        return []

    def gains(self, state: list[int], candidates: Any) -> Any:
        chosen = np.isin(candidates, state)
        return np.where(chosen, 0.0, 2.0 * len(set(state)) + 1)

    def push(self, state: list[int], element: int) -> None:
        state.append(element)


def test_growing_marginals_are_named() -> None:
    with pytest.raises(OracleError, match="function must be submodular, got for element 0"):
        double_greedy(Steps(3))
    with pytest.raises(OracleError, match="function must be submodular, got for element"):
        random_greedy(Steps(3), 3, rng=0)


@pytest.mark.parametrize("seed", range(20))
def test_the_upper_bound_is_never_below_the_value(seed: int) -> None:
    rng = np.random.default_rng(seed)
    function = Coverage(np.eye(9), rng.random(9) * 1e7)
    for chosen in (random_greedy(function, 9, rng=rng), double_greedy(function, rng=rng)):
        assert chosen.upper_bound >= chosen.value


class Broken(Coverage):
    """Has one marginal that is no number."""

    monotone = False

    def gains(self, state: Any, candidates: Any) -> Any:
        return np.where(candidates == 1, math.nan, 1.0)


def test_impossible_marginals_are_named() -> None:
    with pytest.raises(OracleError, match="element 1"):
        double_greedy(Broken(np.eye(3)))
    with pytest.raises(OracleError, match="element 1"):
        random_greedy(Broken(np.eye(3)), 2)


def outcomes(function: SetFunction, k: int) -> Iterator[tuple[Fraction, float]]:
    """Follow every choice of random greedy: probabilities and values."""
    values = all_values(function)
    waiting = [(Fraction(1), 0, 0)]
    while waiting:
        chance, mask, step = waiting.pop()
        if step == k:
            yield chance, float(values[mask])
            continue
        left = [e for e in range(function.size) if not mask >> e & 1]
        gains = [float(values[mask | 1 << e] - values[mask]) for e in left]
        for place in sorted(range(len(left)), key=lambda j: (-gains[j], left[j]))[:k]:
            further = mask | 1 << left[place] if gains[place] > 0 else mask
            waiting.append((chance / k, further, step + 1))
        if len(left) < k:
            waiting.append((chance * Fraction(k - len(left), k), mask, step + 1))


@pytest.mark.parametrize("seed", range(25))
def test_the_exact_mean_of_random_greedy(seed: int) -> None:
    for function in (cut(seed), KINDS[sorted(KINDS)[seed % 2]](5, np.random.default_rng(seed))):
        values = all_values(function)
        for k in range(1, min(function.size, 3) + 1):
            followed = list(outcomes(function, k))
            assert sum(chance for chance, _ in followed) == 1
            mean = float(sum(chance * Fraction(value) for chance, value in followed))
            optimum = by_size(values, k)
            least = (1 - 1 / k) ** (k - 1)
            if function.monotone:
                least = max(least, 1 - (1 - 1 / k) ** k)
            assert mean >= least * optimum - 1e-9
            drawn = random_greedy(function, k, rng=seed)
            assert drawn.upper_bound >= optimum - 1e-9
            assert any(value == pytest.approx(drawn.value) for _, value in followed)
            assert len(drawn.elements) <= k


def test_draws_of_random_greedy_have_the_exact_mean() -> None:
    """Within 6 standard errors of 4000 draws."""
    function, rng = cut(3), np.random.default_rng(1)
    drawn = np.array([random_greedy(function, 3, rng=rng).value for _ in range(4000)])
    mean = float(sum(chance * Fraction(value) for chance, value in outcomes(function, 3)))
    assert drawn.std() > 0
    assert abs(drawn.mean() - mean) < 6 * drawn.std() / math.sqrt(4000)


def test_same_seed_same_answer() -> None:
    function = cut(8)
    for run in (double_greedy, lambda f, rng: random_greedy(f, 3, rng=rng)):
        one, other = run(function, rng=7), run(function, rng=np.random.default_rng(7))
        assert one.elements.tolist() == other.elements.tolist()


def test_one_element() -> None:
    single = Coverage([[1.0]])
    assert double_greedy(single, rng=0).elements.tolist() == [0]
    assert random_greedy(single, 1, rng=0).elements.tolist() == [0]


@pytest.mark.parametrize("k", [0, 4, -1, True])
def test_bad_numbers_are_refused(k: int) -> None:
    with pytest.raises(ValueError, match="k must be an integer from 1 to 3"):
        random_greedy(Coverage(np.eye(3)), k)


def test_wrong_types_are_refused() -> None:
    with pytest.raises(TypeError, match="SetFunction"):
        double_greedy(len)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="randomized must be True or False"):
        double_greedy(Coverage(np.eye(3)), randomized=1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="k must be an integer"):
        random_greedy(Coverage(np.eye(3)), 1.5)  # type: ignore[arg-type]
    with pytest.raises((TypeError, ValueError)):
        random_greedy(Coverage(np.eye(3)), 1, rng="seed")  # type: ignore[arg-type]

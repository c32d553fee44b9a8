"""Greedy, lazy greedy, stochastic greedy: brute force, the same answers, ties, oracles that lie."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from algos.submodular import (
    Coverage,
    FacilityLocation,
    GraphCut,
    OracleError,
    SetFunction,
    greedy,
    lazy_greedy,
    stochastic_greedy,
)
from algos.submodular._selection import cardinality_bound
from proofs_checks.submodular.instances import KINDS, all_values, by_size


class Table(SetFunction):
    """A function of sets by a Python function of frozen sets."""

    def __init__(self, size: int, f: Any) -> None:
        super().__init__(size)
        self.f = f

    def start(self) -> set[int]:
        """Give the empty set."""
        return set()

    def gains(self, state: set[int], candidates: Any) -> Any:
        """Subtract values."""
        return np.array([self.f(state | {int(e)}) - self.f(state) for e in candidates])

    def push(self, state: set[int], element: int) -> None:
        """Add."""
        state.add(element)


def functions(size: int) -> list[SetFunction]:
    """Draw functions of every kind."""
    return [KINDS[kind](size, np.random.default_rng(s)) for kind in sorted(KINDS) for s in range(6)]


def naive(function: SetFunction, k: int) -> list[int]:
    """Choose greedily by values of sets alone."""
    values, mask, chosen = all_values(function), 0, []
    for _ in range(k):
        left = [e for e in range(function.size) if not mask >> e & 1]
        most = max(values[mask | 1 << e] for e in left)
        chosen.append(next(e for e in left if values[mask | 1 << e] >= most * (1 - 1e-12)))
        mask |= 1 << chosen[-1]
    return chosen


@pytest.mark.parametrize("maximise", [greedy, lazy_greedy])
def test_small_functions_against_brute_force(maximise: Any) -> None:
    for function in functions(6):
        values = all_values(function)
        for k in range(1, 7):
            chosen = maximise(function, k)
            if isinstance(function, Coverage | FacilityLocation):  # of integers: ties are exact
                assert chosen.elements.tolist() == naive(function, k)
            assert chosen.value == pytest.approx(values[sum(1 << e for e in chosen.elements)])
            assert chosen.value == pytest.approx(chosen.gains.sum())
            optimum = by_size(values, k)
            assert chosen.value >= (1 - (1 - 1 / k) ** k) * optimum - 1e-9
            assert optimum <= chosen.upper_bound + 1e-9
            assert (1 - (1 - 1 / k) ** k) * chosen.upper_bound <= chosen.value + 1e-9


def test_lazy_is_greedy_bit_by_bit_with_fewer_marginals() -> None:
    rng = np.random.default_rng(0)
    for function in (
        FacilityLocation(rng.random((150, 120))),
        FacilityLocation.from_features(rng.standard_normal((130, 7)), bandwidth=2.0),
        FacilityLocation.from_neighbours(rng.standard_normal((130, 3)), 9),
        Coverage(rng.random((140, 90)) < 0.1),
        Coverage(np.where(rng.random((140, 90)) < 0.2, rng.random((140, 90)), 0), rng.random(90)),
    ):
        one, other = greedy(function, 60), lazy_greedy(function, 60)
        assert one.elements.tolist() == other.elements.tolist()
        assert one.gains.tolist() == other.gains.tolist()
        assert other.oracle_calls < one.oracle_calls / 2
        assert one.value <= one.upper_bound <= other.upper_bound * (1 + 1e-12)


def test_lazy_without_a_faster_way_asks_one_by_one() -> None:
    """Weights 5, 4, 3, 3, the second halved by the first: 4 marginals, then 2, then 1."""
    weights = [5.0, 4.0, 3.0, 3.0]
    f = Table(4, lambda s: sum(weights[e] for e in s) - 2 * ({0, 1} <= s))
    chosen = lazy_greedy(f, 3)
    assert chosen.elements.tolist() == [0, 2, 3]
    assert chosen.gains.tolist() == [5, 3, 3]
    assert chosen.oracle_calls == 4 + 2 + 1


def test_lazy_ties_with_old_marginals_one_by_one() -> None:
    """That of 1 falls from 4 to 3, as much as 0 had: 0 is asked as well, and wins."""
    f = Table(3, lambda s: sum([3.0, 4.0, 5.0][e] for e in s) - ({1, 2} <= s))
    assert lazy_greedy(f, 2).elements.tolist() == greedy(f, 2).elements.tolist() == [2, 0]


@pytest.mark.parametrize("maximise", [greedy, lazy_greedy])
def test_ties_go_to_the_least_element(maximise: Any) -> None:
    assert maximise(Coverage(np.eye(5)), 5).elements.tolist() == [0, 1, 2, 3, 4]
    assert maximise(Coverage(np.eye(5)[:, [4, 2, 0, 3, 1]]), 3).elements.tolist() == [0, 1, 2]
    zero = Table(4, lambda s: 0.0)
    assert maximise(zero, 4).elements.tolist() == [0, 1, 2, 3]
    assert maximise(zero, 4).upper_bound == 0
    later = Coverage([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]], [2, 2, 1, 1])
    assert maximise(later, 3).elements.tolist() == [0, 1, 2]


def test_integer_weights_with_many_ties_lazily() -> None:
    rng = np.random.default_rng(1)
    for _ in range(30):
        covers = Coverage(rng.random((60, 30)) < 0.15)
        one, other = greedy(covers, 40), lazy_greedy(covers, 40)
        assert one.elements.tolist() == other.elements.tolist()
        assert other.oracle_calls <= one.oracle_calls


def test_relabelling_that_keeps_the_order_of_ties() -> None:
    rng = np.random.default_rng(2)
    similarities = rng.random((30, 20))
    label = rng.permutation(20)
    for maximise in (greedy, lazy_greedy):
        one = maximise(FacilityLocation(similarities), 7)
        other = maximise(FacilityLocation(similarities[:, label]), 7)
        assert label[other.elements].tolist() == one.elements.tolist()


@pytest.mark.parametrize("maximise", [greedy, lazy_greedy])
def test_one_element_and_all_elements(maximise: Any) -> None:
    assert maximise(Coverage([[1.0]]), 1).elements.tolist() == [0]
    everything = maximise(Coverage(np.eye(3)), 3)
    assert everything.value == everything.upper_bound == 3
    assert everything.elements.dtype == np.intp


@pytest.mark.parametrize("maximise", [greedy, lazy_greedy, stochastic_greedy])
@pytest.mark.parametrize("k", [0, 4, -1, True])
def test_k_out_of_range(maximise: Any, k: Any) -> None:
    with pytest.raises(ValueError, match="k must be an integer from 1 to 3"):
        maximise(Coverage(np.eye(3)), k)


@pytest.mark.parametrize("maximise", [greedy, lazy_greedy, stochastic_greedy])
def test_wrong_types(maximise: Any) -> None:
    with pytest.raises(TypeError, match=r"k must be an integer, got 1.5"):
        maximise(Coverage(np.eye(3)), 1.5)
    with pytest.raises(TypeError, match="function must be a SetFunction, got list"):
        maximise([1, 2], 1)


@pytest.mark.parametrize("maximise", [greedy, lazy_greedy, stochastic_greedy])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_marginals_that_are_no_numbers(maximise: Any, bad: float) -> None:
    at_once = Table(3, lambda s: bad if s else 0.0)
    with pytest.raises(OracleError, match=r"finite marginals, got .* for element [012]"):
        maximise(at_once, 1)
    later = Table(2, lambda s: bad if len(s) == 2 else float(len(s)))
    with pytest.raises(OracleError, match=r"finite marginals, got .* for element [01]"):
        maximise(later, 2)


@pytest.mark.parametrize("maximise", [greedy, lazy_greedy])
def test_falling_values_are_refused(maximise: Any) -> None:
    with pytest.raises(OracleError, match=r"monotone, got the marginal -1 of element 0"):
        maximise(Table(2, lambda s: 3.0 * (1 in s) - (0 in s)), 2)


def test_growing_marginals_are_found() -> None:
    pair = Table(4, lambda s: sum([5.0, 2, 1, 1][e] for e in s) + 4 * ({0, 1} <= s))
    message = "submodular, got for element 1 the marginal 6 to {0}, after 2 to {}"
    for maximise in (greedy, lazy_greedy):
        with pytest.raises(OracleError, match=re.escape(message)):
            maximise(pair, 2)
    for lazy in (True, False):
        with pytest.raises(OracleError, match=re.escape(message)):
            stochastic_greedy(pair, 2, epsilon=1e-6, lazy=lazy, rng=0)
    values = {(): 0, (0,): 10, (1,): 8, (2,): 7, (0, 1): 15, (0, 2): 16, (0, 1, 2): 25}
    later = Table(3, lambda s: float(values[tuple(sorted(s))]))
    for maximise in (greedy, lazy_greedy):
        with pytest.raises(OracleError, match=r"the marginal 9 to \{0, 2\}, after 5 to \{0\}$"):
            maximise(later, 3)
    bundle = Table(3, lambda s: len(s) + 8.0 * (len(s) > 1))
    with pytest.raises(OracleError, match=r"the marginal 9 to \{\d\}, after 1 to \{\}$"):
        stochastic_greedy(bundle, 1, epsilon=1e-6, bound=True, rng=0)


@pytest.mark.parametrize("maximise", [greedy, lazy_greedy, stochastic_greedy])
def test_functions_that_say_they_may_fall_are_refused(maximise: Any) -> None:
    """Of their sets an upper bound by marginals says nothing."""
    with pytest.raises(ValueError, match="function must be monotone, got one with monotone=False"):
        maximise(GraphCut([[0, 1], [1, 0]]), 1)


def test_no_bound_is_below_the_value_not_even_by_rounding() -> None:
    rng = np.random.default_rng(6)
    for _ in range(50):
        modular = Coverage(np.eye(12), rng.random(12))
        for chosen in (greedy(modular, 12), lazy_greedy(modular, 12)):
            assert chosen.value <= chosen.upper_bound <= chosen.value * (1 + 1e-12)


@pytest.mark.filterwarnings("error")
def test_weights_at_the_end_of_floats() -> None:
    """Two marginals of 1.5e308 have no sum; 5e-324 is the least number above 0."""
    huge = Coverage(np.ones((3, 1)), [1.5e308])
    for maximise in (greedy, lazy_greedy, stochastic_greedy):
        assert maximise(huge, 2).value == 1.5e308
    assert greedy(huge, 2).upper_bound == 1.5e308  # after the first element
    assert lazy_greedy(huge, 2).upper_bound == 1.5e308
    tiny = Coverage(np.eye(3), [5e-324, 0.0, 1e300])
    assert lazy_greedy(tiny, 3).elements.tolist() == greedy(tiny, 3).elements.tolist() == [2, 0, 1]


def test_growth_by_rounding_passes() -> None:
    noisy = Table(3, lambda s: len(s) * (1 + 1e-13 * len(s)))
    assert lazy_greedy(noisy, 3).value == pytest.approx(3)


def test_noise_of_marginals_that_are_zero_passes() -> None:
    """All is covered after one element; then values are off by their rounding."""
    noise = np.random.default_rng(0).random(2**8) * 1e-12
    full = Table(8, lambda s: 1 + noise[sum(1 << e for e in s)] if s else 0.0)
    assert greedy(full, 8).value == lazy_greedy(full, 8).value == pytest.approx(1)
    assert stochastic_greedy(full, 8, epsilon=1e-9, rng=0).value == pytest.approx(1)


def test_lazier_than_lazy_chooses_the_same_with_fewer_marginals() -> None:
    rng = np.random.default_rng(3)
    for function in (
        FacilityLocation(rng.random((80, 200))),
        Coverage(rng.random((200, 80)) < 0.1),
    ):
        for seed in range(5):
            one = stochastic_greedy(function, 50, epsilon=0.05, lazy=False, rng=seed)
            other = stochastic_greedy(function, 50, epsilon=0.05, lazy=True, rng=seed)
            assert one.elements.tolist() == other.elements.tolist()
            assert other.oracle_calls < one.oracle_calls <= 50 * math.ceil(4 * math.log(20))
            assert one.upper_bound == math.inf
            assert function.value(one.elements) == pytest.approx(one.value)


def test_a_bound_on_request() -> None:
    """The value and the k greatest marginals to the whole set, n − k marginals more."""
    for function in functions(6):
        values = all_values(function)
        for k in range(1, 7):
            for lazy in (True, False):
                one = stochastic_greedy(function, k, epsilon=0.4, lazy=lazy, rng=k)
                other = stochastic_greedy(function, k, epsilon=0.4, lazy=lazy, bound=True, rng=k)
                assert other.elements.tolist() == one.elements.tolist()
                assert other.oracle_calls == one.oracle_calls + 6 - k
                mask = sum(1 << e for e in one.elements)
                added = sorted(values[mask | 1 << e] - values[mask] for e in range(6))
                assert other.upper_bound == pytest.approx(values[mask] + sum(added[-k:]))
                assert max(by_size(values, k), other.value) <= other.upper_bound + 1e-9


def test_samples_of_everything_make_it_greedy() -> None:
    function = FacilityLocation(np.random.default_rng(4).random((20, 30)))
    chosen = stochastic_greedy(function, 6, epsilon=math.exp(-6), lazy=False, rng=0)
    assert chosen.elements.tolist() == greedy(function, 6).elements.tolist()
    assert chosen.oracle_calls == greedy(function, 6).oracle_calls


def test_stochastic_hits_a_single_good_element_as_often_as_its_samples() -> None:
    """One element of 20 counts: 14 are drawn for ε = 1/2; six standard errors of 4000 runs."""
    lone = Coverage(np.eye(20)[:, :1])
    hits = np.mean([stochastic_greedy(lone, 1, epsilon=0.5, rng=s).value for s in range(4000)])
    assert abs(hits - 14 / 20) < 6 * math.sqrt(0.7 * 0.3 / 4000)


def test_the_least_epsilon_takes_everything() -> None:
    function = FacilityLocation(np.random.default_rng(4).random((20, 30)))
    chosen = stochastic_greedy(function, 6, epsilon=5e-324, rng=0)
    assert chosen.elements.tolist() == greedy(function, 6).elements.tolist()


def test_the_same_seed_gives_the_same_set() -> None:
    function = FacilityLocation(np.random.default_rng(5).random((20, 300)))
    runs = [stochastic_greedy(function, 9, rng=rng) for rng in (7, 7, np.random.default_rng(7), 8)]
    chosen = [run.elements.tolist() for run in runs]
    assert chosen[0] == chosen[1] == chosen[2] != chosen[3]


@pytest.mark.parametrize("epsilon", [0.0, 1.0, -0.1, 2.0, math.nan])
def test_epsilon_out_of_range(epsilon: float) -> None:
    with pytest.raises(ValueError, match=r"epsilon must lie in \(0, 1\)"):
        stochastic_greedy(Coverage(np.eye(3)), 1, epsilon=epsilon)


def test_the_bound_takes_the_greatest_marginals_alone() -> None:
    assert cardinality_bound(1.0, np.array([3.0, 2, -1, 5]), 2) == 9
    assert cardinality_bound(1.0, np.array([3.0, -1]), 5) == 4

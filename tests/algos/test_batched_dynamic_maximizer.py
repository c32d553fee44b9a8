"""Batches while the ground set changes: value, invariants after every update, misuse."""

from typing import Any

import numpy as np
import pytest

from algos.submodular import BatchedDynamicMaximizer, Coverage, lazy_greedy
from algos.submodular._dynamic_batches import Batches

COVERS = (np.random.default_rng(0).random((60, 90)) < 0.06).astype(float)


def dynamic(k: int = 8, **options: Any) -> BatchedDynamicMaximizer:
    """Make a maximiser of a coverage."""
    return BatchedDynamicMaximizer(Coverage(COVERS), k, **{"epsilon": 0.2, "rng": 1, **options})


def check(guess: Batches, function: Coverage) -> None:
    """Look at everything that a guess promises."""
    state, taken = function.start(), 0
    states = [function.copy(state)]
    ends = [batch.start for batch in guess.batches[1:]] + [len(guess.chosen)]
    for level, (batch, end) in enumerate(zip(guess.batches, ends, strict=True), 1):
        assert taken == batch.start < end
        for place in range(batch.start, end):
            element, gain = guess.chosen[place], guess.gains[place]
            assert guess.places[element] == level
            assert element in batch.bucket
            assert function.gains(state, np.array([element]))[0] == pytest.approx(gain)
            assert gain >= guess.threshold
            function.push(state, element)
        assert batch.gone <= guess.epsilon / 8 * len(batch.bucket)
        assert batch.came <= batch.pool
        states.append(function.copy(state))
        taken = end
    assert len(guess.chosen) <= guess.k
    for element, depth in guess.depths.items():  # pools hold who reaches the threshold
        if element not in guess.places:
            reach = [
                function.gains(one, np.array([element]))[0] >= guess.threshold for one in states
            ]
            assert all(reach[:depth])
            assert depth == len(guess.batches) or not reach[depth]
            if len(guess.chosen) < guess.k:
                assert not reach[-1]


def test_pools_batches_and_values_after_every_update() -> None:
    maximizer, function = dynamic(), Coverage(COVERS)
    present: set[int] = set()
    for element in np.random.default_rng(3).integers(60, size=300).tolist():
        (maximizer.delete if element in present else maximizer.insert)(element)
        present ^= {element}
        assert len(maximizer) == len(present)
        for guess in maximizer._guesses.values():
            assert set(guess.depths) <= present
            assert isinstance(guess, Batches)
            check(guess, function)
        chosen = maximizer.selection
        assert set(chosen.elements.tolist()) <= present
        assert chosen.value == pytest.approx(function.value(chosen.elements))
        assert chosen.gains.sum() == pytest.approx(chosen.value)
        if len(present) >= 8:
            best = lazy_greedy(Coverage(COVERS[sorted(present)]), 8)
            assert chosen.value >= 0.3 * best.value  # every time here; the theorem is of the mean
            assert chosen.upper_bound >= best.value * (1 - 1e-12)


def test_chosen_elements_that_come_back_are_chosen_still() -> None:
    maximizer = dynamic(k=4, epsilon=0.5)
    for element in range(60):
        maximizer.insert(element)
    first = maximizer.selection
    gone = int(first.elements[0])
    before = maximizer.oracle_calls
    maximizer.delete(gone)
    assert maximizer.update_calls >= 0
    maximizer.insert(gone)
    assert maximizer.selection.value >= 0.5 * first.value
    assert maximizer.oracle_calls > before


def test_everything_goes() -> None:
    maximizer = dynamic()
    for element in range(20):
        maximizer.insert(element)
    for element in range(20):
        maximizer.delete(element)
    assert (maximizer.selection.value, maximizer.selection.upper_bound) == (0.0, 0.0)
    assert maximizer.selection.elements.size == len(maximizer) == 0
    maximizer.insert(3)
    assert maximizer.selection.elements.tolist() == [3]


def test_same_seed_same_selections() -> None:
    one, other = dynamic(), dynamic()
    for element in range(40):
        one.insert(element)
        other.insert(element)
        assert one.selection.elements.tolist() == other.selection.elements.tolist()
    assert one.oracle_calls == other.oracle_calls


def test_large_k_takes_few_marginals() -> None:
    """Of 256 equal elements a quarter is kept; `DynamicMaximizer` takes some 2,600 an update."""
    maximizer = BatchedDynamicMaximizer(Coverage(np.eye(384)), 64, epsilon=0.5, rng=0)
    for element in range(384):
        maximizer.insert(element)
        if element >= 256:
            maximizer.delete(element - 256)
    assert maximizer.oracle_calls / 512 < 200
    assert maximizer.selection.value > 32


@pytest.mark.parametrize("epsilon", [0, 1e-7, 0.51, -1, float("nan"), "x", None])
def test_bad_epsilon(epsilon: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="epsilon must"):
        dynamic(epsilon=epsilon)


@pytest.mark.parametrize("element", [-1, 60, 2.5, True, "1", None])
def test_bad_elements(element: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="element must be an integer"):
        dynamic().insert(element)


def test_elements_come_once_and_go_once() -> None:
    maximizer = dynamic()
    maximizer.insert(1)
    with pytest.raises(ValueError, match="element must not be present, got 1"):
        maximizer.insert(1)
    with pytest.raises(ValueError, match="element must be present, got 2"):
        maximizer.delete(2)

"""Coverage: by hand, by enumeration of outcomes, sparse and dense, bad input."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from algos.submodular import Coverage, greedy, lazy_greedy


def plainly(probabilities: Any, weights: Any, subset: Any) -> float:
    """Multiply the chances to miss."""
    missed = np.prod(1 - np.asarray(probabilities)[list(subset)], axis=0)
    return float(weights @ (1 - missed))


def test_by_hand() -> None:
    f = Coverage([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]], [1, 2, 3, 4])
    assert f.value([]) == 0
    assert f.value([0]) == 3
    assert f.value([1]) == 5
    assert f.value([1, 0, 1]) == 6
    assert f.value([2]) == 0
    assert Coverage(np.eye(3, dtype=bool)).value([0, 2]) == 2


def test_probabilities_are_the_mean_over_all_outcomes() -> None:
    chances = np.array([[0.5, 0.25], [0.125, 1.0]])
    weights = np.array([3.0, 5.0])
    mean = 0.0
    for outcome in product([0, 1], repeat=4):
        hits = np.array(outcome).reshape(2, 2)
        mean += float(np.prod(np.where(hits, chances, 1 - chances)) * (weights @ hits.max(axis=0)))
    assert Coverage(chances, weights).value([0, 1]) == pytest.approx(mean)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array, sparse.csc_matrix])
def test_values_and_gains_are_the_sums(make: Any) -> None:
    rng = np.random.default_rng(0)
    chances = rng.choice([0, 0, 0.3, 1], (12, 30))
    weights = rng.random(30)
    f = Coverage(make(chances), weights)
    state, order = f.start(), rng.permutation(12)
    for step, element in enumerate(order):
        gains = f.gains(state, np.arange(12))
        before = plainly(chances, weights, order[:step])
        after = [plainly(chances, weights, {*order[:step], e}) for e in range(12)]
        assert gains == pytest.approx(np.array(after) - before, abs=1e-12)
        assert (gains[order[:step]] == 0).all()
        f.push(state, int(element))
        f.push(state, int(element))  # changes nothing


def test_marginals_do_not_depend_on_what_is_asked_beside_them_and_never_grow() -> None:
    rng = np.random.default_rng(1)
    f = Coverage(rng.random((80, 50)) * (rng.random((80, 50)) < 0.4), rng.random(50))
    state, before = f.start(), np.full(80, np.inf)
    for element in rng.permutation(80):
        together = f.gains(state, np.arange(80))
        assert together.tolist() == [f.gains(state, np.array([e]))[0] for e in range(80)]
        assert (together <= before).all()
        f.push(state, int(element))
        before = together


def test_states_are_copied() -> None:
    f = Coverage(np.eye(2))
    state = f.start()
    other = f.copy(state)
    f.push(state, 0)
    assert f.gains(other, np.arange(2)).tolist() == [1, 1]
    assert f.gains(state, np.arange(2)).tolist() == [0, 1]


def test_stored_zeros_and_duplicates() -> None:
    """Entries of a sparse matrix at one place add up."""
    parts = ([0.25, 0.5, 0.0], ([0, 0, 1], [0, 0, 1]))
    f = Coverage(sparse.coo_array(parts, shape=(2, 2)))
    assert f.value([0]) == 0.75
    assert f.value([1]) == 0
    with pytest.raises(ValueError, match=r"probabilities must be at most 1, got 1.5"):
        Coverage(sparse.coo_array(([0.75, 0.75], ([0, 0], [0, 0])), shape=(1, 1)))


def test_nothing_to_cover() -> None:
    assert greedy(Coverage(np.zeros((3, 2))), 3).elements.tolist() == [0, 1, 2]
    assert lazy_greedy(Coverage(np.ones((3, 2)), [0, 0]), 2).value == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0.5, math.nan]],), "probabilities must be finite"),
        (([[0.5, -0.1]],), "probabilities must be at least 0, got -0.1"),
        (([[0.5, 1.5]],), "probabilities must be at most 1, got 1.5"),
        (([0.5],), r"probabilities must have shape \(n, n\)"),
        ((np.empty((0, 2)),), "probabilities must have shape"),
        ((sparse.csr_array([[math.inf]]),), "probabilities must be finite"),
        ((np.eye(2), [1.0]), r"weights must have shape \(2\)"),
        ((np.eye(2), [1.0, -2.0]), "weights must be at least 0, got -2.0"),
        ((np.eye(2), [1.0, math.nan]), "weights must be finite"),
        ((np.eye(2), [1e308, 1e308]), "weights must have a finite sum"),
    ],
)
def test_bad_input(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Coverage(*arguments)


@pytest.mark.parametrize("arguments", [("ab",), (np.eye(2), ["a", "b"]), (np.eye(2), 1j)])
def test_wrong_types(arguments: Any) -> None:
    with pytest.raises(TypeError, match="must be an array of"):
        Coverage(*arguments)


def test_later_changes_of_the_callers_arrays_do_not_matter() -> None:
    chances, weights = sparse.csr_array(np.eye(2)), np.ones(2)
    f = Coverage(chances, weights)
    chances.data[:] = 0
    weights[:] = 7
    assert f.value([0, 1]) == 2

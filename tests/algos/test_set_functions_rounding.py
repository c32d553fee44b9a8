"""Rounding of set functions: how much it is, and what it never does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.submodular import ConcaveOverModular, GraphCut, LogDeterminant, SaturatedCoverage


@pytest.mark.parametrize("concave", ["sqrt", "log1p", 2.5])
@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_rounding_lets_no_concave_marginal_rise(concave: Any, scale: float) -> None:
    features = np.random.default_rng(0).random((40, 30)) * scale
    function = ConcaveOverModular(features, concave)
    state, before = function.start(), np.full(40, np.inf)
    for element in range(40):
        gains = function.gains(state, np.arange(40))
        assert (gains <= before).all()
        assert (gains >= 0).all()
        function.push(state, element)
        before = gains


def test_features_of_any_memory_order_give_the_same_bits() -> None:
    features = np.random.default_rng(0).random((40, 300))
    one, other = ConcaveOverModular(features), ConcaveOverModular(np.asfortranarray(features))
    state = one.start()
    one.push(state, 3)
    together = one.gains(state, np.arange(40))
    assert together.tolist() == other.gains(state, np.arange(40)).tolist()
    assert together[7] == other.gains(state, np.array([7]))[0]


@pytest.mark.parametrize("seed", range(5))
def test_weights_of_300_decades(seed: int) -> None:
    """The error is measured by the greatest value."""
    rng = np.random.default_rng(seed)
    numbers = 10.0 ** rng.uniform(-150, 150, (7, 7)) * (rng.random((7, 7)) < 0.7)
    weights = 10.0 ** rng.uniform(-100, 100, 7)
    for mask in range(2**7):
        S = [e for e in range(7) if mask >> e & 1]
        rest = [v for v in range(7) if v not in S]
        assert GraphCut(numbers).value(S) == pytest.approx(
            numbers[np.ix_(S, rest)].sum(), rel=1e-14, abs=1e-14 * numbers.sum()
        )
        for concave, bend in (("sqrt", np.sqrt), ("log1p", np.log1p)):
            assert ConcaveOverModular(numbers, concave, weights).value(S) == pytest.approx(
                bend(numbers[S].sum(axis=0)) @ weights, rel=1e-12
            )
        assert SaturatedCoverage(numbers, 0.6).value(S) == pytest.approx(
            np.minimum(numbers[:, S].sum(axis=1), 0.6 * numbers.sum(axis=1)).sum(), rel=1e-12
        )


def test_a_determinant_of_dependent_and_tiny_vectors() -> None:
    """log det(I + c 11ᵀ) = log(1 + k c)."""
    for c in (1e-300, 1e-18, 1e-3, 1.0):
        function = LogDeterminant(np.full((5, 5), c))
        for k in range(6):
            assert function.value(range(k)) == pytest.approx(math.log1p(k * c), rel=1e-9, abs=0)
    assert LogDeterminant([[0.0]]).value([0]) == 0


@pytest.mark.parametrize("scale", [1e-150, 1e-3, 1.0, 1e5, 1e10, 9e11])
def test_a_nearly_singular_determinant_errs_as_little_as_is_claimed(scale: float) -> None:
    """100 vectors of 3 dimensions; det(I + V Vᵀ) = det(I + Vᵀ V) is exact to 10⁻¹³."""
    vectors = np.random.default_rng(0).normal(size=(100, 3))
    vectors *= math.sqrt(scale) / np.linalg.norm(vectors, axis=1, keepdims=True)
    for function in (
        LogDeterminant(vectors @ vectors.T),
        LogDeterminant.from_features(vectors),
    ):
        state, value = function.start(), 0.0
        for k in range(100):
            value += function.gains(state, np.array([k]))[0]
            function.push(state, k)
            some = vectors[: k + 1]
            exact = np.linalg.slogdet(np.eye(3) + some.T @ some)[1]
            allowed = 1e-15 * (k + 1) * (k + 4) * (k + 1) * (1 + scale)
            assert value == pytest.approx(exact, rel=1e-12, abs=allowed)
            assert function.gains(state, np.arange(100)).min() >= 0


def test_determinants_of_many_elements() -> None:
    vectors = np.random.default_rng(1).normal(size=(60, 80))
    kernel = vectors @ vectors.T
    sign, expected = np.linalg.slogdet(np.eye(60) + kernel)
    assert sign == 1
    assert LogDeterminant(kernel).value(range(60)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("width", [50.0, 5000.0])
def test_no_nearly_singular_kernel_is_taken_for_an_indefinite_one(width: float) -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(200, 2))[np.arange(200) // 2]
    squares = ((points[:, None] - points) ** 2).sum(axis=2)
    function = LogDeterminant(1e12 * np.exp(-squares / width))
    assert 0 < function.value(rng.permutation(200)) < 200 * math.log1p(1e12)


def test_a_kernel_that_is_indefinite_by_rounding_has_no_negative_marginals() -> None:
    """Here v is about −99, a part of 10⁻¹⁰ of the kernel."""
    function = LogDeterminant([[1e12, 1e12], [1e12, 1e12 - 100]])
    state = function.start()
    function.push(state, 0)
    assert function.gains(state, np.arange(2)).tolist() == [0, 0]

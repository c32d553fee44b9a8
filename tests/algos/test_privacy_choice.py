"""The choice of a mechanism: least error by a plain comparison, memory, noise, reasons."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.privacy import BLT, ContinualSum, DenseFactorization, Tree, choose_mechanism
from algos.privacy._mechanisms import MECHANISMS


@pytest.mark.parametrize("n", [1, 2, 30, 300])
def test_few_events_take_the_optimal_factorisation(n: int) -> None:
    choice = choose_mechanism(n)
    errors = {one.mechanism: one.error for one in choice.candidates}
    assert errors[repr(choice.mechanism)] <= min(errors.values()) * 1.005
    assert len(errors) == len(MECHANISMS)
    if n >= 30:
        assert isinstance(choice.mechanism, DenseFactorization)


def test_errors_are_those_of_a_counter() -> None:
    """At ρ = 1/2 and a change of 1; for Laplace noise at ε = 1, where the lattice adds a little."""
    for noise, budget in (("gaussian", {"rho": 0.5}), ("laplace", {"epsilon": 1.0})):
        choice = choose_mechanism(200, noise=noise)  # type: ignore[arg-type]
        for kind in (Tree, BLT):
            made = kind(200) if kind is Tree else BLT(200, buffers=6)
            counter = ContinualSum(made, 200, bounds=(0, 1), insecure_rng=1, **budget)  # type: ignore[arg-type]
            stated = [one.error for one in choice.candidates if one.mechanism == repr(made)]
            assert stated == [pytest.approx(counter.error.max, rel=1e-4)]


@pytest.mark.parametrize(("memory", "buffers"), [(4, 1), (6, 1), (7, 2), (16, 5), (19, 6), (50, 6)])
def test_the_memory_is_kept(memory: int, buffers: int) -> None:
    choice = choose_mechanism(10_000, memory=memory)
    assert isinstance(choice.mechanism, BLT)
    assert len(choice.mechanism.decay) == buffers
    assert choice.mechanism.memory <= memory
    assert any(not one.fits for one in choice.candidates)
    assert "do not" in choice.reason


def test_too_small_a_memory_is_refused_with_the_least_that_works() -> None:
    with pytest.raises(ValueError, match="memory must be at least") as caught:
        choose_mechanism(1000, memory=1)
    least = int(str(caught.value).split("at least ")[1].split()[0])
    assert choose_mechanism(1000, memory=least).mechanism.memory <= least


def test_pure_privacy_takes_another() -> None:
    gaussian, laplace = (choose_mechanism(4096, noise=noise) for noise in ("gaussian", "laplace"))
    assert type(gaussian.mechanism) is not type(laplace.mechanism)
    assert laplace.lower_bound == 0
    best = laplace.candidates[0]
    assert repr(laplace.mechanism) == best.mechanism
    assert all("Dense" not in one.mechanism for one in laplace.candidates)
    tree = next(one for one in laplace.candidates if one.mechanism == "Tree(4096)")
    by_hand = 13 * math.sqrt(2) * math.sqrt(12)  # 13 levels, 12 digits in 4095
    assert tree.error == pytest.approx(by_hand)


def test_a_tie_goes_to_the_smaller_memory() -> None:
    choice = choose_mechanism(4096)
    assert isinstance(choice.mechanism, BLT)
    errors = {one.mechanism: one for one in choice.candidates}
    chosen = errors[repr(choice.mechanism)]
    for other in choice.candidates:
        assert other.error > chosen.error / 1.005 or other.memory >= chosen.memory
    assert chosen.error <= choice.candidates[0].error * 1.005
    assert choice.lower_bound < chosen.error < 1.15 * choice.lower_bound
    assert chosen.error > choice.candidates[0].error  # nor does the reason call it the least
    assert "has the least memory of 2 mechanisms within 0.5% of the least" in choice.reason
    assert f"4096: {chosen.error:.4g}" in choice.reason


def test_long_horizons_are_compared_shorter() -> None:
    choice = choose_mechanism(2**30)
    assert choice.mechanism.horizon == 2**30
    assert isinstance(choice.mechanism, BLT)
    assert all(one.memory <= 1024 for one in choice.candidates if one.fits)
    assert "at a horizon of 1048576" in choice.reason


def test_auto_is_the_choice() -> None:
    counter = ContinualSum("auto", 100, rho=1e12, bounds=(0, 1), insecure_rng=1)
    assert repr(counter.mechanism) == repr(choose_mechanism(100).mechanism)
    assert counter.update_many(np.ones(100))[-1] == pytest.approx(100, abs=1e-3)
    later = ContinualSum("auto", 50, rho=1e12, bounds=(0, 1), insecure_rng=1)
    later.update(1)
    again = ContinualSum.from_state(later.state(), released=1, insecure_rng=2)
    assert again.update(1) == pytest.approx(2, abs=1e-3)


def test_auto_without_a_horizon() -> None:
    counter = ContinualSum("auto", None, rho=1e12, bounds=(0, 1), insecure_rng=1)
    assert counter.update_many(np.ones(300))[-1] == pytest.approx(300, abs=1e-2)


@pytest.mark.parametrize(
    ("horizon", "options", "error", "words"),
    [
        (0, {}, ValueError, "horizon must be"),
        ("a", {}, TypeError, "horizon must be"),
        (10, {"memory": 0}, ValueError, "memory must be"),
        (10, {"memory": 2.5}, TypeError, "memory must be"),
        (10, {"memory": True}, ValueError, "memory must be"),
        (10, {"noise": "uniform"}, ValueError, "noise must be"),
    ],
)
def test_bad_arguments(
    horizon: Any, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        choose_mechanism(horizon, **options)

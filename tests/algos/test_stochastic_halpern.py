"""Halpern iterations on samples: exact small cases, counts, bounds derived anew."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from algos.iterations import (
    halpern_cocoercive,
    stochastic_extragradient_halpern,
    stochastic_halpern,
    stochastic_halpern_bound,
)

ON_SAMPLES = [stochastic_halpern, stochastic_extragradient_halpern]
Vector = NDArray[np.float64]
TURN: Vector = np.array([[0.0, 1.0], [-1.0, 0.0]])


def silent(x: Vector, size: int, rng: np.random.Generator) -> Vector:
    """The identity, seen without noise."""
    return x.copy()


def noisy(x: Vector, size: int, rng: np.random.Generator) -> Vector:
    """x / 2 with a noise that depends on x: E of a squared change is 1/2."""
    sign = 2 * rng.binomial(size, 0.5) / size - 1
    return np.asarray(x / 2 + sign * np.clip(x, -1, 1) / 2)


def on_samples(method: Callable[..., Any], oracle: Any = noisy, **changes: Any) -> Any:
    """Run a method on samples with options that make sense."""
    options: dict[str, Any] = {
        "lipschitz": 1.0, "variance": 0.25, "epsilon": 0.1, "max_iterations": 10, "rng": 0,
    }  # fmt: skip
    return method(oracle, np.ones(1), **{**options, **changes})


def test_without_noise_it_is_halpern() -> None:
    result = on_samples(stochastic_halpern, silent, variance=0, epsilon=1e-3, max_iterations=7)
    plain = halpern_cocoercive(
        lambda x: x, [1.0], lipschitz=1, step=1, tolerance=0, max_iterations=7
    )
    assert result.x == pytest.approx(plain.x, abs=1e-15)
    assert result.estimate == pytest.approx(result.x)
    assert result.residual == abs(result.estimate[0])


def test_every_sample_is_counted() -> None:
    seen: list[int] = []

    def counting(x: Vector, size: int, rng: np.random.Generator) -> Vector:
        seen.append(size)
        return noisy(x, size, rng)

    for method in ON_SAMPLES:
        seen.clear()
        result = on_samples(method, counting)
        assert result.oracle_calls == sum(seen)
        assert result.iterations == 10


@pytest.mark.parametrize(
    ("method", "estimates"),
    [(stochastic_halpern, 41), (stochastic_extragradient_halpern, 40)],
)
def test_batches_are_those_of_the_paper(method: Any, estimates: int) -> None:
    sizes: list[tuple[int, float]] = []

    def counting(x: Vector, size: int, rng: np.random.Generator) -> Vector:
        sizes.append((size, float(x[0])))
        return x / 2

    on_samples(method, counting, max_iterations=40)
    k, before, batch = 0, math.nan, iter(sizes)
    for size, x in batch:
        p = min(2 / (k + 1), 1.0)
        if size != math.ceil(8 * 0.25 / (p * 0.01)):
            assert size == max(math.ceil(8 * (x - before) ** 2 / (p * 0.1) ** 2), 1)
            assert next(batch) == (size, before)
        k, before = k + 1, x
    assert k == estimates


def test_both_points_of_a_change_see_the_same_samples() -> None:
    """With a noise that does not depend on the point, changes are exact."""

    def shifted(x: Vector, size: int, rng: np.random.Generator) -> Vector:
        return x + rng.standard_normal() * 0.1

    errors = []
    for k in range(2, 12):
        result = on_samples(stochastic_halpern, shifted, max_iterations=k)
        errors.append(float((result.estimate - result.x)[0]))
    assert len({round(error, 12) for error in errors}) < len(errors)


def test_the_bound_is_the_sum_that_it_was_derived_from() -> None:
    """Gap to the exact run, added up with the errors that the recursion allows."""
    epsilon, variances = 0.3, [1 / 8]
    for k in range(1, 400):
        p = min(2 / (k + 1), 1.0)
        variances.append(p * p / 8 + (1 - p) * (variances[-1] + p * p / 8))
        assert variances[-1] <= 1 / k + 1e-12
        gap = sum((j + 1) * math.sqrt(variances[j]) for j in range(k)) / (k + 1) * epsilon
        exact = 2 / (k + 2)
        ours = exact + 2 / 3 * math.sqrt(k) * (k + 3) / (k + 1) * epsilon
        published = 76 / k + 4 * math.sqrt(2 / 3) * epsilon
        assert exact + gap <= ours
        assert stochastic_halpern_bound(k, 1, 1, epsilon) == pytest.approx(min(ours, published))


def test_the_smaller_bound_is_taken() -> None:
    assert stochastic_halpern_bound(0, 2, 3, 1) == 6
    late = stochastic_halpern_bound(10**8, 1, 1, 0.01)
    assert late == pytest.approx(76e-8 + 4 * math.sqrt(2 / 3) * 0.01)
    assert stochastic_halpern_bound(5, 1, math.inf, 0.1) == math.inf


def test_a_saddle_through_noise() -> None:
    def saddle(z: Vector, size: int, rng: np.random.Generator) -> Vector:
        return np.asarray(TURN @ z + rng.standard_normal(2) / math.sqrt(size))

    norms = []
    for seed in range(10):
        result = stochastic_extragradient_halpern(
            saddle, [1.0, 0.0], lipschitz=1, variance=2, epsilon=0.05, max_iterations=100,
            distance=1, rng=seed,
        )  # fmt: skip
        norms.append(np.linalg.norm(result.x))
        assert result.bound == math.inf  # its constants are not known with noise
    assert np.mean(norms) < 0.15


def test_extragradient_steps_by_hand() -> None:
    result = stochastic_extragradient_halpern(
        lambda z, size, rng: TURN @ z, [1.0, 0.0], lipschitz=1, variance=0, epsilon=1,
        max_iterations=2, distance=1, rng=0,
    )  # fmt: skip
    start, eta = np.array([1.0, 0.0]), 1 / math.sqrt(27)
    first = start - eta * TURN @ start
    second_eta = (1 - 1 / 4 - 1 / 3) * 4 * eta / ((2 / 3) * 3)
    base = (start + first) / 2
    v = base - second_eta * TURN @ start
    assert result.x == pytest.approx(base - second_eta * TURN @ v, abs=1e-15)
    assert result.estimate == pytest.approx(TURN @ v)
    assert result.bound == pytest.approx(math.sqrt(440 / 12))


@pytest.mark.parametrize("method", ON_SAMPLES)
def test_a_run_ends_before_it_overdraws(method: Any) -> None:
    result = on_samples(method, max_samples=300)
    assert result.status == "iteration limit"
    assert result.iterations < 10
    for variance in (0.003, 0.0001):  # batches of changes are rounded up, at both points
        for most in range(1, 350, 2):
            result = on_samples(
                method, lambda x, size, rng: x / 2, variance=variance, max_samples=most
            )
            assert result.oracle_calls <= most


@pytest.mark.parametrize("method", ON_SAMPLES)
def test_nan_stops_with_the_last_iterate(method: Any) -> None:
    calls = 0

    def broken(x: Vector, size: int, rng: np.random.Generator) -> Vector:
        nonlocal calls
        calls += 1
        return x * math.nan if calls == 7 else x / 2

    result = on_samples(method, broken)
    assert result.status == "non-finite oracle"
    assert result.witness is not None
    assert result.witness.call == 7
    assert np.isfinite(result.x).all()
    assert np.isfinite(result.estimate).all()


@pytest.mark.parametrize("method", ON_SAMPLES)
def test_tolerance_looks_at_the_estimate(method: Any) -> None:
    result = on_samples(method, tolerance=0.4, max_iterations=1000)
    assert result.status == "converged"
    assert result.residual <= 0.4
    assert np.linalg.norm(result.estimate) == result.residual


@pytest.mark.parametrize("method", ON_SAMPLES)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lipschitz": math.inf}, "lipschitz must lie in"),
        ({"lipschitz": 1e-320}, "lipschitz must lie in"),
        ({"variance": -1}, "variance must lie in"),
        ({"epsilon": 0}, "epsilon must lie in"),
        ({"epsilon": 1e200}, "epsilon must lie in"),
        ({"max_iterations": -1}, "max_iterations must be"),
        ({"max_samples": 0}, "max_samples must be"),
        ({"distance": math.nan}, "distance must lie in"),
    ],
)
def test_bad_arguments_sample_nothing(method: Any, changes: dict[str, Any], words: str) -> None:
    def never(x: Vector, size: int, rng: np.random.Generator) -> Vector:
        pytest.fail("a sample was taken")

    with pytest.raises(ValueError, match=words):
        on_samples(method, never, **changes)


@pytest.mark.parametrize("method", ON_SAMPLES)
def test_an_accuracy_beyond_reach_takes_no_sample(method: Any) -> None:
    result = on_samples(method, epsilon=1e-200)
    assert (result.status, result.iterations, result.oracle_calls) == ("iteration limit", 0, 0)
    assert math.isnan(result.residual)
    assert result.x.tolist() == [1.0]


def test_a_diverging_run_ends_without_a_warning() -> None:
    result = on_samples(
        stochastic_halpern, lambda x, size, rng: -5 * x, variance=0, max_iterations=5000,
        max_samples=2**62,
    )  # fmt: skip
    assert result.iterations < 5000
    assert np.isfinite(result.x).all()


@pytest.mark.parametrize("method", ON_SAMPLES)
def test_a_diverging_run_says_so(method: Any) -> None:
    options: dict[str, Any] = {"variance": 0, "max_iterations": 5000, "max_samples": 2**62}
    grown = on_samples(method, lambda x, size, rng: -5 * x, epsilon=1e98, **options)
    assert grown.status == "diverged"
    assert 1 < np.linalg.norm(grown.estimate) <= 5e100
    thrown = on_samples(
        method, lambda x, size, rng: np.full(1, 1e300), lipschitz=1e-99, epsilon=1e98, **options
    )
    assert thrown.status == "diverged"
    assert np.isfinite(thrown.x).all()


def test_an_estimate_of_zero_is_no_zero() -> None:
    """A toss decides whether the first sample is 0 at the start, where F is 1."""

    def tossed(x: Vector, size: int, rng: np.random.Generator) -> Vector:
        return x + 2 * rng.binomial(size, 0.5) / size - 1

    first: set[float] = set()
    for seed in range(10):
        options: dict[str, Any] = {"variance": 1, "epsilon": 3, "rng": seed}
        first.add(on_samples(stochastic_halpern, tossed, max_iterations=0, **options).residual)
        assert on_samples(stochastic_halpern, tossed, **options).iterations == 10
    assert first == {0, 2}


@pytest.mark.parametrize("method", ON_SAMPLES)
def test_small_numbers_are_not_zero(method: Any) -> None:
    result = on_samples(
        method, lambda x, size, rng: 1e-90 * x, lipschitz=1e-90, variance=0, epsilon=1e-90,
        max_iterations=3, tolerance=1e-200,
    )  # fmt: skip
    assert result.status == "iteration limit"
    assert result.residual > 1e-92
    low = on_samples(method, lambda x, size, rng: 1e-170 * x, variance=0, max_iterations=0)
    assert low.residual == pytest.approx(1e-170, abs=0)


@pytest.mark.parametrize("method", ON_SAMPLES)
def test_what_cannot_be_called_is_refused_at_once(method: Any) -> None:
    with pytest.raises(TypeError, match="oracle must be callable, got None"):
        method(None, [1.0], lipschitz=1, variance=1, epsilon=1, max_iterations=1)
    with pytest.raises(ValueError, match="u0 must be finite"):
        method(silent, [math.nan], lipschitz=1, variance=1, epsilon=1, max_iterations=1)


@pytest.mark.parametrize("method", ON_SAMPLES)
def test_a_scalar_start_gives_arrays(method: Any) -> None:
    result = method(silent, 1.0, lipschitz=1, variance=0, epsilon=1, max_iterations=3)
    assert isinstance(result.x, np.ndarray)
    assert isinstance(result.estimate, np.ndarray)
    assert result.x.shape == result.estimate.shape == ()


@pytest.mark.parametrize("method", ON_SAMPLES)
@pytest.mark.parametrize("seed", range(6))
def test_no_sample_is_taken_where_no_number_is(method: Any, seed: int) -> None:
    def rising(x: Vector, size: int, rng: np.random.Generator) -> Vector:
        assert np.isfinite(x).all()
        return np.full(1, 1e250 if x[0] == 1 else 1e300)

    result = on_samples(
        method, rising, lipschitz=1e-20, variance=0, epsilon=1e98, max_iterations=9, rng=seed
    )
    assert result.status == "diverged"
    assert np.isfinite(result.x).all()

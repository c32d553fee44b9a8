"""Stochastic and finite-sum Halpern iterations: exact small cases, counts, bounds derived anew."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from algos.iterations import (
    OracleError,
    halpern_cocoercive,
    optimistic_gradient_separated,
    separated_rates_bound,
    stochastic_extragradient_halpern,
    stochastic_halpern,
    stochastic_halpern_bound,
    variance_reduced_halpern,
    variance_reduced_proximal_halpern,
)

ON_SAMPLES = [stochastic_halpern, stochastic_extragradient_halpern]
FINITE_SUMS = [variance_reduced_halpern, variance_reduced_proximal_halpern]
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


def squares(n: int, dimension: int = 3) -> tuple[Callable[..., Vector], Vector]:
    """Components a (⟨a, x⟩ − b) with unit rows, and their solution."""
    rng = np.random.default_rng(n)
    rows = rng.standard_normal((n, dimension))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    solution = rng.standard_normal(dimension)

    def mean(indices: Any, x: Vector) -> Vector:
        some = rows[indices]
        return np.asarray(some.T @ (some @ (x - solution)) / len(indices))

    return mean, solution


# Halpern on samples


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


def test_batches_are_those_of_the_paper() -> None:
    sizes: list[tuple[int, float]] = []

    def counting(x: Vector, size: int, rng: np.random.Generator) -> Vector:
        sizes.append((size, float(x[0])))
        return x / 2

    on_samples(stochastic_halpern, counting, max_iterations=40)
    k, before, batch = 0, math.nan, iter(sizes)
    for size, x in batch:
        p = min(2 / (k + 1), 1.0)
        if size != math.ceil(8 * 0.25 / (p * 0.01)):
            assert size == max(math.ceil(8 * (x - before) ** 2 / (p * 0.1) ** 2), 1)
            assert next(batch) == (size, before)
        k, before = k + 1, x
    assert k == 41


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
    assert result.oracle_calls <= 300


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


# Finite sums


def test_one_component_is_the_anchored_iteration() -> None:
    result = variance_reduced_halpern(
        [lambda x: x - 1], [0.0], lipschitz=1, tolerance=0, max_iterations=5, distance=1
    )
    u = 0.0
    for k in range(5):
        u = (1 - 2 / (k + 4)) * u - (u - 1) / 4
    assert result.x[0] == pytest.approx(u, abs=1e-15)
    assert result.residual == pytest.approx(1 - u)
    assert result.bound == pytest.approx(16 / 9)
    moved = 6 - result.full_evaluations  # in two points each
    assert result.oracle_calls == result.full_evaluations + 2 * moved


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_evaluations_are_counted_exactly(method: Any) -> None:
    mean, _ = squares(50)
    seen = whole = 0

    def counting(indices: Any, x: Vector) -> Vector:
        nonlocal seen, whole
        seen += len(indices)
        whole += len(indices) == 50
        assert indices.min() >= 0
        assert indices.max() < 50
        return mean(indices, x)

    result = method(
        counting, np.zeros(3), n=50, lipschitz=1, tolerance=1e-9, max_iterations=30, rng=1
    )
    assert result.oracle_calls == seen
    assert result.full_evaluations == whole


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_single_operators_and_a_callable_agree(method: Any) -> None:
    mean, solution = squares(20)
    single = [lambda x, i=i: mean(np.array([i]), x) for i in range(20)]
    options: dict[str, Any] = {"lipschitz": 1, "tolerance": 1e-2, "max_iterations": 10_000}
    one = method(single, np.zeros(3), rng=3, **options)
    other = method(mean, np.zeros(3), n=20, rng=3, **options)
    assert one.status == "converged"
    assert one.oracle_calls == other.oracle_calls
    assert one.x == pytest.approx(other.x, abs=1e-9)
    assert one.x == pytest.approx(solution, abs=0.1)


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_the_residual_is_the_whole_sums(method: Any) -> None:
    mean, _ = squares(30)
    result = method(mean, np.zeros(3), n=30, lipschitz=1, tolerance=0, max_iterations=9, rng=2)
    assert result.status == "iteration limit"
    assert result.residual == pytest.approx(np.linalg.norm(mean(np.arange(30), result.x)))


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_a_constraint_is_kept_and_its_normal_is_found(method: Any) -> None:
    mean, solution = squares(40)
    radius = np.linalg.norm(solution) / 2

    def project(x: Vector, step: float) -> Vector:
        return np.asarray(x / max(1.0, float(np.linalg.norm(x)) / radius))

    result = method(
        mean, np.zeros(3), n=40, lipschitz=1, resolvent=project, tolerance=1e-3, rng=0,
        max_iterations=100_000,
    )  # fmt: skip
    assert result.status == "converged"
    assert np.linalg.norm(result.x) == pytest.approx(radius)
    gradient = mean(np.arange(40), result.x)
    normal = result.x / radius
    inward = -float(gradient @ normal)
    assert inward > 0
    assert np.linalg.norm(gradient + inward * normal) <= 1e-3 * (1 + 1e-9)


def test_monotone_sums_that_are_not_cocoercive() -> None:
    rng = np.random.default_rng(0)
    factors = rng.uniform(0, 2, 60)
    lipschitz = float(np.sqrt(np.mean(factors**2)))

    def mean(indices: Any, z: Vector) -> Vector:
        return np.asarray(factors[indices].mean() * TURN @ (z - 1))

    for seed in range(5):
        result = variance_reduced_proximal_halpern(
            mean, np.zeros(2), n=60, lipschitz=lipschitz, tolerance=1e-4, distance=math.sqrt(2),
            rng=seed,
        )  # fmt: skip
        assert result.status == "converged"
        assert result.residual <= result.bound


def test_a_solution_further_away_than_said_is_noticed() -> None:
    result = variance_reduced_proximal_halpern(
        lambda indices, z: TURN @ (z - 10), np.zeros(2), n=4, lipschitz=1, distance=1, rng=0
    )
    assert result.status == "no fixed point within r"


def test_an_operator_that_is_not_monotone_does_not_pass() -> None:
    result = variance_reduced_proximal_halpern(
        lambda indices, z: 1 - z, np.zeros(2), n=100, lipschitz=1, max_evaluations=10**6, rng=0
    )
    assert result.status in ("iteration limit", "diverged")


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_bad_components(method: Any) -> None:
    calls = 0

    def broken(indices: Any, x: Vector) -> Vector:
        nonlocal calls
        calls += 1
        return np.full(2, math.nan) if calls == 7 else x + 1

    result = method(broken, np.zeros(2), n=9, lipschitz=1, rng=0)
    assert result.status == "non-finite oracle"
    assert result.witness.call == 7
    assert np.isfinite(result.x).all()
    with pytest.raises(ValueError, match="must return shape"):
        method(lambda indices, x: np.zeros(3), np.zeros(2), n=9, lipschitz=1)
    with pytest.raises(OracleError, match="ZeroDivisionError at call 1"):
        method(lambda indices, x: 1 / 0, np.zeros(2), n=9, lipschitz=1)
    with pytest.raises(TypeError, match="n must be given"):
        method(broken, np.zeros(2), lipschitz=1)
    with pytest.raises(ValueError, match="number of operators, 1, got 2"):
        method([lambda x: x], np.zeros(2), n=2, lipschitz=1)
    for bad in (0, -1, math.nan):
        with pytest.raises(ValueError, match="lipschitz must lie in"):
            method(broken, np.zeros(2), n=9, lipschitz=bad)


# Separated rates


def told(z: Vector, rng: np.random.Generator) -> Vector:
    """One of the two players is told, four times as strongly as one in four times."""
    kept: Vector = rng.random(2) < 0.25
    return np.asarray(4 * (TURN @ z) * kept)


def test_the_last_point_converges_under_multiplicative_noise() -> None:
    norms = [
        np.linalg.norm(
            optimistic_gradient_separated(
                told, [1.0, 0.0], lipschitz=1, multiplicative=3, iterations=30_000, rng=seed
            ).x
        )
        for seed in range(3)
    ]
    assert max(norms) < 1e-3


def test_without_noise_it_is_the_optimistic_gradient() -> None:
    result = optimistic_gradient_separated(
        lambda z, rng: TURN @ z, [1.0, 0.0], lipschitz=1, iterations=3, distance=1,
        operator=lambda z: TURN @ z, rng=0,
    )  # fmt: skip
    gamma = 1 / math.sqrt(13)
    x, seen = np.array([1.0, 0.0]), TURN @ np.array([1.0, 0.0])
    played = []
    for _ in range(3):
        y = x - gamma * seen
        seen = TURN @ y
        x = x - gamma / 2 * seen
        played.append(y)
    assert result.x == pytest.approx(y, abs=1e-15)
    assert result.residual == pytest.approx(np.linalg.norm(y))
    assert any(np.allclose(result.drawn, one) for one in played)
    assert result.oracle_calls == 4
    assert result.bound == pytest.approx(math.sqrt(4 / (gamma**2 * 3)))


def test_the_separated_bound_term_by_term() -> None:
    m, s, lipschitz, distance, rounds = 0.5, 0.3, 2.0, 1.5, 50
    gamma = min(1 / (6 * lipschitz * m), 1 / (lipschitz * math.sqrt(13 * (1 + m))))
    eta = gamma / (2 * (1 + m))
    ahead = [0.0] + [gamma * t**-0.25 for t in range(1, rounds + 1)]
    update = [0.0] + [eta * t**-0.5 for t in range(1, rounds + 1)]
    total, weight = distance**2, 0.0
    for t in range(1, rounds + 1):
        reach = update[t - 1] + ahead[t]
        total += s * update[t] ** 2
        total += s * 2 * update[t] * ahead[t] * lipschitz * reach
        total += s * 2 * update[t] * ahead[t] * lipschitz**2 * (reach**2 + ahead[t - 1] ** 2)
        weight += update[t] * ahead[t]
    found = separated_rates_bound(rounds, lipschitz, distance, m, s)
    assert found == pytest.approx(2 * total / weight, rel=1e-12)


def test_the_steps_meet_the_conditions_of_the_proof() -> None:
    """The coefficients of ‖F‖² in the proof's sum, for levels of noise that it allows."""
    for m in (0.0, 0.01, 0.3, 1.0, 7.0):
        gamma = 1 / max(6 * m, math.sqrt(13 * (1 + m)))
        eta = gamma / (2 * (1 + m))
        assert eta * (1 + m) <= gamma / 2
        reach = eta + gamma
        later = 1 - 2 * reach * m - 2 * reach**2 * (1 + m) - 2 * gamma**2 * (1 + m)
        assert later >= -1e-12


def test_noise_of_both_kinds_stays_within_the_bound() -> None:
    squared = [
        float(np.sum(optimistic_gradient_separated(
            lambda z, rng: told(z, rng) + 0.2 * rng.standard_normal(2), [1.0, 0.0], lipschitz=1,
            multiplicative=3, additive=0.08, iterations=400, distance=1, rng=seed,
        ).drawn ** 2))
        for seed in range(30)
    ]  # fmt: skip
    assert np.mean(squared) <= separated_rates_bound(400, 1, 1, 3, 0.08)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lipschitz": 0}, "lipschitz must lie in"),
        ({"iterations": 0}, "iterations must be"),
        ({"multiplicative": -1}, "multiplicative must lie in"),
        ({"additive": math.inf}, "additive must lie in"),
        ({"distance": -1}, "distance must lie in"),
    ],
)
def test_bad_levels_play_nothing(changes: dict[str, float], words: str) -> None:
    def never(z: Vector, rng: np.random.Generator) -> Vector:
        pytest.fail("a sample was taken")

    options: dict[str, Any] = {"lipschitz": 1, "iterations": 10, **changes}
    with pytest.raises(ValueError, match=words):
        optimistic_gradient_separated(never, [1.0], **options)


@pytest.mark.parametrize("method", ON_SAMPLES)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lipschitz": math.inf}, "lipschitz must lie in"),
        ({"variance": -1}, "variance must lie in"),
        ({"epsilon": 0}, "epsilon must lie in"),
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

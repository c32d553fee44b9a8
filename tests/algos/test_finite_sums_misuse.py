"""Halpern iterations on finite sums: bad components and arguments, precision, scales."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.iterations import (
    OracleError,
    variance_reduced_halpern,
)
from tests.algos.test_finite_sums import FINITE_SUMS, Vector


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_an_operator_that_is_not_monotone_does_not_pass(method: Any) -> None:
    result = method(lambda indices, z: 1 - z, np.zeros(2), n=100, lipschitz=1, rng=0)
    assert result.status == "precondition violated"
    assert result.witness is not None
    (x, y), (fx, fy) = result.witness.points, result.witness.values
    assert float((fx - fy) @ (x - y)) < 0


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_growth_is_divergence(method: Any) -> None:
    result = method(lambda i, z: 1 - z, np.zeros(2), n=100, lipschitz=1, rng=0, check=False)
    assert result.status == "diverged"
    assert np.isfinite(result.x).all()
    assert result.residual <= 1e100 * math.sqrt(2)


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
    for bad in (0, -1, math.nan, 1e-320, 1e308):
        with pytest.raises(ValueError, match="lipschitz must lie in"):
            method(broken, np.zeros(2), n=9, lipschitz=bad)


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_a_bad_operator_in_a_sequence_is_as_bad_as_a_callable(method: Any) -> None:
    calls = 0

    def broken(x: Vector) -> Vector:
        nonlocal calls
        calls += 1
        return x * math.nan if calls == 40 else x + 1

    result = method([broken] * 9, np.zeros(2), lipschitz=1, rng=0, tolerance=0)
    assert result.status == "non-finite oracle"
    assert result.witness is not None
    assert np.isfinite(result.x).all()
    assert result.residual == pytest.approx(np.linalg.norm(result.x + 1))
    with pytest.raises(ValueError, match="must return shape"):
        method([lambda x: np.zeros(3)], np.zeros(2), lipschitz=1)
    with pytest.raises(TypeError, match="real numbers"):
        method([lambda x: "text"], np.zeros(2), lipschitz=1)
    with pytest.raises(OracleError, match="ZeroDivisionError"):
        method([lambda x: 1 / 0], np.zeros(2), lipschitz=1)


def test_no_bound_is_given_for_an_older_iterate() -> None:
    calls = 0

    def late(indices: Any, x: Vector) -> Vector:
        nonlocal calls
        calls += 1
        return x * math.nan if calls == 20 else x

    result = variance_reduced_halpern(
        late, [1.0], n=100, lipschitz=1, rng=0, tolerance=0, distance=1
    )
    assert result.status == "non-finite oracle"
    assert result.full_evaluations < result.iterations
    assert result.bound == math.inf


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_indices_are_read_only(method: Any) -> None:
    def careless(indices: Any, x: Vector) -> Vector:
        if len(indices) < 50:
            indices += 1
        return x - 1

    with pytest.raises(OracleError, match="read-only"):
        method(careless, np.zeros(1), n=50, lipschitz=2, rng=0, tolerance=0)


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_what_cannot_work_is_refused_at_once(method: Any) -> None:
    with pytest.raises(TypeError, match="operators must be callable or a sequence, got None"):
        method(None, [1.0], n=3, lipschitz=1)
    with pytest.raises(TypeError, match=r"operators\[1\] must be callable, got 5"):
        method([lambda x: x, 5], [1.0], lipschitz=1)
    with pytest.raises(TypeError, match="resolvent must be callable, got 5"):
        method([lambda x: x], [1.0], lipschitz=1, resolvent=5)
    with pytest.raises(ValueError, match="u0 must be finite"):
        method([lambda x: x], [math.nan], lipschitz=1)
    for n in (True, 2**45):
        with pytest.raises(ValueError, match="n must be an integer from 1 to"):
            method(lambda i, x: x, [1.0], n=n, lipschitz=1)
    with pytest.raises(ValueError, match="n must be an integer from 1 to"):
        method([lambda x: x], [1.0], n=True, lipschitz=1)


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_low_precision_breaks_no_promise(method: Any) -> None:
    """Single float32 operators round as a float32 mean does."""
    single = [lambda x, i=i: x.astype(np.float32) - np.float32(i) / 3 for i in range(4)]
    mean = [0.5, 0.5, 0.5]
    for seed in range(4):
        options: dict[str, Any] = {"lipschitz": 1, "tolerance": 0, "rng": seed}
        result = method(single, np.zeros(3), max_iterations=400, **options)
        assert result.status in ("iteration limit", "converged")
        assert result.x == pytest.approx(mean, abs=0.05)


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_a_scalar_start_gives_an_array(method: Any) -> None:
    result = method(lambda i, x: x - 1, 0.0, n=3, lipschitz=1, tolerance=0.1, rng=0)
    assert isinstance(result.x, np.ndarray)
    assert result.x.shape == ()


@pytest.mark.parametrize("method", FINITE_SUMS)
@pytest.mark.parametrize("scale", [1e-90, 1e90])
def test_scales_at_the_ends(method: Any, scale: float) -> None:
    """Squares of such residuals are no floats."""
    result = method(
        lambda i, x: scale * (x - 1e90), [0.0], n=4, lipschitz=scale, rng=0,
        tolerance=1e-2 * scale * 1e90, distance=2e90,
    )  # fmt: skip
    assert result.status == "converged"
    assert result.x == pytest.approx(1e90, rel=0.02)

"""Fixed-point methods on operators and arguments that break their contract."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from algos.iterations import (
    OracleError,
    accelerated_proximal_point,
    extragradient,
    feg,
    halpern,
    halpern_cocoercive,
    krasnoselskii_mann,
    optimistic_gradient,
    past_extragradient,
    reflected_gradient,
)
from tests.algos.test_fixed_points import (
    ALL,
    MONOTONE,
    NONEXPANSIVE,
    TURN,
    Method,
    Vector,
    good,
    run,
)


def outside(method: Method) -> Callable[[Vector], Vector]:
    """Give an operator that is not of the class that the method is for."""
    if method in NONEXPANSIVE:
        return lambda x: 1.5 * (TURN @ x)
    if method is accelerated_proximal_point or method is halpern_cocoercive:
        return lambda x: TURN @ x  # monotone and Lipschitz, and no more
    return lambda x: 2.0 * (TURN @ x)


@pytest.mark.parametrize("method", ALL)
def test_nan_at_call_seven_stops_there_with_a_finite_iterate(method: Method) -> None:
    operator, calls = good(method), 0

    def breaks(x: Vector) -> Vector:
        nonlocal calls
        calls += 1
        return operator(x) * (math.nan if calls == 7 else 1)

    result = run(method, breaks, [1.0, -0.5], tolerance=0)
    assert result.status == "non-finite oracle"
    assert result.oracle_calls == calls == 7
    assert np.isfinite(result.x).all()
    assert result.witness is not None
    assert result.witness.call == 7
    assert np.isfinite(result.witness.points[0]).all()
    assert np.isnan(result.witness.values[0]).any()


@pytest.mark.parametrize("method", ALL)
def test_an_infinite_first_value_leaves_the_start(method: Method) -> None:
    result = run(method, lambda x: np.full(2, math.inf), [1.0, -0.5])
    assert result.status == "non-finite oracle"
    assert result.x == pytest.approx([1.0, -0.5])


@pytest.mark.parametrize("method", ALL)
def test_an_operator_outside_the_class_is_shown_by_a_pair(method: Method) -> None:
    result = run(method, outside(method), [1.0, -0.5], tolerance=0, max_iterations=1000)
    assert result.status == "precondition violated"
    assert result.witness is not None
    (x, y), (fx, fy) = result.witness.points, result.witness.values
    gap, change, product = (
        np.linalg.norm(x - y), np.linalg.norm(fx - fy), float((fx - fy) @ (x - y)),
    )  # fmt: skip
    assert change > gap * (1 + 1e-6) or product < change**2 * (1 - 1e-6)


@pytest.mark.parametrize("method", MONOTONE)
def test_an_operator_that_is_not_monotone_is_shown_by_a_pair(method: Method) -> None:
    result = run(method, lambda x: -x / 2, [1.0, -0.5], tolerance=0)
    assert result.status == "precondition violated"
    assert result.witness is not None
    assert "negative" in result.witness.text


@pytest.mark.parametrize("method", ALL)
def test_without_checks_an_expansion_diverges_and_says_so(method: Method) -> None:
    result = run(method, lambda x: -50.0 * x, [1.0, -0.5], check=False, max_iterations=10_000)
    assert result.status == "diverged"
    assert np.isfinite(result.x).all()
    assert result.iterations < 1000


@pytest.mark.parametrize("method", ALL)
def test_an_operator_that_raises_is_named_with_its_point(method: Method) -> None:
    calls = 0

    def fails(x: Vector) -> Vector:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise ZeroDivisionError("no image here")
        return good(method)(x)

    with pytest.raises(OracleError, match="ZeroDivisionError at call 3: no image here") as caught:
        run(method, fails, [1.0, -0.5], tolerance=0)
    assert caught.value.call == 3
    assert np.isfinite(caught.value.x).all()


def test_errors_survive_pickling() -> None:
    error = OracleError("no image here", 3, np.array([1.0, -0.5]))
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.call, copy.x.tolist()) == ("no image here", 3, [1.0, -0.5])


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.zeros(3), "shape"),
        (np.zeros((2, 1)), "shape"),
        (1.0, "shape"),
        ("text", "real numbers"),
        (None, "real numbers"),
        (np.zeros(2, complex), "real numbers"),
        (np.ma.masked_array([1.0, 2.0], [True, False]), "real numbers"),
        ([[1.0], [2.0, 3.0]], "real numbers"),
    ],
)
def test_answers_of_another_kind_are_refused(method: Method, value: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        run(method, lambda x: value, [1.0, -0.5])


@pytest.mark.parametrize("method", ALL)
def test_the_operator_cannot_write_to_the_iterate(method: Method) -> None:
    def careless(x: Vector) -> Vector:
        x *= -1
        return x

    with pytest.raises(OracleError, match="read-only"):
        run(method, careless, [1.0, -0.5])


@pytest.mark.parametrize("method", ALL)
def test_arguments_are_checked_before_any_call(method: Method) -> None:
    def never(x: Vector) -> Vector:
        raise AssertionError("called")

    for x0 in ([math.nan, 1.0], [math.inf], [], "text", [1j]):
        with pytest.raises((TypeError, ValueError), match="x0 must"):
            run(method, never, x0)
    for name, value in [
        ("tolerance", -1.0), ("tolerance", math.nan), ("tolerance", "x"),
        ("max_iterations", -1), ("max_iterations", 1.5), ("max_iterations", True),
        ("distance", -1.0), ("distance", math.nan),
    ]:  # fmt: skip
        with pytest.raises((TypeError, ValueError), match=f"{name} must"):
            run(method, never, [1.0, 2.0], **{name: value})


def test_steps_that_diverge_are_refused_before_the_loop() -> None:
    def never(x: Vector) -> Vector:
        raise AssertionError("called")

    for method, step in [
        (halpern_cocoercive, 2.1), (extragradient, 1.0), (past_extragradient, 0.5),
        (optimistic_gradient, 0.5), (reflected_gradient, 0.42), (extragradient, 0.0),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="step must lie in"):
            method(never, [1.0], lipschitz=1.0, step=step)
    with pytest.raises(ValueError, match=r"step must lie in \(0, 1\)"):
        krasnoselskii_mann(never, [1.0], step=1.0)
    for lipschitz in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="lipschitz must"):
            feg(never, [1.0], lipschitz=lipschitz)


def test_options_without_a_common_theorem_are_refused() -> None:
    halpern_of: Method = halpern
    for options in (
        {"anchor": "adaptive", "contraction": 0.9},
        {"contraction": 0.9, "error": 0.1},
        {"sharpness": 0.5, "error": 0.1},
        {"sharpness": 0.5, "contraction": 0.5},
    ):
        with pytest.raises(ValueError, match=r"no (common )?theorem"):
            halpern_of(lambda x: x, [1.0], **options)
    for name, value in (("anchor", "none"), ("contraction", 1.1), ("sharpness", 2.5)):
        with pytest.raises(ValueError, match=f"{name} must"):
            halpern_of(lambda x: x, [1.0], **{name: value})


@pytest.mark.parametrize("method", ALL)
def test_an_operator_may_reuse_its_output(method: Method) -> None:
    operator, out = good(method), np.empty(2)

    def reused(x: Vector) -> Vector:
        out[:] = operator(x)
        return out

    fresh, again = (
        run(method, one, [1.0, -0.5], tolerance=0, max_iterations=20, distance=2)
        for one in (operator, reused)
    )
    assert (fresh.x == again.x).all()
    assert fresh.status == again.status

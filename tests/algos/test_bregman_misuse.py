"""Bregman methods: oracles that are not what was declared, and arguments that cannot be."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.iterations import (
    Burg,
    Entropy,
    Euclidean,
    OracleError,
    PNorm,
    accelerated_bregman_proximal_gradient,
    averaged_iteration,
    bregman_proximal_gradient,
    bregman_proximal_point,
    mirror_descent,
)


def poisson(x: Any) -> tuple[float, Any]:
    """Give the negative logarithm of the chance of 3 and 5 counts; 5-smooth relative to Burg's."""
    counts = np.array([3.0, 5.0])
    return float(np.sum(x - counts * np.log(x))), 1 - counts / x


def test_smoothness_that_is_too_small_is_caught_by_a_pair() -> None:
    start = [100.0, 100.0]
    result = bregman_proximal_gradient(poisson, start, generator=Burg(), smoothness=0.25)
    assert result.status == "precondition violated"
    assert result.witness is not None
    x, y = result.witness.points
    rise = poisson(y)[0] - poisson(x)[0] - poisson(x)[1] @ (y - x)
    assert rise > 0.25 * Burg().divergence(y, x)
    unchecked = bregman_proximal_gradient(
        poisson, start, generator=Burg(), smoothness=0.25, check=False
    )
    assert unchecked.preconditions == ()


def test_a_concave_objective_is_caught_by_a_pair() -> None:
    result = bregman_proximal_gradient(
        lambda x: (-float(x @ x), -2 * x), [1.0], generator=Euclidean(), smoothness=1.0
    )
    assert (result.status, result.x.tolist()) == ("precondition violated", [1.0])
    assert result.witness is not None
    assert "not convex" in result.witness.text


@pytest.mark.parametrize(
    ("method", "options"),
    [
        (bregman_proximal_gradient, {"smoothness": 2.0}),
        (accelerated_bregman_proximal_gradient, {"smoothness": 2.0}),
        (mirror_descent, {"lipschitz": 4.0, "iterations": 50}),
        (bregman_proximal_point, {"step": 1.0}),
        (averaged_iteration, {"contraction": 0.25, "weight": 0.5}),
    ],
)
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_an_oracle_that_fails_at_call_7_stops_there(
    method: Any, options: dict[str, Any], bad: float
) -> None:
    calls = 0

    def value_and_slope(x: Any) -> tuple[float, Any]:
        nonlocal calls
        calls += 1
        return float(x @ x) / 2, x * (bad if calls == 7 else 1.0)

    def half(x: Any, step: float = 0) -> Any:
        return value_and_slope(x)[1] / 2

    oracle = half if method in (bregman_proximal_point, averaged_iteration) else value_and_slope
    result = method(oracle, [1.0, -2.0], generator=Euclidean(), divergence=2.5, **options)
    assert result.status == "non-finite oracle"
    assert (result.oracle_calls, calls, result.witness.call) == (7, 7, 7)
    assert np.isfinite(result.x).all()
    assert not np.isfinite(result.witness.values[0]).all()


def test_a_map_that_is_no_proximal_map_is_caught() -> None:
    result = bregman_proximal_point(
        lambda x, step: 3 * x, [1.0], generator=Euclidean(), step=1.0, max_iterations=10
    )
    assert result.status == "precondition violated"
    assert result.iterations == 1


def test_subgradients_longer_than_declared_are_caught() -> None:
    result = mirror_descent(
        lambda x: (float(x @ x), 2 * x), [1.0, 0.0], generator=PNorm(1.5), lipschitz=1.9,
        divergence=1.0, iterations=10,
    )  # fmt: skip
    assert (result.status, result.oracle_calls) == ("precondition violated", 1)
    assert result.x.tolist() == [1.0, 0.0]


def test_an_exponent_that_a_divergence_does_not_have_is_caught() -> None:
    result = accelerated_bregman_proximal_gradient(
        poisson, [0.1, 1.0], generator=Burg(), smoothness=5, exponent=2
    )
    assert result.status == "precondition violated"


def test_a_map_that_does_not_contract_is_caught() -> None:
    result = averaged_iteration(
        lambda s: -s, [1.0, 2.0], generator=Euclidean(), contraction=0.5, weight=0.5,
        fixed_point=[0.0, 0.0],
    )  # fmt: skip
    assert (result.status, result.iterations) == ("precondition violated", 0)


def test_a_contraction_is_believed_down_to_rounding() -> None:
    fixed = np.array([0.3, 0.7, 1e-3])
    result = averaged_iteration(
        lambda s: fixed + 0.5 * (s - fixed), [1.0, 2.0, 3.0], generator=Burg(), contraction=0.5,
        weight=1.0, fixed_point=fixed, max_iterations=200,
    )  # fmt: skip
    assert result.status in ("converged", "iteration limit")
    assert result.x == pytest.approx(fixed, rel=1e-12)


def test_a_step_without_a_minimiser_ends_the_run() -> None:
    result = bregman_proximal_gradient(
        lambda x: (-float(x[0]), [-1.0]), [1.0], generator=Burg(), smoothness=0.5, check=False
    )
    assert (result.status, result.x.tolist()) == ("diverged", [1.0])
    assert result.witness is not None
    assert "domain" in result.witness.text


def test_oracles_that_raise_name_the_call() -> None:
    def refuse(x: Any) -> Any:
        raise RuntimeError("no")

    with pytest.raises(OracleError, match="call 1") as caught:
        bregman_proximal_gradient(refuse, [1.0], generator=Euclidean(), smoothness=1.0)
    assert caught.value.x.tolist() == [1.0]


@pytest.mark.parametrize(
    "answer",
    [3.0, (1.0, [1.0, 2.0]), (1.0, ["a"]), ("a", [1.0]), None, (1.0, [[1], [1, 2]]), (1.0, [1j])],
)
def test_answers_of_a_wrong_kind_are_refused(answer: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="function must return"):
        bregman_proximal_gradient(lambda x: answer, [1.0], generator=Euclidean(), smoothness=1.0)


def test_arrays_of_the_caller_stay_as_they_are() -> None:
    start = np.ones(2)

    def meddle(x: Any) -> Any:
        x[0] = 5.0

    with pytest.raises(OracleError, match="read-only"):
        bregman_proximal_gradient(meddle, start, generator=Euclidean(), smoothness=1.0)
    result = bregman_proximal_gradient(
        poisson, start, generator=Euclidean(), smoothness=1.0, max_iterations=0
    )
    result.x[0] = 7.0
    assert start.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"x0": [0.0]}, "x0 must lie inside the domain"),
        ({"x0": []}, "x0 must have shape"),
        ({"x0": [[1.0]]}, "x0 must have shape"),
        ({"x0": [math.nan]}, "x0 must be finite"),
        ({"generator": "entropy"}, "generator must be a Generator"),
        ({"smoothness": 0}, "smoothness must lie in"),
        ({"smoothness": math.nan}, "smoothness must lie in"),
        ({"divergence": -1}, "divergence must lie in"),
        ({"tolerance": -1}, "tolerance must lie in"),
        ({"max_iterations": 2.5}, "max_iterations must be an integer"),
    ],
)
def test_bad_arguments_call_nothing(changes: dict[str, Any], words: str) -> None:
    def never(x: Any) -> Any:
        pytest.fail("the oracle was called")

    options: dict[str, Any] = {"x0": [1.0], "generator": Burg(), "smoothness": 1.0, **changes}
    for method in (bregman_proximal_gradient, accelerated_bregman_proximal_gradient):
        with pytest.raises((TypeError, ValueError), match=words):
            method(never, options["x0"], **{k: v for k, v in options.items() if k != "x0"})


def test_generators_that_lack_what_a_method_needs_are_refused() -> None:
    def never(x: Any) -> Any:
        pytest.fail("the oracle was called")

    with pytest.raises(ValueError, match="exponent must be given"):
        accelerated_bregman_proximal_gradient(never, [1.0], generator=Burg(), smoothness=1.0)
    for h in (Burg(), Entropy()):
        with pytest.raises(ValueError, match="generator must have a modulus"):
            mirror_descent(never, [1.0], generator=h, lipschitz=1, divergence=1, iterations=9)
    with pytest.raises(ValueError, match="divergence must lie in"):
        mirror_descent(never, [1.0], generator=Euclidean(), lipschitz=1, divergence=0, iterations=9)
    with pytest.raises(ValueError, match="weight must lie in"):
        averaged_iteration(
            lambda s: s / 2, [1.0], generator=Euclidean(), contraction=0.5, weight=lambda t: 2.0
        )


SIMPLE: dict[str, Any] = {"x0": [1.0, 2.0], "generator": Euclidean()}


def descend(**changes: Any) -> Any:
    """Run the proximal gradient method."""
    options = {"function": lambda x: (x @ x / 2, x), "smoothness": 1.0, **SIMPLE, **changes}
    return bregman_proximal_gradient(**options)


def accelerate(**changes: Any) -> Any:
    """Run the accelerated one."""
    options = {"function": lambda x: (x @ x / 2, x), "smoothness": 1.0, **SIMPLE, **changes}
    return accelerated_bregman_proximal_gradient(**options)


def mirror(**changes: Any) -> Any:
    """Run mirror descent."""
    options = {
        "function": lambda x: (x @ x / 2, x), "lipschitz": 9.0, "divergence": 1.0,
        "iterations": 3, **SIMPLE, **changes,
    }  # fmt: skip
    return mirror_descent(**options)


@pytest.mark.parametrize("method", [descend, accelerate, mirror])
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([1j, 1.0], "real numbers"),
        ([[1], [1, 2]], "real numbers"),
        ([1.0], "shape"),
        (None, "real"),
    ],
)
def test_answers_of_a_prox_that_are_no_points_are_refused(
    method: Any, answer: Any, words: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=f"prox must return .*{words}"):
        method(prox=lambda dual, step: answer)


@pytest.mark.parametrize("method", [descend, accelerate, mirror])
def test_a_prox_that_raises_or_is_not_finite_ends_the_run(method: Any) -> None:
    with pytest.raises(OracleError, match="prox raised ZeroDivisionError at call 1"):
        method(prox=lambda dual, step: dual / (1 // 0))
    result = method(prox=lambda dual, step: dual * math.nan)
    assert result.status == "non-finite oracle"
    assert "of prox" in result.witness.text


@pytest.mark.parametrize("method", [descend, accelerate, mirror])
@pytest.mark.parametrize("name", ["function", "prox"])
def test_what_cannot_be_called_is_refused_before_any_call(method: Any, name: str) -> None:
    def never(x: Any) -> Any:
        pytest.fail("the function was called")

    with pytest.raises(TypeError, match=f"{name} must be callable, got 3"):
        method(**{"function": never, name: 3})


def test_operators_and_weights_that_cannot_be_are_refused_before_any_call() -> None:
    def never(*x: Any) -> Any:
        pytest.fail("the operator was called")

    wrong: Any = 3
    with pytest.raises(TypeError, match="proximal must be callable"):
        bregman_proximal_point(wrong, [1.0], generator=Euclidean(), step=1.0)
    options: dict[str, Any] = {"generator": Euclidean(), "contraction": 0.5}
    with pytest.raises(TypeError, match="operator must be callable"):
        averaged_iteration(wrong, [1.0], weight=1.0, **options)
    with pytest.raises(ValueError, match="weight must lie in"):
        averaged_iteration(never, [1.0], weight=2.0, **options)
    with pytest.raises(TypeError, match="weight must be a number"):
        averaged_iteration(never, [1.0], **{**options, "weight": "a"})

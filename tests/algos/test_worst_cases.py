"""The shipped steps inside semidefinite programs: worst cases over whole classes of operators.

A performance-estimation problem (Drori and Teboulle 2014) finds the largest residual that any
operator of a class can leave behind after k steps.  The step generators work on anything that
adds and scales, so they are run on the program's own symbols: what is bounded is the code.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from algos.iterations import krasnoselskii_mann_rate, single_call_rate
from algos.iterations._anchoring import Anchoring, Contraction
from algos.iterations._eag import steps as eag_steps
from algos.iterations._extragradient import steps as extragradient_steps
from algos.iterations._feg import steps as feg_steps
from algos.iterations._halpern_cocoercive import steps as cocoercive_steps
from algos.iterations._krasnoselskii_mann import steps as averaged_steps
from algos.iterations._optimistic_gradient import optimistic_steps
from algos.iterations._past_extragradient import past_steps
from algos.iterations._reflected_gradient import reflected_steps

pytest.importorskip("PEPit", reason="the extra worst-case is not installed")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from PEPit import PEP
    from PEPit.operators import (
        CocoerciveOperator,
        LipschitzOperator,
        LipschitzStronglyMonotoneOperatorCheap,
    )

Steps = Callable[[Any, Any], Iterator[tuple[Any, Any]]]
SLACK = 1e-5


def worst_case(operator: type, options: dict[str, float], steps: Steps, k: int) -> float:
    """Give the largest residual after k steps from distance 1, over the class."""
    problem = PEP()
    mapping = problem.declare_function(operator, **options)
    if operator is LipschitzOperator:
        solution, _, _ = mapping.fixed_point()
    else:
        solution = mapping.stationary_point()
    x0 = problem.set_initial_point()
    problem.set_initial_condition((x0 - solution) ** 2 <= 1)
    iterates = steps(mapping.gradient, x0)
    residual = next(iterates)[1]
    for _ in range(k):
        residual = next(iterates)[1]
    problem.set_performance_metric(residual**2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        worst = problem.solve(verbose=0, wrapper="cvxpy", solver="CLARABEL")
    return math.sqrt(worst)


def halpern_steps(rule: Callable[[Any], Anchoring]) -> Steps:
    """Take Halpern's steps with a rule's weights, as the compiled loop does."""

    def steps(operator: Callable[[Any], Any], x0: Any) -> Iterator[tuple[Any, Any]]:
        anchoring, x = rule(x0), x0
        while True:
            image = operator(x)
            yield x, x - image
            x = anchoring.weight * x0 + (1 - anchoring.weight) * image
            anchoring.advance(1.0, 0.0, x, image, x)

    return steps


@pytest.mark.parametrize("k", [0, 1, 2, 5, 10])
def test_halpern_is_as_bad_as_its_bound_and_no_worse(k: int) -> None:
    worst = worst_case(LipschitzOperator, {"L": 1}, halpern_steps(lambda x: Anchoring(x, 1.0)), k)
    assert worst == pytest.approx(2 / (k + 1), rel=SLACK)


@pytest.mark.parametrize("factor", [0.9, 0.5])
@pytest.mark.parametrize("k", [1, 4])
def test_contractions_are_as_bad_as_their_bound(factor: float, k: int) -> None:
    rule = halpern_steps(lambda x: Contraction(x, 1.0, factor))
    bound = (1 + factor) / sum(factor**-i for i in range(k + 1))
    assert worst_case(LipschitzOperator, {"L": factor}, rule, k) == pytest.approx(bound, rel=SLACK)


@pytest.mark.parametrize("step", [0.5, 0.7, 0.97])
@pytest.mark.parametrize("k", [1, 3, 6])
def test_averaging_is_as_bad_as_its_bound(step: float, k: int) -> None:
    worst = worst_case(LipschitzOperator, {"L": 1}, lambda f, x: averaged_steps(f, x, step), k)
    assert worst == pytest.approx(krasnoselskii_mann_rate(k, step), rel=SLACK)


@pytest.mark.parametrize("k", [1, 4])
def test_short_averaging_steps_stay_below_their_bound(k: int) -> None:
    worst = worst_case(LipschitzOperator, {"L": 1}, lambda f, x: averaged_steps(f, x, 0.2), k)
    assert worst <= krasnoselskii_mann_rate(k, 0.2) * (1 + SLACK)


@pytest.mark.parametrize("step", [2.0, 1.0, 0.5])
@pytest.mark.parametrize("k", [1, 3, 10])
def test_every_cocoercive_step_is_as_bad_as_its_bound(step: float, k: int) -> None:
    worst = worst_case(
        CocoerciveOperator, {"beta": 1}, lambda f, x: cocoercive_steps(f, x, step), k
    )
    assert worst == pytest.approx((2 / step) / (k + 2 / step), rel=SLACK)


def monotone(steps: Steps, k: int) -> float:
    """Give the worst case over a relaxation of the monotone 1-Lipschitz operators."""
    return worst_case(LipschitzStronglyMonotoneOperatorCheap, {"mu": 0, "L": 1}, steps, k)


@pytest.mark.parametrize("k", [2, 3, 6, 10])
def test_fast_extragradient_is_as_bad_as_its_bound(k: int) -> None:
    assert monotone(lambda f, x: feg_steps(f, x, 1.0), k) == pytest.approx(2 / k, rel=SLACK)


def test_the_first_step_of_fast_extragradient_is_better_than_its_bound() -> None:
    worst = monotone(lambda f, x: feg_steps(f, x, 1.0), 1)
    assert worst == pytest.approx(math.sqrt(2), rel=SLACK)


@pytest.mark.parametrize("k", [1, 3, 6])
def test_extra_anchored_gradient_stays_below_its_bound(k: int) -> None:
    worst = monotone(lambda f, x: eag_steps(f, x, 1.0), k)
    assert worst <= math.sqrt(27 / ((k + 1) * (k + 2)))


@pytest.mark.parametrize("step", [0.3, math.sqrt(0.5)])
@pytest.mark.parametrize("k", [1, 3, 6])
def test_extragradient_stays_below_its_bound(step: float, k: int) -> None:
    worst = monotone(lambda f, x: extragradient_steps(f, x, step), k)
    assert worst <= 1 / math.sqrt(step**2 * (1 - step**2) * (k + 1))


@pytest.mark.parametrize("step", [0.1, 1 / 3, 0.47])
@pytest.mark.parametrize("k", [1, 3, 5])
def test_single_call_methods_are_one_and_stay_below_their_bound(step: float, k: int) -> None:
    past, optimistic, reflected = (
        monotone(lambda f, x, rule=rule: rule(f, x, step), k)  # type: ignore[misc]
        for rule in (past_steps, optimistic_steps, reflected_steps)
    )
    assert past == pytest.approx(optimistic, rel=SLACK)
    assert past == pytest.approx(reflected, rel=SLACK)
    assert past <= single_call_rate(k, step)


def test_the_potential_of_the_single_call_methods_falls() -> None:
    """Lemma 3.1 of Gorbunov, Taylor, Gidel 2022 at the largest step, for any two points."""
    gamma = math.sqrt(2) / 3
    problem = PEP()
    mapping = problem.declare_function(LipschitzStronglyMonotoneOperatorCheap, mu=0, L=1)
    y, x = problem.set_initial_point(), problem.set_initial_point()
    at_y, at_x = mapping.gradient(y), mapping.gradient(x)
    at_next_y = mapping.gradient(x - gamma * at_y)
    at_next_x = mapping.gradient(x - gamma * at_next_y)
    problem.set_initial_condition(at_x**2 + 2 * (at_x - at_y) ** 2 <= 1)
    problem.set_performance_metric(at_next_x**2 + 2 * (at_next_x - at_next_y) ** 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        worst = problem.solve(verbose=0, wrapper="cvxpy", solver="CLARABEL")
    assert worst == pytest.approx(1, rel=SLACK)

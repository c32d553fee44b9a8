"""The shipped Bregman steps inside semidefinite programs: worst cases over all f and h."""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import Any

import pytest

from algos.iterations import theorems as claims
from algos.iterations._bregman_proximal_gradient import _steps as gradient_steps
from algos.iterations._bregman_proximal_point import _steps as point_steps

pytest.importorskip("PEPit", reason="the extra worst-case is not installed")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from PEPit import PEP
    from PEPit.functions import ConvexFunction
    from PEPit.primitive_steps import bregman_gradient_step, bregman_proximal_step


class Program:
    """A convex f, and an h of which L h − f is convex; or any convex h for proximal steps.

    It plays the method's function, its proximal map and its generator, on symbols.
    """

    def __init__(self, smoothness: float | None) -> None:
        self.problem = PEP()
        self.f = self.problem.declare_function(ConvexFunction, reuse_gradient=True)
        rest = self.problem.declare_function(ConvexFunction, reuse_gradient=True)
        self.h = rest if smoothness is None else (rest + self.f) / smoothness
        self.best = self.f.stationary_point()
        self.start = self.problem.set_initial_point()
        self.problem.set_initial_condition(self.distance(self.best, self.start) <= 1)

    def pair(self, x: Any) -> tuple[Any, Any]:
        slope, value = self.f.oracle(x)
        return value, slope

    def point(self, x: Any, step: float) -> Any:
        return bregman_proximal_step(self.gradient(x), self.h, self.f, step)[0]

    def gradient(self, x: Any) -> Any:
        return self.h.oracle(x)[0]

    def inverse_gradient(self, dual: Any) -> Any:
        return bregman_gradient_step(dual, 0 * dual, self.h, -1.0)[0]

    def inside(self, x: Any) -> bool:
        return True

    def divergence(self, x: Any, y: Any) -> float:
        return 0.0  # symbols have no order; distances are taken below

    def distance(self, x: Any, y: Any) -> Any:
        """D(x, y)."""
        slope, value = self.h.oracle(y)
        return self.h.oracle(x)[1] - value - slope * (x - y)

    def worst(self) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return float(self.problem.solve(verbose=0, wrapper="cvxpy", solver="CLARABEL"))


def run(program: Any, k: int, smoothness: float | None, step: float = 1.0) -> list[Any]:
    """Give the iterates of k shipped steps."""
    steps: Any
    if smoothness is None:
        steps = point_steps(program, program.start, program, step, False)
    else:
        steps = gradient_steps(program, program.start, program, smoothness, None, False)
    return [next(steps)[0] for _ in range(k + 1)]


def worst_gap(k: int, smoothness: float | None, step: float = 1.0) -> float:
    """Give the largest gap after k steps from divergence 1."""
    program = Program(smoothness)
    last = run(program, k, smoothness, step)[-1]
    program.problem.set_performance_metric(program.f(last) - program.f(program.best))
    return program.worst()


def worst_least_step(k: int, *, backwards: bool = False, cap: float | None = None) -> float:
    """Give the largest least divergence of a step, seen from its end or not, up to a cap."""
    program = Program(1.0)
    for before, after in pairwise(run(program, k, 1.0)):
        far = program.distance(*((after, before) if backwards else (before, after)))
        program.problem.set_performance_metric(far)
        if cap is not None:
            program.problem.add_constraint(far <= cap)
    return program.worst()


@pytest.mark.parametrize(("k", "smoothness"), [(1, 1.0), (2, 3.0), (5, 1.0)])
def test_no_function_is_worse_for_proximal_gradients_and_one_attains_it(
    k: int, smoothness: float
) -> None:
    bound = claims.BPG_GAP.bound(steps=k, smoothness=smoothness, divergence=1)
    assert worst_gap(k, smoothness) == pytest.approx(bound, rel=1e-5)


@pytest.mark.parametrize("k", [2, 3, 6])
def test_no_function_has_a_longer_least_step_and_one_attains_it(k: int) -> None:
    bound = claims.BPG_RESIDUAL.bound(steps=k, divergence=1)
    assert worst_least_step(k) == pytest.approx(bound, rel=1e-5)


@pytest.mark.parametrize("k", [2, 4])
def test_the_bound_on_steps_fails_backwards(k: int) -> None:
    """D(x_i, x_(i-1)), the other order of arguments, is as large as the cap allows."""
    assert worst_least_step(k, backwards=True, cap=1000.0) == pytest.approx(1000, rel=1e-5)


@pytest.mark.parametrize(("k", "step"), [(1, 1.0), (2, 0.5), (5, 2.0)])
def test_no_function_is_worse_for_proximal_points_and_one_attains_it(k: int, step: float) -> None:
    bound = claims.BPP_GAP.bound(steps=k, step=step, divergence=1)
    assert worst_gap(k, None, step) == pytest.approx(bound, rel=1e-5)

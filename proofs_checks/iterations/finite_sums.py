"""Checks of the variance-reduced Halpern iterations."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from hypothesis import strategies as st

from algos.iterations import theorems as claims
from algos.iterations import variance_reduced_halpern, variance_reduced_proximal_halpern
from algos.iterations.theorems.stochastic import CUT
from proofs_checks.check import Instances, Measurement, Sizes, check
from proofs_checks.faults import edited
from proofs_checks.iterations.instances import Vector

Algorithm = Callable[..., Any]
Indices = Any


@dataclass(frozen=True)
class Squares:
    """Components a_i (⟨a_i, x⟩ − ⟨a_i, x*⟩) with unit a_i, cocoercive with constant 1.

    The rows are cosines of falling weight, fixed by n and the dimension.  With ``ball``
    the iterates are kept within the ball around 0 that x* lies on.  ‖x*‖ is 1.
    """

    n: int
    dimension: int
    fall: float  # weight of the last coordinate against the first
    steps: int
    ball: bool = False
    tolerance: ClassVar[float] = 0.01

    @property
    def rows(self) -> Vector:
        """The a_i."""
        grid = np.outer(np.arange(self.n) + 0.5, np.arange(self.dimension))
        rows = np.cos(np.pi / self.n * grid) * np.geomspace(1, self.fall, self.dimension)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    def components(self) -> Callable[[Indices, Vector], Vector]:
        """Give the mean over components."""
        rows = self.rows
        values = rows @ np.full(self.dimension, 1 / math.sqrt(self.dimension))

        def mean(indices: Indices, x: Vector) -> Vector:
            some = rows if len(indices) == self.n else rows[indices]
            known = values if len(indices) == self.n else values[indices]
            return np.asarray((some @ x - known) @ some / len(indices))

        return mean

    def resolvent(self) -> Callable[[Vector, float], Vector] | None:
        """Project onto the ball, if there is one."""
        if not self.ball:
            return None
        return lambda x, step: x / max(1.0, float(np.linalg.norm(x)))

    def run(self, algorithm: Algorithm, rng: np.random.Generator, **more: Any) -> Any:
        """Run a method from 0."""
        options = {"tolerance": 0.0, "max_iterations": self.steps, **more}
        return algorithm(
            self.components(),
            np.zeros(self.dimension),
            n=self.n,
            lipschitz=1.0,
            resolvent=self.resolvent(),
            rng=rng,
            **options,
        )


@check(
    claims.FINITE_SUM,
    on=Instances(
        st.builds(
            Squares,
            n=st.sampled_from([1, 2, 10, 100]),
            dimension=st.integers(1, 8),
            fall=st.sampled_from([1.0, 0.1, 0.01]),
            steps=st.integers(1, 200),
            ball=st.booleans(),
        ),
        [
            ("one component", Squares(1, 1, 1.0, 12)),
            ("a hundred", Squares(100, 8, 0.01, 150)),
            ("alike", Squares(2500, 1, 1.0, 200)),
            ("on a ball", Squares(100, 8, 0.1, 60, True)),
        ],
    ),
    faults=[
        edited(
            variance_reduced_halpern,
            "wrong_sign",
            "Steps along F.",
            ("- step * estimate", "+ step * estimate"),
        ),
        edited(
            variance_reduced_halpern,
            "step_too_long",
            "A step of 5 / (2 L).",
            ("step, batch, root = 1 / (4 * lipschitz)", "step, batch, root = 5 / (2 * lipschitz)"),
        ),
        edited(
            variance_reduced_halpern,
            "wrong_way",
            "Changes are taken from this point to the last one.",
            ("estimate + sums.change", "estimate - sums.change"),
        ),
        edited(
            variance_reduced_halpern,
            "anchor_stays",
            "The anchor's weight stays at 1/2.",
            ("anchor = 2 / (k + 4)", "anchor = 0.5"),
        ),
    ],
    trials=500,
)
def finite_sum(algorithm: Algorithm, case: Squares, rng: np.random.Generator) -> Measurement:
    """Measure the residual that the method reports."""
    result = case.run(algorithm, rng)
    cut = CUT * 16 / (case.steps + 4)
    value = result.residual if math.isfinite(result.residual) else math.inf
    if result.iterations < case.steps:  # it ended where numbers were not finite any more
        value = math.inf
    return Measurement(min(value, cut), steps=case.steps, lipschitz=1, distance=1, cut=cut)


def _evaluations(algorithm: Algorithm, case: Any, rng: np.random.Generator) -> Measurement:
    """Count evaluations until the residual is at most the tolerance."""
    result = case.run(algorithm, rng, tolerance=case.tolerance, max_iterations=100_000)
    values = {"n": case.n, "lipschitz": 1, "distance": 1, "tolerance": case.tolerance}
    return Measurement(result.oracle_calls, **values)


@check(
    claims.EVALUATIONS,
    on=Sizes("n", [Squares(n, 8, 0.1, 1) for n in (64, 256, 1024, 4096, 16384)]),
    faults=[
        edited(
            variance_reduced_halpern,
            "always_whole",
            "The whole sum is evaluated at every step.",
            ("4 / (min(k, root) + 5)", "2"),
        ),
        edited(
            variance_reduced_halpern,
            "batch_not_rooted",
            "Batches of n components.",
            ("math.isqrt(sums.n - 1) + 1", "sums.n"),
        ),
    ],
    trials=3,
)
def evaluations(algorithm: Algorithm, case: Squares, rng: np.random.Generator) -> Measurement:
    """Count evaluations."""
    return _evaluations(algorithm, case, rng)


@dataclass(frozen=True)
class Turns:
    """Components that turn planes at n different rates; L = 1.

    Plane p turns at slowest^(p / (planes − 1)) times the component's rate, which lies
    within the spread around the mean.  F is monotone but not cocoercive; its zero is 1 / √planes
    in every other coordinate, at distance 1 from the start, 0.
    """

    n: int
    spread: float  # 0: all alike; 1: rates from 0 to twice the mean
    steps: int
    planes: int = 1
    slowest: float = 0.03
    tolerance: ClassVar[float] = 0.002

    @property
    def rates(self) -> Vector:
        """How fast each component turns the first plane."""
        rates = 1 + self.spread * np.linspace(-1, 1, self.n) if self.n > 1 else np.ones(1)
        return np.asarray(rates / math.sqrt(float(np.mean(rates**2))))

    def turn(self) -> Callable[[Vector], Vector]:
        """Give the turn of the planes at a component's rate of 1."""
        powers = np.geomspace(1, self.slowest, self.planes) if self.planes > 1 else np.ones(1)
        turns, zero = -1j * powers, 1 / math.sqrt(self.planes)
        return lambda x: np.asarray(((x.view(complex) - zero) * turns).view(float))

    def run(self, algorithm: Algorithm, rng: np.random.Generator, **more: Any) -> Any:
        """Run a method from 0."""
        rates, turn = self.rates, self.turn()
        mean = float(rates.mean())

        def components(indices: Indices, x: Vector) -> Vector:
            rate = mean if len(indices) == self.n else rates[indices].sum() / len(indices)
            return turn(x) * rate

        options = {"tolerance": 0.0, "max_iterations": self.steps, **more}
        start = np.zeros(2 * self.planes)
        return algorithm(components, start, n=self.n, lipschitz=1.0, rng=rng, **options)


@check(
    claims.PROXIMAL_SUM,
    on=Instances(
        st.builds(
            Turns,
            n=st.sampled_from([1, 4, 16, 100]),
            spread=st.floats(0, 1),
            steps=st.integers(0, 12),
            planes=st.integers(1, 4),
        ),
        [
            ("a fast turn", Turns(100, 0.0, 4)),
            ("one component", Turns(1, 0.0, 6)),
            ("different rates", Turns(64, 1.0, 5)),
        ],
    ),
    faults=[
        edited(
            variance_reduced_proximal_halpern,
            "not_reflected",
            "Anchors the resolvent in place of its reflection.",
            ("(2 * x - u)", "x"),
        ),
        edited(
            variance_reduced_proximal_halpern,
            "drifting_anchor",
            "The anchor drifts to the iterate.",
            ("u = start / (k + 1) +", "u = u / (k + 1) +"),
        ),
        edited(
            variance_reduced_proximal_halpern,
            "inexact_without_end",
            "Resolvents are accepted with any error.",
            ("ERRORS * displacement / ((k + 1) ** 2 * (k + 2)) or", "1e9 or"),
        ),
    ],
    trials=60,
)
def proximal_sum(algorithm: Algorithm, case: Turns, rng: np.random.Generator) -> Measurement:
    """Measure the residual at the last point."""
    result = case.run(algorithm, rng, max_evaluations=2000 * case.n)
    norm = float(np.linalg.norm(case.turn()(result.x) * case.rates.mean()))
    return Measurement(norm, n=case.n, steps=result.iterations, lipschitz=1, distance=1)


@check(
    claims.PROXIMAL_EVALUATIONS,
    on=Sizes("n", [Turns(n, 0.5, 1, 12) for n in (64, 96, 128, 192, 256, 384, 512, 768, 1024)]),
    faults=[
        edited(
            variance_reduced_proximal_halpern,
            "always_whole",
            "The whole sum is evaluated at every inner step.",
            ("if rng.random() < 1 / batch:", "if True:"),
        ),
    ],
    trials=1,
)
def proximal_evaluations(
    algorithm: Algorithm, case: Turns, rng: np.random.Generator
) -> Measurement:
    """Count evaluations."""
    return _evaluations(algorithm, case, rng)

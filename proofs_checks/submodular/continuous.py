"""Checks of DR-submodular maximisation without feedback that is missing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from algos.submodular import (
    Box,
    Budget,
    Coverage,
    CoverageExtension,
    DRFunction,
    FeasibleSet,
    LogarithmicSum,
    Polytope,
    QuadraticDR,
    UniformMatroid,
    continuous_greedy,
    dr_maximize,
)
from algos.submodular.theorems import continuous as claims
from algos.theorem import Theorem
from proofs_checks.check import Check, Instances, Measurement, check
from proofs_checks.faults import edited

#: Every point of the square in steps of 1/40, for optima from below.
SQUARE = np.stack(np.meshgrid(*2 * [np.linspace(0, 1, 41)]), axis=-1).reshape(-1, 2)


@dataclass(frozen=True)
class Smooth:
    """A function and a set of a kind, and a number of steps."""

    kind: str
    domain_kind: str
    steps: int
    seed: int

    @cached_property
    def function(self) -> DRFunction:
        """The function."""
        rng = np.random.default_rng(self.seed)
        if self.kind == "linear":
            return QuadraticDR(np.zeros((2, 2)), [1, 0.5])
        if self.kind == "cut":  # of an arc from 0 to 1
            return QuadraticDR([[0, -1], [-1, 0]], [1, 0])
        if self.kind == "copies":  # twelve sets: six are the same, six others weigh a little less
            chances = np.zeros((12, 7))
            chances[:6, 0] = 1
            chances[6:, 1:] = np.eye(6)
            return CoverageExtension(chances, np.append(1.0, np.full(6, 0.9)))
        if self.kind == "coverage":
            return CoverageExtension(rng.random((2, 3)), rng.random(3))
        if self.kind == "logarithms":
            return LogarithmicSum(3 * rng.random((3, 2)))
        falling = -rng.random((2, 2))
        bends = falling + falling.T
        least = bends.sum(axis=1) * (1 if self.kind == "rising" else rng.random())
        slope = rng.random(2) - least
        corners = np.append(bends.diagonal() / 2 + slope, bends.sum() / 2 + slope.sum())
        return QuadraticDR(bends, slope, max(0.0, -corners.min()))

    @cached_property
    def domain(self) -> FeasibleSet:
        """The set."""
        rng = np.random.default_rng(self.seed + 1)
        if self.domain_kind == "cube":
            return Box([1, 1])
        if self.domain_kind == "box":
            return Box(rng.random(2))
        if self.domain_kind == "budget":
            return Budget(self.function.dimension, 6 if self.kind == "copies" else 1)
        A = rng.random((2, 2)) * (1 if self.domain_kind == "packing" else [[1], [-1]])
        return Polytope(A, A @ rng.random(2) * 0.8)  # holds 0.8 of a random point

    @cached_property
    def optimum(self) -> float:
        """The greatest value on a grid of K; on twelve copies that of the six others but one."""
        if self.kind == "copies":
            return self.function.value(np.repeat([1.0, 0, 1, 0], [1, 5, 5, 1]))
        return max(self.function.value(x) for x in SQUARE[self._inside()])

    def _inside(self) -> Any:
        """Tell which points of the square are in K."""
        domain = self.domain
        if isinstance(domain, Box):
            return (domain.upper >= SQUARE).all(axis=1)
        if isinstance(domain, Budget):
            return SQUARE.sum(axis=1) <= domain.budget
        assert isinstance(domain, Polytope)
        return (domain.b[:, None] >= domain.A @ SQUARE.T).all(axis=0)

    @property
    def parameters(self) -> dict[str, float]:
        """What the theorems speak of."""
        return {
            "steps": self.steps,
            "smoothness": self.function.smoothness,
            "radius": self.domain.radius,
            "diameter": self.domain.diameter,
            "lowest": float(self.domain.lowest().max()),
            "optimum": self.optimum,
        }


def smooth(kinds: list[str], domains: list[str]) -> SearchStrategy[Smooth]:
    """Draw problems."""
    return st.builds(
        Smooth,
        kind=st.sampled_from(kinds),
        domain_kind=st.sampled_from(domains),
        steps=st.sampled_from([1, 2, 5, 10]),
        seed=st.integers(0, 2**32 - 1),
    ).filter(lambda one: one.kind == "copies" or bool(one._inside().any()))


RISING, ANY = ["coverage", "logarithms", "rising"], ["coverage", "rising", "any", "any"]
PACKING, SETS = ["box", "budget", "packing"], ["box", "budget", "packing", "polytope"]
HARD = (
    ("linear, one step", Smooth("linear", "budget", 1, 0)),
    ("linear", Smooth("linear", "budget", 30, 0)),
    ("copies", Smooth("copies", "budget", 60, 0)),
    ("a falling quadratic", Smooth("any", "budget", 20, 607)),
    ("cut", Smooth("cut", "cube", 60, 0)),
)
OLD_GRADIENT = edited(
    dr_maximize,
    "old_gradient",
    "Takes every gradient at 0.",
    ("function.gradient(x.copy())", "function.gradient(0 * x)"),
)
RULES = "algos.submodular._dr_rules"
SHORT = edited(
    dr_maximize,
    "short",
    "Makes steps of 1 / (N + 1).",
    ("x + direction / steps", "x + direction / (steps + 1)"),
    module=RULES,
)
SHORT_MEASURED = edited(
    dr_maximize,
    "short_measured",
    "Makes steps of 1 / (N + 1).",
    ("direction * (1 - x) / steps", "direction * (1 - x) / (steps + 1)"),
    module=RULES,
)
FADING = edited(
    dr_maximize,
    "fading",
    "Makes steps that shrink too fast to arrive.",
    ("/ (t + 2)", "/ (t + 2) ** 3"),
    module=RULES,
)


RAISED = edited(
    dr_maximize,
    "raised",
    "Raises coordinates whose derivative is negative as well.",
    ("return gradient * (1 - x)", "return abs(gradient) * (1 - x)"),
    module=RULES,
)
ALL_THE_WAY = edited(
    dr_maximize,
    "all_the_way",
    "Goes to the last point of K in one step.",
    ("(1 - exp2(-1 / steps))", "1"),
    module=RULES,
)


def _reaches(claim: Theorem, method: str, kinds: list[str], sets: list[str], *faults: Any) -> Check:
    """Check what a method reaches."""

    @check(
        claim,
        on=Instances(smooth(kinds, sets), HARD[: 3 if kinds is RISING else 5]),
        faults=faults,
        trials=60,
    )
    def dr_value(algorithm: Any, problem: Smooth, rng: np.random.Generator) -> Measurement:
        """Compare with the best point of a grid."""
        found = algorithm(problem.function, problem.domain, steps=problem.steps, method=method)
        return Measurement(found.value, **problem.parameters)

    return dr_value


dr_values = (
    _reaches(claims.DR_MONOTONE, "monotone", RISING, SETS, SHORT, OLD_GRADIENT),
    _reaches(claims.DR_INSIDE, "monotone-inside", RISING, SETS, FADING, OLD_GRADIENT),
    _reaches(claims.DR_DOWN_CLOSED, "down-closed", ANY, PACKING, SHORT_MEASURED, RAISED),
    _reaches(claims.DR_GENERAL, "general", ANY, SETS, OLD_GRADIENT, ALL_THE_WAY),
)
LOW = edited(
    dr_maximize,
    "low",
    "Forgets what the direction gains.",
    ("return value + gained\n", "return value\n"),
    module=RULES,
)
UNMEASURED = edited(
    dr_maximize,
    "unmeasured",
    "Forgets that only a part of the best value is left above x.",
    ("return (value + gained) / room if", "return (value + gained) if"),
    module=RULES,
)


@check(
    claims.DR_BOUND,
    on=Instances(smooth(ANY, SETS), HARD),
    faults=[LOW, UNMEASURED],
    trials=60,
)
def dr_bound(algorithm: Any, problem: Smooth, rng: np.random.Generator) -> Measurement:
    """Take the least bound of all methods that fit."""
    methods = ["general"]
    if problem.function.monotone:
        methods += ["monotone", "monotone-inside"]
    if problem.domain.down_closed:
        methods += ["down-closed"]
    bounds = [
        algorithm(problem.function, problem.domain, steps=problem.steps, method=one).upper_bound
        for one in methods
    ]
    return Measurement(min(bounds), optimum=problem.optimum)


@dataclass(frozen=True)
class Copies:
    """Of so many sets to choose: as many copies of one, and as many others that weigh less."""

    rank: int
    light: float
    steps: int

    @cached_property
    def function(self) -> Coverage:
        """The function."""
        chances = np.zeros((2 * self.rank, self.rank + 1))
        chances[: self.rank, 0] = 1
        chances[self.rank :, 1:] = np.eye(self.rank)
        return Coverage(chances, np.append(1.0, np.full(self.rank, self.light)))


AT_ZERO = edited(
    continuous_greedy,
    "at_zero",
    "Weighs elements by their values alone.",
    ("(1 - x) * extension.gradient(x)", "extension.gradient(0 * x)"),
)
UNMERGED = edited(
    continuous_greedy,
    "unmerged",
    "Answers with the first base.",
    ("parts[1:]", "parts[:0]"),
)


@check(
    claims.CONTINUOUS_GREEDY,
    on=Instances(
        st.builds(
            Copies,
            rank=st.integers(3, 4),
            light=st.sampled_from([0.8, 0.9, 0.95]),
            steps=st.sampled_from([15, 20]),
        ),
        [("one element", Copies(1, 0.5, 1)), ("copies", Copies(4, 0.95, 20))],
    ),
    faults=[AT_ZERO, UNMERGED],
    trials=200,
)
def continuous_greedy_value(
    algorithm: Any, problem: Copies, rng: np.random.Generator
) -> Measurement:
    """Compare with one copy and the others but one."""
    function = problem.function
    matroid = UniformMatroid(function.size, problem.rank)
    found = algorithm(function, matroid, steps=problem.steps, rng=rng)
    return Measurement(
        found.value,
        steps=problem.steps,
        rank=problem.rank,
        optimum=1 + problem.light * (problem.rank - 1),
    )

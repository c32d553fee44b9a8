"""Checks of the methods for cocoercive and for Lipschitz monotone operators."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.iterations import (
    eag,
    extragradient,
    feg,
    halpern_cocoercive,
    past_extragradient,
)
from algos.iterations import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.iterations.instances import Huber, Spiral, Vector, spirals

Algorithm = Callable[..., Any]


@dataclass(frozen=True)
class Stepped:
    """An operator, its Lipschitz constant, and the step times that constant."""

    operator: Spiral | Huber
    relative_step: float
    lipschitz: float = 1.0

    def __call__(self, x: Vector) -> Vector:
        """Scale the operator."""
        return self.lipschitz * self.operator(x)


def stepped(operators: Any, steps: list[float]) -> Any:
    """Draw operators and steps."""
    return st.builds(Stepped, operators, st.sampled_from(steps), st.sampled_from([1.0, 0.01, 30.0]))


def monotone(most: int = 60) -> Any:
    """Draw monotone spirals."""
    return spirals(-math.pi / 2, math.pi / 2, most=most)


def cocoercive() -> Any:
    """Draw factors 1/2 + r e^{iφ} / 2 with r in [0, 1]: |factor|² is at most the real part."""
    factor = st.builds(
        lambda r, angle: 0.5 + 0.5 * r * complex(math.cos(angle), math.sin(angle)),
        st.floats(0, 1),
        st.floats(0, 2 * math.pi),
    )
    return st.builds(
        Spiral, st.lists(factor, min_size=1, max_size=4).map(tuple), st.integers(0, 60)
    )


SADDLE = (1j,)
HARD = [
    ("a bilinear saddle, two steps", Stepped(Spiral(SADDLE, 2), 1 / 3)),
    ("a bilinear saddle, six steps", Stepped(Spiral(SADDLE, 6), 1 / 3)),
    ("a bilinear saddle, ten steps", Stepped(Spiral(SADDLE, 10), 1 / 3)),
    ("a bilinear saddle, 40 steps", Stepped(Spiral(SADDLE, 40), 0.4)),
    ("slow and fast", Stepped(Spiral((1j, 0.1, 0.03j), 30), 0.2, 7.0)),
]


def _measure(case: Stepped, result: Any, **more: float) -> Measurement:
    """Measure ‖F(x)‖ anew."""
    residual = float(np.linalg.norm(case(result.x)))
    return Measurement(
        residual, steps=case.operator.steps, distance=1, lipschitz=case.lipschitz, **more
    )


@check(
    claims.COCOERCIVE,
    on=Instances(
        st.one_of(
            stepped(cocoercive(), [2.0, 1.0, 0.5]),
            st.builds(
                lambda steps, step: Stepped(Huber(steps, step), step),
                st.integers(0, 60),
                st.floats(0.1, 2),
            ),
        ),
        [
            ("a Huber function, half the step", Stepped(Huber(9, 0.5), 0.5)),
            ("a Huber function, the full step", Stepped(Huber(9, 2.0), 2.0, 5.0)),
            ("a turning spiral", Stepped(Spiral((0.5 + 0.5j,), 20), 1.0)),
        ],
    ),
    faults=[
        edited(
            halpern_cocoercive,
            "anchor_weight_off_by_one",
            "The anchor's weight after step k is 1 / (k + 1).",
            ("(1 / (k + 2)) * x0 + ((k + 1) / (k + 2))", "(1 / (k + 1)) * x0 + (k / (k + 1))"),
        ),
        edited(
            halpern_cocoercive,
            "step_halved",
            "Half the step.",
            ("(x - step * value)", "(x - step / 2 * value)"),
        ),
        edited(
            halpern_cocoercive,
            "step_doubled",
            "Twice the step.",
            ("(x - step * value)", "(x - 2 * step * value)"),
        ),
    ],
)
def cocoercive_residual(
    algorithm: Algorithm, case: Stepped, rng: np.random.Generator
) -> Measurement:
    """Measure ‖F(x)‖ after the given steps."""
    step = case.relative_step / case.lipschitz
    result = algorithm(
        case, case.operator.start, lipschitz=case.lipschitz, step=step, tolerance=0,
        max_iterations=case.operator.steps, check=False,
    )  # fmt: skip
    return _measure(case, result, step=step)


@check(
    claims.FAST,
    on=Instances(stepped(monotone(), [1.0]), HARD),
    faults=[
        edited(
            feg,
            "no_extrapolation_weight",
            "The half-step takes the whole operator.",
            ("((1 - b) / lipschitz) * value", "(1 / lipschitz) * value"),
        ),
        edited(
            feg,
            "anchor_weight_stays",
            "The anchor's weight does not fall after the fifth step.",
            ("b = 1 / (k + 1)\n", "b = 1 / (min(k, 5) + 1)\n"),
        ),
        edited(
            feg,
            "anchor_drifts",
            "The anchor follows the iterate.",
            ("base = x + b * (x0 - x)", "x0 = 0.9 * x0 + 0.1 * x\n        base = x + b * (x0 - x)"),
        ),
        edited(
            feg,
            "single_evaluation",
            "The step takes the operator at x, not at y.",
            ("* operator(y)", "* operator(x)"),
        ),
    ],
)
def fast_residual(algorithm: Algorithm, case: Stepped, rng: np.random.Generator) -> Measurement:
    """Measure ‖F(x)‖ of the fast extragradient method."""
    result = algorithm(
        case, case.operator.start, lipschitz=case.lipschitz, tolerance=0,
        max_iterations=case.operator.steps, check=False,
    )  # fmt: skip
    return _measure(case, result)


@check(
    claims.ANCHORED,
    on=Instances(stepped(monotone(), [1.0]), HARD),
    faults=[
        edited(
            eag,
            "first_step_tripled",
            "The first step is 1.9 / L.",
            ("FIRST_STEP / lipschitz", "1.9 / lipschitz"),
        ),
        edited(
            eag,
            "no_anchor",
            "The anchor does not draw.",
            ("base = x + (1 / (k + 2)) * (x0 - x)", "base = x"),
        ),
    ],
)
def anchored_residual(algorithm: Algorithm, case: Stepped, rng: np.random.Generator) -> Measurement:
    """Measure ‖F(x)‖ of the extra anchored gradient method."""
    result = algorithm(
        case, case.operator.start, lipschitz=case.lipschitz, tolerance=0,
        max_iterations=case.operator.steps, check=False,
    )  # fmt: skip
    return _measure(case, result)


SINGLE_EVALUATION = ("x = project(x - step * operator(y))", "x = project(x - step * operator(x))")


@check(
    claims.EXTRAGRADIENT,
    on=Instances(stepped(monotone(), [0.2, 0.5, 0.7, 0.95]), HARD),
    faults=[
        edited(
            extragradient,
            "single_evaluation",
            "Plain gradient steps, which spiral away.",
            SINGLE_EVALUATION,
        ),
        edited(
            extragradient,
            "step_doubled",
            "The second step has twice the length.",
            ("x = project(x - step * operator(y))", "x = project(x - 2 * step * operator(y))"),
        ),
    ],
)
def extragradient_residual(
    algorithm: Algorithm, case: Stepped, rng: np.random.Generator
) -> Measurement:
    """Measure ‖F(x)‖ of the extragradient method."""
    step = case.relative_step / case.lipschitz
    result = algorithm(
        case, case.operator.start, lipschitz=case.lipschitz, step=step, tolerance=0,
        max_iterations=case.operator.steps, check=False,
    )  # fmt: skip
    return _measure(case, result, step=step)


@check(
    claims.PAST,
    on=Instances(stepped(monotone(), [0.1, 0.2, 1 / 3, 0.47]), HARD),
    faults=[
        edited(
            past_extragradient,
            "never_extrapolates",
            "Plain gradient steps, which spiral away.",
            (
                "yield y, value\n        x = project(x - step * value)",
                "yield y, value\n        x = y",
            ),
        ),
        edited(
            past_extragradient,
            "second_step_doubled",
            "x takes twice the step.",
            (
                "yield y, value\n        x = project(x - step * value)",
                "yield y, value\n        x = project(x - 2 * step * value)",
            ),
        ),
    ],
)  # fmt: skip
def past_residual(algorithm: Algorithm, case: Stepped, rng: np.random.Generator) -> Measurement:
    """Measure ‖F(y)‖ of the past extragradient method."""
    step = case.relative_step / case.lipschitz
    result = algorithm(
        case, case.operator.start, lipschitz=case.lipschitz, step=step, tolerance=0,
        max_iterations=case.operator.steps, check=False,
    )  # fmt: skip
    return _measure(case, result, step=step)

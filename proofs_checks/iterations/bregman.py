"""Checks of the Bregman proximal gradient and proximal point methods, plain and accelerated."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos.iterations import (
    Euclidean,
    accelerated_bregman_proximal_gradient,
    bregman_proximal_gradient,
    bregman_proximal_point,
)
from algos.iterations.theorems import bregman as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.iterations.bregman_instances import (
    HARD_DESCENTS,
    Algorithm,
    Descent,
    descents,
    values,
)


def _descend(algorithm: Algorithm, descent: Descent, **more: Any) -> Any:
    """Run a gradient method; its own checks are off, so that this one must find what is wrong."""
    return algorithm(
        descent.function,
        descent.start,
        generator=descent.generator,
        smoothness=descent.smoothness,
        prox=descent.prox,
        max_iterations=descent.steps,
        check=False,
        **more,
    )


def _hard(*kinds: str, least: int = 1) -> list[tuple[str, Descent]]:
    """Give the hard problems of some kinds."""
    return [(n, d) for n, d in HARD_DESCENTS if d.kind in kinds and d.steps >= least]


SMOOTH = ("quadratic", "poisson", "relative entropy", "burg wall", "entropy wall", "simplex")
STEP = "mirror_step(f, h, prox, x, slope, 1 / smoothness)"
DOUBLED = edited(
    bregman_proximal_gradient,
    "step_doubled",
    "Takes steps of 2 / L.",
    (STEP, "mirror_step(f, h, prox, x, slope, 2 / smoothness)"),
)
SHORT = edited(
    bregman_proximal_gradient,
    "step_a_tenth",
    "Takes steps of 0.1 / L.",
    (STEP, "mirror_step(f, h, prox, x, slope, 0.1 / smoothness)"),
)
UPHILL = edited(
    bregman_proximal_gradient,
    "uphill",
    "Adds the gradient.",
    (STEP, "mirror_step(f, h, prox, x, -slope, 1 / smoothness)"),
)
GREATEST = edited(
    bregman_proximal_gradient,
    "greatest_step",
    "Reports the greatest divergence of a step.",
    (
        "min(least, h.divergence(x, new))",
        "max(least if least < math.inf else 0.0, h.divergence(x, new))",
    ),
)
FIRST = edited(
    bregman_proximal_gradient,
    "first_step_only",
    "Reports the first step's divergence.",
    (
        "min(least, h.divergence(x, new))",
        "min(least, h.divergence(x, new)) if least > 1e300 else least",
    ),
)


@check(
    claims.BPG_GAP,
    on=Instances(descents(*SMOOTH), _hard(*SMOOTH)),
    faults=[DOUBLED, SHORT, UPHILL],
    trials=500,
)
def proximal_gradient_gap(
    algorithm: Algorithm, descent: Descent, rng: np.random.Generator
) -> Measurement:
    """Measure the gap after the last step."""
    gap = descent.gap(_descend(algorithm, descent).x)
    return Measurement(gap, **values(descent, smoothness=descent.smoothness))


@check(
    claims.BPG_RESIDUAL,
    on=Instances(descents(*SMOOTH, least=2), _hard(*SMOOTH, least=2)),
    faults=[DOUBLED, GREATEST, FIRST],
    trials=500,
)
def proximal_gradient_residual(
    algorithm: Algorithm, descent: Descent, rng: np.random.Generator
) -> Measurement:
    """Read the least divergence of a step."""
    return Measurement(_descend(algorithm, descent).residual, **values(descent))


STEP_FORGOTTEN = edited(
    bregman_proximal_point,
    "step_a_tenth",
    "Asks for a tenth of the step.",
    ("new = proximal.point(x, step)", "new = proximal.point(x, step / 10)"),
)
FROM_THE_START = edited(
    bregman_proximal_point,
    "from_the_start",
    "Starts every step from the first point.",
    ("x, slope = new, new_slope\n        yield x,", "slope = new_slope\n        yield new,"),
)
POINTWISE = ("quadratic", "burg wall", "entropy wall", "simplex")


@check(
    claims.BPP_GAP,
    on=Instances(descents(*POINTWISE), _hard(*POINTWISE)),
    faults=[STEP_FORGOTTEN, FROM_THE_START],
    trials=500,
)
def proximal_point_gap(
    algorithm: Algorithm, descent: Descent, rng: np.random.Generator
) -> Measurement:
    """Measure the gap after the last step."""
    step = 1 / descent.smoothness
    result = algorithm(
        descent.proximal,
        descent.start,
        generator=descent.generator,
        step=step,
        max_iterations=descent.steps,
        check=False,
    )
    return Measurement(descent.gap(result.x), **values(descent, step=step))


WEIGHT_SQUARED = edited(
    accelerated_bregman_proximal_gradient,
    "short_steps",
    "Weighs the divergence with θ^(γ/2 − 1) in place of θ^(γ − 1).",
    ("theta ** (gamma - 1) * smoothness", "theta ** (gamma / 2 - 1) * smoothness"),
)
STALE_WEIGHT = edited(
    accelerated_bregman_proximal_gradient,
    "constant_weight",
    "Keeps θ = 1.",
    ("theta = gamma / (k + gamma)", "theta = 1.0"),
)
WEIGHT_OFF = edited(
    accelerated_bregman_proximal_gradient,
    "late_weights",
    "Takes θ from the step after the next.",
    ("theta = gamma / (k + gamma)", "theta = gamma / (k + 2 + gamma)"),
)
LONG = edited(
    accelerated_bregman_proximal_gradient,
    "step_tripled",
    "Takes steps three times too long.",
    ("theta ** (gamma - 1) * smoothness", "theta ** (gamma - 1) * smoothness / 3"),
)
NO_EXTRAPOLATION = edited(
    accelerated_bregman_proximal_gradient,
    "gradient_at_the_average",
    "Returns the point at which the gradient was asked.",
    ("x = (1 - theta) * x + theta * new", "x = y"),
)
SCALED = ("quadratic", "relative entropy", "entropy wall", "simplex", "simplex quadratic")


@check(
    claims.ACCELERATED_GAP,
    on=Instances(descents(*SCALED), _hard(*SCALED)),
    faults=[WEIGHT_SQUARED, STALE_WEIGHT, WEIGHT_OFF, LONG, NO_EXTRAPOLATION],
    trials=500,
)
def accelerated_gap(
    algorithm: Algorithm, descent: Descent, rng: np.random.Generator
) -> Measurement:
    """Measure the gap after the last step; a quadratic on the simplex is smooth in the norm."""
    by_norm = descent.kind == "simplex quadratic" or isinstance(descent.generator, Euclidean)
    exponent = 2.0 if by_norm else 1.0
    gap = descent.gap(_descend(algorithm, descent, exponent=exponent).x)
    more = {"smoothness": descent.smoothness, "exponent": exponent}
    return Measurement(gap, **values(descent, **more))

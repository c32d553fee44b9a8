"""Checks of Halpern's iteration and of its relatives on nonexpansive maps."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.iterations import accelerated_proximal_point, halpern, krasnoselskii_mann
from algos.iterations import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited
from proofs_checks.iterations.instances import (
    HARD_MAPS,
    Fold,
    Maps,
    SignedShift,
    Spiral,
    Vector,
    maps,
)

Algorithm = Callable[..., Any]
ANCHORING = "algos.iterations._anchoring"


def gap(map_: Callable[[Vector], Vector], x: Vector) -> float:
    """Measure the residual anew."""
    return float(np.linalg.norm(x - map_(x)))


def broken(
    name: str, description: str, *edits: tuple[str, str], module: str | None = None
) -> Fault:
    return edited(halpern, name, description, *edits, module=module)


WEIGHT_TOO_SMALL = broken(
    "anchor_weight_off_by_one",
    "The anchor's weight after step k is 1 / (k + 3).",
    ("self.weight = 1 / (self.steps + 2)", "self.weight = 1 / (self.steps + 3)"),
    module=ANCHORING,
)
WEIGHT_STAYS = broken(
    "anchor_weight_stays",
    "The anchor's weight does not fall after the tenth step.",
    ("self.weight = 1 / (self.steps + 2)", "self.weight = 1 / (min(self.steps, 10) + 2)"),
    module=ANCHORING,
)
DRIFTING = broken(
    "anchor_drifts",
    "The anchor moves along with the iterate.",
    ("anchored_step(rule.anchor, x,", "anchored_step((rule.anchor + x) / 2, x,"),
)
NO_ANCHOR = broken(
    "no_anchor",
    "The plain iteration, which goes around for ever.",
    ("rule.weight, ahead)", "0.0, ahead)"),
)


@check(
    claims.HALPERN,
    on=Instances(maps(), HARD_MAPS),
    faults=[WEIGHT_TOO_SMALL, WEIGHT_STAYS, DRIFTING, NO_ANCHOR],
)
def halpern_residual(algorithm: Algorithm, map_: Maps, rng: np.random.Generator) -> Measurement:
    """Measure the residual after exactly the given steps."""
    result = algorithm(map_, map_.start, tolerance=0, max_iterations=map_.steps, check=False)
    return Measurement(gap(map_, result.x), steps=map_.steps, distance=1)


def solution_given_away(map_: Any, x0: Vector, **options: Any) -> Any:
    """Jump to the solution, which no method can know."""
    result = halpern(map_, x0, **options)
    return halpern(map_, np.full(x0.size, 1 / math.sqrt(x0.size)) * 0.1 + 0.9 * result.x, **options)


@check(
    claims.OPTIMAL,
    on=Instances(
        st.builds(SignedShift, st.integers(0, 60)),
        [("two coordinates", SignedShift(1)), ("eight coordinates", SignedShift(7))],
    ),
    faults=[solution_given_away],
)
def halpern_is_optimal(
    algorithm: Algorithm, shift: SignedShift, rng: np.random.Generator
) -> Measurement:
    """Measure the residual on the worst map for every method."""
    result = algorithm(shift, shift.start, tolerance=0, max_iterations=shift.steps, check=False)
    return Measurement(gap(shift, result.x), steps=shift.steps, distance=1)


@check(
    claims.DISTANCE,
    on=Instances(maps(), HARD_MAPS),
    faults=[
        broken(
            "certificate_doubled",
            "‖g‖ in place of ‖g‖ / 2.",
            ("at_least = reach\n", "at_least = reach + residual / 2\n"),
        ),
        broken(
            "certificate_of_one_step_more",
            "The classical certificate with k + 2.",
            ("at_least = reach\n", "at_least = residual * (k + 2) / 2\n"),
        ),
    ],
)
def certified_distance(algorithm: Algorithm, map_: Maps, rng: np.random.Generator) -> Measurement:
    """Compare the certificate with the distance, which is 1."""
    result = algorithm(map_, map_.start, tolerance=0, max_iterations=map_.steps, check=False)
    return Measurement(result.distance_at_least, distance=1, steps=map_.steps)


@dataclass(frozen=True)
class Drift:
    """A spiral in some coordinates and a translation in one more: no fixed point."""

    map_: Maps
    speed: float

    @property
    def start(self) -> Vector:
        """Start the translation at 0."""
        return np.append(self.map_.start, 0.0)

    def __call__(self, x: Vector) -> Vector:
        """Apply both."""
        return np.append(self.map_(np.ascontiguousarray(x[:-1])), x[-1] - self.speed)


@check(
    claims.DISPLACEMENT,
    on=Instances(
        st.builds(Drift, maps(), st.sampled_from([0.01, 1.0, 30.0])),
        [("minus the identity", Drift(Spiral((-1,), 20), 1.0)), ("a fold", Drift(Fold(9), 0.1))],
    ),
    faults=[NO_ANCHOR, WEIGHT_STAYS],
)
def halpern_displacement(
    algorithm: Algorithm, case: Drift, rng: np.random.Generator
) -> Measurement:
    """Measure how far x − T(x) is from the translation."""
    steps = case.map_.steps
    result = algorithm(case, case.start, tolerance=0, max_iterations=steps, check=False)
    shown = result.displacement.copy()
    shown[-1] -= case.speed
    return Measurement(float(np.linalg.norm(shown)), steps=steps, distance=1)


@dataclass(frozen=True)
class Averaging:
    """A map and the step of its averaging."""

    map_: Maps
    step: float


def _turning(steps: int) -> Spiral:
    """Rotate the plane by the angle whose half has sin² = 1 / (steps + 1)."""
    return Spiral((cmath.rect(1, 2 * math.asin(math.sqrt(1 / (steps + 1)))),), steps)


@check(
    claims.KRASNOSELSKII_MANN,
    on=Instances(
        st.builds(Averaging, maps(), st.sampled_from([0.1, 0.5, 0.6, 0.8, 0.97])),
        [
            ("a rotation of the plane", Averaging(_turning(12), 0.5)),
            ("a long step", Averaging(Spiral((-1,), 3), 0.97)),
        ],
    ),
    faults=[
        edited(
            krasnoselskii_mann,
            "step_doubled",
            "Steps of twice the length.",
            ("x = x - step * gap", "x = x - 2 * step * gap"),
        ),
        edited(
            krasnoselskii_mann,
            "step_halved",
            "Steps of half the length.",
            ("x = x - step * gap", "x = x - step / 2 * gap"),
        ),
    ],
)
def averaged_residual(
    algorithm: Algorithm, case: Averaging, rng: np.random.Generator
) -> Measurement:
    """Measure the residual of the averaged iteration."""
    map_ = case.map_
    result = algorithm(
        map_, map_.start, step=case.step, tolerance=0, max_iterations=map_.steps, check=False
    )
    return Measurement(gap(map_, result.x), steps=map_.steps, distance=1, step=case.step)


@check(
    claims.PROXIMAL,
    on=Instances(maps(), HARD_MAPS),
    faults=[
        edited(
            accelerated_proximal_point,
            "missing_reflection",
            "The resolvent in place of its reflection.",
            ("return 2 * value.astype(np.float64) - y", "return value"),
        ),
    ],
)
def proximal_residual(algorithm: Algorithm, map_: Maps, rng: np.random.Generator) -> Measurement:
    """Measure ‖y − J(y)‖ for the resolvent half-way between a map and the identity."""

    def resolvent(y: Vector) -> Vector:
        return (y + map_(y)) / 2

    result = algorithm(resolvent, map_.start, tolerance=0, max_iterations=map_.steps, check=False)
    return Measurement(gap(resolvent, result.x), steps=map_.steps, distance=1)

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
    polar,
)

Algorithm = Callable[..., Any]
ANCHORING = "algos.iterations._anchoring"


def _gap(map_: Callable[[Vector], Vector], x: Vector) -> float:
    """Measure the residual anew."""
    return float(np.linalg.norm(x - map_(x)))


def _broken(
    name: str, description: str, *edits: tuple[str, str], module: str | None = None
) -> Fault:
    return edited(halpern, name, description, *edits, module=module)


WEIGHT_TOO_SMALL = _broken(
    "anchor_weight_off_by_one",
    "The anchor's weight after step k is 1 / (k + 3).",
    ("self.weight = 1 / (self.steps + 2)", "self.weight = 1 / (self.steps + 3)"),
    module=ANCHORING,
)
WEIGHT_STAYS = _broken(
    "anchor_weight_stays",
    "The anchor's weight does not fall after the tenth step.",
    ("self.weight = 1 / (self.steps + 2)", "self.weight = 1 / (min(self.steps, 10) + 2)"),
    module=ANCHORING,
)
DRIFTING = _broken(
    "anchor_drifts",
    "The anchor moves along with the iterate.",
    ("anchored_step(rule.anchor, x,", "anchored_step((rule.anchor + x) / 2, x,"),
)
NO_ANCHOR = _broken(
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
    return Measurement(_gap(map_, result.x), steps=map_.steps, distance=1)


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
    return Measurement(_gap(shift, result.x), steps=shift.steps, distance=1)


def contractions() -> Any:
    """Draw spirals whose largest factor is the declared contraction."""
    return st.builds(
        Contraction,
        map_=st.builds(
            Spiral,
            factors=st.lists(polar(0, math.pi), min_size=1, max_size=3).map(tuple),
            steps=st.integers(0, 30),
        ),
        factor=st.sampled_from([0.999, 0.95, 0.8, 0.6]),
    )


@dataclass(frozen=True)
class Contraction:
    """A nonexpansive map times a factor."""

    map_: Spiral
    factor: float

    def __call__(self, x: Vector) -> Vector:
        """Apply both."""
        return self.factor * self.map_(x)


@check(
    claims.CONTRACTION,
    on=Instances(
        contractions(),
        [
            ("minus the identity, contracted", Contraction(Spiral((-1,), 12), 0.9)),
            ("minus the identity, odd", Contraction(Spiral((-1,), 13), 0.9)),
            ("a rotation", Contraction(Spiral((1j,), 20), 0.95)),
        ],
    ),
    faults=[
        _broken(
            "contraction_ignored",
            "The weights of a nonexpansive map.",
            (
                "self.weight = 1 / self._squares\n\n    def bound",
                "self.weight = 1 / (self.steps + 2)\n\n    def bound",
            ),
            module=ANCHORING,
        ),
        _broken(
            "powers_not_squared",
            "The weights' sum takes γ^i in place of γ^2i.",
            ("self._squares += self._power * self._factor * self._power * self._factor",
             "self._squares += self._power * self._factor"),
            module=ANCHORING,
        ),
    ],
)  # fmt: skip
def halpern_contraction(
    algorithm: Algorithm, case: Contraction, rng: np.random.Generator
) -> Measurement:
    """Measure the residual of a contraction."""
    result = algorithm(
        case, case.map_.start, tolerance=0, max_iterations=case.map_.steps,
        contraction=case.factor, check=False,
    )  # fmt: skip
    return Measurement(
        _gap(case, result.x), steps=case.map_.steps, distance=1, contraction=case.factor
    )


@dataclass(frozen=True)
class Sloppy:
    """A map whose image k is off by size / (k + 1)^decay, in a direction of the adversary."""

    map_: Maps
    size: float
    decay: float
    alternating: bool

    def error(self, k: int) -> float:
        """Bound the error of image k."""
        return float(self.size / (k + 1) ** self.decay)

    def operator(self) -> Callable[[Vector], Vector]:
        """Make the map, which counts its calls; the errors push along the start or outwards."""
        calls = 0
        start = self.map_.start
        start = start / max(float(np.linalg.norm(start)), 1e-300)

        def inexact(x: Vector) -> Vector:
            nonlocal calls
            image = self.map_(x)
            size, sign = self.error(calls), (-1) ** (calls + 1)
            calls += 1
            norm = float(np.linalg.norm(image))
            along = start if self.alternating or not norm else image / norm
            return image + (size * sign if self.alternating else size) * along

        return inexact


@check(
    claims.INEXACT,
    on=Instances(
        st.builds(
            Sloppy,
            maps(),
            st.sampled_from([1e-3, 0.1]),
            st.sampled_from([0.0, 1.0, 2.5]),
            st.booleans(),
        ),
        [
            (
                "minus the identity, errors that alternate",
                Sloppy(Spiral((-1,), 20), 0.01, 0.0, True),
            ),
            ("errors that fall", Sloppy(Spiral((-1,), 20), 0.1, 2.0, True)),
        ],
    ),
    faults=[WEIGHT_TOO_SMALL, WEIGHT_STAYS, DRIFTING],
)
def halpern_inexact(algorithm: Algorithm, case: Sloppy, rng: np.random.Generator) -> Measurement:
    """Measure the true residual of a run with errors."""
    map_ = case.map_
    result = algorithm(
        case.operator(), map_.start, tolerance=0, max_iterations=map_.steps, error=case.error,
        check=False,
    )  # fmt: skip
    errors = sum((j + 1) * case.error(j) for j in range(map_.steps))
    return Measurement(_gap(map_, result.x), steps=map_.steps, distance=1, errors=errors)


@check(
    claims.ADAPTIVE,
    on=Instances(maps(), [*HARD_MAPS, ("one step of minus the identity", Spiral((-1,), 0))]),
    faults=[
        _broken(
            "adaptive_weight_halved",
            "The factor 2 of φ is missing.",
            (
                "max(1 + 2 * along / residual**2, self.steps + 1)",
                "1 + along / residual**2",
            ),
            module=ANCHORING,
        ),
        _broken(
            "adaptive_weight_squared",
            "The residual is squared twice.",
            (
                "max(1 + 2 * along / residual**2, self.steps + 1)",
                "1 + 2 * along / residual**4",
            ),
            module=ANCHORING,
        ),
    ],
)
def halpern_adaptive(algorithm: Algorithm, map_: Maps, rng: np.random.Generator) -> Measurement:
    """Measure the residual with the anchor's weight read off the run."""
    result = algorithm(
        map_, map_.start, tolerance=0, max_iterations=map_.steps, anchor="adaptive", check=False
    )
    return Measurement(_gap(map_, result.x), steps=map_.steps, distance=1)


@dataclass(frozen=True)
class Sharp:
    """A spiral whose residual is at least ``sharpness`` times the distance to 0."""

    map_: Spiral
    restarts: int

    @property
    def sharpness(self) -> float:
        """The smallest |1 − factor|."""
        return min(float(abs(1 - factor)) for factor in self.map_.factors)

    @property
    def steps(self) -> int:
        """Steps that the theorem needs."""
        return self.restarts * max(math.ceil(2 * math.e / self.sharpness) - 1, 1)


@check(
    claims.RESTARTS,
    on=Instances(
        st.builds(
            Sharp,
            st.builds(
                Spiral,
                st.lists(polar(0.2, math.pi), min_size=1, max_size=3).map(tuple),
                st.just(0),
            ),
            st.integers(1, 8),
        ),
        [
            ("a slow rotation", Sharp(Spiral((cmath.rect(1, 0.2),), 0), 6)),
            ("minus the identity", Sharp(Spiral((-1,), 0), 7)),
        ],
    ),
    faults=[
        _broken(
            "anchor_not_moved",
            "A restart keeps the old anchor.",
            ("type(rule)(x.copy(), radius)", "type(rule)(rule.anchor, radius)"),
            module=ANCHORING,
        ),
        _broken(
            "no_restarts",
            "The period is a hundred times too long.",
            (
                "max(math.ceil(2 * math.e / sharpness) - 1, 1)",
                "math.ceil(200 * math.e / sharpness)",
            ),
            module=ANCHORING,
        ),
    ],
)  # fmt: skip
def halpern_restarts(algorithm: Algorithm, case: Sharp, rng: np.random.Generator) -> Measurement:
    """Measure the residual after a whole number of periods."""
    map_ = case.map_
    result = algorithm(
        map_, map_.start, tolerance=0, max_iterations=case.steps, sharpness=case.sharpness,
        check=False,
    )  # fmt: skip
    first = _gap(map_, map_.start)
    return Measurement(_gap(map_, result.x), restarts=case.restarts, first=first)


@check(
    claims.DISTANCE,
    on=Instances(maps(), HARD_MAPS),
    faults=[
        _broken(
            "certificate_doubled",
            "‖g‖ in place of ‖g‖ / 2.",
            ("at_least = reach\n", "at_least = reach + residual / 2\n"),
        ),
        _broken(
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
    return Measurement(_gap(map_, result.x), steps=map_.steps, distance=1, step=case.step)


@check(
    claims.PROXIMAL,
    on=Instances(maps(), HARD_MAPS),
    faults=[
        edited(
            accelerated_proximal_point,
            "missing_reflection",
            "The resolvent in place of its reflection.",
            ("return 2 * np.asarray(resolvent(y)) - y", "return np.asarray(resolvent(y))"),
        ),
    ],
)
def proximal_residual(algorithm: Algorithm, map_: Maps, rng: np.random.Generator) -> Measurement:
    """Measure ‖y − J(y)‖ for the resolvent half-way between a map and the identity."""

    def resolvent(y: Vector) -> Vector:
        return (y + map_(y)) / 2

    result = algorithm(resolvent, map_.start, tolerance=0, max_iterations=map_.steps, check=False)
    return Measurement(_gap(resolvent, result.x), steps=map_.steps, distance=1)

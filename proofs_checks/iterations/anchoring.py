"""Checks of the rules for the anchor of Halpern's iteration."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.iterations import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.iterations.fixed_points import (
    DRIFTING,
    WEIGHT_STAYS,
    WEIGHT_TOO_SMALL,
    broken,
    gap,
)
from proofs_checks.iterations.instances import (
    HARD_MAPS,
    Maps,
    Spiral,
    Vector,
    maps,
    polar,
)

Algorithm = Callable[..., Any]
ANCHORING = "algos.iterations._anchoring"


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
        broken(
            "contraction_ignored",
            "The weights of a nonexpansive map.",
            (
                "self.weight = 1 / self._squares\n\n    def bound",
                "self.weight = 1 / (self.steps + 2)\n\n    def bound",
            ),
            module=ANCHORING,
        ),
        broken(
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
        gap(case, result.x), steps=case.map_.steps, distance=1, contraction=case.factor
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
    return Measurement(gap(map_, result.x), steps=map_.steps, distance=1, errors=errors)


@check(
    claims.ADAPTIVE,
    on=Instances(maps(), [*HARD_MAPS, ("one step of minus the identity", Spiral((-1,), 0))]),
    faults=[
        broken(
            "adaptive_weight_halved",
            "The factor 2 of φ is missing.",
            (
                "max(self.steps + 1, 1 + 2 * along / square if square else 0.0)",
                "1 + along / square",
            ),
            module=ANCHORING,
        ),
        broken(
            "adaptive_weight_squared",
            "The residual is squared twice.",
            (
                "max(self.steps + 1, 1 + 2 * along / square if square else 0.0)",
                "1 + 2 * along / square**2",
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
    return Measurement(gap(map_, result.x), steps=map_.steps, distance=1)


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
        broken(
            "anchor_not_moved",
            "A restart keeps the old anchor.",
            ("type(rule)(x.copy(), min", "type(rule)(rule.anchor, min"),
            module=ANCHORING,
        ),
        broken(
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
    first = gap(map_, map_.start)
    return Measurement(gap(map_, result.x), restarts=case.restarts, first=first)

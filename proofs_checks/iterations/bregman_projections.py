"""Checks of Dykstra's algorithm."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from algos.iterations import Entropy, Euclidean, Generator, dykstra_bregman
from algos.iterations.theorems import bregman as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.iterations.bregman_instances import LEVELS, Algorithm, Vector
from proofs_checks.strategies import log_integers


@dataclass(frozen=True)
class Boxed:
    """Σ x = total and x ≤ limits: the projection is min(limits, c · start), or with c added."""

    entropic: bool
    start: tuple[float, ...]
    limits: tuple[float, ...]
    share: float  # of the limits' sum, which is the total
    sweeps: int

    @property
    def generator(self) -> Generator:
        """h."""
        return Entropy() if self.entropic else Euclidean()

    @property
    def total(self) -> float:
        """Σ x."""
        return self.share * sum(self.limits)

    @property
    def best(self) -> Vector:
        """The projection, by bisection over the multiplier."""
        x, u = np.array(self.start), np.array(self.limits)
        low, high = -1e4, 1e4
        for _ in range(200):
            middle = (low + high) / 2
            moved = self._moved(x, middle, u)
            low, high = (middle, high) if moved.sum() < self.total else (low, middle)
        return self._moved(x, (low + high) / 2, u)

    def _moved(self, x: Vector, multiplier: float, u: Vector) -> Vector:
        """Move against the multiplier of the sum, up to the limits."""
        factor = math.exp(min(max(multiplier, -700), 700))
        return np.asarray(np.minimum(x * factor if self.entropic else x + multiplier, u))

    @property
    def projections(self) -> list[Callable[[Vector], Vector]]:
        """Onto the limits and onto the sum."""

        def onto_sum(z: Vector) -> Vector:
            if self.entropic:
                return z * (self.total / float(z.sum()))
            return z + (self.total - float(z.sum())) / z.size

        return [lambda z: np.minimum(z, self.limits), onto_sum]


@st.composite
def boxes(draw: st.DrawFn) -> Boxed:
    """Draw starts and limits."""
    size = draw(st.integers(2, 5))
    start = tuple(draw(st.lists(LEVELS, min_size=size, max_size=size)))
    limits = tuple(draw(st.lists(LEVELS, min_size=size, max_size=size)))
    share = draw(st.sampled_from([0.1, 0.5, 0.9, 0.99]))
    return Boxed(draw(st.booleans()), start, limits, share, draw(log_integers(1, 60)))


HARD_BOXES = [
    ("a corner", Boxed(False, (4.0, 4.0), (1.0, 1.0), 1.0, 3)),
    ("one tight limit", Boxed(True, (4.0, 1.0, 1.0), (0.5, 4.0, 4.0), 0.3, 40)),
    ("all but one at their limits", Boxed(True, (1.0, 2.0, 3.0, 4.0), (1.0,) * 4, 0.9, 60)),
    ("one sweep", Boxed(True, (1.0, 2.0, 3.0, 4.0), (1.0,) * 4, 0.9, 1)),
    ("Euclidean limits", Boxed(False, (9.0, 1.0, 2.0), (1.0, 2.0, 8.0), 0.5, 40)),
]

CORRECTED = "y = h.gradient(x) + q[i]"
DROPPED = edited(
    dykstra_bregman,
    "correction_dropped",
    "Projects in turn without corrections.",
    (CORRECTED, "y = h.gradient(x)"),
)
NEGATED = edited(
    dykstra_bregman,
    "correction_negated",
    "Subtracts the correction.",
    (CORRECTED, "y = h.gradient(x) - q[i]"),
)
ANOTHERS = edited(
    dykstra_bregman,
    "anothers_correction",
    "Adds the correction of the set before.",
    (CORRECTED, "y = h.gradient(x) + q[i - 1]"),
)
NO_SLOPE = edited(
    dykstra_bregman,
    "dual_sign",
    "Subtracts the products from the dual value.",
    ("+ float(np.sum(normals", "- float(np.sum(normals"),
)


@check(
    claims.DYKSTRA_CERTIFICATE,
    on=Instances(boxes(), HARD_BOXES),
    faults=[DROPPED, NEGATED, ANOTHERS, NO_SLOPE],
    trials=300,
)
def dykstra_certificate(
    algorithm: Algorithm, boxed: Boxed, rng: np.random.Generator
) -> Measurement:
    """Add what is left to the dual value."""
    h, start, best = boxed.generator, np.array(boxed.start), boxed.best
    result = algorithm(
        boxed.projections, start, generator=h, tolerance=0, max_iterations=boxed.sweeps, check=False
    )
    left = h.divergence(best, result.x) + result.dual_value
    return Measurement(left, divergence=h.divergence(best, start))


@dataclass(frozen=True)
class Lines:
    """Two lines through 0 in the plane, and the angle of the start to the first."""

    angle: float
    turn: float
    sweeps: int

    @property
    def projections(self) -> list[Callable[[Vector], Vector]]:
        """Onto the first axis and onto the other line."""
        other = np.array([math.cos(self.angle), math.sin(self.angle)])
        return [lambda z: np.array([z[0], 0.0]), lambda z: float(other @ z) * other]

    @property
    def start(self) -> Vector:
        """A point at distance 1."""
        return np.array([math.cos(self.turn), math.sin(self.turn)])


LINES = st.builds(
    Lines,
    angle=st.integers(1, 15).map(lambda e: e / 10),
    turn=st.integers(0, 31).map(lambda e: e / 10),
    sweeps=log_integers(1, 30),
)
HARD_LINES = [
    ("from the first line", Lines(0.3, 0.0, 10)),
    ("from the other line", Lines(0.3, 0.3, 10)),
    ("nearly orthogonal", Lines(1.5, 0.0, 2)),
    ("nearly one line", Lines(0.01, 1.0, 30)),
]
TURN = "for i in range(len(q)):"
NOT_CYCLIC = edited(
    dykstra_bregman,
    "order_not_cyclic",
    "Takes the sets backwards in every other sweep.",
    (TURN, "for i in range(len(q))[:: 1 - 2 * (sweep % 2)]:"),
)
SET_LEFT_OUT = edited(
    dykstra_bregman,
    "set_left_out",
    "Projects onto the first set alone.",
    (TURN, "for i in range(1):"),
)


@check(
    claims.DYKSTRA_LINES,
    on=Instances(LINES, HARD_LINES),
    faults=[NOT_CYCLIC, SET_LEFT_OUT],
    trials=300,
)
def dykstra_lines(algorithm: Algorithm, lines: Lines, rng: np.random.Generator) -> Measurement:
    """Measure half the squared distance from 0."""
    result = algorithm(
        lines.projections, lines.start, generator=Euclidean(), tolerance=0,
        max_iterations=lines.sweeps, check=False,
    )  # fmt: skip
    rounding = 1e-15  # the corrections are rounded to 1e-16 of the start
    far = max(float(np.linalg.norm(result.x)) - rounding, 0.0)
    return Measurement(far**2 / 2, steps=lines.sweeps, divergence=0.5, angle=lines.angle)

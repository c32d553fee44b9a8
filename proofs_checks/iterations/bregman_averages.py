"""Checks of the Bregman methods that average: mirror descent and averaged iterations."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from algos.iterations import (
    Burg,
    Entropy,
    Euclidean,
    Generator,
    PNorm,
    averaged_iteration,
    mirror_descent,
)
from algos.iterations.theorems import bregman as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.iterations.bregman_instances import Algorithm, Vector
from proofs_checks.strategies import log_integers

GENERATORS: dict[str, Generator] = {
    "peaks": Euclidean(),
    "distance": Euclidean(),
    "sparse distance": PNorm(1.25),
    "simplex distance": Entropy(total=1.0),
    "plays": Entropy(total=1.0),
}


@dataclass(frozen=True)
class Sharp:
    """A function with kinks, its least value 0, and how many steps to take.

    Distances Σ w |x − g| from 0, or on the simplex from its middle; linear plays on the simplex;
    or the greatest coordinate, cut off where ``steps`` coordinates have moved.
    """

    kind: str
    weights: tuple[float, ...]
    goals: tuple[float, ...]
    steps: int

    @property
    def generator(self) -> Generator:
        """h."""
        return GENERATORS[self.kind]

    @property
    def w(self) -> Vector:
        """The weights."""
        return np.array(self.weights)

    @property
    def best(self) -> Vector:
        """A minimiser."""
        if self.kind == "peaks":
            return np.full(self.steps, -1 / math.sqrt(self.steps))
        if self.kind == "plays":
            return np.asarray(np.eye(len(self.weights))[np.argmin(self.w)])
        goals = np.array(self.goals)
        return np.abs(goals) / np.abs(goals).sum() if self.kind.startswith("simplex") else goals

    @property
    def start(self) -> Vector:
        """The first point."""
        size = self.best.size
        on_simplex = isinstance(self.generator, Entropy)
        return np.full(size, 1 / size) if on_simplex else np.zeros(size)

    @property
    def lipschitz(self) -> float:
        """The greatest dual norm of a subgradient."""
        return 1.0 if self.kind == "peaks" else self.generator.dual_norm(self.w)

    def function(self, x: Vector) -> tuple[float, Vector]:
        """Give the value and a subgradient; at a kink the one that leads on."""
        if self.kind == "peaks":
            first, least = int(np.argmax(x)), -1 / math.sqrt(self.steps)
            slope = np.zeros(x.size)
            slope[first] = x[first] > least
            return max(float(x[first]), least) - least, slope
        if self.kind == "plays":
            return float(self.w @ x - self.w.min()), self.w
        signs = np.where(x >= self.best, 1.0, -1.0)
        return float(self.w @ np.abs(x - self.best)), self.w * signs


@st.composite
def sharps(draw: st.DrawFn) -> Sharp:
    """Draw functions with kinks."""
    size = draw(st.integers(1, 6))
    kind = draw(st.sampled_from(list(GENERATORS)))
    levels = st.integers(-8, 8).map(lambda e: float(2.0**e))
    weights = tuple(draw(st.lists(levels, min_size=size, max_size=size)))
    goals = tuple(draw(st.lists(levels, min_size=size, max_size=size)))
    if kind.endswith("simplex distance") or kind == "plays":
        weights, goals = (*weights, 1.0), (*goals, 3.0)  # at least two entries
    return Sharp(kind, weights, goals, draw(log_integers(1, 300)))


HARD_SHARPS = [
    ("one coordinate after the other", Sharp("peaks", (), (), 50)),
    ("one kink", Sharp("distance", (1.0,), (3.0,), 100)),
    ("two kinks", Sharp("distance", (1.0, 0.01), (1.0, 5.0), 64)),
    ("three plays", Sharp("plays", (0.0, 1.0, 0.5), (), 100)),
]

STEP = "math.sqrt(2 * rho * far / count) / bound_on_slopes"
LONG = edited(mirror_descent, "long_steps", "Steps are four times too long.", (STEP, f"4 * {STEP}"))
SHORT = edited(
    mirror_descent, "short_steps", "Steps are four times too short.", (STEP, f"{STEP} / 4")
)
MEAN = "mean = x.copy() if k == 1 else mean + (x - mean) / k"
LAST = edited(
    mirror_descent,
    "last_point",
    "Returns the last point.",
    (MEAN, "mean = x.copy()"),
)
FIRST = edited(
    mirror_descent, "first_point", "Returns the first point.", (MEAN, "mean = mean.copy()")
)
LEANING = edited(
    mirror_descent,
    "leaning_average",
    "Gives each new point half of its weight.",
    (MEAN, "mean = x.copy() if k == 1 else mean + (x - mean) / (2 * k)"),
)
MODULUS_SQUARED = edited(
    mirror_descent,
    "modulus_squared",
    "Divides the step by the squared modulus in place of multiplying it by the root.",
    (STEP, "math.sqrt(2 * far / count) / bound_on_slopes / max(rho, 1e-9) ** 2"),
)


@check(
    claims.MIRROR_GAP,
    on=Instances(sharps(), HARD_SHARPS),
    faults=[LONG, SHORT, LAST, FIRST, LEANING, MODULUS_SQUARED],
    trials=400,
)
def mirror_gap(algorithm: Algorithm, sharp: Sharp, rng: np.random.Generator) -> Measurement:
    """Measure the gap of the average."""
    h, far = sharp.generator, sharp.generator.divergence(sharp.best, sharp.start)
    far = max(far, 1e-6)  # the start may be the minimiser
    result = algorithm(
        sharp.function,
        sharp.start,
        generator=h,
        lipschitz=sharp.lipschitz,
        divergence=far,
        iterations=sharp.steps,
        check=False,
    )
    return Measurement(
        sharp.function(result.x)[0],
        steps=sharp.steps,
        divergence=far,
        lipschitz=sharp.lipschitz,
        modulus=h.modulus,
    )


PULLED: dict[str, Generator] = {"euclidean": Euclidean(), "entropy": Entropy(), "burg": Burg()}


@dataclass(frozen=True)
class Pull:
    """T(s) = s* + κ (s − s*), or in the plane a turn shortened by √κ, from a point of equals."""

    kind: str
    start: float
    contraction: float
    shift: float
    steps: int

    @property
    def generator(self) -> Generator:
        """h."""
        return PULLED.get(self.kind, Euclidean())

    @property
    def fixed(self) -> Vector:
        """The fixed point."""
        return np.array([0.0, 0.0]) if self.kind == "turn" else np.array([1.0, 3.0])

    def operator(self, s: Vector) -> Vector:
        """T."""
        if self.kind == "turn":
            return math.sqrt(self.contraction) * np.array([-s[1], s[0]])
        return self.fixed + self.contraction * (s - self.fixed)


PULLS = st.builds(
    Pull,
    kind=st.sampled_from([*PULLED, "turn"]),
    start=st.integers(-20, 20).map(lambda e: float(2.0**e)),
    contraction=st.sampled_from([0.0, 0.25, 0.5, 0.9, 0.99]),
    shift=st.sampled_from([0.5, 1.0, 2.0, 10.0, 1000.0]),
    steps=log_integers(1, 200),
)
HARD_PULLS = [
    ("far out, Burg", Pull("burg", 1e9, 0.5, 2.0, 8)),
    ("one whole step", Pull("turn", 1.0, 0.5, 2.0, 1)),
    ("a quarter turn", Pull("turn", 1.0, 0.9, 2.0, 100)),
    ("Picard", Pull("turn", 1.0, 0.25, 1e6, 20)),
]
LATE = edited(
    averaged_iteration,
    "weights_off_by_one",
    "Takes the weight of the next step.",
    ("a = alpha(t)", "a = alpha(t + 1)"),
)
SWAPPED = edited(
    averaged_iteration,
    "weights_swapped",
    "Weighs T(s) with 1 − α.",
    ("s, t = (1 - a) * s + a * image, t + 1", "s, t = a * s + (1 - a) * image, t + 1"),
)


@check(
    claims.AVERAGED,
    on=Instances(PULLS, HARD_PULLS),
    faults=[LATE, SWAPPED],
    trials=400,
)
def averaged(algorithm: Algorithm, pull: Pull, rng: np.random.Generator) -> Measurement:
    """Measure the divergence from the fixed point."""
    start, h = np.full(2, pull.start), pull.generator
    result = algorithm(
        pull.operator,
        start,
        generator=h,
        contraction=pull.contraction,
        weight=lambda t: pull.shift / (t + pull.shift),
        max_iterations=pull.steps,
        check=False,
    )
    far = h.divergence(result.x, pull.fixed)
    rounding = h.divergence(pull.fixed * (1 + 1e-12), pull.fixed)
    return Measurement(
        max(far - rounding, 0.0),
        steps=pull.steps,
        divergence=h.divergence(start, pull.fixed),
        contraction=pull.contraction,
        shift=pull.shift,
    )

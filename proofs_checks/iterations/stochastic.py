"""Checks of the Halpern iterations on samples."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.iterations import (
    StochasticResult,
    stochastic_extragradient_halpern,
    stochastic_halpern,
)
from algos.iterations import theorems as claims
from algos.iterations.theorems.stochastic import CUT
from algos.theorem import Theorem
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.iterations.instances import Huber, Spiral, Vector, spirals
from proofs_checks.iterations.monotone import cocoercive

Algorithm = Callable[..., Any]
PAGE = "algos.iterations._page"
UNLIMITED = 2**62


@dataclass(frozen=True)
class Noisy:
    """An operator with constant 1, of which a share of the square is F and the rest is noise.

    A sample is F(x) + b s c(x) + level g with F = √share times the operator, b² = 1 − share,
    a random sign s, c the coordinates cut to [−1, 1] and g standard normal.  Its zero is 0,
    at distance 1 from the start.
    """

    operator: Spiral | Huber
    share: float = 1.0
    level: float = 0.0
    epsilon: float = 0.1

    def mean(self, x: Vector) -> Vector:
        """Evaluate F."""
        return math.sqrt(self.share) * self.operator(x)

    def sample(self, x: Vector, size: int, rng: np.random.Generator) -> Vector:
        """Average so many samples."""
        sign = 2 * rng.binomial(size, 0.5) / size - 1
        normal = rng.standard_normal(x.size) / math.sqrt(size)
        cut = math.sqrt(1 - self.share) * sign * np.clip(x, -1, 1)
        return self.mean(x) + cut + self.level * normal

    def run(self, algorithm: Algorithm, rng: np.random.Generator, **more: Any) -> StochasticResult:
        """Run a method for the operator's number of steps."""
        dimension = self.operator.start.size
        options: dict[str, Any] = {"max_iterations": self.operator.steps, **more}
        result: StochasticResult = algorithm(
            self.sample,
            self.operator.start,
            lipschitz=1.0,
            variance=(1 - self.share + self.level**2) * dimension,
            epsilon=self.epsilon,
            max_samples=UNLIMITED,
            rng=rng,
            **options,
        )
        return result

    @property
    def parameters(self) -> dict[str, float]:
        """What the theorems' formulas name."""
        steps = self.operator.steps
        return {"steps": steps, "lipschitz": 1, "distance": 1, "epsilon": self.epsilon}


def cut_off(claim: Theorem, value: float, parameters: dict[str, float]) -> Measurement:
    """Measure a value, cut off as the theorem says."""
    known = {name: parameters[name] for name in claim.parameters}
    cut = CUT * claim.bound(**known)
    return Measurement(value if value < cut else cut, cut=cut, **parameters)


def noisy(*, least: int = 0, most: int = 60) -> Any:
    """Draw cocoercive operators and their noise."""
    return st.builds(
        Noisy,
        st.one_of(cocoercive(), st.builds(Huber, st.integers(1, 60), st.just(1.0))).filter(
            lambda one: least <= one.steps <= most
        ),
        st.sampled_from([1.0, 0.9, 0.5]),
        st.sampled_from([0.0, 0.1, 1.0]),
        st.sampled_from([0.01, 0.05, 0.3]),
    )


HARD = [
    ("a drift, many steps", Noisy(Huber(150, 1.0), 0.1, 0.0, 0.003)),
    ("a turning spiral", Noisy(Spiral((0.5 + 0.5j,), 40), 0.5, 0.1, 0.02)),
    ("additive noise alone", Noisy(Spiral((1, 0.1), 40), 1.0, 1.0, 0.05)),
]
NEVER_RENEWED = (
    "fresh = self._rng.random() < probability",
    "fresh = self._rng.random() < probability and not self.samples",
)
OTHER_SAMPLES = ("self._mean(self._point, size, seed)", "self._mean(self._point, size, seed + 1)")
NOT_SUBTRACTED = (" - self._mean(self._point, size, seed)", "")
WRONG_SIGN = ("(u - estimate / page.lipschitz)", "(u + estimate / page.lipschitz)")


@check(
    claims.ESTIMATE,
    on=Instances(noisy(least=1), HARD),
    faults=[
        edited(
            stochastic_halpern,
            "never_renewed",
            "The estimate is drawn afresh at the start alone.",
            NEVER_RENEWED,
            module=PAGE,
        ),
        edited(
            stochastic_halpern,
            "batch_not_squared",
            "The batches of changes grow like 1 / p in place of 1 / p².",
            ("change * change, probability * error", "change * change, error"),
            module=PAGE,
        ),
        edited(
            stochastic_halpern,
            "other_samples",
            "The two points of a change see different samples.",
            OTHER_SAMPLES,
            module=PAGE,
        ),
        edited(
            stochastic_halpern,
            "not_subtracted",
            "The samples at the last point are not subtracted.",
            NOT_SUBTRACTED,
            module=PAGE,
        ),
    ],
    trials=1000,
    detect=2.5,
)
def stochastic_estimate(algorithm: Algorithm, case: Noisy, rng: np.random.Generator) -> Measurement:
    """Measure the squared error of the estimate."""
    result = case.run(algorithm, rng)
    off = float(np.linalg.norm(result.estimate - case.mean(result.x)))
    return cut_off(claims.ESTIMATE, off * off, case.parameters)


@check(
    claims.PUBLISHED,
    on=Instances(noisy(least=1, most=20), HARD),
    faults=[
        edited(stochastic_halpern, "wrong_sign", "Steps along F.", WRONG_SIGN),
        edited(
            stochastic_halpern,
            "not_subtracted",
            "The samples at the last point are not subtracted.",
            NOT_SUBTRACTED,
            module=PAGE,
        ),
    ],
    trials=600,
)
def stochastic_published(
    algorithm: Algorithm, case: Noisy, rng: np.random.Generator
) -> Measurement:
    """Measure ‖F‖ at the last iterate."""
    result = case.run(algorithm, rng)
    norm = float(np.linalg.norm(case.mean(result.x)))
    return cut_off(claims.PUBLISHED, norm, case.parameters)


ANCHORED = "u = u0 / (k + 1) + k / (k + 1) * (u - estimate / page.lipschitz)"
SILENT = 1e-6
SLOW = cmath.rect(1, 2 * math.asin(1 / math.sqrt(61)))  # the worst turn without an anchor
HARD_RESIDUALS = [
    ("a Huber function without noise", Noisy(Huber(9, 1.0), 1.0, 0.0, SILENT)),
    ("a Huber function with a later knee", Noisy(Huber(12, 0.5), 1.0, 0.0, SILENT)),
    ("one step", Noisy(Spiral((1,), 1), 1.0, 0.0, SILENT)),
    ("a slow turn", Noisy(Spiral(((1 - SLOW) / 2,), 60), 1.0, 0.0, SILENT)),
    ("the identity", Noisy(Spiral((1,), 20), 1.0, 0.0, SILENT)),
    ("a drift", Noisy(Huber(30, 1.0), 0.9, 0.1, 0.002)),
]


@check(
    claims.RESIDUAL,
    on=Instances(noisy(most=20), HARD_RESIDUALS),
    faults=[
        edited(stochastic_halpern, "wrong_sign", "Steps along F.", WRONG_SIGN),
        edited(
            stochastic_halpern,
            "step_tripled",
            "Steps of 3/L.",
            (ANCHORED, ANCHORED.replace("estimate", "3 * estimate")),
        ),
        edited(
            stochastic_halpern,
            "step_halved",
            "Steps of 1/(2L).",
            (ANCHORED, ANCHORED.replace("estimate", "0.5 * estimate")),
        ),
        edited(
            stochastic_halpern,
            "anchor_weight_off_by_one",
            "The anchor's weight is 1 / k.",
            (ANCHORED, ANCHORED.replace("k / (k + 1)", "(k - 1) / k").replace("(k + 1)", "k")),
        ),
        edited(
            stochastic_halpern,
            "no_anchor",
            "The iterates are not drawn to the start.",
            (ANCHORED, "u = u - estimate / page.lipschitz"),
        ),
    ],
    trials=1000,
)
def stochastic_residual(algorithm: Algorithm, case: Noisy, rng: np.random.Generator) -> Measurement:
    """Measure ‖F‖ at the last iterate."""
    result = case.run(algorithm, rng)
    norm = float(np.linalg.norm(case.mean(result.x)))
    return cut_off(claims.RESIDUAL, norm, case.parameters)


@check(
    claims.EXACT,
    on=Instances(
        st.builds(Noisy, spirals(-math.pi / 2, math.pi / 2)),
        [
            ("a saddle", Noisy(Spiral((1j,), 40))),
            ("a slow turn", Noisy(Spiral((0.25j,), 40))),
        ],
    ),
    faults=[
        edited(
            stochastic_extragradient_halpern,
            "wrong_sign",
            "Steps along F.",
            ("        u = base - step * estimate", "        u = base + step * estimate"),
        ),
        edited(
            stochastic_extragradient_halpern,
            "steps_too_long",
            "Steps six times as long.",
            ("step = 1 / (3 * math.sqrt(3)", "step = 2 / (math.sqrt(3)"),
        ),
        edited(
            stochastic_extragradient_halpern,
            "anchored_too_firmly",
            "The anchor's weight stays at 1/2.",
            ("base = u0 / (k + 1) + k / (k + 1) * u", "base = u0 / 2 + u / 2"),
        ),
    ],
    trials=200,
)
def extragradient_exact(algorithm: Algorithm, case: Noisy, rng: np.random.Generator) -> Measurement:
    """Measure ‖F‖ at the last iterate."""
    result = case.run(algorithm, rng)
    norm = float(np.linalg.norm(case.mean(result.x)))
    return Measurement(norm if math.isfinite(norm) else math.inf, **case.parameters)

"""Checks of the optimistic gradient method with separate steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.iterations import optimistic_gradient_separated
from algos.iterations import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.iterations.instances import Spiral, Vector, spirals
from proofs_checks.iterations.stochastic import cut_off

Algorithm = Callable[..., Any]


@dataclass(frozen=True)
class Game:
    """A monotone operator whose samples have noise of both kinds; the zero is 0, at distance 1.

    A sample keeps each pair of coordinates with the probability ``told`` and divides it by
    that; ``level`` times a standard normal vector is added.
    """

    operator: Spiral
    told: float = 1.0
    level: float = 0.0

    def sample(self, x: Vector, rng: np.random.Generator) -> Vector:
        """Sample F(x)."""
        kept = np.repeat(rng.random(x.size // 2) < self.told, 2) / self.told
        return self.operator(x) * kept + self.level * rng.standard_normal(x.size)

    @property
    def parameters(self) -> dict[str, float]:
        """Noise levels, and what the formula names beside them."""
        return {
            "steps": self.operator.steps,
            "lipschitz": 1,
            "distance": 1,
            "multiplicative": 1 / self.told - 1,
            "additive": self.level**2 * self.operator.start.size,
        }


@check(
    claims.SEPARATED,
    on=Instances(
        st.builds(
            Game,
            spirals(-math.pi / 2, math.pi / 2, most=300),
            st.sampled_from([1.0, 0.5, 0.25]),
            st.sampled_from([0.0, 0.1]),
        ),
        [
            ("a saddle", Game(Spiral((1j,), 300))),
            ("a saddle, sometimes told", Game(Spiral((1j,), 1500), 0.25)),
            ("a slow saddle", Game(Spiral((0.3j,), 200))),
            ("a saddle in noise", Game(Spiral((1j, 0.5j), 300), 1.0, 0.1)),
        ],
    ),
    faults=[
        edited(
            optimistic_gradient_separated,
            "same_steps",
            "The update's step is the extrapolation's.",
            ("update = ahead / (2 * (1 + m))", "update = ahead"),
        ),
        edited(
            optimistic_gradient_separated,
            "not_extrapolated",
            "Plays the point itself.",
            ("y = x - ahead[t] * sample", "y = x"),
        ),
        edited(
            optimistic_gradient_separated,
            "wrong_sign",
            "Extrapolates along F.",
            ("y = x - ahead[t] * sample", "y = x + ahead[t] * sample"),
        ),
    ],
    trials=500,
)
def separated_rates(algorithm: Algorithm, case: Game, rng: np.random.Generator) -> Measurement:
    """Measure ‖F‖² at the drawn point."""
    values = case.parameters
    result = algorithm(
        case.sample,
        case.operator.start,
        lipschitz=1.0,
        iterations=case.operator.steps,
        multiplicative=values["multiplicative"],
        additive=values["additive"],
        rng=rng,
    )
    norm = float(np.linalg.norm(case.operator(result.drawn)))
    return cut_off(claims.SEPARATED, norm * norm, values)

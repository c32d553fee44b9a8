"""Checks of what the means of extragradient methods are worth in matrix games."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.iterations import (
    extragradient,
    optimistic_gradient,
)
from algos.iterations import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.iterations.instances import Vector
from proofs_checks.iterations.monotone import SINGLE_EVALUATION

Algorithm = Callable[..., Any]


@dataclass(frozen=True)
class Game:
    """A matrix game on two cubes [−1, 1]^n, played from a corner."""

    matrix: tuple[tuple[float, ...], ...]
    steps: int
    relative_step: float

    @property
    def payoff(self) -> np.ndarray:
        """The matrix."""
        return np.array(self.matrix)

    @property
    def lipschitz(self) -> float:
        """Its largest singular value."""
        return float(np.linalg.norm(self.payoff, 2))

    def __call__(self, z: Vector) -> Vector:
        """Give both players' gradients."""
        n = z.size // 2
        return np.concatenate([self.payoff @ z[n:], -self.payoff.T @ z[:n]])

    def measure(self, algorithm: Algorithm) -> Measurement:
        """Find the u against which the mean does worst for its distance from the start."""
        start = np.ones(2 * len(self.matrix))
        step = self.relative_step / self.lipschitz
        result = algorithm(
            self, start, lipschitz=self.lipschitz, step=step, tolerance=0,
            project=lambda z: np.clip(z, -1, 1), max_iterations=self.steps, check=False,
        )  # fmt: skip
        # ⟨F(u), mean − u⟩ = −⟨F(mean), u⟩ for a skew F, largest at a corner of the cubes.
        slope = -self(result.average)
        u = np.where(slope > 0, 1.0, -1.0)
        return Measurement(
            float(slope @ u), steps=self.steps, distance=float(np.linalg.norm(u - start)),
            step=step, lipschitz=self.lipschitz,
        )  # fmt: skip


def games() -> Any:
    """Draw small matrix games."""
    entry = st.integers(-3, 3).map(float)
    square = st.integers(1, 3).flatmap(lambda n: st.tuples(*[st.tuples(*[entry] * n)] * n))
    return st.builds(
        Game,
        square.filter(lambda rows: any(any(row) for row in rows)),
        st.integers(1, 40),
        st.sampled_from([0.1, 0.3, 0.45]),
    )


PENNIES = [
    ("matching pennies", Game(((1.0, -1.0), (-1.0, 1.0)), 10, 0.4)),
    ("one number", Game(((1.0,),), 3, 0.45)),
    ("a long game", Game(((2.0, -1.0), (0.0, 1.0)), 200, 0.3)),
]


@check(
    claims.GAP,
    on=Instances(games(), PENNIES),
    faults=[
        edited(
            extragradient,
            "single_evaluation",
            "The step takes the operator at x.",
            SINGLE_EVALUATION,
        ),
        edited(
            extragradient,
            "mean_of_too_few",
            "The mean starts over at every step.",
            ("self._sum += y", "self._sum = y * (self._count + 1)"),
        ),
    ],
)
def extragradient_gap(algorithm: Algorithm, game: Game, rng: np.random.Generator) -> Measurement:
    """Measure the gap of the mean."""
    return game.measure(algorithm)


@check(
    claims.PAST_GAP,
    on=Instances(games(), PENNIES),
    faults=[
        edited(
            optimistic_gradient,
            "correction_dropped",
            "x ← y.",
            ("x = y + step * before - step * value", "x = y"),
        ),
        edited(
            optimistic_gradient,
            "correction_reversed",
            "The correction has the wrong sign.",
            ("x = y + step * before - step * value", "x = y - step * before + step * value"),
        ),
    ],
)
def optimistic_gap(algorithm: Algorithm, game: Game, rng: np.random.Generator) -> Measurement:
    """Measure the gap of the mean of the single-call method."""
    return game.measure(algorithm)

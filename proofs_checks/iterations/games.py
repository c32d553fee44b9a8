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
    past_extragradient,
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
    corner: bool = False  # whether the mean is held against a corner, or the worst point for it

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

    @property
    def start(self) -> Vector:
        """A corner."""
        return np.ones(2 * len(self.matrix))

    def play(self, algorithm: Algorithm) -> tuple[Any, float]:
        """Run the method; give its result and its step."""
        step = self.relative_step / self.lipschitz
        result = algorithm(
            self, self.start, lipschitz=self.lipschitz, step=step, tolerance=0,
            project=lambda z: np.clip(z, -1, 1), max_iterations=self.steps, check=False,
        )  # fmt: skip
        return result, step

    def measure(self, algorithm: Algorithm) -> Measurement:
        """Find a u against which the mean does badly for its distance from the start."""
        result, step = self.play(algorithm)
        # ⟨F(u), mean − u⟩ = −⟨F(mean), u⟩ for a skew F: less ‖u − x0‖² / (2 step K) it is largest
        # at the projection of a gradient step of length step K, alone it is at a corner.
        slope, start = -self(result.average), self.start
        u = np.clip(start + step * self.steps * slope, -1, 1)
        if self.corner:
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
        st.booleans(),
    )


HARD_GAMES = [
    ("two moves each", Game(((1.0, 2.0), (-1.0, 1.0)), 10, 0.4)),
    ("one number", Game(((1.0,),), 3, 0.45)),
    ("a long game", Game(((2.0, -1.0), (0.0, 1.0)), 200, 0.3)),
]


PLAIN_STEPS = edited(
    extragradient,
    "single_evaluation",
    "The step takes the operator at x.",
    SINGLE_EVALUATION,
)


@check(
    claims.GAP,
    on=Instances(games(), HARD_GAMES),
    faults=[
        PLAIN_STEPS,
        edited(
            extragradient,
            "mean_of_one",
            "The mean is the last point alone.",
            ("self._sum += y", "self._sum = y * (self._count + 1)"),
        ),
    ],
)
def extragradient_gap(algorithm: Algorithm, game: Game, rng: np.random.Generator) -> Measurement:
    """Measure the gap of the mean."""
    return game.measure(algorithm)


@check(
    claims.PAST_GAP,
    on=Instances(games(), HARD_GAMES),
    faults=[
        edited(
            past_extragradient,
            "never_extrapolates",
            "x ← y.",
            (
                "yield y, value\n        x = project(x - step * value)",
                "yield y, value\n        x = y",
            ),
        ),
        edited(
            past_extragradient,
            "mean_lags",
            "The mean leaves the first point out.",
            ("if k:\n", "if k > 1:\n"),
            module="algos.iterations._single_call",
        ),
    ],
)
def past_gap(algorithm: Algorithm, game: Game, rng: np.random.Generator) -> Measurement:
    """Measure the gap of the mean of Popov's method."""
    return game.measure(algorithm)


@check(
    claims.OPTIMISTIC_GAP,
    on=Instances(games(), HARD_GAMES),
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


@check(
    claims.BEST,
    on=Instances(games(), HARD_GAMES),
    faults=[
        PLAIN_STEPS,
        edited(
            extragradient,
            "first_kept",
            "The first iterate is returned, not the best.",
            ("best=project is not None", "best=project is None"),
            ("visit(y)\n        x = ", "visit(y)\n        _ = "),
        ),
    ],
)
def best_residual(algorithm: Algorithm, game: Game, rng: np.random.Generator) -> Measurement:
    """Measure the residual anew; the game's solution is 0."""
    result, step = game.play(algorithm)
    x = result.x
    ahead = np.clip(x - step * game(x), -1, 1)
    return Measurement(
        float(np.linalg.norm(x - ahead)) / step, steps=game.steps,
        distance=float(np.linalg.norm(game.start)), step=step, lipschitz=game.lipschitz,
    )  # fmt: skip

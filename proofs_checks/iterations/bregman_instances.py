"""Convex problems with known minimisers, for the Bregman descent methods."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from algos.iterations import Burg, Entropy, Euclidean, Generator
from proofs_checks.strategies import log_integers

Vector = NDArray[np.float64]
Algorithm = Callable[..., Any]

LEVELS = st.integers(-6, 6).map(lambda e: float(2.0**e))

#: What each kind minimises: a quadratic, Poisson and entropic likelihoods, and linear functions
#: up to a wall, all from the point of ones; linear and quadratic functions on the simplex, from
#: its middle.
KINDS = {
    "quadratic": Euclidean(),
    "poisson": Burg(),
    "relative entropy": Entropy(),
    "burg wall": Burg(),
    "entropy wall": Entropy(),
    "simplex": Entropy(total=1.0),
    "simplex quadratic": Entropy(total=1.0),
}


@dataclass(frozen=True)
class Descent:
    """A problem of one kind, how far its minimiser is, and how many steps to take."""

    kind: str
    weights: tuple[float, ...]
    goals: tuple[float, ...]
    steps: int
    pull: float = 1.0  # of linear functions: what all steps together add to the mirror image

    @property
    def generator(self) -> Generator:
        """h."""
        return KINDS[self.kind]

    @property
    def w(self) -> Vector:
        """The weights."""
        return np.array(self.weights)

    @property
    def best(self) -> Vector:
        """The minimiser."""
        if self.kind == "simplex":
            return np.asarray(np.eye(len(self.weights))[np.argmin(self.w)])
        goals = np.array(self.goals)
        return goals / goals.sum() if self.kind == "simplex quadratic" else goals

    @property
    def start(self) -> Vector:
        """The first point."""
        size = len(self.weights)
        return np.full(size, 1 / size) if self.kind.startswith("simplex") else np.ones(size)

    @property
    def divergence(self) -> float:
        """D(x*, x0)."""
        return self.generator.divergence(self.best, self.start)

    @property
    def smoothness(self) -> float:
        """L; linear functions have any, and take ``pull``."""
        if self.kind in ("burg wall", "entropy wall", "simplex"):
            return self.steps * float(self.w.max()) / self.pull
        if self.kind == "poisson":
            return float((self.w * self.best).max())
        return float(self.w.max())

    def function(self, x: Vector) -> tuple[float, Vector]:
        """Give the objective, 0 at the minimiser, and its gradient."""
        w, g = self.w, self.best
        if self.kind.endswith("quadratic"):
            return float(w @ (x - g) ** 2) / 2, w * (x - g)
        if self.kind == "poisson":
            return float(w @ (x - g - g * np.log(x / g))), w * (1 - g / x)
        if self.kind == "relative entropy":
            return float(w @ (x * np.log(x / g) - x + g)), w * np.log(x / g)
        sign = -1 if self.kind.endswith("wall") else 1
        return sign * float(w @ (x - g)), sign * w

    @property
    def prox(self) -> Callable[[Vector, float], Vector] | None:
        """Stay before the wall, where there is one."""
        if not self.kind.endswith("wall"):
            return None

        def prox(dual: Vector, step: float) -> Vector:
            if self.kind == "entropy wall":
                return np.minimum(np.exp(np.minimum(dual, 700)), self.best)
            free = np.divide(-1.0, dual, out=np.full_like(dual, math.inf), where=dual < 0)
            return np.minimum(free, self.best)

        return prox

    def proximal(self, x: Vector, step: float) -> Vector:
        """Minimise step f(u) + D(u, x): for quadratics and linear functions."""
        w, g, h = self.w, self.best, self.generator
        if self.kind == "quadratic":
            return (step * w * g + x) / (1 + step * w)
        dual = h.gradient(x) - step * self.function(x)[1]
        return h.inverse_gradient(dual) if self.prox is None else self.prox(dual, step)

    def gap(self, x: Vector) -> float:
        """Tell how far the objective is above its least value; infinite outside the domain."""
        return max(self.function(x)[0], 0.0) if self.generator.inside(x) else math.inf


def descents(*kinds: str, most: int = 60, least: int = 1) -> st.SearchStrategy[Descent]:
    """Draw problems of some kinds."""

    @st.composite
    def one(draw: st.DrawFn) -> Descent:
        kind, size = draw(st.sampled_from(kinds)), draw(st.integers(1, 4))
        levels = st.integers(-12, 12).map(lambda e: float(2.0**e))
        weights = draw(st.lists(levels, min_size=size, max_size=size))
        goals = draw(st.lists(levels, min_size=size, max_size=size))
        if kind.endswith("wall"):
            goals = [max(goal, 2.0) for goal in goals]
        pull = draw(st.sampled_from([0.25, 0.75, 0.95, 2.0, 8.0]))
        return Descent(kind, tuple(weights), tuple(goals), draw(log_integers(least, most)), pull)

    return one()


#: From 1 to a wall at m, a pull of 1 − 1/√m comes closest to the bound as m grows.
HARD_DESCENTS: list[tuple[str, Descent]] = [
    ("a far wall, Burg", Descent("burg wall", (1.0,), (1e8,), 25, 1 - 1e-4)),
    ("a far wall, entropy", Descent("entropy wall", (1.0,), (1e80,), 25, 180.0)),
    ("ill-conditioned quadratic", Descent("quadratic", (1.0, 1e-3), (0.0, 9.0), 40)),
    ("slow quadratic", Descent("quadratic", (1.0, 1 / 80), (1.0, 64.0), 40)),
    ("sparse plays", Descent("simplex", (0.0, 1.0, 2.0), (1.0, 1.0, 1.0), 30, 4.0)),
    ("uneven counts", Descent("poisson", (1.0, 1.0), (1e-3, 1e3), 40)),
]


def values(descent: Descent, **more: Any) -> dict[str, float]:
    """Name the values of the theorems' symbols."""
    return {"steps": descent.steps, "divergence": descent.divergence, **more}

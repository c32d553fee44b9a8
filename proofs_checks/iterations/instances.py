"""Maps and operators whose fixed points and zeros are known: the family's worst cases."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Spiral:
    """Multiply complex coordinates, then move each towards 0 by a threshold.

    A map is nonexpansive where all factors have modulus at most 1, an operator F is
    monotone where they have real parts from 0 on, cocoercive with constant 1 where
    |factor|² is at most the real part.  Its fixed point, or zero, is 0, at distance 1.
    """

    factors: tuple[complex, ...]
    steps: int
    threshold: float = 0.0

    @property
    def start(self) -> Vector:
        """Spread the distance 1 evenly."""
        x = np.zeros((len(self.factors), 2))
        x[:, 0] = 1 / math.sqrt(len(self.factors))
        return x.ravel()

    def __call__(self, x: Vector) -> Vector:
        """Apply the map."""
        z = np.asarray(x).view(complex) * np.array(self.factors)
        if self.threshold:
            size = np.abs(z)
            z = z * np.maximum(1 - self.threshold / np.maximum(size, self.threshold), 0)
        image: Vector = z.view(float)
        return image


@dataclass(frozen=True)
class Fold:
    """The map of the line that attains Halpern's bound at one number of steps."""

    steps: int

    @property
    def start(self) -> Vector:
        """One."""
        return np.ones(1)

    def __call__(self, x: Vector) -> Vector:
        """Reflect near 0, shift further out."""
        c = 2 / (self.steps + 1)
        return np.where(np.abs(x) <= c / 2, -x, x - c * np.sign(x))


@dataclass(frozen=True)
class SignedShift:
    """Move every coordinate one on, the last one to the front with its sign changed.

    No method that is spanned by the images can leave the worst residual behind in as many
    steps as there are coordinates less one.
    """

    steps: int

    @property
    def start(self) -> Vector:
        """Zero."""
        return np.zeros(self.steps + 1)

    def __call__(self, x: Vector) -> Vector:
        """Shift; the fixed point has all coordinates 1 / √(steps + 1)."""
        out = np.roll(x, 1)
        out[0] = 2 / math.sqrt(self.steps + 1) - x[-1]
        return out


@dataclass(frozen=True)
class Huber:
    """The gradient of a Huber function, cocoercive; attains the bound for its step."""

    steps: int
    step: float  # times 1 / L
    lipschitz: float = 1.0

    @property
    def start(self) -> Vector:
        """One."""
        return np.ones(1)

    def __call__(self, x: Vector) -> Vector:
        """Clip."""
        c = 2 / self.step
        knee = c / (self.steps + c)
        return self.lipschitz * np.clip(x, -knee, knee)


Maps = Spiral | Fold | SignedShift


def polar(low: float, high: float, *, radius: tuple[float, float] = (0.0, 1.0)) -> Any:
    """Draw complex numbers by angle and modulus."""
    return st.builds(
        cmath.rect, st.floats(*radius).filter(lambda r: r > 1e-3), st.floats(low, high)
    )


def spirals(low: float, high: float, *, most: int = 60, **radius: Any) -> Any:
    """Draw spirals whose factors' angles lie in a range."""
    return st.builds(
        Spiral,
        factors=st.lists(polar(low, high, **radius), min_size=1, max_size=4).map(tuple),
        steps=st.integers(1, most),
    )


def maps() -> Any:
    """Draw nonexpansive maps."""
    return st.one_of(
        st.builds(
            Spiral,
            factors=st.lists(polar(0, math.pi), min_size=1, max_size=4).map(tuple),
            steps=st.integers(0, 60),
            threshold=st.sampled_from([0.0, 0.0, 0.01, 0.3]),
        ),
        st.builds(Fold, st.integers(0, 60)),
        st.builds(SignedShift, st.integers(0, 30)),
    )


HARD_MAPS = [
    ("minus the identity", Spiral((-1,), 40)),
    ("minus the identity, odd", Spiral((-1,), 7)),
    ("a fold", Fold(17)),
    ("a signed shift", SignedShift(20)),
    ("a slow rotation", Spiral((cmath.rect(1, 0.05),), 60)),
    ("a projection", Spiral((1, 0), 5)),
    ("a soft threshold", Spiral((1j, -1), 30, 0.05)),
]

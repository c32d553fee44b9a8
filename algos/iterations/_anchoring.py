"""How strongly the anchor of Halpern's iteration draws, and what each rule guarantees."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from algos._arguments import checked_real
from algos.iterations._oracle import Vector


class Anchoring:
    """The classical rule: weight 1 / (k + 2) on the anchor after step k.

    ``radius`` bounds the distance from the anchor to a fixed point.
    """

    error = 0.0  # bound on the error of the present image
    indirect = False  # whether a certificate of distance is not what the last step shows

    def __init__(self, anchor: Vector, radius: float) -> None:
        self.anchor = anchor
        self.radius = radius
        self.weight = 0.5
        self.steps = 0

    def advance(self, residual: float, along: float, x: Vector, image: Vector, out: Vector) -> None:
        """Go from iterate k, its residual and ⟨g, anchor − x⟩ known, to iterate k + 1."""
        self.steps += 1
        self.weight = 1 / (self.steps + 2)

    def bound(self) -> float:
        """Bound the residual at the present iterate."""
        return 2 * self.radius / (self.steps + 1)

    def reach(self, residual: float, reach: float) -> float:
        """Give a distance from the start within which no fixed point lies."""
        return reach

    def promised(self) -> float:
        """Give the residual that properties besides nonexpansiveness promise."""
        return math.inf


class Contraction(Anchoring):
    """For contractions by 1 / γ: weight 1 / Σ_{i≤k+1} γ^2i (Park and Ryu 2022)."""

    def __init__(self, anchor: Vector, radius: float, contraction: float) -> None:
        super().__init__(anchor, radius)
        self._factor = 1 / contraction
        self._power = self._sum = 1.0  # γ^k and Σ_{i≤k} γ^i
        self._squares = 1 + self._factor * self._factor  # Σ_{i≤k+1} γ^2i
        self.weight = 1 / self._squares

    def advance(self, residual: float, along: float, x: Vector, image: Vector, out: Vector) -> None:
        """Add the next powers."""
        self.steps += 1
        self._power *= self._factor
        self._sum += self._power
        self._squares += self._power * self._factor * self._power * self._factor
        self.weight = 1 / self._squares

    def bound(self) -> float:
        """Bound the residual."""
        if self.radius == math.inf:
            return math.inf
        return (1 + 1 / self._factor) * self.radius / self._sum


class Inexact(Anchoring):
    """The classical rule where image k is off by at most ``errors(k)``."""

    indirect = True

    def __init__(self, anchor: Vector, radius: float, errors: Callable[[int], float]) -> None:
        super().__init__(anchor, radius)
        self._errors = errors
        self._spent = 0.0  # Σ_{i<k} (i + 1) ‖e_i‖
        self.error = self._checked(0)

    def _checked(self, k: int) -> float:
        return checked_real("error", self._errors(k), 0, math.inf, low_end=True)

    def advance(self, residual: float, along: float, x: Vector, image: Vector, out: Vector) -> None:
        """Add the last error."""
        self._spent += (self.steps + 1) * self.error
        super().advance(residual, along, x, image, out)
        self.error = self._checked(self.steps)

    def bound(self) -> float:
        """Bound the residual, as measured with the present error."""
        return 2 * (self.radius + self._spent) / (self.steps + 1) + self.error

    def reach(self, residual: float, reach: float) -> float:
        """Solve the bound for the distance."""
        return (residual - self.error) * (self.steps + 1) / 2 - self._spent


class Adaptive(Anchoring):
    """Weight 1 / (φ + 1) with φ = 1 + 2 ⟨g, anchor − x⟩ / ‖g‖², which is at least k + 1."""

    phi = 1.0

    def advance(self, residual: float, along: float, x: Vector, image: Vector, out: Vector) -> None:
        """Read φ off the iterate and write the next one."""
        square = residual * residual
        self.phi = max(self.steps + 1, 1 + 2 * along / square if square else 0.0)
        np.multiply(self.anchor, 1 / (self.phi + 1), out=out)
        out += image * (self.phi / (self.phi + 1))
        self.steps += 1

    def bound(self) -> float:
        """Bound the residual: φ grows by at least 1 a step."""
        return 2 * self.radius / (self.phi + 1 if self.steps else 1)


class Restarted:
    """Move the anchor to the iterate whenever the residual must have fallen by e.

    ‖x − T(x)‖ ≥ sharpness · dist(x, Fix T) turns a residual into a radius.
    """

    error = 0.0
    indirect = True

    def __init__(self, rule: Anchoring, sharpness: float) -> None:
        self._rule = rule
        self._sharpness = sharpness
        self._period = max(math.ceil(2 * math.e / sharpness) - 1, 1)
        self._first = True
        self._sharp = math.inf  # residual at the anchor / sharpness

    @property
    def anchor(self) -> Vector:
        """The present anchor."""
        return self._rule.anchor

    @property
    def weight(self) -> float:
        """Its weight."""
        return self._rule.weight

    def advance(self, residual: float, along: float, x: Vector, image: Vector, out: Vector) -> None:
        """Start anew at the iterate at the end of a period, and at the start itself."""
        rule = self._rule
        if rule.steps in (0, self._period):
            self._first = rule.steps == 0
            self._sharp = residual / self._sharpness
            rule = self._rule = type(rule)(x.copy(), min(rule.radius, self._sharp))
            along = 0.0
            out[:] = (x + image) / 2
        rule.advance(residual, along, x, image, out)

    def bound(self) -> float:
        """Bound the residual in the present period."""
        return self._rule.bound()

    def reach(self, residual: float, reach: float) -> float:
        """Give what the first period shows; later anchors are not the start."""
        return reach if self._first else 0.0

    def promised(self) -> float:
        """Give the residual that sharpness promises, once it was measured."""
        rule = self._rule
        if not 0 < rule.radius < math.inf:
            return math.inf
        return rule.bound() / rule.radius * self._sharp

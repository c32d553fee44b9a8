"""What the Bregman methods share: the guarded objective, the result, the loop around the steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_array, checked_count, checked_real
from algos.iterations._generator import Generator
from algos.iterations._oracle import PAIR_RTOL, ROUNDING, OracleError, Status, Stop, Vector, Witness
from algos.iterations._problem import IterationResult

#: ``function(x) -> (f(x), a (sub)gradient there)``
Function = Callable[[Vector], tuple[float, ArrayLike]]
#: ``prox(dual, step) -> argmin_u step ψ(u) + h(u) − ⟨dual, u⟩``
Prox = Callable[[Vector, float], ArrayLike]


@dataclass(frozen=True, eq=False)
class BregmanResult(IterationResult):
    """Where a Bregman method came to, and what is proven of this run.

    The status ``"diverged"`` says that a step has no minimiser inside the generator's domain;
    after a value that is not finite, ``x`` is the last iterate at which all values were.

    Attributes
    ----------
    value : float
        The objective at ``x``, as the oracle gave it; NaN where it was not asked.
    gap_bound : float
        Proven upper bound on the objective's gap at ``x``, given ``divergence``; inf without it.
    """

    value: float
    gap_bound: float


class Guarded:
    """A user's callable: counted, its arrays checked."""

    def __init__(self, function: Callable[..., Any], size: int, name: str = "function") -> None:
        if not callable(function):
            raise TypeError(f"{name} must be callable, got {function!r}")
        self.calls = 0
        self.largest = 0.0  # size of the values so far, and of ⟨gradient, point⟩
        self.name = name
        self._function = function
        self._size = size

    def point(self, x: Vector, *more: Any) -> Vector:
        """Call with a point; the answer is a vector."""
        return self._vector(x, self._answer(x, *more))

    def pair(self, x: Vector) -> tuple[float, Vector]:
        """Call with a point; the answer is a value and a vector."""
        answer = self._answer(x)
        try:
            value, slope = answer
            value = float(value)
        except (TypeError, ValueError):
            raise TypeError(
                f"{self.name} must return a value and a gradient, got {answer!r} at call "
                f"{self.calls}"
            ) from None
        slope = self._vector(x, slope)
        if not math.isfinite(value):
            raise self._not_finite(x, np.array([value]))
        self.largest = max(self.largest, abs(value), float(np.abs(slope) @ np.abs(x)))
        return value, slope

    def slack(self, slope: Vector, x: Vector, y: Vector) -> float:
        """Bound the rounding in f(y) − f(x) − ⟨slope, y − x⟩, generously: f may be a difference."""
        inner = float(np.abs(slope) @ (np.abs(x) + np.abs(y)))
        return ROUNDING * (2 * self.largest + inner) + PAIR_RTOL * abs(float(slope @ (y - x)))

    def stop(self, text: str, points: tuple[Vector, ...], values: tuple[Vector, ...]) -> Stop:
        """Say that a declared property does not hold."""
        copies = tuple(p.copy() for p in points), tuple(v.copy() for v in values)
        return Stop("precondition violated", Witness(self.calls, text, *copies))

    def _answer(self, x: Vector, *more: Any) -> Any:
        """Call with a read-only view."""
        self.calls += 1
        shown = x.view()
        shown.flags.writeable = False
        try:
            return self._function(shown, *more)
        except Exception as error:
            text = f"{self.name} raised {type(error).__name__} at call {self.calls}: {error}"
            raise OracleError(text, self.calls, x.copy()) from error

    def _vector(self, x: Vector, answer: Any) -> Vector:
        """Bring an answer to a finite float64 vector."""
        try:
            raw = np.asarray(answer)
        except (TypeError, ValueError):
            raw = np.empty(0, object)
        if raw.dtype.kind not in "biuf":
            raise TypeError(f"{self.name} must return real numbers, got {answer!r}")
        if raw.shape != (self._size,):
            raise ValueError(
                f"{self.name} must return shape ({self._size},), as x0 has, got {raw.shape} "
                f"at call {self.calls}"
            )
        vector = raw.astype(np.float64)
        if not np.isfinite(vector).all():
            raise self._not_finite(x, vector)
        return vector

    def _not_finite(self, x: Vector, value: Vector) -> Stop:
        """Say that an answer is not finite."""
        text = f"call {self.calls} of {self.name} returned a value that is not finite"
        return Stop("non-finite oracle", Witness(self.calls, text, (x.copy(),), (value.copy(),)))


def mirror_step(
    f: Guarded, h: Generator, prox: Guarded | None, x: Vector, slope: Vector, step: float
) -> Vector:
    """Minimise step (⟨slope, u⟩ + ψ(u)) + D(u, x) over u, inside the domain."""
    dual = h.gradient(x) - step * slope
    new = h.inverse_gradient(dual) if prox is None else prox.point(dual, step)
    if not h.inside(new):
        text = f"after call {f.calls} the step has no minimiser inside the domain of {h!r}"
        raise Stop("diverged", Witness(f.calls, text, (x.copy(),), (new,)))
    return new


def check_convex(
    f: Guarded, x: Vector, at_x: tuple[float, Vector], y: Vector, at_y: tuple[float, Vector]
) -> None:
    """Stop where two points show that a function is not convex."""
    for here, (fx, gx), there, (fy, gy) in ((x, at_x, y, at_y), (y, at_y, x, at_x)):
        line = fx + float(gx @ (there - here))
        if line > fy + f.slack(gx, here, there):
            text = f"f(y) = {fy:.9g} lies below f(x) + ⟨∇f(x), y − x⟩ = {line:.9g}: not convex"
            raise f.stop(text, (here, there), (gx, gy))


def guarded_prox(prox: Prox | None, size: int) -> Guarded | None:
    """Guard a prox, where there is one."""
    return None if prox is None else Guarded(prox, size, "prox")


def gradient_rounding(h: Generator, x: Vector) -> Vector:
    """Bound the rounding in ∇h(x) and that which x brings, generously."""
    slope = h.gradient(x)
    return np.abs(h.gradient((1 + ROUNDING) * x) - slope) + ROUNDING * np.abs(slope)


def checked_start(
    x0: ArrayLike,
    generator: Generator,
    tolerance: float,
    max_iterations: int,
    divergence: float | None,
) -> tuple[Vector, float, int, float]:
    """Validate what every Bregman method takes; a divergence that is not given is inf."""
    start = checked_array("x0", x0, shape=(None,))
    if not isinstance(generator, Generator):
        raise TypeError(f"generator must be a Generator such as Euclidean(), got {generator!r}")
    if not generator.inside(start):
        raise ValueError(f"x0 must lie inside the domain of {generator!r}, got {start}")
    tolerance = checked_real("tolerance", tolerance, 0, math.inf, low_end=True)
    limit = checked_count("max_iterations", max_iterations, least=0)
    far = math.inf
    if divergence is not None:
        far = checked_real("divergence", divergence, 0, math.inf, low_end=True)
    return start, tolerance, limit, far


@dataclass(frozen=True)
class Outcome:
    """How a loop ended; x, value and residual are those of the last whole step."""

    x: Vector
    value: float
    residual: float
    status: Status
    iterations: int
    witness: Witness | None


def follow(
    steps: Iterator[tuple[Vector, float, float]], *, start: Vector, tolerance: float, limit: int
) -> Outcome:
    """Run steps that yield iterate, objective and residual, from step 0, the start, on."""
    x, value, residual, k = start, math.nan, math.inf, 0
    status: Status = "iteration limit"
    witness = None
    try:
        with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
            for k, step in enumerate(steps):
                x, value, residual = step
                if residual <= tolerance:
                    status = "converged"
                    break
                if k == limit:
                    break
    except Stop as stop:
        status, witness = stop.status, stop.witness
    return Outcome(x.copy(), value, residual, status, k, witness)

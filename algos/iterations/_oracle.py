"""A user's operator, guarded: its calls counted, its values and its declared properties tested."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accel.anchored import pair_products

Vector = NDArray[np.float64]
Operator = Callable[[Vector], ArrayLike]
Status = Literal[
    "converged",
    "iteration limit",
    "diverged",
    "no fixed point within r",
    "non-finite oracle",
    "precondition violated",
]

FLOAT = np.dtype(np.float64)

#: A pair must break a declared inequality by more than this share, beyond rounding.
PAIR_RTOL = 1e-7

#: Rounding of an operator's value, relative to its argument and its value; and of a value in
#: lower precision, in units of that precision.
ROUNDING, LOW_PRECISION = 1e-12, 32

#: Squares below this have lost digits.
TINY = 1e-280


@dataclass(frozen=True, eq=False)
class Witness:
    """What stopped a run that did not keep its promise.

    Attributes
    ----------
    call : int
        The oracle call that showed it, from 1.
    text : str
        The broken inequality with its numbers, or what was returned.
    points, values : tuple of ndarray
        Arguments of the operator, and what it returned there: two of each for a
        broken inequality, one for a value that is not finite.
    """

    call: int
    text: str
    points: tuple[Vector, ...]
    values: tuple[Vector, ...]


class OracleError(RuntimeError):
    """The operator raised; the last iterate is not lost.

    Parameters
    ----------
    message : str
        What happened.
    call : int
        The oracle call, from 1.
    x : ndarray
        The point at which the operator was called.
    """

    def __init__(self, message: str, call: int, x: Vector):
        super().__init__(message, call, x)  # pickle makes the copy from these
        self.call = call
        self.x = x

    def __str__(self) -> str:
        """Say what happened."""
        return str(self.args[0])


class Stop(Exception):  # noqa: N818 - a signal between the guard and the loop, no error
    """The oracle cannot be believed any more."""

    def __init__(self, status: Status, witness: Witness):
        super().__init__(status)
        self.status = status
        self.witness = witness


@dataclass(frozen=True)
class Declared:
    """Properties that a caller declares of an operator F, tested on pairs of calls."""

    lipschitz: float = math.inf  # ‖Fx − Fy‖ ≤ lipschitz ‖x − y‖
    monotone: bool = False  # ⟨Fx − Fy, x − y⟩ ≥ 0
    cocoercive: float = math.inf  # ⟨Fx − Fy, x − y⟩ ≥ ‖Fx − Fy‖² / cocoercive

    @property
    def names(self) -> tuple[str, ...]:
        """Write them as text."""
        names = []
        if self.lipschitz == 1:
            names.append("nonexpansive")
        elif self.lipschitz < math.inf:
            names.append(f"{self.lipschitz:g}-Lipschitz")
        if self.monotone:
            names.append("monotone")
        if self.cocoercive < math.inf:
            names.append(f"1/{self.cocoercive:g}-cocoercive")
        return tuple(names)

    def broken(
        self, x: Vector, fx: Vector, y: Vector, fy: Vector, error: float, rounding: float
    ) -> str:
        """Tell how a pair breaks a property by more than rounding; empty where it does not."""
        points, product, values = pair_products(x, fx, y, fy)
        lipschitz, modulus = self.lipschitz, 1 / self.cocoercive
        if points < TINY or (
            values <= lipschitz * lipschitz * points
            and (product >= values * modulus or not (self.monotone or modulus))
        ):
            return ""
        gap, change = math.sqrt(points), math.sqrt(values)
        largest = min(lipschitz, self.cocoercive)
        size = largest * float(np.linalg.norm(x)) + float(np.linalg.norm(fx))
        slack = PAIR_RTOL * change + rounding * size + error
        if change > lipschitz * gap + slack:
            return (
                f"‖F(x) − F(y)‖ = {change:.6g} exceeds {lipschitz:g} ‖x − y‖ = "
                f"{lipschitz * gap:.6g}"
            )
        if self.monotone and product < -slack * gap:
            return f"⟨F(x) − F(y), x − y⟩ = {product:.6g} is negative"
        if modulus and product < values * modulus - slack * (gap + 2 * change * modulus):
            return (
                f"⟨F(x) − F(y), x − y⟩ = {product:.6g} is below ‖F(x) − F(y)‖² / "
                f"{self.cocoercive:g} = {values * modulus:.6g}"
            )
        return ""


class Oracle:
    """A user's operator: counted, its values checked, successive pairs tested."""

    def __init__(
        self, operator: Operator, shape: tuple[int, ...], declared: Declared, check: bool
    ) -> None:
        if not callable(operator):
            raise TypeError(f"operator must be callable, got {operator!r}")
        self.calls = 0
        self.declared = declared
        self.rounding = ROUNDING
        self._operator = operator
        self._shape = shape
        self.check = check
        self._pairs: list[tuple[Vector, Vector]] = []  # the call before, and room for the next

    @property
    def preconditions(self) -> tuple[str, ...]:
        """What has been tested."""
        return self.declared.names if self.check and self.calls > 1 else ()

    def __call__(self, x: Vector) -> Vector:
        """Evaluate at x; raise :class:`Stop` where the value cannot be believed."""
        shown = np.asarray(x).view()
        shown.flags.writeable = False
        value = self.evaluate(shown).copy()  # the operator may use its array again
        if not math.isfinite(float(value.sum())):
            self.require_finite(x, value)
        if self.check:
            self.test(x, value)
        return value

    def evaluate(self, shown: Vector) -> Vector:
        """Call the operator with a read-only view; its values are not looked at yet."""
        self.calls += 1
        try:
            answer = self._operator(shown)
        except Exception as error:
            raise OracleError(
                f"the operator raised {type(error).__name__} at call {self.calls}: {error}; the "
                "point is in the error's x",
                self.calls, shown.copy(),
            ) from error  # fmt: skip
        if type(answer) is np.ndarray and answer.shape == self._shape and answer.dtype is FLOAT:
            return answer
        return self._converted(answer)

    def require_finite(self, x: Vector, value: Vector) -> None:
        """Raise :class:`Stop` where a value holds NaN or infinity."""
        if not np.isfinite(value).all():
            text = f"call {self.calls} returned a value that is not finite"
            witness = Witness(self.calls, text, (x.copy(),), (value.copy(),))
            raise Stop("non-finite oracle", witness)

    def _converted(self, answer: Any) -> Vector:
        """Bring an answer to float64 and the right shape."""
        raw = real_array(answer)
        if raw is None:
            raise TypeError(
                f"the operator must return an array of real numbers, got {answer!r} at call "
                f"{self.calls}"
            )
        if raw.shape != self._shape:
            raise ValueError(
                f"the operator must return shape {self._shape}, as x0 has, got {raw.shape} at "
                f"call {self.calls}"
            )
        if raw.dtype.kind == "f":
            lost = LOW_PRECISION * float(np.finfo(raw.dtype).eps)
            self.rounding = max(self.rounding, lost)
        return raw.astype(np.float64)

    def test(self, x: Vector, value: Vector, error: float = 0.0) -> None:
        """Compare with the call before; the two values may be off by the error together."""
        known = bool(self._pairs)
        if not known:
            self._pairs = [(np.empty(np.size(x)), np.empty(np.size(x))) for _ in range(2)]
        last, here = self._pairs
        np.copyto(here[0], np.ravel(x))
        np.copyto(here[1], np.ravel(value))
        self._pairs.reverse()
        text = self.declared.broken(*here, *last, error, self.rounding) if known else ""
        if text:
            points = (here[0].reshape(self._shape), last[0].reshape(self._shape))
            values = (here[1].reshape(self._shape), last[1].reshape(self._shape))
            raise Stop("precondition violated", Witness(self.calls, text, points, values))


def real_array(answer: Any) -> NDArray[Any] | None:
    """Read an array of real numbers; None where it is something else."""
    try:
        raw = np.asarray(answer)
    except (TypeError, ValueError):
        return None
    return None if raw.dtype.kind not in "biuf" or isinstance(answer, np.ma.MaskedArray) else raw


def norm(vector: Vector) -> float:
    """Compute the Euclidean norm, of numbers whose squares overflow or vanish as well."""
    length = float(np.linalg.norm(vector))
    if TINY < length * length < math.inf:
        return length
    largest = float(np.abs(vector).max())
    if not 0 < largest < math.inf:
        return largest
    return largest * float(np.linalg.norm(vector / largest))

"""Orlicz norms, for Newton's method, and a look at the functions that define them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_array
from algos.sketching._norm import DualizedNorm, Reals, Tangent
from algos.sketching._orlicz import OrliczFunction

__all__ = ["OrliczNorm"]

#: A user's function is looked at in about so many points at a time, to this relative accuracy.
LOOKS, ACCURACY = 200, 1e-6
#: What G and its conjugate may be off by besides: Σ G is 1, and near 0 formulas such as
#: cosh(u) − 1 round numbers near 1, some twice or three times.
ROUNDING = 4 * float(np.finfo(np.float64).eps)


class _Looked:
    """A user's function whose answers are looked at: real numbers, one for each argument."""

    def __init__(self, G: OrliczFunction) -> None:
        self._given = G

    def value(self, u: Reals) -> Reals:
        """Give G(u)."""
        return self._answer("value", u)

    def derivative(self, u: Reals) -> Reals:
        """Give G'(u)."""
        return self._answer("derivative", u)

    def conjugate(self, s: Reals) -> Reals:
        """Give G*(s), which may be inf."""
        return self._answer("conjugate", s)

    def _answer(self, name: str, at: Reals) -> Reals:
        """Ask, and refuse what is no number."""
        got = np.asarray(getattr(self._given, name)(at))
        if got.shape != at.shape or got.dtype.kind not in "biuf":
            raise ValueError(
                f"G.{name} must give an array of {len(at)} real numbers for as many, got "
                f"{got.dtype} of shape {got.shape}"
            )
        top = math.inf if name == "conjugate" else float(np.finfo(np.float64).max)
        if not (right := (got >= -ROUNDING) & (got <= top)).all():
            k = int(np.argmin(right))
            raise ValueError(
                f"G.{name} must give finite numbers of at least 0, got {got[k]} at {at[k]:g}"
            )
        return np.asarray(np.maximum(got, 0.0), dtype=np.float64)


class OrliczNorm(DualizedNorm):
    """The norm inf{t > 0: Σ v_i G(abs(r_i) / t) ≤ 1}, with weights v.

    Parameters
    ----------
    G : Huber, ConvexTukey or an object with their three methods
        Convex with G(0) = 0; looked at in points that an expansion meets, 200 or so at a time.
    weights : array_like, shape (n,), optional
        Positive, one for each entry of the vectors; 1 by default.

    Examples
    --------
    >>> from algos.sketching import Huber, OrliczNorm
    >>> round(OrliczNorm(Huber(10.0)).value([3.0, -4.0]), 6)  # Σ (r / t)² / 2 = 1
    3.535534
    """

    def __init__(self, G: OrliczFunction, weights: ArrayLike | None = None) -> None:
        for method in ("value", "derivative", "conjugate"):
            if isinstance(G, type) or not callable(getattr(G, method, None)):
                raise TypeError(
                    f"G must have the methods value, derivative and conjugate, got {G!r}; "
                    "Huber() is such an object"
                )
        self.G = _Looked(G)
        self.weights = None
        least = 1.0
        if weights is not None:
            self.weights = checked_array("weights", weights, shape=(None,))
            if not (least := float(self.weights.min())) > 0:
                raise ValueError(f"weights must be positive, got {least}; leave such rows out")
        if (zero := float(self.G.value(np.zeros(1))[0])) != 0:
            raise ValueError(f"G(0) must be 0, got {zero}")
        self._greatest = _inverse(self.G.value, 1 / least)  # entry of a vector of norm 1
        _look(self.G, self._greatest * np.geomspace(1e-6, 1, LOOKS))

    def _sum(self, values: Any) -> float:
        """Add up over the rows."""
        return float(np.sum(values) if self.weights is None else self.weights @ values)

    def _sizes(self, r: Reals) -> tuple[Reals, float]:
        """Give the absolute values, divided by their greatest, and that; or zero."""
        if self.weights is not None and len(r) != len(self.weights):
            raise ValueError(
                f"the norm has {len(self.weights)} weights and the vector {len(r)} entries; "
                "take as many weights"
            )
        sizes = np.abs(r)
        largest = float(sizes.max())
        return sizes / (largest or 1.0), largest

    def _value(self, r: Reals) -> float:
        """Find the norm of a vector, by Newton's method for 1 / t, in which Σ G is convex."""
        sizes, largest = self._sizes(r)
        if largest == 0:
            return 0.0
        k = self._greatest
        for _ in range(100):
            excess = self._sum(self.G.value(k * sizes)) - 1
            slope = self._sum(self.G.derivative(k * sizes) * sizes)
            step = excess / slope
            if not step > 1e-15 * k:
                break
            k -= step
        return largest / k

    def _dual(self, w: Reals, guess: float | None = None) -> float:
        """Find the least (1 + Σ v G*(k abs(w) / v)) / k, near a guess of k where there is one."""
        sizes, largest = self._sizes(w)
        if largest == 0:
            return 0.0
        slopes = sizes if self.weights is None else sizes / self.weights

        def size(k: float) -> float:
            return (1 + self._sum(self.G.conjugate(k * slopes))) / k

        k = 1 / float(slopes.max()) if guess is None else guess * largest
        while size(k) == math.inf:
            k /= 2
            if k == 0:
                raise ValueError("G.conjugate must be finite near 0, got inf")
        while size(2 * k) < size(k):
            k *= 2
        while size(k / 2) < size(k):
            k /= 2
        return largest * _least(size, k, 60 if guess is None else 10)

    def _euclidean(self, rows: int) -> float:
        """Give c with ‖v‖₂ ≤ c · norm."""
        return math.sqrt(rows) * self._greatest

    def _tangent(self, r: Reals, smoothing: float) -> Tangent:
        """Expand the norm of √(r² + smoothing²)."""
        away = np.hypot(r, smoothing)
        value = self._value(away)
        u = away / value
        _look(self.G, u)
        slope = self.G.derivative(u)
        total = self._sum(slope * u)
        cosine = r / away
        step = 1e-4
        rise = self.G.derivative((1 + step) * u) - self.G.derivative((1 - step) * u)
        curvature = rise / (2 * step * u) * cosine**2 + slope / u * (1 - cosine**2)
        weights: Any = 1.0 if self.weights is None else self.weights
        w = weights * slope * cosine / total
        return Tangent(
            value,
            w,
            weights * np.maximum(curvature, 0) / (value * total),
            lambda: self._dual(w, total * (1 - 1e-12)),
        )


def _inverse(function: Callable[[Any], Any], level: float) -> float:
    """Find the greatest number, up to rounding, at which a rising function is below a level."""
    low, high = 0.0, 1.0
    while float(function(np.array([high]))[0]) < level:
        low, high = high, 2 * high
        if high == math.inf:
            raise ValueError(f"G must reach {level:g} somewhere, got less")
    while high - low > 1e-15 * high:
        middle = (low + high) / 2
        if not low < middle < high:
            break
        below = float(function(np.array([middle]))[0]) < level
        low, high = (middle, high) if below else (low, middle)
    return high


def _least(function: Callable[[float], float], k: float, rounds: int) -> float:
    """Minimise a unimodal function, inf from some number on, around k, by golden sections."""
    golden = (math.sqrt(5) - 1) / 2
    low, high, best = k / 2, 2 * k, function(k)
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(rounds):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = function(right)
    return min(best, at_left, at_right)


def _look(G: OrliczFunction, u: Reals) -> None:
    """Test a function in points that are met, for what the certificate needs."""
    met = np.unique(np.append(u[:: max(1, len(u) // LOOKS)], u.max()))
    values, slopes = G.value(met), G.derivative(met)
    slack = ROUNDING + ACCURACY * (values + met * slopes)
    for k in range(len(met) - 1):
        chord, gap = values[k + 1] - values[k], met[k + 1] - met[k]
        if chord < gap * slopes[k] - slack[k + 1] or chord > gap * slopes[k + 1] + slack[k + 1]:
            raise ValueError(
                f"G must be convex with derivative G', got G({met[k]:g}) = {values[k]:g}, "
                f"G({met[k + 1]:g}) = {values[k + 1]:g}, G' = {slopes[k]:g} and {slopes[k + 1]:g}"
            )
    conjugate = G.conjugate(slopes)
    short = met * slopes - values - conjugate
    if not (short <= slack).all():
        k = int(np.argmax(short - slack))
        raise ValueError(
            f"G.conjugate must give s u − G(u) or more, got {conjugate[k]:g} at s = {slopes[k]:g}, "
            f"where u = {met[k]:g} gives {met[k] * slopes[k] - values[k]:g}"
        )

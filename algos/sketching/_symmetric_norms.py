"""Norms that look at absolute values alone, smoothed for Newton's method."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression

from algos._arguments import checked_array, checked_count, checked_real
from algos.sketching._norm import DualizedNorm, Norm, Reals, Tangent

__all__ = ["LpNorm", "OrderedNorm", "SumOfNorms", "TopKNorm"]

#: Pools of entries whose common shift the curvature takes out exactly; of smaller ones it takes
#: the share that it has if their rows are unlike.
GROUPS = 64
#: Weights and factors between these keep products with them far from overflow.
LEAST, GREATEST = 1e-100, 1e100


class LpNorm(DualizedNorm):
    """The norm (Σ abs(r_i)^p)^(1/p).

    Parameters
    ----------
    p : float
        At least 1 and finite.

    Examples
    --------
    >>> from algos.sketching import LpNorm
    >>> LpNorm(1).value([3.0, -4.0]), LpNorm(2).dual([3.0, -4.0])
    (7.0, 5.0)
    """

    def __init__(self, p: float) -> None:
        self.p = checked_real("p", p, 1, math.inf, low_end=True)

    def _value(self, r: Reals) -> float:
        """Give the norm."""
        return _power_norm(r, self.p)

    def _dual(self, w: Reals) -> float:
        """Give the dual norm: that of the conjugate exponent."""
        return _power_norm(w, self.p / (self.p - 1)) if self.p > 1 else _greatest(w)

    def _euclidean(self, rows: int) -> float:
        """Give c with ‖v‖₂ ≤ c · norm."""
        return math.pow(rows, max(0.0, 0.5 - 1 / self.p))

    def _tangent(self, r: Reals, smoothing: float) -> Tangent:
        """Smooth by Huber's function for p = 1, by √(r² + smoothing²) for 1 < p < 2."""
        p = self.p
        if p == 1:
            w = np.clip(r / smoothing, -1, 1)
            value = float(w @ r) - smoothing / 2 * float(w @ w)
            flat = (np.abs(r) < smoothing) / smoothing
            return Tangent(value, w, flat, lambda: self._dual(w))
        away = np.hypot(r, smoothing) if p < 2 else np.abs(r)
        value = _power_norm(away, p)
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled, cosine = away / value, np.where(away > 0, r / away, 0.0)
            w = scaled ** (p - 1) * cosine
            curvature = scaled ** (p - 2) / value * (1 + (p - 2) * cosine**2)
        if p >= 2:
            curvature = (p - 1) * scaled ** (p - 2) / value
        return Tangent(value, w, curvature, lambda: self._dual(w))


class OrderedNorm(DualizedNorm):
    """The norm Σ λ_i · (i-th largest absolute value): an ordered weighted l1 norm.

    Parameters
    ----------
    weights : array_like, shape (k,)
        Weights λ, at least 0 and not rising, the first from 1e-100 to 1e100; zeros follow.

    Examples
    --------
    >>> from algos.sketching import OrderedNorm
    >>> norm = OrderedNorm([2.0, 1.0])
    >>> norm.value([1.0, -3.0, 2.0]), norm.dual([1.0, -3.0, 2.0])
    (8.0, 2.0)
    """

    def __init__(self, weights: ArrayLike) -> None:
        self.weights = checked_array("weights", weights, shape=(None,))
        falls = (np.diff(self.weights) <= 0).all() and self.weights[-1] >= 0
        if not falls or self.weights[0] == 0:
            raise ValueError(
                "weights must be at least 0, not rise, and start above 0, "
                f"got {self.weights}; sort them"
            )
        if not LEAST <= self.weights[0] <= GREATEST:
            raise ValueError(
                f"weights must start between {LEAST:g} and {GREATEST:g}, got {self.weights[0]}; "
                "divide them"
            )

    def _padded(self, rows: int) -> Reals:
        """Give one weight a row."""
        if len(self.weights) > rows:
            raise ValueError(
                f"the norm has {len(self.weights)} weights and the vector {rows} entries; "
                "take at most as many weights"
            )
        return np.pad(self.weights, (0, rows - len(self.weights)))

    def _value(self, r: Reals) -> float:
        """Give the norm."""
        sizes = np.abs(r)
        k = len(self._padded(len(sizes)).nonzero()[0])
        largest = -np.sort(-np.partition(sizes, len(sizes) - k)[len(sizes) - k :])
        return float(self.weights[:k] @ largest)

    def _dual(self, w: Reals) -> float:
        """Give the dual norm: the greatest ratio of partial sums, sorted."""
        sizes = -np.sort(-np.abs(w))
        return float((np.cumsum(sizes) / np.cumsum(self._padded(len(sizes)))).max())

    def _euclidean(self, rows: int) -> float:
        """Give c with ‖v‖₂ ≤ c · norm: ‖v‖₂² ≤ ‖v‖_∞ ‖v‖₁."""
        weights = self._padded(rows)
        return float(1 / np.sqrt(weights[0] * weights.mean()))

    def _tangent(self, r: Reals, smoothing: float) -> Tangent:
        """Project r / smoothing onto the dual ball: sort, then pool adjacent violators."""
        sizes, weights = np.abs(r), self._padded(len(r))
        smoothing /= float(weights[0])  # of the norm with first weight 1
        order = np.argsort(-sizes, kind="stable")
        target = sizes[order] / smoothing
        pooled = isotonic_regression(target - weights, increasing=False)
        rest, starts = np.maximum(pooled.x, 0), pooled.blocks[:-1]
        w, curvature = np.empty(len(r)), np.empty(len(r))
        w[order] = target - rest
        w = np.copysign(w, r)
        lengths = np.diff(pooled.blocks)
        # A pool of ties has a slope of its own for each entry, as an entry alone has.
        spread = np.maximum.reduceat(target - rest - weights, starts)
        pool = (spread > 1e-12 * (1 + target[starts])) & (rest[starts] > 0)
        free = np.where(pool, 1 - 1 / lengths, rest[starts] == 0) / smoothing
        largest = np.flatnonzero(pool)
        largest = largest[np.argsort(-lengths[largest], kind="stable")[:GROUPS]]
        free[largest] = 1 / smoothing
        curvature[order] = np.repeat(free, lengths)
        members = [np.sort(order[starts[k] : starts[k] + lengths[k]]) for k in largest]
        groups = tuple((rows, np.where(r[rows] < 0, -1.0, 1.0), 1 / smoothing) for rows in members)
        value = float(w @ r) - smoothing / 2 * float(w @ w)
        rounding = 1 + len(r) * float(np.finfo(np.float64).eps)  # of partial sums
        return Tangent(value, w, curvature, lambda: rounding * self._dual(w), groups)


class TopKNorm(OrderedNorm):
    """The sum of the k largest absolute values; Ky Fan's norm of the diagonal matrix.

    Parameters
    ----------
    k : int
        At least 1.

    Examples
    --------
    >>> from algos.sketching import TopKNorm
    >>> TopKNorm(2).value([1.0, -3.0, 2.0])
    5.0
    """

    def __init__(self, k: int) -> None:
        self.weights = np.broadcast_to(np.ones(1), checked_count("k", k, most=2**40))


class SumOfNorms(Norm):
    """A sum of multiples of norms.

    Parameters
    ----------
    norms : sequence of norms
        At least one.
    factors : array_like, optional
        From 1e-100 to 1e100, one a norm; 1 by default.

    Examples
    --------
    >>> from algos.sketching import LpNorm, SumOfNorms, TopKNorm
    >>> SumOfNorms([LpNorm(1), TopKNorm(1)], [1.0, 3.0]).value([1.0, -3.0])
    13.0
    """

    def __init__(self, norms: Iterable[Norm], factors: ArrayLike | None = None) -> None:
        try:
            self.norms = tuple(norms)
        except TypeError:
            raise TypeError(f"norms must be a sequence of norms, got {norms!r}") from None
        for one in self.norms:
            if not isinstance(one, Norm):
                raise TypeError(f"norms must hold norms such as LpNorm(1), got {one!r}")
        if not self.norms:
            raise ValueError("norms must hold at least one norm, got none")
        given = np.ones(len(self.norms)) if factors is None else factors
        self.factors = checked_array("factors", given, shape=(len(self.norms),))
        if (self.factors < LEAST).any() or (self.factors > GREATEST).any():
            raise ValueError(
                f"factors must lie between {LEAST:g} and {GREATEST:g}, got {self.factors}"
            )

    def _value(self, r: Reals) -> float:
        """Give the norm."""
        return float(
            sum(c * one._value(r) for c, one in zip(self.factors, self.norms, strict=True))
        )

    def _euclidean(self, rows: int) -> float:
        """Give c with ‖v‖₂ ≤ c · norm."""
        constants = np.array([one._euclidean(rows) for one in self.norms])
        return float(1 / np.sum(self.factors / constants))

    def _tangent(self, r: Reals, smoothing: float) -> Tangent:
        """Add up; the dual ball is the sum of the parts' balls."""
        parts = [one._tangent(r, smoothing) for one in self.norms]
        pairs = list(zip(self.factors, parts, strict=True))
        return Tangent(
            float(sum(c * one.value for c, one in pairs)),
            np.asarray(sum(c * one.gradient for c, one in pairs)),
            np.asarray(sum(c * one.curvature for c, one in pairs)),
            lambda: max(one.dual_norm() for one in parts),
            tuple((rows, s, c * own) for c, one in pairs for rows, s, own in one.groups),
        )


def _power_norm(r: Reals, p: float) -> float:
    """Give (Σ abs(r)^p)^(1/p), safe from overflow."""
    size = _greatest(r)
    if size == 0:
        return 0.0
    return size * float(np.sum(np.abs(r / size) ** p) ** (1 / p))


def _greatest(r: Reals) -> float:
    """Give the greatest absolute value."""
    return float(np.abs(r).max(initial=0.0))

"""Concave over modular: features that count less the more of them there is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from algos._arguments import checked_array, checked_number, checked_real
from algos.submodular._set_function import (
    Bools,
    Indices,
    Reals,
    VectorisedFunction,
    is_sparse,
    nonnegative_matrix,
)

__all__ = ["ConcaveOverModular"]

State = tuple[Reals, Bools]
#: φ(t + x) − φ(t), of t and x; never rising with t.
Increment = Callable[[Reals, Reals], Reals]

#: Numbers of a block of features, of which three or four are held: 4 MiB.
BLOCK = 1 << 17
#: What a concave function may be off by, as a part of its last value.
RTOL = 1e-9


class ConcaveOverModular(VectorisedFunction):
    """Concave over modular: f(S) = Σ_j weight_j φ(Σ_(e ∈ S) feature_ej), with φ concave.

    Parameters
    ----------
    features : array_like or sparse matrix, shape (n, m)
        How much of each feature each element has, at least 0.
    concave : {"sqrt", "log1p"}, float or callable, optional
        φ. A number c > 0 stands for min(x, c). A callable takes an array to an array of the
        same shape, entry by entry; it must be concave and non-decreasing, with φ(0) = 0.
    weights : array_like, shape (m,), optional
        At least 0; all 1 by default.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; φ is looked at on 65 points from 0 to the
        greatest sum.

    Notes
    -----
    `gains` takes O(m) time a candidate (the number of its features, where they are sparse),
    and memory of 4 MiB, or of four rows; features are copied once.

    Examples
    --------
    >>> from algos.submodular import ConcaveOverModular
    >>> words = ConcaveOverModular([[4, 0], [5, 0], [0, 1]], "sqrt")
    >>> words.value([0, 1]), words.value([0, 2])
    (3.0, 3.0)
    """

    def __init__(
        self,
        features: Any,
        concave: str | float | Callable[[Reals], Any] = "sqrt",
        weights: Any = None,
    ) -> None:
        self._features = nonnegative_matrix("features", features)
        size, m = self._features.shape
        super().__init__(size)
        ones = np.ones(m) if weights is None else weights
        self.weights = checked_array("weights", ones, shape=(m,))
        if (self.weights < 0).any():
            raise ValueError(f"weights must be at least 0, got {self.weights.min()}")
        most: Reals = np.asarray(self._features.sum(axis=0))
        self._increment = _checked_concave(concave, float(most.max()))
        self._trusted = not callable(concave)
        with np.errstate(over="ignore"):
            if not np.isfinite((self._increment(np.zeros(m), most) * self.weights).sum()):
                raise ValueError(
                    f"weights must keep the value of all elements finite, got {self.weights.max()}"
                )
        sparse = is_sparse(self._features)
        widest = int(np.diff(self._features.indptr).max()) if sparse else m
        self._rows = BLOCK // min(BLOCK, widest + 1)

    def start(self) -> State:
        """Give the sums of features, and who is in S."""
        return np.zeros(len(self.weights)), np.zeros(self.size, dtype=bool)

    def gains(self, state: State, candidates: Indices) -> Reals:
        """Sum what each candidate adds to the features."""
        sums, chosen = state
        gains = np.empty(len(candidates))
        for at in range(0, len(candidates), self._rows):
            part = slice(at, at + self._rows)
            gains[part] = self._added(sums, self._features[candidates[part]])
        gains[chosen[candidates]] = 0
        return gains

    def _added(self, sums: Reals, rows: Any) -> Reals:
        """Sum what rows of features add, each in the same order in any company."""
        if is_sparse(rows):
            more = self._increment(sums[rows.indices], rows.data) * self.weights[rows.indices]
            number = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
            return np.asarray(np.bincount(number, more, minlength=rows.shape[0]), dtype=np.float64)
        return np.asarray((self._increment(sums, rows) * self.weights).sum(axis=1))

    def gains_until(self, state: State, candidates: Indices, bounds: Reals) -> Reals | None:
        """Compute marginals in blocks, unless somebody has to look at them."""
        return super().gains_until(state, candidates, bounds) if self._trusted else None

    def push(self, state: State, element: int) -> None:
        """Add the element's features."""
        sums, chosen = state
        if chosen[element]:
            return
        chosen[element] = True
        if is_sparse(self._features):
            row = slice(*self._features.indptr[element : element + 2])
            sums[self._features.indices[row]] += self._features.data[row]
        else:
            sums += self._features[element]


def _root(t: Reals, x: Reals) -> Reals:
    """Compute √(t + x) − √t."""
    return np.asarray(x / np.maximum(np.sqrt(t + x) + np.sqrt(t), np.finfo(float).tiny))


def _logarithm(t: Reals, x: Reals) -> Reals:
    """Compute log(1 + t + x) − log(1 + t)."""
    return np.asarray(np.log1p(x / (1 + t)))


def _capped(cap: float, t: Reals, x: Reals) -> Reals:
    """Compute min(t + x, cap) − min(t, cap)."""
    return np.minimum(x, np.maximum(cap - t, 0))


def _difference(concave: Callable[[Reals], Any], t: Reals, x: Reals) -> Reals:
    """Compute φ(t + x) − φ(t)."""
    return _applied(concave, t + x) - _applied(concave, t.copy())


def _applied(concave: Callable[[Reals], Any], points: Reals) -> Reals:
    """Compute φ; the points are the caller's from then on."""
    shape, most = points.shape, points.max(initial=0)
    values = np.asarray(concave(points))
    if values.shape != shape or values.dtype.kind not in "biuf" or not np.isfinite(values).all():
        raise ValueError(
            "concave must give a finite number for each entry of an array of numbers from 0 to "
            f"{most:g}, got {values!r} for shape {shape}"
        )
    return values.astype(np.float64, copy=False)


def _checked_concave(concave: Any, most: float) -> Increment:
    """Turn what is given into increments; look at a callable from 0 to the greatest sum."""
    if isinstance(concave, str):
        if concave not in ("sqrt", "log1p"):
            raise ValueError(
                f"concave must be 'sqrt', 'log1p', a number or callable, got {concave!r}"
            )
        return _root if concave == "sqrt" else _logarithm
    if not callable(concave):
        cap = checked_real("concave", checked_number("concave", concave), 0, np.inf)
        return partial(_capped, cap)
    points = np.linspace(0, most, 65)
    values = _applied(concave, points.copy())
    slack, rises = RTOL * np.abs(values).max(), np.diff(values)
    if abs(values[0]) > slack:
        raise ValueError(f"concave must be 0 at 0, got {values[0]:g}; subtract that")
    for what, off, width in (("not fall", -rises, 2), ("be concave", np.diff(rises), 3)):
        k = int(off.argmax())
        if off[k] > slack:
            at = ", ".join(f"{values[i]:g} at {points[i]:g}" for i in range(k, k + width))
            raise ValueError(f"concave must {what}, got {at}")
    return partial(_difference, concave)

"""Leverage scores in spite of rounding and underflow, for Lewis weights."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from algos.sketching._matrix import Floats
from algos.sketching._whitening import EPS, Whitening

__all__ = ["Rounding", "log_squared_norms"]

Reals = NDArray[np.float64]

#: Squares below this are taken of scaled numbers.
TINY = 1e-280


class Rounding:
    """How far rounding of the coordinates of W^(1/2−1/p) A takes its log leverage scores."""

    def __init__(self, whitening: Whitening) -> None:
        d, rank = whitening.transform.shape
        self.units = (d + 2) * EPS * np.abs(whitening.transform.T)
        self.gram, self.squares, self.worst = np.zeros((rank, rank)), 0.0, 0.0

    def add(self, rows: Floats, coordinates: Reals, exponents: Reals) -> None:
        """Take rows of A, their coordinates, and the logarithms of what weighs them."""
        errors = np.linalg.norm(self.units @ np.abs(rows.T), axis=0)
        with np.errstate(all="ignore"):  # `bound` looks at what overflows
            ratios = errors / np.linalg.norm(coordinates, axis=0)
            factors = np.exp(exponents)
            weighted = coordinates * factors
            self.gram += weighted @ weighted.T
            self.squares += float(np.square(errors * factors).sum())
        self.worst = max(self.worst, float(ratios[errors > 0].max(initial=0.0)))

    def bound(self) -> float:
        """Bound abs(log τ computed − log τ); inf where rounding may be all there is."""
        if not (np.isfinite(self.gram).all() and self.worst < 1):
            return math.inf
        off = float(np.linalg.norm(self.gram - np.eye(len(self.gram)), 2))
        off += 2 * math.sqrt((1 + off) * self.squares) + self.squares
        return -math.log1p(-off) - 2 * math.log1p(-self.worst) if off < 1 else math.inf


def log_squared_norms(columns: Reals) -> Reals:
    """Give log ‖y‖² for each column, also where ‖y‖² is below the least number."""
    squares = np.square(columns).sum(axis=0)
    if squares.min() > TINY:
        return np.asarray(np.log(squares))
    greatest = np.abs(columns).max(axis=0, initial=0.0)
    scaled = columns / np.where(greatest > 0, greatest, 1.0)
    with np.errstate(divide="ignore"):
        return np.asarray(2 * np.log(greatest) + np.log(np.square(scaled).sum(axis=0)))

"""What ℓ_p sensitivities are, by brute force, for the checks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from proofs_checks.sketching.matrices import Reals, Tall

#: The greatest value over the angles of a plane is enclosed up to this factor.
ANGLES = 1 + 1e-6


@dataclass(frozen=True)
class LongRow:
    """The row (√2, 0) among signs: the sandwich of Lewis weights is nearly attained there."""

    rows: int = 4001

    @property
    def array(self) -> Reals:
        """The matrix itself."""
        turns = np.arange(1, self.rows) % 2
        signs = np.column_stack([np.ones(turns.size), 1.0 - 2 * turns])
        return np.vstack([[[math.sqrt(2), 0.0]], signs])


@dataclass(frozen=True)
class Opposites:
    """Numbers 1, −2, 3, … in each column alone, and a great one, so that few others are drawn."""

    rows: int
    columns: int

    @property
    def array(self) -> Reals:
        """The matrix itself."""
        numbers = np.arange(1.0, self.rows + 1) * (-1) ** np.arange(self.rows)
        numbers[-1] *= 1000
        return np.asarray(np.kron(np.eye(self.columns), numbers[:, None]))


@dataclass(frozen=True)
class Case:
    """A matrix and an exponent."""

    matrix: Tall | LongRow | Opposites
    p: float

    @property
    def array(self) -> Reals:
        """The matrix."""
        return self.matrix.array


@cache
def truth(case: Case) -> tuple[Reals, Reals, int]:
    """Enclose every sensitivity, and give the rank."""
    if isinstance(case.matrix, LongRow):
        return _long_row(case.matrix.rows, case.p)
    A = case.array / np.abs(case.array).max(axis=0)
    left, values, _ = np.linalg.svd(A, full_matrices=False)
    U = left[:, values > 1e-12 * values[0]]
    rank = U.shape[1]
    if case.p == 2:
        found = (U**2).sum(axis=1)
    elif rank == 1:
        found = np.abs(U[:, 0]) ** case.p / (np.abs(U[:, 0]) ** case.p).sum()
    elif case.p <= 1:
        found = _by_vertices(U, case.p)
    else:
        found = np.array([_by_angles(U, row, case.p) for row in U])
        return found, found * ANGLES**case.p, rank
    return found, found, rank


def _long_row(rows: int, p: float) -> tuple[Reals, Reals, int]:
    """Enclose: the long row's by x = e_1 and convexity, the others' by the trivial bounds."""
    long = 2 ** (p / 2) / (rows - 1 + 2 ** (p / 2))
    low, high = np.zeros(rows), np.ones(rows)
    low[0] = high[0] = long
    return low, high, 2


def _by_vertices(U: Reals, p: float) -> Reals:
    """Maximise over the points where d − 1 independent rows vanish."""
    best = np.zeros(len(U))
    for some in combinations(range(len(U)), U.shape[1] - 1):
        rows = U[list(some)]
        sizes = np.linalg.norm(rows, axis=1)
        if sizes.min() > 1e-14:
            _, values, right = np.linalg.svd(rows / sizes[:, None])
            if values[-1] > 1e-9:
                z = np.abs(U @ right[-1])
                z[z <= 1e-13 * z.max()] = 0.0
                best = np.maximum(best, z**p / (z**p).sum())
    return best


def _by_angles(U: Reals, row: Reals, p: float) -> float:
    """Maximise |u·x| / ‖Ux‖_p over the half circle: both have known Lipschitz constants."""
    size, steep = float(np.linalg.norm(row)), len(U) ** max(0.0, 1 / p - 0.5)
    if size < 1e-14:
        return 0.0
    half, best = math.pi / 128, 0.0
    angles = np.linspace(half, math.pi - half, 64)
    while angles.size:
        x = np.stack([np.cos(angles), np.sin(angles)])
        inner, norm = np.abs(row @ x), (np.abs(U @ x) ** p).sum(axis=0) ** (1 / p)
        best = max(best, float((inner / norm).max()))
        room = np.maximum(norm - steep * half, 1e-300)
        angles = angles[(inner + size * half) / room > best * ANGLES]
        half /= 4
        angles = (angles[:, None] + half * np.array([-3.0, -1.0, 1.0, 3.0])).ravel()
    return float(best**p)

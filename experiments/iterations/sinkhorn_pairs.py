"""Benchmark pairs of Sinkhorn's algorithm: POT's, in logarithms, at the same marginal error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from algos.iterations import sinkhorn
from experiments.bench import Pair

__all__ = ["SINKHORN"]

Array = NDArray[np.float64]

#: POT stops when the columns' error falls below this, in the Euclidean norm.
STOP, MOST = 1e-5, 10000
BLOCK = 4  # a bin is the brightness of so many pixels squared


@dataclass(frozen=True, eq=False)
class Patches:
    """Two patches of a photograph as histograms, and the error that POT reaches on them."""

    a: Array
    b: Array
    cost: Array
    reg: float
    error: float

    def measured(self, plan: Array) -> float:
        """Recompute a plan's marginal error, over rows and columns."""
        rows, columns = plan.sum(axis=1) - self.a, plan.sum(axis=0) - self.b
        return float(np.abs(rows).sum() + np.abs(columns).sum())


@cache
def _photograph() -> Array:
    """Load scikit-learn's photograph of a temple in grey."""
    from sklearn.datasets import load_sample_image

    return np.asarray(load_sample_image("china.jpg").mean(axis=2))


def _histogram(side: int, rng: np.random.Generator) -> Array:
    """Cut a square out of the photograph and add up its brightness in side² bins."""
    picture, width = _photograph(), side * BLOCK
    i, j = (int(rng.integers(0, length - width)) for length in picture.shape)
    patch = picture[i : i + width, j : j + width].reshape(side, BLOCK, side, BLOCK)
    bins = patch.sum(axis=(1, 3)).ravel() + 1
    return np.asarray(bins / bins.sum())


def _pot(a: Array, b: Array, cost: Array, reg: float) -> Array:
    """Run POT's Sinkhorn in the logarithmic domain."""
    import ot

    plan: Array = ot.bregman.sinkhorn_log(a, b, cost, reg, MOST, STOP, warn=False)
    return plan


def _pair(reg: float) -> Pair:
    """Compare at one regularisation; the cost is the squared distance, 1 between the corners."""

    def draw(bins: int, rng: np.random.Generator) -> Patches:
        side = math.isqrt(bins)
        axis = np.linspace(0, 1, side)
        x, y = (grid.ravel() for grid in np.meshgrid(axis, axis))
        cost = ((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2) / 2
        a, b = _histogram(side, rng), _histogram(side, rng)
        reached = Patches(a, b, cost, reg, 0.0).measured(_pot(a, b, cost, reg))
        return Patches(a, b, cost, reg, reached)

    def ours(work: Patches) -> Array:
        result = sinkhorn(
            work.a, work.b, work.cost, reg=reg, tolerance=work.error, max_iterations=2 * MOST
        )
        return result.x

    def agree(work: Patches, plan: Array, other: Array) -> bool:
        least = max(work.error, 1e-13)
        near = abs(float(np.sum((plan - other) * work.cost))) <= 2 * least
        return near and max(work.measured(plan), work.measured(other)) <= 1.001 * least

    return Pair(
        name=f"iterations/sinkhorn at reg {reg:g}",
        peer_name="POT, sinkhorn_log",
        sizes=(64, 256, 1024),
        size_name="bins a histogram",
        workload=draw,
        ours=ours,
        peer=lambda work: _pot(work.a, work.b, work.cost, reg),
        agree=agree,
        requires=("ot", "sklearn"),
        target="no slower than POT",
        met=lambda cell: cell.ratio <= 1,
        repetitions=5 if reg > 0.001 else 3,
    )


SINKHORN = tuple(_pair(reg) for reg in (1e-1, 1e-2, 1e-3))

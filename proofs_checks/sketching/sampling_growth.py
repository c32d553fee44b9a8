"""Checks of how many draws published bounds ask for, up to constants and logarithms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from scipy import linalg

from algos.sketching import lp_sensitivities, sensitivity_sample
from algos.sketching import theorems as claims
from proofs_checks.check import Check, Measurement, Sizes, check
from proofs_checks.sketching.matrices import Reals

Algorithm = Callable[..., Any]

COPIES = 8
WANTED = 0.5  # distortion of the p-th powers
STEP = 1.15  # between the numbers of draws that are tried
ASCENTS = 6


@dataclass(frozen=True)
class TwoBlocks:
    """Stacked identities beside rows on a sphere, each with columns of its own.

    In l_p the sensitivities of the identities sum to d, those of the sphere's rows to about
    d^(p/2), of which they get so many draws; and they need d to keep their rank.
    """

    columns: int
    p: float

    @cached_property
    def sphere(self) -> Reals:
        """The rows on the sphere."""
        d = self.columns
        rows = np.random.default_rng(d).normal(size=(int(COPIES * d ** max(1.0, self.p / 2)), d))
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    @cached_property
    def array(self) -> Reals:
        """The matrix: first the sphere."""
        return np.asarray(
            linalg.block_diag(self.sphere, np.tile(np.eye(self.columns), (COPIES, 1)))
        )

    @cached_property
    def sensitivities(self) -> Reals:
        """The blocks' own: ‖Ax‖_p^p is the sum over the blocks."""
        ball = lp_sensitivities(self.sphere, self.p, tolerance=0.05).upper
        return np.concatenate([ball, np.full(COPIES * self.columns, 1 / COPIES)])

    @cached_property
    def leverages(self) -> Reals:
        """Squared norms of rows in coordinates where A is orthonormal."""
        return np.asarray((np.linalg.qr(self.array)[0] ** 2).sum(axis=1))

    def distorted(self, sample: Any) -> bool:
        """Look for an x with the sphere's columns alone that is off by more than `WANTED`."""
        n, d = self.sphere.shape
        ball = sample.rows < n
        rows, weights = sample.matrix[ball, :d], sample.weights[ball]
        if len(rows) < d or np.linalg.matrix_rank(rows) < d:
            return True  # some x vanishes on the sample
        for end in (0, d - 1):
            mine, whole = weights, np.ones(n)
            for _ in range(ASCENTS):
                form = self.sphere.T @ (whole[:, None] * self.sphere)
                x = linalg.eigh(rows.T @ (mine[:, None] * rows), form, subset_by_index=[end, end])
                x = x[1][:, 0]
                part, every = np.abs(rows @ x), np.abs(self.sphere @ x)
                ratio = weights @ part**self.p / (every**self.p).sum()
                if abs(ratio - 1) > WANTED:
                    return True
                floor = 1e-3 * every.max()
                mine = weights * np.maximum(part, floor) ** (self.p - 2)
                whole = np.maximum(every, floor) ** (self.p - 2)
        return False


#: The same blocks serve several claims: their sensitivities take a second.
two_blocks = cache(TwoBlocks)


def _needed(
    algorithm: Algorithm, blocks: TwoBlocks, augmented: bool, rng: np.random.Generator
) -> Measurement:
    """Draw more and more until no distortion above `WANTED` is found."""
    scores = blocks.sensitivities + (blocks.leverages if augmented else 0.0)
    rank = 2 * blocks.columns
    size = float(rank)
    while size < rank**4:
        sample = algorithm(blocks.array, blocks.p, scores=scores, size=int(size), rng=rng)
        if not blocks.distorted(sample):
            break
        size *= STEP
    total = float(blocks.sensitivities.sum())
    return Measurement(int(size), p=blocks.p, rank=rank, sensitivity=total)


def leverage_forgotten(A: Any, p: float, *, scores: Any, **options: Any) -> Any:
    """Draw by the sensitivities alone."""
    leverages = (np.linalg.qr(A)[0] ** 2).sum(axis=1)
    return sensitivity_sample(A, p, scores=np.maximum(scores - leverages, 0.0), **options)


def draws_forgotten(A: Any, p: float, *, size: int, **options: Any) -> Any:
    """Make one draw where one a column is asked for."""
    return sensitivity_sample(A, p, size=max(1, size // A.shape[1]), **options)


def _growth(claim: Any, p: float, *, augmented: bool = False) -> Check:
    """Check one bound on the same blocks."""
    separate = augmented and p < 2  # by half a power from sensitivities alone
    columns: tuple[int, ...] = (6, 8, 10, 12, 15, 19, 24) if p > 2 else (8, 10, 13, 16, 20, 25, 32)
    if p < 2 and not augmented:
        columns = (*columns, 40)
    sizes = Sizes("rank", [two_blocks(d, p) for d in columns], 0.15 if separate else 0.1)
    trials = 24 if separate else 16 if augmented else 8
    faults: list[Algorithm] = [draws_forgotten, *([leverage_forgotten] if separate else [])]

    @check(claim, on=sizes, faults=faults, trials=trials)
    def needed(algorithm: Algorithm, blocks: TwoBlocks, rng: np.random.Generator) -> Measurement:
        """Draw by sensitivities, or by these and leverages."""
        return _needed(algorithm, blocks, augmented, rng)

    return needed


sampling_growth = (
    _growth(claims.GROWTH_FIRST, 1.0),
    _growth(claims.GROWTH_SENSITIVITY, 1.0),
    _growth(claims.GROWTH_AUGMENTED, 1.0, augmented=True),
    _growth(claims.GROWTH_ABOVE_TWO, 3.0),
    _growth(claims.GROWTH_LEVERAGE, 3.0, augmented=True),
)

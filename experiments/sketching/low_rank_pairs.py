"""Benchmark pairs of the randomized SVD: scikit-learn's, at equal error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import linalg

from algos.sketching import randomized_svd
from experiments.bench import Pair

__all__ = ["LOW_RANK", "Decomposition", "Factors"]

Reals = NDArray[np.floating[Any]]
#: U, s and Vᵀ.
Factors = tuple[Reals, Reals, Reals]

#: Our error may exceed the peer's by this much, relative to it: the peer exceeds the least error
#: by about half of it.
SLACK = 1e-5
#: With so many power iterations, one more than by default, errors are equal.
POWERS = 3


@dataclass(frozen=True, eq=False)
class Decomposition:
    """A matrix, dense or sparse, and how many singular values are wanted."""

    matrix: Any
    rank: int

    def squared_error(self, factors: Factors) -> float:
        """Recompute ‖A − U diag(s) Vᵀ‖_F² from the factors, which need not be orthonormal."""
        left, right = factors[0] * factors[1], factors[2]
        cross = float(np.vdot(np.asarray(self.matrix.T @ left).T, right))
        return self.squared_norm - 2 * cross + float(np.vdot(left.T @ left, right @ right.T))

    @property
    def squared_norm(self) -> float:
        """‖A‖_F²."""
        norm = linalg.norm if sparse.issparse(self.matrix) else np.linalg.norm
        return float(norm(self.matrix)) ** 2


def _ours(work: Decomposition) -> Factors:
    """Decompose with as many power iterations as the peer's error asks for."""
    found = randomized_svd(work.matrix, work.rank, power_iterations=POWERS, rng=0)
    return found.U, found.s, found.Vt


def _sklearn(work: Decomposition) -> Factors:
    """Decompose with scikit-learn's defaults."""
    from sklearn.utils import extmath

    left, values, right = extmath.randomized_svd(work.matrix, work.rank, random_state=0)
    return left, values, right


def _agree(work: Decomposition, mine: Factors, other: Factors) -> bool:
    """See that our error is not larger than the peer's by more than `SLACK` of it."""
    rounding = 1e-12 * work.squared_norm
    return work.squared_error(mine) <= (1 + SLACK) ** 2 * work.squared_error(other) + rounding


def _dense(columns: int, rng: np.random.Generator) -> Decomposition:
    """Draw a dense matrix whose singular values fall like those of many tables, 1/√j."""
    scales = np.arange(1, columns + 1) ** -0.5
    return Decomposition(rng.normal(size=(20 * columns, columns)) * scales, 20)


def _sparse(columns: int, rng: np.random.Generator) -> Decomposition:
    """Draw a sparse matrix with columns of falling frequency, as words in texts have."""
    rows, words = 20 * columns, 100
    drawn = np.minimum(rng.zipf(1.2, size=(rows, words)), columns) - 1
    counts = sparse.csr_array(
        (np.ones(drawn.size), (np.repeat(np.arange(rows), words), drawn.ravel())),
        shape=(rows, columns),
    )
    return Decomposition(counts, 50)


def _pair(
    name: str,
    sizes: tuple[int, ...],
    workload: Callable[[int, np.random.Generator], Decomposition],
) -> Pair:
    """Compare on one kind of matrix."""
    return Pair(
        name=f"sketching/randomized svd, {name}",
        peer_name="scikit-learn, randomized_svd",
        sizes=sizes,
        size_name="columns",
        workload=workload,
        ours=_ours,
        peer=_sklearn,
        agree=_agree,
        requires=("sklearn",),
        target="faster than scikit-learn at equal error, within 0.001%",
        met=lambda cell: cell.ratio < 1,
        repetitions=5,
    )


LOW_RANK = (
    _pair("dense", (1000, 2000), _dense),
    _pair("sparse", (1000, 4000), _sparse),
)

"""Benchmark pairs of the randomized SVD: scikit-learn's, at equal error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from algos.sketching import randomized_svd
from experiments.bench import Pair

__all__ = ["LOW_RANK", "Factors", "squared_error"]

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

    @property
    def squared_norm(self) -> float:
        """‖A‖_F²."""
        data = cast(Any, self.matrix).data if sparse.issparse(self.matrix) else self.matrix
        return float(np.vdot(data, data))


def squared_error(work: Decomposition, factors: Factors) -> float:
    """Recompute ‖A − U diag(s) Vᵀ‖_F² from the factors, which need not be orthonormal.

    Parameters
    ----------
    work : Decomposition
        What was decomposed.
    factors : tuple of ndarray
        U, s and Vᵀ.

    Returns
    -------
    float
        The squared error.
    """
    left, right = factors[0] * factors[1], factors[2]
    cross = float(np.vdot(np.asarray(work.matrix.T @ left).T, right))
    return work.squared_norm - 2 * cross + float(np.vdot(left.T @ left, right @ right.T))


def ours(work: Decomposition) -> Factors:
    """Decompose with as many power iterations as the peer's error asks for.

    Parameters
    ----------
    work : Decomposition
        The matrix and the rank.

    Returns
    -------
    tuple of ndarray
        U, s and Vᵀ.
    """
    found = randomized_svd(work.matrix, work.rank, power_iterations=POWERS, rng=0)
    return found.U, found.s, found.Vt


def theirs(work: Decomposition) -> Factors:
    """Decompose with scikit-learn's defaults.

    Parameters
    ----------
    work : Decomposition
        The matrix and the rank.

    Returns
    -------
    tuple of ndarray
        U, s and Vᵀ.
    """
    from sklearn.utils import extmath

    left, values, right = extmath.randomized_svd(work.matrix, work.rank, random_state=0)
    return left, values, right


def agree(work: Decomposition, mine: Factors, other: Factors) -> bool:
    """See that our error is not larger than the peer's by more than 10⁻⁵ of it.

    Parameters
    ----------
    work : Decomposition
        What was decomposed.
    mine, other : tuple of ndarray
        The factors of both sides.

    Returns
    -------
    bool
        Whether it is, up to ``SLACK``.
    """
    rounding = 1e-12 * work.squared_norm
    return squared_error(work, mine) <= (1 + SLACK) ** 2 * squared_error(work, other) + rounding


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
    repetitions: int,
) -> Pair:
    """Compare on one kind of matrix."""
    return Pair(
        name=f"sketching/randomized svd, {name}",
        peer_name="scikit-learn, randomized_svd",
        sizes=sizes,
        size_name="columns",
        workload=workload,
        ours=ours,
        peer=theirs,
        agree=agree,
        requires=("sklearn",),
        target="faster than scikit-learn at equal error, within 0.001%",
        met=lambda cell: cell.ratio < 1,
        repetitions=repetitions,
    )


LOW_RANK = (
    _pair("dense", (1000, 2000), _dense, 5),
    _pair("sparse", (1000, 4000), _sparse, 5),
)

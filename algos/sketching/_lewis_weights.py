"""Lewis weights: the leverage scores of a matrix whose rows they rescale themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from algos._arguments import checked_count, checked_real
from algos.sketching._leverage_scores import exact_whitening
from algos.sketching._matrix import Floats, RowBlocks, row_blocks
from algos.sketching._whitening import triangular_factor

__all__ = ["LewisWeights", "lewis_error_bound", "lewis_weights"]

Reals = NDArray[np.float64]

#: A Gram matrix of unit diagonal whose Cholesky factor has a smaller diagonal entry is not
#: trusted; the factor is taken from the rows.
TRUSTED = 1e-4
#: Rows that are worked on at once.
HEIGHT = 1024
#: Passes without a new least residual before acceleration, and then the run, is given up.
PATIENCE = 10


@dataclass(frozen=True, eq=False)
class LewisWeights:
    """Lewis weights and how near they are to the true ones.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        In [0, 1]; 0 for zero rows alone.
    p : float
        As asked for.
    rank : int
        The rank of A, up to rounding, and the sum of the true weights.
    residual : float
        The greatest abs(log(τᵢ / wᵢ)), τ being the leverage scores of W^(1/2−1/p) A for these
        very weights w.
    error_bound : float
        Every true weight is within a factor exp(error_bound) of the one given: proven from
        ``residual``; see `lewis_error_bound`.
    residuals : ndarray, shape (iterations + 1,)
        The residuals of the start and of every iterate.
    iterations : int
        Steps made.
    status : str
        ``"converged"`` where ``residual`` is at most the tolerance, else ``"stopped"``.
    passes : int
        How often A was read.
    """

    weights: Reals
    p: float
    rank: int
    residual: float
    error_bound: float
    residuals: Reals
    iterations: int
    status: Literal["converged", "stopped"]
    passes: int


def lewis_error_bound(residual: float, p: float, rank: int) -> float:
    """Bound the distance of weights to the Lewis weights by their residual.

    Parameters
    ----------
    residual : float
        The greatest abs(log(τᵢ / wᵢ)).
    p : float
        Positive.
    rank : int
        The rank of the matrix.

    Returns
    -------
    float
        The greatest abs(log(wᵢ / true weight)), at most: ``residual`` for p ≤ 2, beyond it the
        lesser of p / (4 − p), for p < 4, and p/2 (1 + (p/2 − 1) √rank), times ``residual``.

    Examples
    --------
    >>> from algos.sketching import lewis_error_bound
    >>> lewis_error_bound(0.25, 1.0, 5), lewis_error_bound(0.25, 3.0, 5)
    (0.25, 0.75)
    """
    if p <= 2:
        return residual
    factor = p / 2 * (1 + (p / 2 - 1) * math.sqrt(rank))
    return residual * (min(factor, p / (4 - p)) if p < 4 else factor)


def lewis_weights(
    A: Any,
    p: float,
    *,
    tolerance: float = 1e-9,
    max_iterations: int = 1000,
    accelerated: bool = True,
) -> LewisWeights:
    """Compute the lp Lewis weights of the rows of a matrix.

    Parameters
    ----------
    A : array_like, shape (n, d), or blocks of rows
        As for `leverage_scores`; a function that returns an iterator is called once a step.
    p : float
        Positive.
    tolerance : float, optional
        Stop at this residual: the greatest abs(log(τᵢ / wᵢ)).
    max_iterations : int, optional
        Steps at most.
    accelerated : bool, optional
        Steps with momentum; without, w ← w^(1−s) τ^s with s = min(1, p / 2).

    Returns
    -------
    LewisWeights
        Weights, residual and the proven bound on their error.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    References
    ----------
    M. Cohen, R. Peng, "Lp row sampling by Lewis weights", STOC 2015.

    Examples
    --------
    >>> from algos.sketching import lewis_weights
    >>> result = lewis_weights([[1.0, 0.0], [1.0, 0.0], [2.0, 0.0], [0.0, 5.0]], 1)
    >>> result.weights.round(6).tolist(), result.status
    ([0.25, 0.25, 0.5, 1.0], 'converged')
    """
    p = checked_real("p", p, 0, math.inf)
    tolerance = checked_real("tolerance", tolerance, 0, math.inf, low_end=True)
    limit = checked_count("max_iterations", max_iterations, least=0)
    run = _Run(row_blocks("A", A), p)
    residuals = run.to(tolerance, limit, accelerated)
    residual = float(residuals[-1])
    return LewisWeights(
        weights=np.exp(run.logs),
        p=p,
        rank=run.rank,
        residual=residual,
        error_bound=lewis_error_bound(residual, p, run.rank),
        residuals=residuals,
        iterations=len(residuals) - 1,
        status="converged" if residual <= tolerance else "stopped",
        passes=run.blocks.passes,
    )


class _Run:
    """Logarithms of weights w, and coordinates in which W^(1/2−1/p) A is orthonormal."""

    def __init__(self, blocks: RowBlocks, p: float) -> None:
        self.blocks, self.p = blocks, p
        found, self.n = exact_whitening(blocks)
        self.rank, self.transform = found.rank, found.transform
        self.logs, self.next = np.zeros(self.n), np.zeros(self.n)  # w = 1

    def to(self, tolerance: float, limit: int, accelerated: bool) -> Reals:
        """Step until the residual is small; give all residuals."""
        plain = min(1.0, self.p / 2), 0.0
        residuals: list[float] = []
        steps, since = plain, 0
        while True:
            residual = self._look(*steps)
            since = 0 if residual < min(residuals, default=math.inf) else since + 1
            residuals.append(residual)
            if residual <= tolerance or len(residuals) > limit:
                return np.array(residuals)
            if len(residuals) == 1 and accelerated:
                steps = heavy_ball(self.p)
            if since >= PATIENCE:
                if steps == plain:
                    return np.array(residuals)
                steps, since = plain, 0
            self._advance(normalise=accelerated)

    def _look(self, step: float, momentum: float) -> float:
        """Read A once: the residual of w, the next weights and their Gram matrix."""
        self.gram, self.total, residual = np.zeros((self.rank, self.rank)), 0.0, 0.0
        for here, rows in self._rows():
            coordinates = rows @ self.transform
            norms = np.einsum("ij,ij->i", coordinates, coordinates)
            logs, before = self.logs[here], self.next[here]
            with np.errstate(divide="ignore", invalid="ignore"):
                drift = np.log(norms) - (2 / self.p) * logs  # log(τ / w)
                after = logs + step * drift + momentum * (logs - before)
            logs[norms == 0] = after[norms == 0] = -math.inf
            residual = max(residual, float(np.abs(drift[norms > 0]).max(initial=0.0)))
            self.total += float(np.exp(after).sum())
            scales = self._scales(after)
            coordinates *= scales[:, None]
            self.gram += coordinates.T @ coordinates
            self.next[here] = after
        return residual

    def _advance(self, *, normalise: bool) -> None:
        """Take the next weights, and coordinates for them."""
        self.logs, self.next = self.next, self.logs
        if self.rank == 0:
            return
        shift = math.log(self.rank / self.total) if normalise else 0.0
        self.logs += shift
        self.gram *= math.exp((1 - 2 / self.p) * shift)
        norms = np.sqrt(np.diag(self.gram))
        try:
            factor = np.linalg.cholesky(self.gram / np.outer(norms, norms)).T
            trusted = bool(np.diag(factor).min() > TRUSTED)
        except np.linalg.LinAlgError:
            trusted = False
        factor = factor * norms if trusted else triangular_factor(self._weighted())
        self.transform = self.transform @ linalg.solve_triangular(factor, np.eye(self.rank))

    def _weighted(self) -> Iterator[Floats]:
        """Read A once: its coordinates with weights, by blocks of rows."""
        for here, rows in self._rows():
            yield self._scales(self.logs[here])[:, None] * (rows @ self.transform)

    def _scales(self, logs: Reals) -> Reals:
        """Give w^(1/2−1/p), for zero rows 0."""
        scales = np.exp((0.5 - 1 / self.p) * np.where(logs > -math.inf, logs, 0.0))
        return np.where(logs > -math.inf, scales, 0.0)

    def _rows(self) -> Iterator[tuple[slice, Floats]]:
        """Read A once, in blocks of rows that stay in the cache."""
        last = 0
        for first, block in self.blocks:
            last = first + len(block)
            if last > self.n:
                break
            for start in range(0, len(block), HEIGHT):
                rows = block[start : start + HEIGHT]
                yield slice(first + start, first + start + len(rows)), rows
        if last != self.n:
            raise ValueError(f"A must have the same rows in every pass, got {self.n}, then {last}")


def heavy_ball(p: float) -> tuple[float, float]:
    """Give Polyak's step and momentum for a symmetric map with spectrum between 1 and 2/p."""
    root = math.sqrt(2 / p)
    return 4 / (1 + root) ** 2, ((1 - root) / (1 + root)) ** 2

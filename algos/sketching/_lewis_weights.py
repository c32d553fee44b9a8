"""Lewis weights: the leverage scores of a matrix whose rows they rescale themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from algos._arguments import checked_count, checked_real
from algos.sketching._matrix import Floats, RowBlocks, row_blocks
from algos.sketching._whitening import row_whitening, triangular_factor

__all__ = ["LewisWeights", "lewis_error_bound", "lewis_weights"]

Reals = NDArray[np.float64]

#: A Gram matrix of unit diagonal whose Cholesky factor has a smaller diagonal entry is not
#: trusted; the factor is taken from the rows.
TRUSTED = 1e-4
#: Rows that are worked on at once.
HEIGHT = 2048
#: Squares below this are taken of scaled numbers.
TINY = 1e-280
#: Passes without a new least residual before momentum is given up; ten times as many, the run.
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
        As for `leverage_scores`; read once a step.
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

    Notes
    -----
    The Lewis weights are the only w > 0 with w = τ, the leverage scores of W^(1/2−1/p) A; they
    sum to the rank, and zero rows have weight 0.  For p = 2 they are A's leverage scores.  Plain
    steps take the residual down by the factor 1 − p/2, for p ≤ 2, or 2 − 4/p, for p in (2, 4), and
    converge for every p.  Steps with momentum take it down by
    abs(1 − √(2/p)) / (1 + √(2/p)) in the end; where they fail, plain steps follow.

    A step reads A once and takes 4 n d² operations, in O(n + d²) memory besides a block.  It
    works in coordinates in which W^(1/2−1/p) A is nearly orthonormal, so that the conditioning
    of A is not squared.

    References
    ----------
    M. Cohen, R. Peng, "Lp row sampling by Lewis weights", STOC 2015: the plain steps for p < 4.

    B. Polyak, "Some methods of speeding up the convergence of iteration methods", USSR
    Computational Mathematics and Mathematical Physics 4, 1964.

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
        weights=np.where(run.zero, 0.0, np.exp(run.logs)),
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
    """Logarithms of weights w, and coordinates in which W^(1/2−1/p) A is orthonormal.

    For these, w counts in units of exp(centre).
    """

    def __init__(self, blocks: RowBlocks, p: float) -> None:
        self.blocks, self.p = blocks, p
        self.whitening, self.n = row_whitening(lambda: (block for _, block in blocks))
        self.rank = self.whitening.rank
        self.logs, self.next = np.zeros(self.n), np.zeros(self.n)  # w = 1
        self.centre = self.mean = 0.0  # units of w, in logarithms: of the coordinates, of the next
        self.zero = np.ones(self.n, dtype=bool)  # rows without any weight

    def to(self, tolerance: float, limit: int, accelerated: bool) -> Reals:
        """Step until the residual is small; give all residuals."""
        plain = min(1.0, self.p / 2)
        step, momentum = heavy_ball(self.p) if accelerated else (plain, 0.0)
        residuals = [self._look(plain, 0.0)]
        least, since = residuals[0], 0
        while residuals[-1] > tolerance and len(residuals) <= limit:
            if since >= PATIENCE and momentum > 0:
                step, momentum, least, since = plain, 0.0, math.inf, 0
            if since >= 10 * PATIENCE:
                break
            if not self._advance(normalise=accelerated):
                break
            residuals.append(self._look(step, momentum if len(residuals) > 1 else 0.0))
            since = 0 if residuals[-1] < least else since + 1
            least = min(least, residuals[-1])
        return np.array(residuals)

    def _look(self, step: float, momentum: float) -> float:
        """Read A once: the residual of w, the next weights and their Gram matrix."""
        self.gram, self.total, residual = np.zeros((self.rank, self.rank)), 0.0, 0.0
        for here, coordinates in self._coordinates():
            logs, before = self.logs[here], self.next[here]
            scores = _log_squared_norms(coordinates) + self._exponents(logs, self.centre)
            drift = scores - logs  # log(τ / w)
            zero = self.zero[here] = drift == -math.inf
            drift[zero] = 0.0
            after = logs + step * drift + momentum * (logs - before)
            residual = max(residual, float(np.abs(drift).max()))
            self.total += float(np.exp(after, where=~zero, out=np.zeros(len(zero))).sum())
            with np.errstate(
                over="ignore", invalid="ignore"
            ):  # `_advance` looks at the Gram matrix
                coordinates *= np.exp(self._exponents(after, self.mean) / 2)
                self.gram += coordinates @ coordinates.T
            self.next[here] = after
        return residual

    def _advance(self, *, normalise: bool) -> bool:
        """Take the next weights, and coordinates for them; not where these overflow."""
        shift = math.log(self.rank / self.total) if normalise else 0.0
        self.logs, self.next = self.next, self.logs
        self.logs += shift
        self.centre, centre = self.mean + shift, self.centre
        factor = self._factor()
        if not (np.isfinite(factor).all() and np.diag(factor).all()):
            self.logs, self.next, self.centre = self.next, self.logs, centre
            return False
        self.mean = math.log(self.total / self.n) + shift
        inverse = linalg.solve_triangular(factor, np.eye(self.rank))
        self.whitening = replace(self.whitening, transform=self.whitening.transform @ inverse)
        return True

    def _exponents(self, logs: Reals, centre: float) -> Reals:
        """Give log of w^(1−2/p), w in units of exp(centre): no scale of w overflows."""
        return (1 - 2 / self.p) * (logs - centre)

    def _factor(self) -> Reals:
        """Factorise the Gram matrix, or the rows where it is not accurate enough."""
        gram = self.gram
        norms = np.sqrt(np.diag(gram))
        if not (np.isfinite(gram).all() and norms.all()):
            return gram
        try:
            factor = np.asarray(linalg.cholesky(gram / norms / norms[:, None]))
        except linalg.LinAlgError:
            factor = np.zeros_like(gram)
        if np.diag(factor).min() > TRUSTED:
            return factor * norms
        return triangular_factor(self._weighted())

    def _weighted(self) -> Iterator[Floats]:
        """Read A once: its coordinates with weights, by blocks of rows."""
        for here, coordinates in self._coordinates():
            yield (coordinates * np.exp(self._exponents(self.logs[here], self.centre) / 2)).T

    def _coordinates(self) -> Iterator[tuple[slice, Reals]]:
        """Read A once: its coordinates, rank by `HEIGHT`, each written over by the next."""
        last, space = 0, np.empty((self.rank, HEIGHT))
        for first, block in self.blocks:
            last = first + len(block)
            if last > self.n:
                break
            for start in range(0, len(block), HEIGHT):
                rows = block[start : start + HEIGHT]
                out = space if len(rows) == HEIGHT else None
                here = slice(first + start, first + start + len(rows))
                yield here, self.whitening.coordinates(rows, out)
        if last != self.n:
            raise ValueError(f"A must have the same rows in every pass, got {self.n}, then {last}")


def _log_squared_norms(columns: Reals) -> Reals:
    """Give log ‖y‖² for each column, also where ‖y‖² is below the least number."""
    squares = np.square(columns).sum(axis=0)
    if squares.min() > TINY:
        return np.asarray(np.log(squares))
    greatest = np.abs(columns).max(axis=0, initial=0.0)
    scaled = columns / np.where(greatest > 0, greatest, 1.0)
    with np.errstate(divide="ignore"):
        return np.asarray(2 * np.log(greatest) + np.log(np.square(scaled).sum(axis=0)))


def heavy_ball(p: float) -> tuple[float, float]:
    """Give Polyak's step and momentum for a symmetric map with spectrum between 1 and 2/p."""
    root = math.sqrt(2 / p)
    return 4 / (1 + root) ** 2, ((1 - root) / (1 + root)) ** 2

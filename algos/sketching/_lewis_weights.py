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
from algos.sketching._lewis_error_bound import LEAST_P, MOST_P, lewis_error_bound
from algos.sketching._lewis_rounding import Rounding, log_squared_norms
from algos.sketching._matrix import Floats, RowBlocks, row_blocks
from algos.sketching._whitening import SAFE, row_whitening, triangular_factor

__all__ = ["LewisWeights", "lewis_weights"]

Reals = NDArray[np.float64]

#: A Gram matrix of unit diagonal whose Cholesky factor has a smaller diagonal entry is not
#: trusted; the factor is taken from the rows.
TRUSTED = 1e-4
#: Rows that are worked on at once.
HEIGHT = 2048
#: Passes without a new least residual before momentum is given up; ten times as many, the run.
PATIENCE = 10


@dataclass(frozen=True, eq=False)
class LewisWeights:
    """Lewis weights and how near they are to the true ones.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        Positive, and at most 1 at the limit; 0 for zero rows, and for those whose weight is below
        the least double: p above 50 or so makes such.
    p : float
        As asked for.
    rank : int
        The rank of A, up to rounding, and the sum of the true weights.
    residual : float
        The greatest abs(log(τᵢ / wᵢ)), τ being the leverage scores of W^(1/2−1/p) A for these
        very weights w, and a bound on its rounding where that matters: small p can make rows of
        W^(1/2−1/p) A so different that rounding of the great ones hides the small ones.
    error_bound : float
        Every true weight is within a factor exp(error_bound) of the one given: proven from
        ``residual``; see `lewis_error_bound`.
    residuals : ndarray, shape (iterations + 1,)
        The residuals of the start and of every iterate.
    iterations : int
        Steps made.
    status : str
        ``"converged"`` where ``residual`` is at most the tolerance; else ``"stopped"``, after
        ``max_iterations``, or where 100 steps found nothing better: rounding is reached.
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
        In [1e-300, 1e300].
    tolerance : float, optional
        Stop at this residual: the greatest abs(log(τᵢ / wᵢ)).
    max_iterations : int, optional
        Steps at most.
    accelerated : bool, optional
        Steps with momentum; without, w ← w^(1−s) τ^s with s = min(1, p / 2), more steps as a rule
        but, for p < 4, no more than their proven rate allows.

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
    of A is not squared.  Where A's own columns, scaled, are conditioned worse than 1e5, what is
    proven holds for A up to the rounding that `leverage_scores` takes for zero in a row.

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
    p = checked_real("p", p, LEAST_P, MOST_P, low_end=True, high_end=True)
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
        self.moved = np.eye(self.rank)  # from these coordinates to the present ones
        self.rough = False  # whether great rows of W^(1/2−1/p) A may leave rounding in small ones
        self.logs, self.next = np.zeros(self.n), np.zeros(self.n)  # w = 1
        self.centre = self.mean = 0.0  # units of w, in logarithms: of the coordinates, of the next
        self.zero = np.ones(self.n, dtype=bool)  # rows without any weight

    def to(self, tolerance: float, limit: int, accelerated: bool) -> Reals:
        """Step until the residual is small; give all residuals."""
        plain = min(1.0, self.p / 2)
        step, momentum = heavy_ball(self.p) if accelerated else (plain, 0.0)
        drift, rounding = self._look(plain, 0.0)
        residuals, least, since = [drift + rounding], drift, 0
        while residuals[-1] > tolerance and len(residuals) <= limit:
            if since >= PATIENCE and momentum > 0:
                step, momentum, least, since = plain, 0.0, math.inf, 0
            if since >= 10 * PATIENCE:
                break
            if not self._advance(normalise=accelerated):
                break
            drift, rounding = self._look(step, momentum if len(residuals) > 1 else 0.0)
            residuals.append(drift + rounding)
            since = 0 if drift < least else since + 1
            least = min(least, drift)
        return np.array(residuals)

    def _look(self, step: float, momentum: float) -> tuple[float, float]:
        """Read A once: the residual, its rounding, the next weights and their Gram matrix."""
        self.gram, self.total, residual = np.zeros((self.rank, self.rank)), 0.0, 0.0
        errors = Rounding(self.whitening) if self.rough else None
        for here, rows, coordinates in self._coordinates():
            logs, before = self.logs[here], self.next[here]
            exponents = self._exponents(logs, self.centre)
            scores = log_squared_norms(coordinates) + exponents
            if errors:
                errors.add(rows, coordinates, exponents / 2)
            drift = scores - logs  # log(τ / w)
            zero = self.zero[here] = drift == -math.inf
            drift[zero] = 0.0
            after = logs + step * drift + momentum * (logs - before)
            residual = max(residual, float(np.abs(drift).max()))
            self.total += float(np.exp(after, where=~zero, out=np.zeros(len(zero))).sum())
            with np.errstate(over="ignore", invalid="ignore"):  # `_advance` looks at it
                coordinates *= np.exp(self._exponents(after, self.mean) / 2)
                self.gram += coordinates @ coordinates.T
            self.next[here] = after
        return residual, errors.bound() if errors else 0.0

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
        self.whitening = self.whitening.moved(inverse)
        self.moved = self.moved @ (inverse / np.abs(inverse).max())
        values = np.linalg.svd(self.moved, compute_uv=False)
        self.rough = self.whitening.noise is None and values[-1] <= SAFE * values[0]
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
        for here, _, coordinates in self._coordinates():
            yield (coordinates * np.exp(self._exponents(self.logs[here], self.centre) / 2)).T

    def _coordinates(self) -> Iterator[tuple[slice, Floats, Reals]]:
        """Read A once: rows, their coordinates, rank by `HEIGHT`, written over by the next."""
        space = np.empty((self.rank, HEIGHT))
        for first, block in self.blocks:
            for start in range(0, len(block), HEIGHT):
                rows = block[start : start + HEIGHT]
                out = space if len(rows) == HEIGHT else None
                here = slice(first + start, first + start + len(rows))
                yield here, rows, self.whitening.coordinates(rows, out)


def heavy_ball(p: float) -> tuple[float, float]:
    """Give Polyak's step and momentum for a symmetric map with spectrum between 1 and 2/p."""
    root = math.sqrt(2 / p)
    return 4 / (1 + root) ** 2, ((1 - root) / (1 + root)) ** 2

"""Least squares where labels are dear: few rows are chosen before any label is seen."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algos._arguments import checked_array, checked_count
from algos.sketching._matrix import RowBlocks, row_blocks
from algos.sketching._pivotal_sample import pivotal_sample
from algos.sketching._splits import Tree, checked_tree
from algos.sketching._whitening import triangular_factor, whitening

__all__ = ["ActiveRegressionResult", "LabelError", "active_regression", "capped_probabilities"]

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]
EPS = np.finfo(np.float64).eps


class LabelError(ValueError):
    """The labels that came back cannot be used.

    Attributes
    ----------
    indices : ndarray of int64
        The rows whose labels were asked for.
    values : object
        What came back.
    """

    def __init__(self, problem: str, indices: Indices, values: Any) -> None:
        super().__init__(problem, indices, values)  # pickle makes the copy from these
        self.indices, self.values = indices, values

    def __str__(self) -> str:
        """Say what the problem is, and where."""
        return f"{self.args[0]}; the indices are {self.indices}"


@dataclass(frozen=True, eq=False)
class ActiveRegressionResult:
    """A fit from few labels, and what can be said of it without the other ones.

    Attributes
    ----------
    coefficients : ndarray, shape (d,)
        x, the least weighted squares on the labelled rows.
    rows : ndarray of int64
        The rows whose labels were asked for, rising, each once.
    weights : ndarray
        What their squared residuals were multiplied with.
    labels : ndarray
        Their labels.
    labels_used : int
        How many; at most the budget.
    probabilities : ndarray, shape (n,)
        What each row was drawn with: its chance to be in (``"pivotal"``), or in each of the
        budget's draws (``"independent"``).
    rank : int
        Of A, up to rounding.
    distortion : float
        ‖A x − b‖² is at most this times the least ‖A y − b‖², whatever the labels that
        were not asked for; the labels that attain it exist.  inf where ``status`` is
        ``"rank deficient"``.  Up to rounding: about κ 10⁻¹⁶ of it, κ being the condition of A with
        columns of unit norm.
    smallest_singular_value : float
        Of the weighted rows that were drawn, in coordinates where A is orthonormal; inf where A
        is zero.
    status : {"solved", "rank deficient"}
        Whether the labelled rows determine A x.
    """

    coefficients: Vector
    rows: Indices
    weights: Vector
    labels: Vector
    labels_used: int
    probabilities: Vector
    rank: int
    distortion: float
    smallest_singular_value: float
    status: str


def active_regression(
    A: Any,
    labels: Callable[[Indices], ArrayLike],
    budget: int,
    *,
    method: Literal["pivotal", "independent"] = "pivotal",
    coordinates: ArrayLike | None = None,
    tree: Tree | None = None,
    rng: np.random.Generator | int | None = None,
) -> ActiveRegressionResult:
    """Fit a linear model by least squares from at most ``budget`` labels.

    Use it where rows are known and labels are dear: simulations, measurements, people.

    Parameters
    ----------
    A : array_like, sparse matrix, Dask array or callable, shape (n, d)
        The design matrix, whole, or a function that returns an iterator of blocks of rows.
    labels : callable
        ``labels(indices)`` gives the labels of the rows ``indices``, which rise; called once.
    budget : int
        Labels at most, from 1 to n.
    method : {"pivotal", "independent"}, optional
        Competitions between near rows, which spread the sample; or ``budget`` independent draws
        with replacement: a row that is drawn twice is one label, so that fewer may be used.
    coordinates : array_like, shape (n, k), optional
        Points that tell which rows are near; by default the rows of A where it is a
        dense array or a table in memory.
    tree : {"order", "coordinates", "pca"}, optional
        Who competes with whom, see `pivotal_sample`.
    rng : numpy.random.Generator or int, optional
        Source of randomness or its seed.

    Returns
    -------
    ActiveRegressionResult
        With ``distortion``, a factor that holds for this very sample whatever the labels.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    LabelError
        The labels are not finite or of another number than the indices; it carries both.

    Notes
    -----
    Pivotal: row i is in with probability π_i = min(1, c τ_i), τ being the leverage scores and
    c such that Σ π is the budget; its weight is 1 / π_i.  Independent: ``budget`` draws with
    q_i = τ_i / rank; a row that comes k times is asked once and weighs k / (budget q_i).
    Then, for all ε in (0, 1), the smallest squared singular value falls below 1 − ε with
    probability at most rank · exp(−budget ε² / (2 rank)), and where it does not, the squared
    error's excess over the least is at most rank / (budget (1 − ε)²) of the least on average.
    For pivotal draws O(d log d + d / ε) labels give a factor 1 + ε, with constants that are
    not known, and the excess is often many times smaller.  O(n d²) time, two passes over A
    and one that picks the rows.

    References
    ----------
    A. Shimizu, X. Cheng, C. Musco, J. Weare, "Improved active learning via dependent leverage
    score sampling", ICLR 2024.

    J. A. Tropp, "User-friendly tail bounds for sums of random matrices", Foundations of
    Computational Mathematics 12, 2012.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.sketching import active_regression, polynomial_basis
    >>> points = np.linspace(-1, 1, 1000)[:, None]
    >>> A = polynomial_basis(points, 3)
    >>> fit = active_regression(A, lambda rows: points[rows, 0] ** 3, 8, rng=0)
    >>> fit.labels_used, bool(np.abs(A @ fit.coefficients - points[:, 0] ** 3).max() < 1e-12)
    (8, True)
    """
    blocks = row_blocks("A", A)
    budget = checked_count("budget", budget)
    if not callable(labels):
        raise TypeError(f"labels must be a function of row indices, got {labels!r}")
    if method not in ("pivotal", "independent"):
        raise ValueError(f"method must be 'pivotal' or 'independent', got {method!r}")
    if coordinates is None and _in_memory(A):
        coordinates = A
    tree = checked_tree(tree, coordinates)
    generator = np.random.default_rng(rng)
    factor = triangular_factor(block for _, block in blocks)
    assert blocks.rows is not None
    count = blocks.rows
    if budget > count:
        raise ValueError(f"budget must be at most the number of rows, {count}, got {budget}")
    basis = whitening(factor, count)
    leverage = np.concatenate([basis.squared_norms(block) for _, block in blocks])
    if basis.rank == 0:
        rows, weights, chances = np.zeros(0, dtype=np.int64), np.zeros(0), leverage
    elif method == "pivotal":
        chances = capped_probabilities(leverage, budget)
        rows = pivotal_sample(chances, coordinates=coordinates, tree=tree, rng=generator)
        weights = 1 / chances[rows]
    else:
        chances = leverage / leverage.sum()
        drawn = generator.choice(count, size=budget, p=chances)
        rows, times = np.unique(drawn, return_counts=True)
        weights = times / (budget * chances[rows])
    picked = _picked(blocks, rows)
    known = _asked(labels, rows)
    inverse, least = _oblique(picked @ basis.transform, weights)
    solved = least > 0
    with np.errstate(over="ignore", invalid="ignore"):
        coefficients = basis.transform @ (inverse @ known)
    if not np.isfinite(coefficients).all():
        raise LabelError("the fit overflows, scale the labels or A", rows, known)
    return ActiveRegressionResult(
        coefficients=coefficients,
        rows=rows,
        weights=weights,
        labels=known,
        labels_used=len(rows),
        probabilities=chances,
        rank=basis.rank,
        distortion=_squared_norm(inverse) if solved else math.inf,
        smallest_singular_value=least,
        status="solved" if solved else "rank deficient",
    )


def capped_probabilities(scores: Vector, total: int) -> Vector:
    """Give min(1, c · scores) with this sum; 1 for each positive score where there are too few."""
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    if np.count_nonzero(scores) <= total:
        return (scores > 0).astype(np.float64)
    tails = np.cumsum(falling[::-1])[::-1]
    certain = int(np.argmax((total - np.arange(scores.size)) * falling <= tails))
    shares = np.minimum(scores, falling[certain]) / falling[certain:].sum()
    chances = np.minimum((total - certain) * shares, 1.0)
    chances[order[:certain]] = 1.0
    return np.asarray(chances)


def _in_memory(A: Any) -> bool:
    """See whether a matrix is a dense array, or becomes one without being read from elsewhere."""
    return isinstance(A, (list, tuple)) or (hasattr(A, "__array__") and not hasattr(A, "dask"))


def _picked(blocks: RowBlocks, rows: Indices) -> Vector:
    """Read the rows with these rising indices."""
    return np.concatenate(
        [
            block[rows[slice(*np.searchsorted(rows, [first, first + len(block)]))] - first]
            for first, block in blocks
        ]
    ).astype(np.float64)


def _asked(labels: Callable[[Indices], ArrayLike], rows: Indices) -> Vector:
    """Ask for all labels at once."""
    if len(rows) == 0:
        return np.zeros(0)
    given = labels(rows.copy())
    try:
        return checked_array("labels(indices)", given, shape=(len(rows),))
    except (TypeError, ValueError) as error:
        raise LabelError(str(error), rows, given) from None


def _oblique(sampled: Vector, weights: Vector) -> tuple[Vector, float]:
    """Give M with M b = the weighted fit's coordinates, and the least singular value."""
    roots = np.sqrt(weights)
    left, values, right = np.linalg.svd(roots[:, None] * sampled, full_matrices=False)
    kept = values > max(sampled.shape) * EPS * values.max(initial=0)
    full = np.count_nonzero(kept) == sampled.shape[1]
    least = float(values.min(initial=math.inf)) if full else 0.0
    return (right[kept].T / values[kept]) @ (left[:, kept].T * roots), least


def _squared_norm(inverse: Vector) -> float:
    """Give ‖M‖², which is 1 at least, as M U = I."""
    return float(np.linalg.svd(inverse, compute_uv=False).max(initial=1.0)) ** 2

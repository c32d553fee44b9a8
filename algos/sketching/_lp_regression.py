"""Regression in the lp norms, p from 1 on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from algos.sketching._regression import RegressionResult, regression
from algos.sketching._symmetric_norms import LpNorm

__all__ = ["lp_regression"]


def lp_regression(
    A: Any,
    b: ArrayLike,
    p: float = 1,
    *,
    tolerance: float = 0.01,
    size: int | None = None,
    max_steps: int = 100,
    rng: np.random.Generator | int | None = None,
) -> RegressionResult:
    """Minimise ‖A x − b‖_p, with a proof of how far the result is from the least value.

    Use it for least absolute deviations (p = 1) of many rows and few columns.

    Parameters
    ----------
    A : array_like, sparse matrix, Dask array or function, shape (n, d)
        The design; any rank.  It is read by blocks of rows, several times, and never copied; a
        function returns a new iterator of blocks.
    b : array_like, shape (n,)
        The response.
    p : float, optional
        At least 1 and finite.
    tolerance : float, optional
        The objective is to lie within this factor of the lower bound, less 1; at least 1e-9.
    size : int, optional
        Rows to draw for the first solution; none for 0 or more than A has; by default 200
        times the rank for p = 1 where that is at most a tenth of the rows, and none for other p.
    max_steps : int, optional
        Newton steps on all rows at most.
    rng : Generator, int or None, optional
        Source of the sample.

    Returns
    -------
    RegressionResult
        Coefficients, objective, lower bound, and in ``status`` whether they are within the
        tolerance.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or A or b is not finite.

    Notes
    -----
    Coordinates in which A's columns are orthonormal come from Householder's method, for sparse A
    from a CountSketch and the sparse product AᵀA.  Rows are drawn, half of them uniformly and half
    by their leverage (beyond rank 16, an estimate) to the power min(p, 2) / 2, and the sampled
    problem is solved; or least squares are.  Then Newton's method on the smoothed norm goes on with
    all rows, and stops as soon as its gradient proves the gap.  The gradient w is a vector of dual
    norm 1, and ⟨w, b⟩ bounds every objective from below if Aᵀw = 0; what is left of Aᵀw is paid
    for.

    For p = 1 the smoothed norm is Huber's function, whose curvature sits on the rows of small
    residual.  O(n d²) for the coordinates, O(n d) a step and O(k d²) for the k rows with
    curvature; for sparse A with s_i nonzeros in row i, O(Σ s_i² + d³), O(Σ s_i) and O(Σ s_i² + d³).

    Columns that are dependent up to rounding in every row are taken as dependent.  Where rounding
    leaves the rank open, nothing is certified.

    References
    ----------
    K. Madsen, H. Nielsen, "A finite smoothing algorithm for linear l1 estimation", SIAM Journal on
    Optimization 3, 1993.

    A. Dasgupta, P. Drineas, B. Harb, R. Kumar, M. Mahoney, "Sampling algorithms and coresets for
    lp regression", SIAM Journal on Computing 38, 2009.

    Examples
    --------
    >>> from algos.sketching import lp_regression
    >>> result = lp_regression([[1.0], [1.0], [1.0]], [0.0, 1.0, 10.0], tolerance=1e-6)
    >>> result.status, result.x.round(5).tolist(), round(result.objective, 5)
    ('certified', [1.0], 10.0)
    """
    norm = LpNorm(p)
    if size is None and norm.p != 1:
        size = 0  # least squares are as good a start
    return regression(
        A,
        b,
        norm,
        sampled=None if p == 2 else lambda weights: (norm, weights ** (1 / norm.p)),
        power=min(norm.p, 2) / 2,
        tolerance=tolerance,
        size=size,
        max_steps=max_steps,
        rng=rng,
    )

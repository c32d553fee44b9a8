"""Regression in Orlicz norms: Huber's, Tukey's made convex, and yours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from algos.sketching._orlicz import OrliczFunction
from algos.sketching._orlicz_norm import OrliczNorm
from algos.sketching._regression import RegressionResult, regression

__all__ = ["orlicz_regression"]


def orlicz_regression(
    A: Any,
    b: ArrayLike,
    G: OrliczFunction,
    *,
    tolerance: float = 0.01,
    size: int | None = None,
    max_steps: int = 200,
    rng: np.random.Generator | int | None = None,
) -> RegressionResult:
    """Minimise the Orlicz norm of A x − b, with a proof of how far the result is from the least.

    The norm is inf{t: Σ G(abs(r_i) / t) ≤ 1}: a robust loss that needs no scale of the noise.

    Parameters
    ----------
    A : array_like, sparse matrix, Dask array or function, shape (n, d)
        The design, as for `lp_regression`.
    b : array_like, shape (n,)
        The response.
    G : Huber, ConvexTukey or an object with their three methods
        ``value``, ``derivative`` and ``conjugate`` over arrays of numbers of at least 0: convex,
        G(0) = 0, growing at most like a square.
    tolerance : float, optional
        The objective is to lie within this factor of the lower bound, less 1; at least 1e-9.
    size : int, optional
        Rows to draw for the first solution; none for 0 or more than A has; by default 200
        times the rank where that is at most a tenth of the rows.
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
        An argument is not what it must be, A or b is not finite, or G was seen not to be convex,
        or its conjugate to be too small, or it gave what is no number; the message has the points.

    Notes
    -----
    For Aᵀw = 0 Young's inequality bounds every objective from below by
    ⟨w, b⟩ / inf_k (1 + Σ G*(k abs(w_i))) / k.  With w = G'(r / t) this is attained at the
    optimum.  The rest is as in `lp_regression`; curvature is taken from differences of G'.  A jump
    of G' away from 0 is not smoothed and may leave a gap; the status then says so.  A function is
    looked at where it is evaluated, in some 200 points at a time: one that is not convex elsewhere,
    or whose conjugate is too small there, is not found out.

    References
    ----------
    A. Andoni, C. Lin, Y. Sheng, P. Zhong, R. Zhong, "Subspace embedding and linear regression with
    Orlicz norm", ICML 2018.

    Examples
    --------
    >>> from algos.sketching import Huber, orlicz_regression
    >>> result = orlicz_regression([[1.0], [1.0], [1.0]], [0.0, 1.0, 10.0], Huber(0.1))
    >>> result.status, bool(0 <= result.x[0] <= 2)
    ('certified', True)
    """
    return regression(
        A,
        b,
        OrliczNorm(G),
        sampled=lambda weights: (OrliczNorm(G, weights), np.ones(len(weights))),
        power=0.5,
        tolerance=tolerance,
        size=size,
        max_steps=max_steps,
        rng=rng,
    )

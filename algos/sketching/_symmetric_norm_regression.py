"""Regression in symmetric norms: top-k, ordered weighted, and sums of norms."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from algos.sketching._norm import Norm
from algos.sketching._regression import RegressionResult, regression

__all__ = ["symmetric_norm_regression"]


def symmetric_norm_regression(
    A: Any,
    b: ArrayLike,
    norm: Norm,
    *,
    tolerance: float = 0.01,
    max_steps: int = 300,
) -> RegressionResult:
    """Minimise a symmetric norm of A x − b, with a proof of how far the result is from the least.

    Parameters
    ----------
    A : array_like, sparse matrix, Dask array or function, shape (n, d)
        The design, as for `lp_regression`.
    b : array_like, shape (n,)
        The response.
    norm : LpNorm, OrderedNorm, TopKNorm, OrliczNorm or SumOfNorms
        The norm.
    tolerance : float, optional
        The objective is to lie within this factor of the lower bound, less 1; at least 1e-9.
    max_steps : int, optional
        Newton steps at most.

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
    From least squares on, Newton's method on the smoothed norm.  Ordered norms are smoothed by a
    Euclidean ball: the gradient is the projection of the residual onto the dual ball.  A sum's dual
    ball is the sum of its parts', so a sum of dual vectors, one a part, is the certificate.  All
    rows take part: a sample of rows keeps a norm that is no sum over the rows only within a factor
    that grows with d.  O(n d² + n log n) a step.

    References
    ----------
    Z. Song, R. Wang, L. Yang, H. Zhang, P. Zhong, "Efficient symmetric norm regression via linear
    sketching", NeurIPS 2019.

    Examples
    --------
    >>> from algos.sketching import TopKNorm, symmetric_norm_regression
    >>> result = symmetric_norm_regression([[1.0], [1.0], [1.0]], [0.0, 1.0, 10.0], TopKNorm(1))
    >>> result.status, result.x.round(1).tolist()
    ('certified', [5.0])
    """
    if not isinstance(norm, Norm):
        raise TypeError(
            f"norm must be an LpNorm, OrderedNorm, TopKNorm, OrliczNorm or SumOfNorms, got {norm!r}"
        )
    return regression(
        A,
        b,
        norm,
        sampled=None,
        power=1,
        tolerance=tolerance,
        size=0,
        max_steps=max_steps,
        rng=None,
    )

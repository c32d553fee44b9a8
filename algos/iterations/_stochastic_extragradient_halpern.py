"""Anchored extragradient on a Lipschitz monotone operator that is seen through samples."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_array
from algos.iterations._oracle import Vector
from algos.iterations._page import Page, SampleOracle, StochasticResult, run_on_samples


def stochastic_extragradient_halpern(
    oracle: SampleOracle,
    u0: ArrayLike,
    *,
    lipschitz: float,
    variance: float,
    epsilon: float,
    max_iterations: int,
    tolerance: float = 0.0,
    distance: float | None = None,
    max_samples: int = 10**8,
    rng: np.random.Generator | int | None = None,
) -> StochasticResult:
    r"""Find a zero of a monotone Lipschitz operator from noisy samples of it.

    Use it for saddle points, whose operators are monotone but not cocoercive; where the
    operator is cocoercive :func:`stochastic_halpern` has better constants.

    Parameters
    ----------
    oracle : callable
        ``oracle(x, size, rng) -> array``, as for :func:`stochastic_halpern`.
    u0 : array_like
        The start and anchor, of any shape.
    lipschitz : float
        L, between 1e-100 and 1e100: ⟨F(x) − F(y), x − y⟩ ≥ 0, and on average over the
        samples the squared change of one from x to y is at most L² ‖x − y‖².
    variance : float
        At least the mean squared distance of a sample from F(x), at every x; 0 for an
        exact oracle.
    epsilon : float
        Positive, below 1e100; the accuracy of the estimates.
    max_iterations : int
        Steps K.
    tolerance : float, optional
        Stop where the estimate's norm is at most this; 0 takes all the steps.  Noise alone
        leaves estimates of the order of epsilon.
    distance : float, optional
        Upper bound on the distance R from u0 to a zero; gives the result its bound where
        the oracle is exact, the only case whose constants are known.
    max_samples : int, optional
        Samples at most; the run ends before an estimate that would need more.
    rng : numpy.random.Generator, int or None, optional
        Decides when the estimate is renewed, and seeds the oracle's generators.

    Returns
    -------
    StochasticResult
        The last iterate u_K.  Its ``estimate``, and with it the residual, is that of F at
        v_{K−1}, the point from which u_K was stepped to: L η times the last change of the
        estimate away from F(u_K), at most.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        The oracle raised.

    Notes
    -----
    With b_k = u0 / (k + 1) + k / (k + 1) · u_k: v_k = b_k − η_k F̃(v_{k−1}), then
    u_{k+1} = b_k − η_k F̃(v_k), at one estimate a step.  η_0 = 1 / (3 √3 L), and η_k falls
    towards a positive limit.  The estimates are those of :func:`stochastic_halpern`, and so
    are the batches: one may hold as many samples as are left of ``max_samples``.
    E‖F(u_k)‖² ≤ 440 L² R² / ((k + 1)(k + 2)) + O(epsilon²).

    References
    ----------
    X. Cai, C. Song, C. Guzmán, J. Diakonikolas, "Stochastic Halpern iteration with
    variance reduction for stochastic monotone inclusions", NeurIPS 2022.

    Examples
    --------
    The saddle point of x y, through noise; plain steps would spiral outwards:

    >>> import numpy as np
    >>> from algos.iterations import stochastic_extragradient_halpern
    >>> def noisy(z, size, rng):
    ...     return np.array([z[1], -z[0]]) + rng.standard_normal((size, 2)).mean(axis=0)
    >>> result = stochastic_extragradient_halpern(
    ...     noisy, [1.0, 0.0], lipschitz=1, variance=2, epsilon=0.1, max_iterations=100, rng=0)
    >>> bool(np.linalg.norm(result.x) < 0.3)
    True
    """
    start = checked_array("u0", u0)
    page = Page(
        oracle,
        start,
        lipschitz=lipschitz,
        variance=variance,
        epsilon=epsilon,
        max_samples=max_samples,
        rng=rng,
    )

    def rate(k: int, radius: float) -> float:
        """Bound an exact oracle's run; the constants of a noisy one are not known."""
        known = math.sqrt(440 / ((k + 1) * (k + 2))) * page.lipschitz
        return known * radius if variance == 0 else math.inf

    return run_on_samples(
        page,
        _steps,
        rate,
        u0=start,
        tolerance=tolerance,
        max_iterations=max_iterations,
        distance=distance,
    )


def _steps(page: Page, u0: Vector) -> Iterator[tuple[Vector, Vector]]:
    """Yield the iterates u, each with the estimate at the point v before it."""
    step = 1 / (3 * math.sqrt(3) * page.lipschitz)
    estimate = page.at(u0, 1.0)
    yield u0, estimate
    u, k = u0 - step * estimate, 1
    while True:
        yield u, estimate
        shrink = 9 * (page.lipschitz * step) ** 2
        step *= (1 - 1 / (k + 1) ** 2 - shrink) * (k + 1) ** 2 / ((1 - shrink) * k * (k + 2))
        base = u0 / (k + 1) + k / (k + 1) * u
        estimate = page.at(base - step * estimate, 2 / (k + 1))
        u = base - step * estimate
        k += 1

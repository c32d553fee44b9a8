"""Halpern's iteration on a cocoercive operator that is seen through samples."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_array, checked_count, checked_real
from algos.iterations._oracle import Vector
from algos.iterations._page import Page, SampleOracle, StochasticResult, run_on_samples


def stochastic_halpern(
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
    r"""Find a zero of a cocoercive operator from noisy samples of it.

    Use it where the norm of the operator itself must become small, not a gap: a gradient
    or a saddle point's residual known through samples alone.

    Parameters
    ----------
    oracle : callable
        ``oracle(x, size, rng) -> array``: the mean of ``size`` independent unbiased
        samples of F(x).  Called at two points with generators in the same state it must
        draw the same samples; it must not write to x.
    u0 : array_like
        The start and anchor, of any shape.
    lipschitz : float
        L, between 1e-100 and 1e100: ⟨F(x) − F(y), x − y⟩ ≥ ‖F(x) − F(y)‖² / L, and on
        average over the samples the squared change of one from x to y is at most
        L² ‖x − y‖².
    variance : float
        At least the mean squared distance of a sample from F(x), at every x.
    epsilon : float
        Positive, below 1e100; the accuracy of the estimates.  The samples grow like
        epsilon⁻² a step, and like epsilon⁻³ over the L R / epsilon steps that bring ‖F‖ to
        its order.
    max_iterations : int
        Steps K.
    tolerance : float, optional
        Stop where the estimate's norm is at most this; 0 takes all the steps, which the
        bound on the mean supposes.
    distance : float, optional
        Upper bound on the distance R from u0 to a zero; gives the result its bound.
    max_samples : int, optional
        Samples at most; the run ends before an estimate that would need more.
    rng : numpy.random.Generator, int or None, optional
        Decides when the estimate is renewed, and seeds the oracle's generators.

    Returns
    -------
    StochasticResult
        The last iterate, an estimate of F there and the bound on its mean norm.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        The oracle raised.

    Notes
    -----
    u_k = u0 / (k + 1) + k / (k + 1) · (u_{k−1} − F̃_{k−1} / L).  With probability
    p = 2 / (k + 1) the estimate F̃_k is the mean of ⌈8 variance / (p epsilon²)⌉ samples;
    else it adds to F̃_{k−1} the mean change over ⌈8 L² ‖u_k − u_{k−1}‖² / (p epsilon)²⌉ of
    them.  Then E‖F̃_k − F(u_k)‖² ≤ epsilon² / k, and the mean of ‖F(u_k)‖ is at most
    76 L R / k + 4 √(2/3) epsilon, as published, and by the proof of this library at most
    2 L R / (k + 2) + (2/3) √k (k + 3) / (k + 1) epsilon, the smaller one as long as k is in
    the thousands.  One batch may hold as many samples as are left of ``max_samples``: an
    oracle that holds them all in memory must be given fewer.

    References
    ----------
    X. Cai, C. Song, C. Guzmán, J. Diakonikolas, "Stochastic Halpern iteration with
    variance reduction for stochastic monotone inclusions", NeurIPS 2022.

    The second bound: ``docs/theory/stochastic_halpern.md``, "A bound without 76".

    Examples
    --------
    >>> import numpy as np
    >>> from algos.iterations import stochastic_halpern
    >>> def noisy(x, size, rng):  # F(x) = x − 1 seen through unit noise
    ...     return x - 1 + rng.standard_normal((size, x.size)).mean(axis=0)
    >>> result = stochastic_halpern(noisy, [0.0], lipschitz=1, variance=1, epsilon=0.1,
    ...                             max_iterations=20, distance=1, rng=0)
    >>> result.status, bool(abs(result.x[0] - 1) <= result.bound)
    ('iteration limit', True)
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
    return run_on_samples(
        page,
        _steps,
        lambda k, radius: stochastic_halpern_bound(k, page.lipschitz, radius, page.epsilon),
        u0=start,
        tolerance=tolerance,
        max_iterations=max_iterations,
        distance=distance,
    )


def _steps(page: Page, u0: Vector) -> Iterator[tuple[Vector, Vector]]:
    """Yield the iterates and the estimates there."""
    u, k = u0, 0
    while True:
        estimate = page.at(u, min(2 / (k + 1), 1.0))
        yield u, estimate
        k += 1
        u = u0 / (k + 1) + k / (k + 1) * (u - estimate / page.lipschitz)


def stochastic_halpern_bound(
    iterations: int, lipschitz: float, distance: float, epsilon: float
) -> float:
    r"""Bound the mean of ‖F(u_k)‖ after k steps of :func:`stochastic_halpern`.

    Parameters
    ----------
    iterations : int
        Steps k, at least 0.
    lipschitz : float
        L, positive.
    distance : float
        From u0 to a zero of F, at least 0; inf gives inf.
    epsilon : float
        Accuracy of the estimates, at least 0.

    Returns
    -------
    float
        The smaller of the published bound and ours.

    Raises
    ------
    TypeError, ValueError
        An argument is no number or out of range.

    Examples
    --------
    >>> from algos.iterations import stochastic_halpern_bound
    >>> round(stochastic_halpern_bound(98, 1.0, 1.0, 0.001), 4)
    0.0267
    >>> round(stochastic_halpern_bound(10**6, 1.0, 1.0, 0.001), 4)
    0.0033
    """
    k = checked_count("iterations", iterations, least=0)
    lipschitz = checked_real("lipschitz", lipschitz, 0, math.inf)
    distance = checked_real("distance", distance, 0, math.inf, low_end=True, high_end=True)
    epsilon = checked_real("epsilon", epsilon, 0, math.inf, low_end=True)
    scale = lipschitz * distance
    ours = 2 * scale / (k + 2) + 2 / 3 * math.sqrt(k) * (k + 3) / (k + 1) * epsilon
    return min(76 * scale / k + 4 * math.sqrt(2 / 3) * epsilon, ours) if k else ours

"""The Bregman proximal point method."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from numpy.typing import ArrayLike

from algos._arguments import checked_real
from algos.iterations._bregman import (
    BregmanResult,
    Guarded,
    checked_start,
    follow,
    gradient_rounding,
)
from algos.iterations._generator import Generator
from algos.iterations._oracle import PAIR_RTOL, Stop, Vector, Witness


def bregman_proximal_point(
    proximal: Callable[[Vector, float], ArrayLike],
    x0: ArrayLike,
    *,
    generator: Generator,
    step: float,
    divergence: float | None = None,
    tolerance: float = 0.0,
    max_iterations: int = 1000,
    check: bool = True,
) -> BregmanResult:
    """Minimise a convex f by proximal steps in a Bregman divergence.

    Use it where f + D(·, x) / step is easy to minimise: multiplier methods, entropic transport.

    Parameters
    ----------
    proximal : callable
        ``proximal(x, step)`` minimises step f(u) + D(u, x) over u.
    x0 : array_like, shape (n,)
        Start, inside the generator's domain.
    generator : Generator
        The generator h.
    step : float
        Positive; large steps need few iterations of costly steps.
    divergence : float, optional
        Upper bound on D(x*, x0); the bounds are infinite without it.
    tolerance : float, optional
        Stop when some step's divergence D(x_{i−1}, x_i) is at most this.
    max_iterations : int, optional
        Steps at most.
    check : bool, optional
        Test that the subgradients (∇h(x_{i−1}) − ∇h(x_i)) / step are monotone along the iterates.

    Returns
    -------
    BregmanResult
        ``residual`` is the least D(x_{i−1}, x_i) so far; ``value`` is NaN, f is never evaluated.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was called.
    OracleError
        The proximal operator raised.

    Notes
    -----
    After k steps f(x_k) − f* ≤ D(x*, x0) / (step k), and the least D(x_{i−1}, x_i) is at most
    2 D(x*, x0) / (k (k − 1)).  One call a step.

    References
    ----------
    G. Chen, M. Teboulle, "Convergence analysis of a proximal-like minimization algorithm using
    Bregman functions", SIAM Journal on Optimization 3, 1993.

    Examples
    --------
    The function u ↦ u on the positive numbers has x e^(−step) as its entropic proximal step:

    >>> import numpy as np
    >>> from algos.iterations import Entropy, bregman_proximal_point
    >>> result = bregman_proximal_point(
    ...     lambda x, step: x * np.exp(-step), [1.0],
    ...     generator=Entropy(), step=0.5, divergence=1.0, max_iterations=4)
    >>> bool(result.x[0] <= result.gap_bound), result.gap_bound
    (True, 0.5)
    """
    x0, tolerance, limit, far = checked_start(x0, generator, tolerance, max_iterations, divergence)
    step = checked_real("step", step, 0, math.inf)
    proximal_map = Guarded(proximal, x0.size, "proximal")
    steps = _steps(proximal_map, x0, generator, step, check)
    end = follow(steps, start=x0, tolerance=tolerance, limit=limit)
    k = end.iterations
    return BregmanResult(
        x=end.x,
        status=end.status,
        residual=end.residual,
        bound=2 * far / (k * (k - 1)) if k > 1 else math.inf,
        iterations=k,
        oracle_calls=proximal_map.calls,
        preconditions=("monotone subgradients",) if check and k > 1 else (),
        witness=end.witness,
        value=math.nan,
        gap_bound=far / step / k if k else math.inf,
    )


def _steps(
    proximal: Guarded, x: Vector, h: Generator, step: float, check: bool
) -> Iterator[tuple[Vector, float, float]]:
    """Yield the iterates and the least divergence of a step."""
    least, slope = math.inf, None
    yield x, math.nan, least
    while True:
        new = proximal.point(x, step)
        if not h.inside(new):
            text = f"call {proximal.calls} returned a point outside the domain of {h!r}"
            raise Stop("diverged", Witness(proximal.calls, text, (x.copy(),), (new,)))
        new_slope = (h.gradient(x) - h.gradient(new)) / step
        if check and slope is not None:
            product = float((new_slope - slope) @ (new - x))
            rounding = (gradient_rounding(h, x) + gradient_rounding(h, new)) / step
            slack = (PAIR_RTOL * (abs(new_slope) + abs(slope)) + rounding) @ abs(new - x)
            if product < -float(slack):
                text = f"⟨s(x) − s(y), x − y⟩ = {product:.6g} of two proximal steps is negative"
                raise proximal.stop(text, (new, x), (new_slope, slope))
        least = min(least, h.divergence(x, new))
        x, slope = new, new_slope
        yield x, math.nan, least

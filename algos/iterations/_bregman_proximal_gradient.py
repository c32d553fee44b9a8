"""The Bregman proximal gradient method (NoLips)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from numpy.typing import ArrayLike

from algos._arguments import checked_real
from algos.iterations._bregman import (
    BregmanResult,
    Function,
    Guarded,
    Prox,
    check_convex,
    checked_start,
    follow,
    guarded_prox,
    mirror_step,
)
from algos.iterations._generator import Generator
from algos.iterations._oracle import Vector


def bregman_proximal_gradient(
    function: Function,
    x0: ArrayLike,
    *,
    generator: Generator,
    smoothness: float,
    prox: Prox | None = None,
    divergence: float | None = None,
    tolerance: float = 0.0,
    max_iterations: int = 1000,
    check: bool = True,
) -> BregmanResult:
    """Minimise f + ψ where f is smooth relative to a distance generator h.

    Use it where the gradient of f is not Lipschitz but that of L h − f stays monotone: Poisson
    likelihoods with Burg's entropy, optimal design, entropic problems on the simplex.

    Parameters
    ----------
    function : callable
        ``function(x)`` returns f(x) and its gradient, for a convex f.
    x0 : array_like, shape (n,)
        Start, inside the generator's domain.
    generator : Generator
        The generator h.
    smoothness : float
        Constant L > 0 such that L h − f is convex.
    prox : callable, optional
        ``prox(dual, step)`` minimises step ψ(u) + h(u) − ⟨dual, u⟩; without it ψ = 0, and the
        generator's ``inverse_gradient`` does.
    divergence : float, optional
        Upper bound on D(x*, x0); the bounds are infinite without it.
    tolerance : float, optional
        Stop when some step's divergence D(x_{i−1}, x_i) is at most this.
    max_iterations : int, optional
        Steps at most.
    check : bool, optional
        Test along the iterates that f is convex and L-smooth relative to h; costs no call.

    Returns
    -------
    BregmanResult
        ``residual`` is the least D(x_{i−1}, x_i) so far; ``gap_bound`` speaks of f + ψ, ``value``
        of f alone.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was called.
    OracleError
        The function, or ``prox``, raised.

    Notes
    -----
    x_{k+1} minimises ⟨∇f(x_k), u⟩ + ψ(u) + L D(u, x_k).  After k steps the objective's gap is at
    most L D(x*, x0) / k, and the least D(x_{i−1}, x_i) is at most 2 D(x*, x0) / (k (k − 1)).
    k + 1 calls for k steps.

    References
    ----------
    H. Bauschke, J. Bolte, M. Teboulle, "A descent lemma beyond Lipschitz gradient continuity",
    Mathematics of Operations Research 42, 2017.

    R. Dragomir, A. Taylor, A. d'Aspremont, J. Bolte, "Optimal complexity and certification of
    Bregman first-order methods", Mathematical Programming 194, 2022.

    Examples
    --------
    The Poisson likelihood of counts (1, 3) at rates x, 2 x:

    >>> import numpy as np
    >>> from algos.iterations import Burg, bregman_proximal_gradient
    >>> rates, counts = np.array([1.0, 2.0]), np.array([1.0, 3.0])
    >>> def likelihood(x):
    ...     means = rates * x
    ...     return np.sum(means - counts * np.log(means)), rates @ (1 - counts / means)[:, None]
    >>> result = bregman_proximal_gradient(
    ...     likelihood, [1.0], generator=Burg(), smoothness=4.0, tolerance=1e-20)
    >>> result.status, result.x.round(6)
    ('converged', array([1.333333]))
    """
    x0, tolerance, limit, far = checked_start(x0, generator, tolerance, max_iterations, divergence)
    smoothness = checked_real("smoothness", smoothness, 0, math.inf)
    f = Guarded(function, x0.size)
    steps = _steps(f, x0, generator, smoothness, guarded_prox(prox, x0.size), check)
    end = follow(steps, start=x0, tolerance=tolerance, limit=limit)
    k = end.iterations
    return BregmanResult(
        x=end.x,
        status=end.status,
        residual=end.residual,
        bound=2 * far / (k * (k - 1)) if k > 1 else math.inf,
        iterations=k,
        oracle_calls=f.calls,
        preconditions=("convex", "relatively smooth") if check and k else (),
        witness=end.witness,
        value=end.value,
        gap_bound=smoothness * far / k if k else math.inf,
    )


def _steps(
    f: Guarded,
    x: Vector,
    h: Generator,
    smoothness: float,
    prox: Guarded | None,
    check: bool,
) -> Iterator[tuple[Vector, float, float]]:
    """Yield the iterates, their values and the least divergence of a step."""
    value, slope = f.pair(x)
    least = math.inf
    yield x, value, least
    while True:
        new = mirror_step(f, h, prox, x, slope, 1 / smoothness)
        new_value, new_slope = f.pair(new)
        if check:
            check_convex(f, x, (value, slope), new, (new_value, new_slope))
            check_smooth(f, h, smoothness, x, (value, slope), new, (new_value, new_slope))
        least = min(least, h.divergence(x, new))
        x, value, slope = new, new_value, new_slope
        yield x, value, least


def check_smooth(
    f: Guarded,
    h: Generator,
    smoothness: float,
    x: Vector,
    at_x: tuple[float, Vector],
    y: Vector,
    at_y: tuple[float, Vector],
) -> None:
    """Stop where two points show that f is not smooth relative to h."""
    (fx, gx), (fy, gy) = at_x, at_y
    far = h.divergence(y, x)
    rise = fy - fx - float(gx @ (y - x))
    if rise > smoothness * far * (1 + 1e-9) + f.slack(gx, x, y):
        text = (
            f"f(y) − f(x) − ⟨∇f(x), y − x⟩ = {rise:.9g} exceeds L D(y, x) = {smoothness * far:.9g}"
        )
        raise f.stop(text, (x, y), (gx, gy))

"""The Bregman proximal gradient method accelerated by triangle scaling."""

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


def accelerated_bregman_proximal_gradient(
    function: Function,
    x0: ArrayLike,
    *,
    generator: Generator,
    smoothness: float,
    exponent: float | None = None,
    prox: Prox | None = None,
    divergence: float | None = None,
    tolerance: float = 0.0,
    max_iterations: int = 1000,
    check: bool = True,
) -> BregmanResult:
    """Minimise f + ψ at the rate that the divergence's triangle scaling allows.

    Use it with exponent 2: a quadratic generator, or one that is 1-strongly convex in a norm in
    which ∇f is L-Lipschitz.  With exponent 1 it is no faster than
    :func:`bregman_proximal_gradient`.

    Parameters
    ----------
    function : callable
        ``function(x)`` returns f(x) and its gradient, for a convex f.
    x0 : array_like, shape (n,)
        Start, inside the generator's domain.
    generator : Generator
        The generator h.
    smoothness : float
        L > 0: f is L-smooth relative to h, or ∇f is L-Lipschitz in h's norm.
    exponent : float, optional
        Exponent γ in [1, 2] with f(x⁺) ≤ f(y) + ⟨∇f(y), x⁺ − y⟩ + θ^γ L D(z⁺, z) where x⁺ − y =
        θ (z⁺ − z); the generator's ``scaling`` by default.
    prox : callable, optional
        ``prox(dual, step)`` minimises step ψ(u) + h(u) − ⟨dual, u⟩; without it ψ = 0.
    divergence : float, optional
        Upper bound on D(x*, x0); the bound is infinite without it.
    tolerance : float, optional
        Stop when D(x, z⁺) + D(z, z⁺) is at most this; it is 0 at a minimiser alone.
    max_iterations : int, optional
        Steps at most.
    check : bool, optional
        Test the inequality that defines the exponent, and convexity, along the iterates; costs
        one call a step more.

    Returns
    -------
    BregmanResult
        ``residual`` is the last D(x, z⁺) + D(z, z⁺), of which nothing is proven; ``gap_bound``
        speaks of f + ψ at ``x``; ``value`` is f there with ``check``, else at the step's y.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was called.
    OracleError
        The function, or ``prox``, raised.

    Notes
    -----
    With θ = γ / (k + γ), k = 0, 1, …: y = (1 − θ) x + θ z; z⁺ minimises ⟨∇f(y), u⟩ + ψ(u) +
    θ^(γ−1) L D(u, z); x⁺ = (1 − θ) x + θ z⁺.  After k steps the objective's gap is at most
    (γ / (k − 1 + γ))^γ L D(x*, x0).  With k in place of k − 1 the bound fails.

    References
    ----------
    F. Hanzely, P. Richtárik, L. Xiao, "Accelerated Bregman proximal gradient methods for
    relatively smooth convex optimization", Computational Optimization and Applications 79, 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.iterations import Euclidean, accelerated_bregman_proximal_gradient
    >>> hessian = np.diag([1.0, 0.01])
    >>> result = accelerated_bregman_proximal_gradient(
    ...     lambda x: (x @ hessian @ x / 2, hessian @ x), [1.0, 1.0],
    ...     generator=Euclidean(), smoothness=1.0, divergence=1.0, max_iterations=99)
    >>> result.value <= result.gap_bound
    True
    """
    x0, tolerance, limit, far = checked_start(x0, generator, tolerance, max_iterations, divergence)
    smoothness = checked_real("smoothness", smoothness, 0, math.inf)
    if exponent is None and math.isnan(generator.scaling):
        raise ValueError(f"exponent must be given: no triangle scaling of {generator!r} is known")
    gamma = generator.scaling if exponent is None else exponent
    gamma = checked_real("exponent", gamma, 1, 2, low_end=True, high_end=True)
    f = Guarded(function, x0.size)
    steps = _steps(f, x0, generator, smoothness, gamma, guarded_prox(prox, x0.size), check)
    end = follow(steps, start=x0, tolerance=tolerance, limit=limit)
    k = end.iterations
    return BregmanResult(
        x=end.x,
        status=end.status,
        residual=end.residual,
        bound=math.inf,
        iterations=k,
        oracle_calls=f.calls,
        preconditions=("convex", f"exponent {gamma:g}") if check and k else (),
        witness=end.witness,
        value=end.value,
        gap_bound=smoothness * far * (gamma / (k - 1 + gamma)) ** gamma if k else math.inf,
    )


def _steps(
    f: Guarded,
    x: Vector,
    h: Generator,
    smoothness: float,
    gamma: float,
    prox: Guarded | None,
    check: bool,
) -> Iterator[tuple[Vector, float, float]]:
    """Yield the iterates, their values and the last step's divergence."""
    z, k = x, 0
    yield x, math.nan, math.inf
    while True:
        theta = gamma / (k + gamma)
        y = (1 - theta) * x + theta * z
        value, slope = f.pair(y)
        weight = theta ** (gamma - 1) * smoothness
        new = mirror_step(f, h, prox, z, slope, 1 / weight)
        far = h.divergence(x, new) + h.divergence(z, new)
        x = (1 - theta) * x + theta * new
        if check:
            at_x = f.pair(x)
            check_convex(f, y, (value, slope), x, at_x)
            rise = at_x[0] - value - float(slope @ (x - y))
            allowed = theta**gamma * smoothness * h.divergence(new, z)
            if rise > allowed * (1 + 1e-9) + f.slack(slope, x, y):
                text = (
                    f"f(x⁺) − f(y) − ⟨∇f(y), x⁺ − y⟩ = {rise:.9g} exceeds θ^γ L D = {allowed:.9g}"
                )
                raise f.stop(text, (y, x), (slope, at_x[1]))
            value = at_x[0]
        z, k = new, k + 1
        yield x, value, far

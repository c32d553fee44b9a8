"""Mirror descent with subgradients."""

from __future__ import annotations

import math
from collections.abc import Iterator

from numpy.typing import ArrayLike

from algos._arguments import checked_count, checked_real
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


def mirror_descent(
    function: Function,
    x0: ArrayLike,
    *,
    generator: Generator,
    lipschitz: float,
    divergence: float,
    iterations: int,
    prox: Prox | None = None,
    tolerance: float = 0.0,
    check: bool = True,
) -> BregmanResult:
    """Minimise a nonsmooth convex function by subgradient steps in a mirror.

    Use it where subgradients are all there is; on the simplex, with ``Entropy(total=1)``, the
    dimension enters through its logarithm alone.

    Parameters
    ----------
    function : callable
        ``function(x)`` returns f(x) and a subgradient.
    x0 : array_like, shape (n,)
        Start, inside the generator's domain.
    generator : Generator
        The generator h, with a modulus ρ > 0.
    lipschitz : float
        G > 0, at least the dual norm of every subgradient.
    divergence : float
        D ≥ D(x*, x0) > 0; on the simplex log n from the uniform point.
    iterations : int
        T, at least 1; the step depends on it.
    prox : callable, optional
        ``prox(dual, step)`` minimises h(u) − ⟨dual, u⟩ over a convex set, the indicator of which
        is ψ; without it the set is the whole domain.
    tolerance : float, optional
        Stop when the residual is at most this.
    check : bool, optional
        Test the subgradients' norms and convexity along the iterates; costs no call.

    Returns
    -------
    BregmanResult
        ``x`` is the average of the T points at which f was asked, ``value`` the mean of f there,
        which f(x) does not exceed; ``residual`` bounds f(x) − f* by the norms that were seen and
        ``bound`` = ``gap_bound`` by ``lipschitz``.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was called.
    OracleError
        The function, or ``prox``, raised.

    Notes
    -----
    The step is √(2 ρ D / T) / G.  The average of x_0 … x_{T−1} has
    f(x) − f* ≤ G √(2 D / (ρ T)), which no constant improves.

    References
    ----------
    A. Beck, M. Teboulle, "Mirror descent and nonlinear projected subgradient methods for convex
    optimization", Operations Research Letters 31, 2003.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.iterations import Entropy, mirror_descent
    >>> rows = np.array([[1.0, -1.0], [-1.0, 1.0]])  # matching pennies: the best play is (½, ½)
    >>> def worst(x):
    ...     row = int(np.argmax(rows @ x))
    ...     return rows[row] @ x, rows[row]
    >>> result = mirror_descent(worst, [0.9, 0.1], generator=Entropy(total=1), lipschitz=1.0,
    ...                         divergence=0.6, iterations=1000)
    >>> bool(max(rows @ result.x) <= result.residual <= result.bound)
    True
    """
    count = checked_count("iterations", iterations)
    x0, tolerance, _, far = checked_start(x0, generator, tolerance, count, divergence)
    bound_on_slopes = checked_real("lipschitz", lipschitz, 0, math.inf)
    if not 0 < far < math.inf:
        raise ValueError(f"divergence must lie in (0, inf), got {divergence!r}")
    rho = generator.modulus
    if not rho > 0:
        raise ValueError(f"generator must have a modulus above 0, {generator!r} has none")
    step = math.sqrt(2 * rho * far / count) / bound_on_slopes
    if not 0 < step < math.inf:
        raise ValueError(f"lipschitz = {lipschitz!r} and divergence = {far!r} allow no step")
    f = Guarded(function, x0.size)
    steps = _steps(f, x0, generator, bound_on_slopes, step, far, guarded_prox(prox, x0.size), check)
    end = follow(steps, start=x0, tolerance=tolerance, limit=count)
    k = end.iterations
    bound = _gap(rho, bound_on_slopes, step, far, k, k) if k else math.inf
    return BregmanResult(
        x=end.x,
        status=end.status,
        residual=end.residual,
        bound=bound,
        iterations=k,
        oracle_calls=f.calls,
        preconditions=("bounded subgradients", "convex") if check and k else (),
        witness=end.witness,
        value=end.value,
        gap_bound=bound,
    )


def _steps(
    f: Guarded,
    x: Vector,
    h: Generator,
    lipschitz: float,
    step: float,
    far: float,
    prox: Guarded | None,
    check: bool,
) -> Iterator[tuple[Vector, float, float]]:
    """Yield the averages, the mean values and what the seen norms prove of the gap."""
    mean, mean_value, squares, k = x, math.nan, 0.0, 0
    last: tuple[Vector, tuple[float, Vector]] | None = None
    yield mean, mean_value, math.inf
    while True:
        value, slope = f.pair(x)
        k += 1
        norm = h.dual_norm(slope)
        if check and norm > lipschitz * (1 + 1e-9):
            text = f"a subgradient's dual norm {norm:.9g} exceeds lipschitz = {lipschitz:.9g}"
            raise f.stop(text, (x,), (slope,))
        if check and last is not None:
            check_convex(f, *last, x, (value, slope))
        mean = x.copy() if k == 1 else mean + (x - mean) / k
        mean_value = value if k == 1 else mean_value + (value - mean_value) / k
        squares += (norm / lipschitz) ** 2
        last = x, (value, slope)
        yield mean, mean_value, _gap(h.modulus, lipschitz, step, far, squares, k)
        x = mirror_step(f, h, prox, x, slope, step)


def _gap(rho: float, lipschitz: float, step: float, far: float, squares: float, k: int) -> float:
    """Bound the mean gap of k points, the squares being those of the norms over lipschitz."""
    moved = step * lipschitz
    return lipschitz * (far / (moved * k) + moved * squares / (2 * rho * k))

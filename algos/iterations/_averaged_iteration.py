"""The averaged iteration of a contraction in a Bregman divergence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_array, checked_real
from algos.iterations._bregman import Guarded, checked_start, follow
from algos.iterations._generator import Generator
from algos.iterations._oracle import PAIR_RTOL, ROUNDING, Stop, Vector, Witness
from algos.iterations._problem import IterationResult


@dataclass(frozen=True, eq=False)
class AveragedResult(IterationResult):
    """Where an averaged iteration came to.

    Attributes
    ----------
    divergence_bound : float
        Proven upper bound on D(x, s*), given ``divergence``; inf without it.
    """

    divergence_bound: float


def averaged_iteration(
    operator: Callable[[Vector], ArrayLike],
    s0: ArrayLike,
    *,
    generator: Generator,
    contraction: float,
    weight: Callable[[int], float] | float,
    fixed_point: ArrayLike | None = None,
    divergence: float | None = None,
    tolerance: float = 0.0,
    max_iterations: int = 1000,
    check: bool = True,
) -> AveragedResult:
    """Iterate s⁺ = (1 − α) s + α T(s) for a T that contracts towards its fixed point.

    Use it to know what averaging weights cost: with α = 1 it is Picard's iteration, and no
    weights do better on the bound.

    Parameters
    ----------
    operator : callable
        ``operator(s)`` returns T(s), inside the generator's domain.
    s0 : array_like, shape (n,)
        Start, inside the domain.
    generator : Generator
        The generator h.
    contraction : float
        Factor κ in [0, 1) with D(T(s), s*) ≤ κ D(s, s*).
    weight : callable or float
        Weights α_t in [0, 1] at step t = 0, 1, …, or one number for all steps.
    fixed_point : array_like, shape (n,), optional
        The point s*, where it is known: then the contraction can be tested.
    divergence : float, optional
        Upper bound on D(s0, s*); the bound is infinite without it.
    tolerance : float, optional
        Stop when ‖T(s) − s‖ is at most this.
    max_iterations : int, optional
        Steps at most.
    check : bool, optional
        Test the contraction at every iterate, where ``fixed_point`` is given.

    Returns
    -------
    AveragedResult
        ``residual`` is ‖T(s) − s‖ at ``x``, of which nothing is proven.

    Raises
    ------
    TypeError, ValueError
        An argument, or a weight, is not what it must be.
    OracleError
        The operator raised.

    Notes
    -----
    D(·, s*) is convex, so D(s_t, s*) ≤ Π_{i<t} (1 − α_i (1 − κ)) D(s_0, s*).  The rate O(1/t²)
    that has been claimed for weights of order 1/t does not hold in general: for T(s) = θ s and
    α_t = 2 / (t + 2) the divergence falls like t^(−4(1−θ)) alone.

    References
    ----------
    The proof is in ``docs/theory/bregman.md``.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.iterations import Euclidean, averaged_iteration
    >>> result = averaged_iteration(lambda s: s / 2, [1.0], generator=Euclidean(),
    ...     contraction=0.25, weight=0.5, divergence=0.5, max_iterations=2)
    >>> result.x, result.divergence_bound
    (array([0.5625]), 0.1953125)
    """
    s0, tolerance, limit, far = checked_start(s0, generator, tolerance, max_iterations, divergence)
    kappa = checked_real("contraction", contraction, 0, 1, low_end=True)
    target = None if fixed_point is None else checked_array("fixed_point", fixed_point)
    if target is not None and (target.shape != s0.shape or not generator.inside(target)):
        raise ValueError(f"fixed_point must lie inside the domain, with s0's shape, got {target}")
    if not callable(weight):
        _weight(weight)
    weights: list[float] = []

    def alpha(t: int) -> float:
        weights.append(_weight(weight(t) if callable(weight) else weight))
        return weights[-1]

    guarded = Guarded(operator, s0.size, "operator")
    steps = _steps(guarded, s0, generator, kappa, alpha, target if check else None)
    end = follow(steps, start=s0, tolerance=tolerance, limit=limit)
    k = end.iterations
    product = math.prod(1 - a * (1 - kappa) for a in weights[:k])
    return AveragedResult(
        x=end.x,
        status=end.status,
        residual=end.residual,
        bound=math.inf,
        iterations=k,
        oracle_calls=guarded.calls,
        preconditions=("contraction",) if check and target is not None else (),
        witness=end.witness,
        divergence_bound=far * product if far < math.inf else math.inf,
    )


def _weight(value: float) -> float:
    """Validate a weight."""
    return checked_real("weight", value, 0, 1, low_end=True, high_end=True)


def _steps(
    operator: Guarded,
    s: Vector,
    h: Generator,
    kappa: float,
    alpha: Callable[[int], float],
    target: Vector | None,
) -> Iterator[tuple[Vector, float, float]]:
    """Yield the iterates and ‖T(s) − s‖."""
    t = 0
    while True:
        image = operator.point(s)
        if not h.inside(image):
            text = f"call {operator.calls} returned a point outside the domain of {h!r}"
            raise Stop("diverged", Witness(operator.calls, text, (s.copy(),), (image,)))
        if target is not None:
            far, near = h.divergence(s, target), h.divergence(image, target)
            rounding = math.sqrt(h.divergence((1 + ROUNDING) * image, image))
            if math.sqrt(near) > math.sqrt(kappa * far) * (1 + PAIR_RTOL) + rounding:
                text = f"D(T(s), s*) = {near:.9g} exceeds κ D(s, s*) = {kappa * far:.9g}"
                raise operator.stop(text, (s, target), (image, target))
        yield s, math.nan, float(np.linalg.norm(image - s))
        a = alpha(t)
        s, t = (1 - a) * s + a * image, t + 1

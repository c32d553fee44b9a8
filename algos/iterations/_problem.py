"""What every iteration shares: the result, and the loop around the steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_array, checked_count, checked_real
from algos.iterations._oracle import (
    PAIR_RTOL,
    Oracle,
    Status,
    Stop,
    Vector,
    Witness,
    norm,
)
from algos.iterations._ranges import LARGEST, SMALLEST

#: Residuals that grow by more than this show divergence.
GROWTH = 1e100


@dataclass(frozen=True, eq=False)
class IterationResult:
    """Where an iteration came to, and what is proven of this run.

    Attributes
    ----------
    x : ndarray
        The last iterate; always finite.
    status : str
        ``"converged"``: the residual is at most the tolerance.  ``"iteration
        limit"``: it is not yet.  ``"diverged"``: the iterates went further than any
        operator with the declared properties can take them.  ``"no fixed point
        within r"``: every solution is proven to be further from the start than the
        caller's ``distance``.  ``"non-finite oracle"`` and ``"precondition
        violated"``: see ``witness``.
    residual : float
        Measured at ``x``; NaN where the oracle gave no finite value there.
    bound : float
        Proven upper bound on the residual, given ``distance``; inf without it.
    iterations : int
        Steps taken; ``bound`` is the theorem's at this number.
    oracle_calls : int
        Calls of the operator.
    preconditions : tuple of str
        What was declared and has been tested on every pair of successive calls.
    witness : Witness or None
        Two points that break a declared property, or the call that was not finite.
    """

    x: Vector
    status: Status
    residual: float
    bound: float
    iterations: int
    oracle_calls: int
    preconditions: tuple[str, ...]
    witness: Witness | None


def checked_lipschitz(value: float) -> float:
    """Validate a Lipschitz constant, of a size whose powers are floats."""
    return checked_real("lipschitz", value, SMALLEST, LARGEST)


def checked_start(
    x0: ArrayLike, tolerance: float, max_iterations: int, distance: float | None
) -> tuple[Vector, float, int, float]:
    """Validate what every iteration takes; a distance that is not given is inf."""
    start = checked_array("x0", x0)
    tolerance = checked_real("tolerance", tolerance, 0, math.inf, low_end=True)
    limit = checked_count("max_iterations", max_iterations, least=0)
    if distance is None:
        return start, tolerance, limit, math.inf
    return start, tolerance, limit, checked_real("distance", distance, 0, math.inf, low_end=True)


def follow(
    oracle: Oracle,
    steps: Iterator[tuple[Vector, Vector]],
    rate: Callable[[int], float],
    *,
    start: Vector,
    tolerance: float,
    limit: int,
    distance: float,
    best: bool = False,
) -> IterationResult:
    """Run steps that yield an iterate and its residual as a vector.

    The residual at step k is at most ``rate(k) · distance``; a larger one proves
    that no solution lies within the distance.  ``best``: the smallest one so far is.
    """
    x, residual, first, k = start, math.nan, math.nan, 0
    status: Status = "iteration limit"
    witness: Witness | None = None
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            for k, (iterate, value) in enumerate(steps):
                length = norm(value)
                first = length if k == 0 else first
                if not (length <= GROWTH * first and np.isfinite(iterate).all()):
                    status = "diverged"
                    break
                if not (best and length >= residual):
                    x, residual = iterate, length
                if residual <= tolerance:
                    status = "converged"
                    break
                if k and residual > rate(k) * distance * (1 + PAIR_RTOL):  # a pair was tested
                    status = "no fixed point within r"
                    break
                if k == limit:
                    break
    except Stop as stop:
        status, witness = stop.status, stop.witness
    bound = rate(k) * distance if distance else 0.0
    return IterationResult(
        x=np.array(x),
        status=status,
        residual=residual,
        bound=math.inf if math.isnan(bound) else bound,
        iterations=k,
        oracle_calls=oracle.calls,
        preconditions=oracle.preconditions,
        witness=witness,
    )

"""The accelerated proximal point method: Halpern's iteration on a resolvent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_real
from algos.iterations._halpern import FixedPointResult, halpern
from algos.iterations._oracle import Operator, Vector, real_array


def accelerated_proximal_point(
    resolvent: Operator,
    x0: ArrayLike,
    *,
    tolerance: float = 1e-6,
    max_iterations: int = 10_000,
    distance: float | None = None,
    check: bool = True,
) -> FixedPointResult:
    r"""Find a zero of a maximally monotone operator from its resolvent.

    Use it where the resolvent J = (I + λ A)⁻¹ is at hand: proximal maps, projections,
    the multipliers of an augmented Lagrangian.

    Parameters
    ----------
    resolvent : callable
        ``resolvent(y) -> array`` of the shape of y; firmly nonexpansive:
        ‖J(x) − J(y)‖² ≤ ⟨J(x) − J(y), x − y⟩.
    x0 : array_like
        The start and anchor, of any shape.
    tolerance : float, optional
        Stop at ‖y − J(y)‖ ≤ tolerance; 0 takes all the steps.
    max_iterations : int, optional
        Steps at most; one more call than steps.
    distance : float, optional
        Upper bound on the distance from x0 to a zero; gives the result its bound, and
        lets a run without a zero so near stop early.
    check : bool, optional
        Test on every pair of successive calls that the resolvent is firmly
        nonexpansive, by way of its reflection 2J − I.

    Returns
    -------
    FixedPointResult
        ``x`` is the last y, at which the resolvent was taken; residual and bound are of
        ‖y − J(y)‖, displacement is y − J(y); a witness shows the reflection's values.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        The resolvent raised.

    Notes
    -----
    y ← y0 / (k + 2) + (k + 1) / (k + 2) · (2 J(y) − y).  With x_n = J(y_{n−1}) the n-th
    proximal point and R the distance from x0 to a zero, ‖x_n − y_{n−1}‖ ≤ R / n, and some
    operator attains it.

    One call and O(n) time a step.

    References
    ----------
    D. Kim, "Accelerated proximal point method for maximally monotone operators",
    Mathematical Programming 190, 2021, theorem 4.1.

    Examples
    --------
    The resolvent of a rotation by a right angle:

    >>> import numpy as np
    >>> from algos.iterations import accelerated_proximal_point
    >>> resolvent = np.linalg.inv(np.array([[1.0, 1.0], [-1.0, 1.0]]))
    >>> result = accelerated_proximal_point(lambda y: resolvent @ y, [1.0, 0.0], distance=1,
    ...                                     tolerance=1e-3)
    >>> result.status, result.residual <= result.bound
    ('converged', True)
    """
    tolerance = checked_real("tolerance", tolerance, 0, math.inf, low_end=True)

    if not callable(resolvent):
        raise TypeError(f"resolvent must be callable, got {resolvent!r}")

    def reflection(y: Vector) -> Any:
        image = resolvent(y)
        value = real_array(image)
        if value is None or value.shape != y.shape:
            return image  # halpern refuses it by name
        return 2 * value.astype(np.float64) - y

    # y − (2J − I) y is twice y − J y.
    run = halpern(
        reflection,
        x0,
        tolerance=2 * tolerance,
        max_iterations=max_iterations,
        distance=distance,
        check=check,
    )
    return FixedPointResult(
        x=run.x,
        status=run.status,
        residual=run.residual / 2,
        bound=run.bound / 2,
        iterations=run.iterations,
        oracle_calls=run.oracle_calls,
        preconditions=tuple("firmly nonexpansive" for _ in run.preconditions),
        witness=run.witness,
        distance_at_least=run.distance_at_least,
        displacement=None if run.displacement is None else run.displacement / 2,
    )

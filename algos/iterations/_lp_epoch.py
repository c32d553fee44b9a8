"""Anchored steps on the primal-dual operator of a linear program, without restarts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from accel.dispatch import Array
from accel.pdhg import PdhgBackend, halpern_steps, pdhg_operator
from algos._arguments import checked_array, checked_count, checked_real
from algos.iterations._lp_problem import checked_program
from algos.iterations._lp_scaling import spectral_norm
from algos.iterations._ranges import LARGEST, SMALLEST


@dataclass(frozen=True, eq=False)
class HalpernPdhgResult:
    """Where :func:`halpern_pdhg` came to.

    Attributes
    ----------
    x, y : array
        The last point; y holds the multipliers of the rows of A, then of G.
    image_x, image_y : array
        Where the operator takes it: within the bounds and with the signs of multipliers.
    residual : float
        The distance between the two in the norm of the notes.
    distance_floor : float
        Every solution has at least this distance from the start, in that norm.
    steps : int
        Taken.
    primal_step, dual_step : float
        τ and σ.
    """

    x: Array
    y: Array
    image_x: Array
    image_y: Array
    residual: float
    distance_floor: float
    steps: int
    primal_step: float
    dual_step: float


def halpern_pdhg(
    c: Any,
    A: Any = None,
    b: Any = None,
    G: Any = None,
    h: Any = None,
    lower: Any = 0.0,
    upper: Any = math.inf,
    *,
    steps: int,
    step: float | None = None,
    weight: float = 1.0,
    reflection: float = 1.0,
    start: tuple[Any, Any] | None = None,
    backend: PdhgBackend = "auto",
) -> HalpernPdhgResult:
    r"""Take Halpern steps on a linear program: minimise cᵀx, A x = b, G x <= h, bounds on x.

    One epoch of :func:`solve_lp`, unscaled, with a bound on its residual.

    Parameters
    ----------
    c : array_like, shape (n,)
        Costs.
    A : array_like or sparse, shape (p, n), optional
        Left-hand sides of the equations.
    b : array_like, shape (p,), optional
        Right-hand sides of the equations.
    G : array_like or sparse, shape (m, n), optional
        Left-hand sides of the inequalities.
    h : array_like, shape (m,), optional
        Right-hand sides of the inequalities.
    lower, upper : float or array_like, optional
        Bounds of x, infinite ones allowed.
    steps : int
        How many, 0 allowed.
    step : float, optional
        Square root of τσ, in (1e-200, 1/‖K‖); 0.998/‖K‖ by default.
    weight : float, optional
        Square root of σ/τ, in (1e-100, 1e100).
    reflection : float, optional
        In [0, 1]: 0 is the plain, 1 the reflected iteration, ρ in the notes.
    start : (array_like, array_like), optional
        The anchor (x, y); the point of the box next to 0 and y = 0 by default.
    backend : {"auto", "numba", "generic", "python"}, optional
        As for :func:`solve_lp`.

    Returns
    -------
    HalpernPdhgResult
        The last point, its image and its residual.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Let T be the step of the primal-dual hybrid gradient (:func:`solve_lp`).  In the norm

    .. math:: \|(x, y)\|^2 = \|x\|^2/\tau + 2 y^T K x + \|y\|^2/\sigma

    T is firmly nonexpansive, so with s = 1 + ρ and c = 2/s the point after k steps
    z ← (k+1)/(k+2) (z + s (T z − z)) + z₀/(k+2) satisfies

    .. math:: \|z_k - T z_k\| \le \frac{c}{k + c} \|z_0 - z^*\|

    for every solution z*.  The other way round, a residual r proves that every solution is
    at least r (k + c)/c away from the start; a linear program without solution makes this
    number grow without end.

    References
    ----------
    H. Lu, J. Yang, "Restarted Halpern PDHG for Linear Programming", 2024, arXiv 2407.16144.

    Examples
    --------
    >>> from algos.iterations import halpern_pdhg
    >>> result = halpern_pdhg([-1, -2], G=[[1, 1], [1, 3]], h=[4, 6], steps=1000)
    >>> result.image_x.round(2).tolist()
    [3.0, 1.0]
    >>> result.residual < 0.01
    True
    """
    program = checked_program(c, A, b, G, h, lower, upper)
    steps = checked_count("steps", steps, least=0)
    weight = checked_real("weight", weight, SMALLEST, LARGEST)
    reflection = checked_real("reflection", reflection, 0, 1, low_end=True, high_end=True)
    norm = spectral_norm(program.matrix)
    if step is None:
        step = 0.998 / norm
    step = checked_real("step", step, SMALLEST**2, 1 / norm)
    m, n = program.matrix.shape
    if start is None:
        anchor = np.zeros(n).clip(program.lower, program.upper), np.zeros(m)
    else:
        pair: Any = start
        if not (isinstance(pair, (tuple, list)) and len(pair) == 2):
            raise TypeError(f"start must be a pair (x, y), got {start!r}")
        anchor = (
            checked_array("start[0]", start[0], shape=(n,)),
            checked_array("start[1]", start[1], shape=(m,)) if m else np.zeros(0),
        )
    primal_step, dual_step = step / weight, step * weight
    matrices = program.matrix, program.transpose
    data = program.c, program.q, program.lower, program.upper, program.equalities
    x, y = halpern_steps(
        matrices,
        data,
        anchor,
        anchor,
        done=0,
        steps=steps,
        primal_step=primal_step,
        dual_step=dual_step,
        reflection=reflection,
        backend=backend,
    )
    image = pdhg_operator(matrices, data, (x, y), primal_step, dual_step)
    dx, dy = x - image[0], y - image[1]
    square = dx @ dx / primal_step + 2 * (dy @ (program.matrix @ dx)) + dy @ dy / dual_step
    residual = math.sqrt(max(float(square), 0.0))
    constant = 2 / (1 + reflection)
    floor = residual * (steps + constant) / constant
    return HalpernPdhgResult(x, y, *image, residual, floor, steps, primal_step, dual_step)

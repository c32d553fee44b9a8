"""Linear programs by restarted, reflected Halpern steps on the primal-dual hybrid gradient."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from accel._gpu import is_cupy
from accel.dispatch import Array
from accel.pdhg import PdhgBackend
from algos._arguments import checked_count, checked_real
from algos.iterations._lp_device import array_on_device, on_host
from algos.iterations._lp_problem import checked_program
from algos.iterations._lp_run import Run, Status
from algos.iterations._lp_scaling import scaled_program


@dataclass(frozen=True, eq=False)
class LPResult:
    """The answer of :func:`solve_lp`.

    Attributes
    ----------
    status : str
        ``"converged"``, ``"iteration limit"``, ``"time limit"``, ``"primal infeasible"`` or
        ``"dual infeasible"``.
    x : array
        The last primal point, within the bounds.
    equality_multipliers, inequality_multipliers : array
        Dual variables of the rows of A and of G: the change of the optimum with b and h, so
        those of G are at most 0.
    reduced_costs : array
        c − Aᵀ(equality multipliers) − Gᵀ(inequality multipliers).
    objective : float
        cᵀx.
    dual_objective : float
        The dual objective, reduced costs against infinite bounds left out.
    dual_bound : float
        A proven lower bound on the optimum, rounding included; −inf where the multipliers
        prove none.
    primal_error, dual_error, gap : float
        Relative errors on the data as given.
    iterations, products, restarts : int
        Steps, products with [A; G] or its transpose in them and in the error tests, and
        epochs ended.
    ray : array or None
        For ``"primal infeasible"``, multipliers of the rows of A and then of G; for
        ``"dual infeasible"`` a direction of falling cost.
    ray_radius : float
        No feasible x (no dual feasible multipliers) has a 1-norm below this number: infinite for
        a proof of infeasibility, NaN without a ray.
    """

    status: Status
    x: Array
    equality_multipliers: Array
    inequality_multipliers: Array
    reduced_costs: Array
    objective: float
    dual_objective: float
    dual_bound: float
    primal_error: float
    dual_error: float
    gap: float
    iterations: int
    products: int
    restarts: int
    ray: Array | None = None
    ray_radius: float = math.nan


def solve_lp(
    c: Any,
    A: Any = None,
    b: Any = None,
    G: Any = None,
    h: Any = None,
    lower: Any = 0.0,
    upper: Any = math.inf,
    *,
    tolerance: float = 1e-6,
    max_iterations: int = 1_000_000,
    time_limit: float | None = None,
    reflection: bool = True,
    backend: PdhgBackend = "auto",
) -> LPResult:
    r"""Minimise cᵀx subject to A x = b, G x <= h and lower <= x <= upper.

    For large sparse programs and moderate accuracy: the work is products with A, G and their
    transposes, nothing is factorised, and the memory is that of the data.

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
        Bounds of x, infinite ones allowed; a bound of 1e20 or more is infinite.
    tolerance : float, optional
        In (0, 1): the primal, dual and gap errors of the answer.
    max_iterations : int, optional
        Steps at most.
    time_limit : float, optional
        Seconds at most; the answer then depends on the machine.
    reflection : bool, optional
        False for plain Halpern steps, which need about twice as many.
    backend : {"auto", "numba", "generic", "python"}, optional
        The compiled loop, or array operations; the first for NumPy, the second for CuPy.

    Returns
    -------
    LPResult
        The points, their errors, and a ray where the program has no optimum.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    With K = [A; G], q = [b; h] and multipliers y (those of G at most 0), a step of the
    primal-dual hybrid gradient is

    .. math:: x' = \Pi(x - \tau (c - K^T y)), \quad y' = \Pi(y + \sigma (q - K (2x' - x))).

    It is firmly nonexpansive in the norm ‖(x, y)‖² = ‖x‖²/τ + 2 yᵀKx + ‖y‖²/σ when τσ‖K‖² < 1;
    so Halpern's anchored steps on its reflection bring its fixed-point residual below R/(k+1)
    after k steps, R being the distance of the anchor from a solution (:func:`halpern_pdhg`).
    The anchor moves to the current point when the residual has fallen by a factor of five, which
    makes the convergence linear.  Rows and columns are scaled at first (Ruiz, then Pock and
    Chambolle), and the ratio σ/τ is steered after each epoch.

    The errors are ‖rows violated‖₂/(1 + ‖q‖₂), ‖reduced costs against an infinite bound‖₂/
    (1 + ‖c‖₂) and the gap between cᵀx and the dual objective, over one plus both absolute values,
    all on the data as given.
    Programs without an optimum make the steps converge to a ray; it is returned after a test
    against the data, with rounding counted, that excludes solutions within ``ray_radius``.

    The same arguments give the same answer.  With a CuPy array as ``c`` the steps run on its
    GPU, and so do the results; the other arguments may be on either side.

    References
    ----------
    H. Lu, J. Yang, "Restarted Halpern PDHG for Linear Programming", 2024, arXiv 2407.16144.

    D. Applegate et al., "Practical Large-Scale Linear Programming using Primal-Dual Hybrid
    Gradient", NeurIPS 2021, arXiv 2106.04756.

    Examples
    --------
    >>> from algos.iterations import solve_lp
    >>> result = solve_lp([-1, -2], G=[[1, 1], [1, 3]], h=[4, 6])
    >>> result.status, result.x.round(3).tolist(), round(result.objective, 3)
    ('converged', [3.0, 1.0], -5.0)
    >>> solve_lp([1], G=[[1]], h=[-1]).status
    'primal infeasible'
    """
    tolerance = checked_real("tolerance", tolerance, 0, 1)
    max_iterations = checked_count("max_iterations", max_iterations)
    if time_limit is not None:
        time_limit = checked_real("time_limit", time_limit, 0, math.inf, high_end=True)
    if not isinstance(reflection, (bool, np.bool_)):
        raise TypeError(f"reflection must be True or False, got {reflection!r}")
    on_gpu = is_cupy(c)
    program = checked_program(*map(on_host, (c, A, b, G, h, lower, upper)))
    deadline = math.inf if time_limit is None else time.monotonic() + time_limit
    run = Run(program, scaled_program(program), float(reflection), backend, on_gpu=on_gpu)
    status, look, ray, radius = run.solve(tolerance, max_iterations, deadline)
    return LPResult(
        status=status,
        x=look.x,
        equality_multipliers=look.y[: program.equalities],
        inequality_multipliers=look.y[program.equalities :],
        reduced_costs=run.program.reduced_costs(look.y),
        objective=look.errors.objective,
        dual_objective=look.errors.dual_objective,
        dual_bound=program.dual_bound(on_host(look.y)),
        primal_error=look.errors.primal,
        dual_error=look.errors.dual,
        gap=look.errors.gap,
        iterations=run.iterations,
        products=run.products,
        restarts=run.restarts,
        ray=array_on_device(ray) if on_gpu and ray is not None else ray,
        ray_radius=radius,
    )

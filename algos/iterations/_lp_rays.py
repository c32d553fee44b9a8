"""Certificates that a linear program has no feasible point, or no dual feasible one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.sparse import linalg

from accel.dispatch import Array
from algos.iterations._lp_problem import ROUNDOFF, LinearProgram, bounded_sum

#: A ray excludes all points of 1-norm below this many times the size of the iterate.
RADIUS = 1e8
#: A direction that excludes points of this many times its size is worth correcting; none
#: excludes a solution.
PROMISING = 2.0
#: Values up to this many times the worst wrong one are meant to be zero.
NEARLY = 10.0
#: Steps of the least-squares solver that corrects it.
CORRECTION_STEPS = 100


def primal_infeasibility(program: LinearProgram, y: Array, size: float) -> tuple[Array, float]:
    """Give a ray near y and the radius within which it excludes feasible points, or 0.

    The size is one plus the 1-norm of the present x.
    """
    ray, radius, loose = _primal_test(program, y)
    if PROMISING * size < radius < math.inf:
        w = program.transpose @ ray
        open_ended = np.isinf(program.lower) | np.isinf(program.upper)
        wrong = open_ended & (abs(w) <= NEARLY * loose)
        better, larger, _ = _primal_test(program, _corrected(program.transpose, ray, w, wrong))
        if larger > radius:
            return better, larger
    return ray, radius


def dual_infeasibility(program: LinearProgram, x: Array, size: float) -> tuple[Array, float]:
    """Give a ray near x and the radius within which it excludes dual feasible points, or 0.

    The size is one plus the 1-norm of the present multipliers.
    """
    ray, radius, loose = _dual_test(program, x)
    if PROMISING * size < radius < math.inf:
        moved = program.matrix @ ray
        wrong = abs(moved) <= NEARLY * loose
        better, larger, _ = _dual_test(program, _corrected(program.matrix, ray, moved, wrong))
        if larger > radius:
            return better, larger
    return ray, radius


def primal_radius(program: LinearProgram, ray: Array) -> float:
    """Give the 1-norm below which a ray excludes feasible points."""
    return _primal_test(program, ray)[1]


def dual_radius(program: LinearProgram, ray: Array) -> float:
    """Give the 1-norm below which a ray excludes dual feasible points."""
    return _dual_test(program, ray)[1]


def _primal_test(program: LinearProgram, y: Array) -> tuple[Array, float, float]:
    """Scale y to a ray, and test it on the data: the radius and the worst value left over.

    By weak duality with cost 0 every feasible x has 0 >= qᵀy + min over the box of
    −(Kᵀy)ᵀx; where that is positive but for reduced costs r on infinite bounds,
    value <= max r · ‖x‖₁.
    """
    ray = _normalised(y)
    ray[program.equalities :] = ray[program.equalities :].clip(None, 0)
    value, loose = program.dual_value(np.zeros_like(program.c), ray)
    return ray, _ratio(value, loose), loose


def _dual_test(program: LinearProgram, x: Array) -> tuple[Array, float, float]:
    """Scale x to a ray, and test it on the data: the radius and the worst value left over.

    A direction d of falling cost that no bound stops has cᵀd = yᵀKd + zᵀd >= −v ‖y‖₁ for all
    dual feasible (y, z), where v is the largest violation of K d = 0, K d <= 0.
    """
    low = np.where(np.isinf(program.lower), -math.inf, 0.0)
    high = np.where(np.isinf(program.upper), math.inf, 0.0)
    ray = _normalised(x).clip(low, high)
    moved = program.matrix @ ray
    doubt = ROUNDOFF * (np.diff(program.matrix.indptr) + 2) * (abs(program.matrix) @ abs(ray))
    equal = np.arange(moved.size) < program.equalities
    excess = np.where(equal, abs(moved), moved) + doubt
    change, rounding = bounded_sum(program.c * ray)
    loose = float(excess.max(initial=0.0))
    return ray, _ratio(-change - rounding, loose), loose


def _normalised(direction: Array) -> Array:
    """Scale to a largest entry of one; 0 where the direction is 0 or not finite."""
    largest = float(abs(direction).max(initial=0.0))
    return direction / largest if 0 < largest < math.inf else np.zeros_like(direction)


def _ratio(value: float, loose: float) -> float:
    """Divide a gain by what is left over: infinite for a proof, 0 where nothing is gained."""
    if not value > 0:
        return 0.0
    return value / loose if loose > 0 else math.inf


def _corrected(operator: Any, ray: Array, values: Array, wrong: Array) -> Array:
    """Move the non-zero entries of a ray as little as possible to make some values zero."""
    used = np.flatnonzero(ray)
    part = operator[np.flatnonzero(wrong)][:, used]
    result = linalg.lsmr(part, -values[wrong], atol=1e-16, btol=1e-16, maxiter=CORRECTION_STEPS)
    moved = ray.copy()
    moved[used] += result[0]
    return moved

"""Certificates that a linear program has no feasible point, or no dual feasible one."""

from __future__ import annotations

import math

import numpy as np

from accel.dispatch import Array
from algos.iterations._lp_problem import ROUNDOFF, LinearProgram, bounded_sum

#: A ray excludes all points of 1-norm below this many times the size of the iterate.
RADIUS = 1e8


def primal_infeasibility(program: LinearProgram, y: Array) -> tuple[Array | None, float]:
    """Give a ray in the direction y and the radius within which it excludes feasible points.

    The radius is 0 where the direction proves nothing.
    By weak duality with cost 0 every feasible x has 0 >= qᵀy + min over the box of
    −(Kᵀy)ᵀx; where that is positive but for reduced costs r on infinite bounds,
    value <= max r · ‖x‖₁.
    """
    largest = float(abs(y).max(initial=0.0))
    if not 0 < largest < math.inf:
        return None, 0.0
    ray = y / largest
    ray[program.equalities :] = ray[program.equalities :].clip(None, 0)
    value, loose = program.dual_value(np.zeros_like(program.c), ray)
    if not value > 0:
        return None, 0.0
    return ray, value / loose if loose else math.inf


def dual_infeasibility(program: LinearProgram, x: Array) -> tuple[Array | None, float]:
    """Give a ray in the direction x and the radius within which it excludes dual feasible points.

    The radius is 0 where the direction proves nothing.
    A direction d of falling cost that no bound stops has cᵀd = yᵀKd + zᵀd >= −v ‖y‖₁ for all
    dual feasible (y, z), where v is the largest violation of K d = 0, K d <= 0.
    """
    largest = float(abs(x).max(initial=0.0))
    if not 0 < largest < math.inf:
        return None, 0.0
    low = np.where(np.isinf(program.lower), -math.inf, 0.0)
    high = np.where(np.isinf(program.upper), math.inf, 0.0)
    ray = (x / largest).clip(low, high)
    doubt = ROUNDOFF * (np.diff(program.matrix.indptr) + 2) * (abs(program.matrix) @ abs(ray))
    moved = program.matrix @ ray
    excess = np.maximum(moved, np.where(np.arange(moved.size) < program.equalities, -moved, 0.0))
    loose = float((excess + doubt)[excess + doubt > 0].max(initial=0.0))
    change, rounding = bounded_sum(program.c * ray)
    fall = -change - rounding
    if not fall > 0:
        return None, 0.0
    return ray, fall / loose if loose else math.inf

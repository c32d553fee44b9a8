"""Divergences that keep their digits where the points are close."""

from __future__ import annotations

import math

import numpy as np

from algos.iterations._generator import Vector

NEAR = 0.5  # relative distances below it are measured by series and log1p
SERIES = 1e-4  # below it three terms of the series are exact to 1e-12


def burg_terms(x: Vector, y: Vector) -> Vector:
    """Compute x/y − 1 − log(x/y), infinite for x ≤ 0."""
    with np.errstate(all="ignore"):
        ratio = (x - y) / y
        near = _log_excess(ratio)
        far = x / y - 1 - np.log(x) + np.log(y)
    return np.where(x <= 0, math.inf, np.where(np.abs(ratio) < NEAR, near, far))


def entropy_terms(x: Vector, y: Vector) -> Vector:
    """Compute x log(x/y) − x + y, infinite for x < 0."""
    with np.errstate(all="ignore"):
        ratio = (x - y) / y
        near = (x - y) * ratio - x * _log_excess(ratio)
        far = np.where(x == 0, 0.0, x * (np.log(x) - np.log(y))) - (x - y)
    return np.where(x < 0, math.inf, np.where(np.abs(ratio) < NEAR, near, far))


def norm_divergence(x: Vector, y: Vector, p: float) -> float:
    """Compute the divergence of half the squared p-norm, as a sum of parts of at least 0."""
    top = max(float(np.abs(x).max()), float(np.abs(y).max()))
    if top == 0:
        return 0.0
    change, y = (x - y) / top, y / top
    terms = float(np.sum(_power_terms(y, change, p)))
    power = float(np.sum(np.abs(y) ** p))
    rise = terms + float(_power_slopes(y, p) @ change)  # of Σ|y|^p, to Σ|x|^p
    outer = float(_power_terms(np.array(power), np.array(rise), 2 / p))
    return float(top * top * (outer / 2 + power ** (2 / p - 1) * terms / p))


def power_norm(x: Vector, p: float) -> float:
    """Compute a p-norm without overflow."""
    top = float(np.abs(x).max(initial=0.0))
    return top if top in (0.0, math.inf) else top * float(np.linalg.norm(x / top, p))


def norm_gradient(x: Vector, p: float) -> Vector:
    """Differentiate half the squared p-norm."""
    norm = power_norm(x, p)
    if norm == 0:
        return np.zeros_like(x)
    return norm * np.sign(x) * (np.abs(x) / norm) ** (p - 1)


def _power_terms(y: Vector, change: Vector, power: float) -> Vector:
    """Compute |y + c|^p − |y|^p − p sign(y) |y|^(p−1) c for 1 ≤ p ≤ 2."""
    size, slope = np.abs(y), _power_slopes(y, power)
    with np.errstate(all="ignore"):
        ratio = change / y
        bracket = 1 + ratio * (power - 2) / 3 * (1 + ratio * (power - 3) / 4)
        series = power * (power - 1) / 2 * ratio**2 * bracket
        log1p = np.expm1(power * np.log1p(ratio)) - power * ratio
        near = size**power * np.where(np.abs(ratio) < SERIES, series, log1p)
        far = np.abs(y + change) ** power - size**power - slope * change
    return np.maximum(np.where(np.abs(ratio) < NEAR, near, far), 0.0)


def _power_slopes(y: Vector, power: float) -> Vector:
    """Differentiate |y|^p."""
    return np.asarray(power * np.sign(y) * np.abs(y) ** (power - 1))


def _log_excess(ratio: Vector) -> Vector:
    """Compute r − log(1 + r)."""
    series = ratio**2 * (0.5 - ratio * (1 / 3 - ratio / 4))
    return np.where(np.abs(ratio) < SERIES, series, ratio - np.log1p(ratio))

"""Damped Newton steps: min ‖U y‖_p with c·y = 1, 1 < p < ∞, for many targets c."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

#: Weights of rows are those of values at least this large, beside the largest.
SMALL = 1e-12


@compiled
def powers(
    U: Matrix, targets: Matrix, p: float, stop: float, iterations: int
) -> tuple[Matrix, Matrix, int]:
    """Solve for each target, from the best point of those before or by way of smaller exponents."""
    (n, r), k = U.shape, len(targets)
    points, duals, best = np.zeros((k, r)), np.zeros((k, n)), np.full(k, np.inf)
    steps = 0
    for i in range(k):
        c = targets[i]
        y, q = c / (c @ c), min(p, 4.0)
        if best[i] < _norm(U @ y, p):
            y, q = points[i] / (c @ points[i]), p
        while True:  # exponents q = 4, 8, 16, ... up to p
            y, made = _newton(U, c, y, q, stop, iterations)
            steps += made
            if q == p:
                break
            q = min(2 * q, p)
        points[i] = y / (c @ y)
        z = U @ points[i]
        duals[i] = _dual(U, c, z, p)
        norm = _norm(z, p)
        for other in range(i + 1, k):
            inner = abs(targets[other] @ points[i])
            if inner * best[other] > norm:
                best[other] = norm / inner
                points[other] = points[i]
    return points, duals, steps


@compiled
def _newton(
    U: Matrix, c: Vector, y: Vector, q: float, stop: float, iterations: int
) -> tuple[Vector, int]:
    """Take reweighted least squares for the direction, and search along it; count the steps."""
    made = 0
    for _ in range(iterations):
        z = U @ y
        top = np.abs(z).max()
        z /= top
        y = y / top
        weight = _weights(z, q)
        total = (weight * z * z).sum()
        goal = np.linalg.solve(_hessian(U, weight, q), c)
        inner, reach = c @ y, c @ goal
        decrement = total * reach / inner**2 - 1
        if not decrement > stop:
            break
        made += 1
        direction = goal * (inner / reach) - y  # c · direction = 0
        t = _length(z, U @ direction, q, total, decrement)
        if t == 0:
            break
        y = y + t * direction
    return y, made


@compiled
def _length(z: Vector, v: Vector, q: float, total: float, decrement: float) -> float:
    """Search along v from z, whose Σ|z|^q is the total; 0 where nothing is smaller."""
    t, newton = 0.0, 1 / (q - 1)
    step, least = newton, total
    enough = total - 0.3 * q * total * decrement * newton / 2  # of the model's fall
    for _ in range(60):
        trial = 0.0
        for j in range(z.size):
            trial += abs(z[j] + step * v[j]) ** q
        if trial < least:
            t, least = step, trial
        if least <= enough or (t > 0 and step <= 1):
            break
        step = max(step / 2, 1.0) if step > 1 else step / 2
    return t


@compiled
def _dual(U: Matrix, c: Vector, z: Vector, p: float) -> Vector:
    """Give a w with Uᵀw = c: from the values z = U y, the rest by weighted least squares."""
    top = np.abs(z).max()
    z = z / top
    dual = np.sign(z) * np.abs(z) ** (p - 1)
    dual /= top * (dual @ z)
    weight = _weights(z, p)
    rest = np.linalg.solve(_hessian(U, weight, p), c - U.T @ dual)
    return dual + weight * (U @ rest)


@compiled
def _weights(z: Vector, q: float) -> Vector:
    """Weigh the rows, so that Σ weight z² is Σ|z|^q."""
    return np.maximum(np.abs(z), SMALL) ** (q - 2)


@compiled
def _hessian(U: Matrix, weight: Vector, q: float) -> Matrix:
    """Give Uᵀ diag(weight) U; for q > 2, where weights may vanish, a little more."""
    n, r = U.shape
    hessian = np.zeros((r, r))
    for j in range(n):
        for a in range(r):
            for b in range(a + 1):
                hessian[a, b] += weight[j] * U[j, a] * U[j, b]
    more = 1e-15 * np.trace(hessian) if q > 2 else 0.0
    for a in range(r):
        for b in range(a):
            hessian[b, a] = hessian[a, b]
        hessian[a, a] += more
    return hessian


@compiled
def _norm(z: Vector, p: float) -> float:
    """Compute ‖z‖_p without overflow."""
    top = np.abs(z).max()
    norm: float = top * ((np.abs(z) / top) ** p).sum() ** (1 / p)
    return norm

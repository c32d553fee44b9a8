"""Many small problems with one matrix: the largest c·y with ‖U y‖_p ≤ 1, for many targets c."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["absolute_points", "power_points"]

Matrix = NDArray[np.float64]

#: Weights of rows are those of values at least this large, beside the largest.
SMALL = 1e-12


def absolute_points(
    U: Matrix, targets: Matrix, start: NDArray[np.int64], *, pivots: int
) -> tuple[Matrix, Matrix, int]:
    """Solve min ‖U y‖_1 with c·y = 1 for every target, from vertex to vertex.

    Parameters
    ----------
    U : ndarray, shape (n, r)
        Of full rank; C-contiguous.
    targets : ndarray, shape (k, r)
        The vectors c, none of them zero.
    start : ndarray of int64, shape (r,)
        Rows of U that are independent.
    pivots : int
        Steps at most, for one target.

    Returns
    -------
    tuple of ndarray, shapes (k, r) and (k, n), and int
        The points y; vectors w with Uᵀw = c up to rounding and max abs(w) = ‖U y‖_1⁻¹ where
        the point is optimal; and the steps that were made in all.
    """
    points, duals, steps = compiled(_absolute)(U, targets, start, pivots)
    return points, duals, int(steps)


def _absolute(
    U: Matrix, targets: Matrix, start: NDArray[np.int64], pivots: int
) -> tuple[Matrix, Matrix, int]:
    """Walk along edges: the dual's most violated bound leaves, a weighted median enters."""
    n, r = U.shape
    k = targets.shape[0]
    points, duals = np.zeros((k, r)), np.zeros((k, n))
    best = np.full(k, -1.0)  # the largest c·y / ‖U y‖_1 of a vertex so far, and its rows
    bases = np.zeros((k, r - 1), dtype=np.int64)
    signs, z, v = np.ones(n), np.zeros(n), np.zeros(n)  # the basis has signs 0
    columns = np.ascontiguousarray(U.T)
    times, order = np.zeros(n), np.zeros(n, dtype=np.int64)
    steps = 0
    for i in range(k):
        c = targets[i]
        if best[i] > 0:
            basis = bases[i].copy()
        else:  # the rows of `start` but the one that c holds most of
            square = np.empty((r, r))
            for a in range(r):
                square[:, a] = U[start[a]]
            most = np.argmax(np.abs(np.linalg.solve(square, c)))
            basis = np.concatenate((start[:most], start[most + 1 :]))
        square = np.empty((r, r))
        square[0] = c
        for a in range(r - 1):
            square[a + 1] = U[basis[a]]
        inverse = np.linalg.inv(square)
        signs = np.sign(inverse[:, 0].copy() @ columns)
        signs[signs == 0] = 1.0
        for a in range(r - 1):
            signs[basis[a]] = 0.0
        slopes = np.zeros(r)
        for _ in range(pivots):
            z = inverse[:, 0].copy() @ columns
            for a in range(r - 1):
                z[basis[a]] = 0.0
            gradient = columns @ signs
            slopes = inverse.T @ gradient  # the optimum's dual value, then −w on the basis
            leaving, excess = -1, 1e-11
            for a in range(1, r):
                if abs(slopes[a]) - 1 > excess:
                    leaving, excess = a, abs(slopes[a]) - 1
            if leaving < 0:
                break
            steps += 1
            side = -1.0 if slopes[leaving] > 0 else 1.0
            count = 0
            v = side * (inverse[:, leaving].copy() @ columns)
            for j in range(n):
                if signs[j] * v[j] < -1e-13:
                    times[count] = max(signs[j] * z[j], 0.0) / abs(v[j])
                    order[count] = j
                    count += 1
            if count == 0:
                break
            slope, first, last = -excess, 0, count  # where it is no longer negative
            while True:
                pivot = times[(first + last) // 2]
                low, high, j = first, last, first
                below, equal = 0.0, 0.0
                while j < high:  # smaller, equal, greater
                    time, row = times[j], order[j]
                    if time < pivot:
                        below += 2 * abs(v[row])
                        times[j], order[j] = times[low], order[low]
                        times[low], order[low] = time, row
                        low += 1
                        j += 1
                    elif time > pivot:
                        high -= 1
                        times[j], order[j] = times[high], order[high]
                        times[high], order[high] = time, row
                    else:
                        equal += 2 * abs(v[row])
                        j += 1
                if slope + below >= 0 and low > first:
                    last = low
                    continue
                for j in range(first, low):
                    signs[order[j]] = -signs[order[j]]
                slope += below
                if slope + equal >= 0 or high == last:
                    break
                for j in range(low, high):
                    signs[order[j]] = -signs[order[j]]
                slope += equal
                first = high
            entering = order[high - 1]
            for j in range(low, high - 1):
                slope += 2 * abs(v[order[j]])
                if slope >= 0:
                    entering = order[j]
                    break
                signs[order[j]] = -signs[order[j]]
            leaver = basis[leaving - 1]
            signs[leaver] = side
            signs[entering] = 0.0
            basis[leaving - 1] = entering
            square[leaving] = U[entering]
            inverse = np.linalg.inv(square)
        points[i] = inverse[:, 0]
        for j in range(n):
            duals[i, j] = signs[j] / slopes[0]
        for a in range(1, r):
            duals[i, basis[a - 1]] = -slopes[a] / slopes[0]
        norm = 0.0
        for j in range(n):
            norm += abs(z[j])
        for other in range(i + 1, k):
            value = 0.0
            for a in range(r):
                value += targets[other, a] * points[i, a]
            if abs(value) / norm > best[other] and abs(value) > 1e-9 * norm:
                best[other] = abs(value) / norm
                bases[other] = basis
    return points, duals, steps


def power_points(
    U: Matrix, targets: Matrix, p: float, *, stop: float, iterations: int
) -> tuple[Matrix, Matrix, int]:
    """Solve min ‖U y‖_p with c·y = 1 for every target, 1 < p < ∞, by damped Newton steps.

    Parameters
    ----------
    U : ndarray, shape (n, r)
        With orthonormal columns; C-contiguous.
    targets : ndarray, shape (k, r)
        The vectors c, none of them zero.
    p : float
        The exponent.
    stop : float
        Stop when the squared Newton decrement, relative to ‖U y‖_p^p, is at most this.
    iterations : int
        Steps at most, for one target and one exponent on the way to p.

    Returns
    -------
    tuple of ndarray, shapes (k, r) and (k, n), and int
        The points y; vectors w with Uᵀw = c up to rounding, optimal where the points are; and
        the steps that were made in all.
    """
    points, duals, steps = compiled(_power)(U, targets, p, stop, iterations)
    return points, duals, int(steps)


def _power(
    U: Matrix, targets: Matrix, p: float, stop: float, iterations: int
) -> tuple[Matrix, Matrix, int]:
    """Take reweighted least squares for the direction, and search along it."""

    def _hessian(U: Matrix, weight: Matrix) -> Matrix:
        """Give Uᵀ diag(weight) U, and a little more, so that it can be inverted."""
        n, r = U.shape
        hessian = np.zeros((r, r))
        for j in range(n):
            for a in range(r):
                for b in range(a + 1):
                    hessian[a, b] += weight[j] * U[j, a] * U[j, b]
        more = 1e-15 * np.trace(hessian) if p > 2 else 0.0
        for a in range(r):
            for b in range(a):
                hessian[b, a] = hessian[a, b]
            hessian[a, a] += more
        return hessian

    n, r = U.shape
    k = targets.shape[0]
    points, duals, best = np.zeros((k, r)), np.zeros((k, n)), np.full(k, np.inf)
    z, v, weight = np.zeros(n), np.zeros(n), np.zeros(n)
    steps = 0
    for i in range(k):
        c = targets[i]
        y = c / (c @ c)
        z = U @ y
        top = np.abs(z).max()
        value = top * ((np.abs(z) / top) ** p).sum() ** (1 / p)
        q = min(p, 4.0)
        if best[i] < value:
            y, q = points[i] / (c @ points[i]), p
        while True:  # exponents q = 4, 8, 16, ... up to p
            for _ in range(iterations):
                z = U @ y
                top = np.abs(z).max()
                z /= top
                y = y / top
                total = 0.0
                for j in range(n):
                    weight[j] = max(abs(z[j]), SMALL) ** (q - 2)
                    total += weight[j] * z[j] * z[j]
                hessian = _hessian(U, weight)
                inner = c @ y
                goal = np.linalg.solve(hessian, c)
                decrement = total * (c @ goal) / inner**2 - 1
                if not decrement > stop:
                    break
                steps += 1
                direction = goal * (inner / (c @ goal)) - y  # c · direction = 0
                v = U @ direction
                t, newton = 0.0, 1 / (q - 1)
                step, least = newton, total
                enough = total - 0.3 * q * total * decrement * newton / 2  # of the model's fall
                for _ in range(60):
                    trial = 0.0
                    for j in range(n):
                        trial += abs(z[j] + step * v[j]) ** q
                    if trial < least:
                        t, least = step, trial
                    if least <= enough or (t > 0 and step <= 1):
                        break
                    step = max(step / 2, 1.0) if step > 1 else step / 2
                if t == 0:
                    break
                y = y + t * direction
            if q == p:
                break
            q = min(2 * q, p)
        points[i] = y / (c @ y)
        z = U @ points[i]
        top = np.abs(z).max()
        norm = top * ((np.abs(z) / top) ** p).sum() ** (1 / p)
        # U'w = c: from the point, the rest by weighted least squares
        z = z / top
        for j in range(n):
            weight[j] = max(abs(z[j]), SMALL) ** (p - 2)
            duals[i, j] = np.sign(z[j]) * abs(z[j]) ** (p - 1)
        duals[i] /= top * (duals[i] @ z)
        rest = np.linalg.solve(_hessian(U, weight), c - U.T @ duals[i])
        duals[i] += weight * (U @ rest)
        for other in range(i + 1, k):
            inner = targets[other] @ points[i]
            if abs(inner) * best[other] > norm:
                best[other] = norm / abs(inner)
                points[other] = points[i]
    return points, duals, steps

"""From vertex to vertex: min ‖U y‖_1 with c·y = 1, for many targets c."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Places = NDArray[np.int64]

#: A vertex whose c·y / ‖U y‖_1 is not larger is no start for another target.
LEAST = 1e-9


@compiled
def vertices(U: Matrix, targets: Matrix, start: Places, pivots: int) -> tuple[Matrix, Matrix, int]:
    """Solve for each target, from the best vertex that was found for those before."""
    (n, r), k = U.shape, len(targets)
    points, duals = np.zeros((k, r)), np.zeros((k, n))
    best = np.full(k, LEAST)  # the largest c·y / ‖U y‖_1 of a vertex so far, and its rows
    bases = np.zeros((k, r - 1), dtype=np.int64)
    columns = np.ascontiguousarray(U.T)
    steps = 0
    for i in range(k):
        if best[i] == LEAST:
            bases[i] = _first_rows(U, targets[i], start)
        points[i], duals[i], norm, made = _walk(U, columns, targets[i], bases[i], pivots)
        steps += made
        for other in range(i + 1, k):
            value = abs(targets[other] @ points[i]) / norm
            if value > best[other]:
                best[other] = value
                bases[other] = bases[i]
    return points, duals, steps


@compiled
def _first_rows(U: Matrix, c: Vector, start: Places) -> Places:
    """Leave out the one of r independent rows that c holds most of."""
    most = np.argmax(np.abs(np.linalg.solve(U[start].T.copy(), c)))
    return np.concatenate((start[:most], start[most + 1 :]))


@compiled
def _walk(
    U: Matrix, columns: Matrix, c: Vector, basis: Places, pivots: int
) -> tuple[Vector, Vector, float, int]:
    """Go down from the vertex where the rows of the basis vanish; the basis changes.

    The dual's most violated bound leaves, and a weighted median enters.  Gives the point, the
    dual vector, ‖U y‖_1 and the number of steps.
    """
    n, r = U.shape
    square = np.empty((r, r))
    square[0] = c
    square[1:] = U[basis]
    inverse: Any = np.linalg.inv(square)
    signs = np.where(inverse[:, 0].copy() @ columns < 0, -1.0, 1.0)
    signs[basis] = 0.0
    times, order = np.empty(n), np.empty(n, dtype=np.int64)
    steps = 0
    while True:
        z = inverse[:, 0].copy() @ columns
        z[basis] = 0.0
        slopes = inverse.T @ (columns @ signs)  # the optimum's dual value, then −w on the basis
        leaving, excess = _most_violated(slopes)
        if leaving == 0 or steps == pivots:
            break
        steps += 1
        side = -1.0 if slopes[leaving] > 0 else 1.0
        v = side * (inverse[:, leaving].copy() @ columns)
        count = _crossings(signs, z, v, times, order)
        if count == 0:
            break
        entering = _median(times[:count], order[:count], v, -excess, signs)
        signs[basis[leaving - 1]] = side
        signs[entering] = 0.0
        basis[leaving - 1] = entering
        square[leaving] = U[entering]
        inverse = np.linalg.inv(square)
    dual = signs / slopes[0]
    dual[basis] = -slopes[1:] / slopes[0]
    return inverse[:, 0].copy(), dual, np.abs(z).sum(), steps


@compiled
def _most_violated(slopes: Vector) -> tuple[int, float]:
    """Find the slope that leaves [-1, 1] furthest, and by how much; 0 where none does."""
    leaving, excess = 0, 1e-11
    for a in range(1, slopes.size):
        if abs(slopes[a]) - 1 > excess:
            leaving, excess = a, abs(slopes[a]) - 1
    return leaving, excess


@compiled
def _crossings(signs: Vector, z: Vector, v: Vector, times: Vector, order: Places) -> int:
    """List when the entries of z + t v change their signs, and which; count them."""
    count = 0
    for j in range(z.size):
        if signs[j] * v[j] < -1e-13:
            times[count] = max(signs[j] * z[j], 0.0) / abs(v[j])
            order[count] = j
            count += 1
    return count


@compiled
def _median(times: Vector, order: Places, v: Vector, slope: float, signs: Vector) -> int:
    """Flip the signs of rows by their times, until the slope would cease to be negative.

    Gives the row where it does, or the last one.
    """
    first, last = 0, times.size
    while True:
        low, high = _partition(times, order, first, last)
        rise = _rise(v, order[first:low])
        if slope + rise >= 0 and low > first:
            last = low
            continue
        slope += rise
        _flip(signs, order[first:low])
        rise = _rise(v, order[low:high])
        if slope + rise >= 0 or high == last:
            break
        slope += rise
        _flip(signs, order[low:high])
        first = high
    for j in range(low, high - 1):
        slope += 2 * abs(v[order[j]])
        if slope >= 0:
            return int(order[j])
        signs[order[j]] = -signs[order[j]]
    return int(order[high - 1])


@compiled
def _partition(times: Vector, order: Places, first: int, last: int) -> tuple[int, int]:
    """Rearrange a part by its middle time: smaller, equal from low to high, greater."""
    pivot = times[(first + last) // 2]
    low, high, j = first, last, first
    while j < high:
        time, row = times[j], order[j]
        if time < pivot:
            times[j], order[j] = times[low], order[low]
            times[low], order[low] = time, row
            low += 1
            j += 1
        elif time > pivot:
            high -= 1
            times[j], order[j] = times[high], order[high]
            times[high], order[high] = time, row
        else:
            j += 1
    return low, high


@compiled
def _rise(v: Vector, rows: Places) -> float:
    """Sum by how much the slope of ‖z + t v‖_1 grows where rows change their signs."""
    total = 0.0
    for j in rows:
        total += 2 * abs(v[j])
    return total


@compiled
def _flip(signs: Vector, rows: Places) -> None:
    """Change the signs of rows."""
    for j in rows:
        signs[j] = -signs[j]

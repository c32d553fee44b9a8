"""A treap of the pieces of a piecewise-constant density, as loops over two tables.

A treap is a binary search tree by place that is a heap by a pseudo-random priority.
Scaling one side of a cut touches one path of it and leaves a pending factor at the
roots of the subtrees beside the path.

C. Aragon, R. Seidel, "Randomized search trees", FOCS 1989.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

# Columns of the two node tables. Node 0 stands for an empty subtree; its row holds
# zeros in every column that a parent reads, and the tree's root and size besides.
START, STOP, LEFT, RIGHT, PRIORITY = range(5)
ROOT, COUNT = START, STOP
CELL, PENDING, MASS, PEAK = range(4)

# A side or subtree of less weight is emptied, which keeps every factor finite.
TINY = 1e-270

Places = NDArray[np.int64]
Weights = NDArray[np.float64]


@compiled
def start(places: Places, weights: Weights, size: int) -> None:
    """Make the tree of one piece."""
    places[0, ROOT] = 0
    places[0, COUNT] = 0
    root = _new(places, weights, 0, size, 1.0 / size)
    places[0, ROOT] = root


@compiled
def _new(places: Places, weights: Weights, start: int, stop: int, cell: float) -> int:
    """Append a node; its priority is a hash of its number (splitmix64)."""
    node: int = places[0, COUNT] + 1
    places[0, COUNT] = node
    x = np.uint64(node) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    places[node, PRIORITY] = np.int64((x ^ (x >> np.uint64(31))) >> np.uint64(1))
    places[node, START] = start
    places[node, STOP] = stop
    weights[node, CELL] = cell
    weights[node, PENDING] = 1.0
    _gather(places, weights, node)
    return node


@compiled
def _gather(places: Places, weights: Weights, node: int) -> None:
    """Recompute a node's sums from its children, whose own are right."""
    left, right = places[node, LEFT], places[node, RIGHT]
    cell = weights[node, CELL]
    own = cell * (places[node, STOP] - places[node, START])
    weights[node, MASS] = weights[left, MASS] + own + weights[right, MASS]
    weights[node, PEAK] = max(cell, weights[left, PEAK], weights[right, PEAK])


@compiled
def _multiply(weights: Weights, node: int, factor: float) -> None:
    """Scale a subtree; its children are told later."""
    mass = weights[node, MASS] * factor
    if not mass >= TINY:  # also where the factor is infinite and the mass 0
        mass, factor = 0.0, 0.0
    weights[node, MASS] = mass
    weights[node, CELL] *= factor
    weights[node, PENDING] *= factor
    weights[node, PEAK] *= factor


@compiled
def _hand_down(places: Places, weights: Weights, node: int) -> None:
    """Pass a node's pending factor on to its children."""
    factor = weights[node, PENDING]
    if factor != 1.0:
        _multiply(weights, places[node, LEFT], factor)
        _multiply(weights, places[node, RIGHT], factor)
        weights[node, PENDING] = 1.0


@compiled
def _split(places: Places, weights: Weights, node: int, cut: int) -> tuple[int, int, int]:
    """Split a subtree into what lies before the cut and what lies from it on.

    A piece that holds the cut is shortened; its rest comes as a third tree of one node.
    """
    if node == 0:
        return 0, 0, 0
    _hand_down(places, weights, node)
    rest = 0
    if cut <= places[node, START]:
        before, after, rest = _split(places, weights, places[node, LEFT], cut)
        places[node, LEFT] = after
        after = node
    elif cut >= places[node, STOP]:
        before, after, rest = _split(places, weights, places[node, RIGHT], cut)
        places[node, RIGHT] = before
        before = node
    else:
        rest = _new(places, weights, cut, places[node, STOP], weights[node, CELL])
        before, after = node, places[node, RIGHT]
        places[node, STOP] = cut
        places[node, RIGHT] = 0
    _gather(places, weights, node)
    return before, after, rest


@compiled
def _merge(places: Places, weights: Weights, before: int, after: int) -> int:
    """Join two subtrees, all of the first before all of the second."""
    if before == 0:
        return after
    if after == 0:
        return before
    if places[before, PRIORITY] > places[after, PRIORITY]:
        _hand_down(places, weights, before)
        places[before, RIGHT] = _merge(places, weights, places[before, RIGHT], after)
        _gather(places, weights, before)
        return before
    _hand_down(places, weights, after)
    places[after, LEFT] = _merge(places, weights, before, places[after, LEFT])
    _gather(places, weights, after)
    return after


@compiled
def scale(places: Places, weights: Weights, cut: int, left: float, right: float) -> bool:
    """Scale both sides of the cut; leave all as it was where no weight would remain."""
    before, after, rest = _split(places, weights, places[0, ROOT], cut)
    after = _merge(places, weights, rest, after)
    total = left * weights[before, MASS] + right * weights[after, MASS]
    alive: bool = total > TINY
    if alive:
        _multiply(weights, before, left / total)
        _multiply(weights, after, right / total)
    places[0, ROOT] = _merge(places, weights, before, after)
    return alive


@compiled
def locate(places: Places, weights: Weights, fraction: float) -> tuple[int, float, float]:
    """Walk down to the cell at which the cumulative weight reaches the fraction."""
    node, factor, before = places[0, ROOT], 1.0, 0.0
    wanted = fraction * weights[node, MASS]
    while True:
        left, right = places[node, LEFT], places[node, RIGHT]
        inner = factor * weights[node, PENDING]
        cell = factor * weights[node, CELL]
        length = places[node, STOP] - places[node, START]
        beside, own = inner * weights[left, MASS], cell * length
        beyond = inner * weights[right, MASS]
        if beside > 0 and (wanted <= beside or own + beyond == 0):
            node, factor = left, inner
        elif own > 0 and (wanted <= beside + own or beyond == 0):
            steps = np.ceil((wanted - beside) / cell) - 1
            steps = min(max(steps, 0.0), length - 1.0)
            offset = min(np.int64(steps), length - 1)
            return places[node, START] + offset, before + beside + offset * cell, cell
        else:
            node, factor = right, inner
            before += beside + own
            wanted -= beside + own


@compiled
def weigh(places: Places, weights: Weights, cell: int) -> tuple[float, float]:
    """Give the weight before a cell, and its own."""
    node, factor, before = places[0, ROOT], 1.0, 0.0
    while True:
        inner = factor * weights[node, PENDING]
        if cell < places[node, START]:
            node, factor = places[node, LEFT], inner
            continue
        before += inner * weights[places[node, LEFT], MASS]
        own = factor * weights[node, CELL]
        if cell < places[node, STOP]:
            return before + own * (cell - places[node, START]), own
        before += own * (places[node, STOP] - places[node, START])
        node, factor = places[node, RIGHT], inner


@compiled
def peak(places: Places, weights: Weights) -> int:
    """Walk down to the heaviest cell; ties go to the node, then to the left."""
    node: int = places[0, ROOT]
    while True:
        left, right = places[node, LEFT], places[node, RIGHT]
        below = weights[node, PENDING] * max(weights[left, PEAK], weights[right, PEAK])
        if weights[node, CELL] >= below:
            middle: int = (places[node, START] + places[node, STOP] - 1) // 2
            return middle
        node = left if weights[left, PEAK] >= weights[right, PEAK] else right

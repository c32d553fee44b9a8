"""Orders of points in which the halves of the halves … are near each other."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from algos.sketching._matrix import Floats, checked_matrix

__all__ = ["Tree", "bounds", "depth", "leaf_order"]

Indices = NDArray[np.int64]
#: How the points are split.
Tree: TypeAlias = Literal["order", "coordinates", "pca"]


def depth(count: int) -> int:
    """Give the number of levels under the root of the halving tree of so many leaves."""
    return (count - 1).bit_length()


def bounds(count: int, level: int) -> Indices:
    """Give the first positions of the tree's nodes at a level, and the end of the last."""
    return np.asarray(count * np.arange(2**level + 1, dtype=np.int64) >> level)


def leaf_order(count: int, coordinates: Any, tree: Tree | None) -> Indices:
    """Order the leaves so that each node of the halving tree is split along an axis.

    The axis is a coordinate, the next one at each level, or the node's principal axis.
    """
    if tree is None:
        tree = "order" if coordinates is None else "coordinates"
    if tree not in ("order", "coordinates", "pca"):
        raise ValueError(f"tree must be 'order', 'coordinates' or 'pca', got {tree!r}")
    if tree == "order":
        return np.arange(count, dtype=np.int64)
    if coordinates is None:
        raise ValueError(f"tree={tree!r} needs coordinates, one row for each probability")
    points = checked_matrix("coordinates", coordinates)
    if len(points) != count:
        raise ValueError(f"coordinates must have {count} rows, got shape {points.shape}")
    order = np.arange(count, dtype=np.int64)
    for level in range(depth(count)):
        ends = bounds(count, level)
        if tree == "coordinates":
            keys = points[order, level % points.shape[1]]
        else:
            keys = _principal(points[order], ends)
        nodes = np.repeat(np.arange(2**level), np.diff(ends))
        order = order[np.lexsort((keys, nodes))]
    return order


def _principal(points: Floats, ends: Indices) -> Floats:
    """Give the points of each node their coordinates along its axis of the greatest variance."""
    sizes = np.diff(ends)
    keys = np.empty(len(points))
    for size in np.unique(sizes):  # at most two, next to each other
        rows = ends[:-1][sizes == size, None] + np.arange(size)
        nodes = points[rows].astype(np.float64)
        top = np.abs(nodes).max(axis=(1, 2), keepdims=True)
        nodes /= np.where(top > 0, top, 1)
        nodes -= nodes.mean(axis=1, keepdims=True)
        axes = np.linalg.svd(nodes, full_matrices=False)[2][:, :1]
        longest = np.take_along_axis(axes, np.abs(axes).argmax(axis=2)[:, :, None], axis=2)
        keys[rows] = (nodes @ (axes * np.sign(longest)).transpose(0, 2, 1))[:, :, 0]
    return keys

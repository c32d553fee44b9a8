"""Orders of points in which the halves of the halves … are near each other."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from algos.sketching._matrix import Floats, checked_matrix

__all__ = ["Tree", "bounds", "checked_tree", "depth", "leaf_order"]

Indices = NDArray[np.int64]
#: How the points are split.
Tree: TypeAlias = Literal["order", "coordinates", "pca"]


def depth(count: int) -> int:
    """Give the number of levels under the root of the halving tree of so many leaves."""
    return (count - 1).bit_length()


def bounds(count: int, level: int) -> Indices:
    """Give the first positions of the tree's nodes at a level, and the end of the last."""
    return np.asarray(count * np.arange(2**level + 1, dtype=np.int64) >> level)


def checked_tree(tree: Tree | None, coordinates: Any) -> Tree:
    """Validate a tree's name, choose one for None, and see that it has what it splits by."""
    if tree is None:
        return "order" if coordinates is None else "coordinates"
    if tree not in ("order", "coordinates", "pca"):
        raise ValueError(f"tree must be 'order', 'coordinates' or 'pca', got {tree!r}")
    if tree != "order" and coordinates is None:
        raise ValueError(f"tree={tree!r} needs coordinates, one row for each probability")
    return tree


def leaf_order(count: int, coordinates: Any, tree: Tree | None) -> Indices:
    """Order the leaves so that each node of the halving tree is split along an axis.

    The axis is a coordinate, the next one at each level, or the node's principal axis.
    """
    tree = checked_tree(tree, coordinates)
    if tree == "order":
        return np.arange(count, dtype=np.int64)
    points = checked_matrix("coordinates", coordinates)
    if len(points) != count:
        raise ValueError(f"coordinates must have {count} rows, got shape {points.shape}")
    order = np.arange(count, dtype=np.int64)
    for level in range(depth(count) - 1):  # which of two leaves is the first does not matter
        ends = bounds(count, level)
        sizes = np.diff(ends)
        for size in np.unique(sizes):  # at most two
            rows = ends[:-1][sizes == size, None] + np.arange(size)
            nodes = order[rows]
            if tree == "coordinates":
                keys = points[nodes, level % points.shape[1]]
            else:
                keys = _principal(points[nodes])
            order[rows] = np.take_along_axis(nodes, np.argsort(keys, axis=1, kind="stable"), 1)
    return order


def _principal(nodes: Floats) -> Floats:
    """Give the points of each node their coordinates along its axis of the greatest variance."""
    top = np.abs(nodes).max(axis=(1, 2), keepdims=True)
    centred = nodes / np.where(top > 0, top, 1).astype(np.float64)
    centred -= centred.mean(axis=1, keepdims=True)
    turned = centred.transpose(0, 2, 1)
    if centred.shape[1] > centred.shape[2]:
        keys = centred @ np.linalg.eigh(turned @ centred)[1][:, :, -1:]
    else:
        keys = np.linalg.eigh(centred @ turned)[1][:, :, -1:]  # up to a factor
    greatest = np.abs(keys).argmax(axis=1)[:, None]
    return np.asarray(keys * np.sign(np.take_along_axis(keys, greatest, axis=1)))[:, :, 0]

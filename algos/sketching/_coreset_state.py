"""What a coreset holds and gives: samples of rows with their places, plain arrays of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algos.sketching._matrix import Floats

__all__ = [
    "STATE",
    "CoresetResult",
    "Node",
    "Part",
    "follows",
    "leaf",
    "packed",
    "spans",
    "unpacked",
    "variance",
]

Reals = NDArray[np.float64]

#: Rows of a leaf that is not full: number of the first, and the rows.
Part = tuple[int, Floats]

#: What a state holds.
STATE = (
    "kind",
    "p",
    "size",
    "seed",
    "dtype",
    "places",
    "lengths",
    "levels",
    "totals",
    "rows",
    "weights",
    "matrix",
)

#: Level of a part's place; its number is that of its first row.
PART = -1
#: The greatest level and number of a place.
MOST_PLACE = (62, 2**62)


@dataclass(frozen=True, eq=False)
class CoresetResult:
    """Weighted rows of a stream.

    Σ weights_j · abs(a_j x)^p estimates ‖Ax‖_p^p, without bias.

    Attributes
    ----------
    rows : ndarray of int64, shape (k,)
        Their numbers in the stream, increasing; k is at most the coreset's size.
    weights : ndarray, shape (k,)
        Weights of the p-th powers.
    matrix : ndarray, shape (k, d)
        The rows, unscaled.
    p : float
        The exponent.
    count : int
        Rows that the stream had.
    levels : int
        How often a row can have been sampled; 0 where all rows were kept.
    total : float
        The greatest sum of scores that was sampled by.
    relative_variance : float
        For every fixed x the mean of (estimate / ‖Ax‖_p^p − 1)² is at most this, if no sum of
        scores could be greater than both ``total`` and 1.05 d^max(1, p/2).
    """

    rows: NDArray[np.int64]
    weights: Reals
    matrix: Floats
    p: float
    count: int
    levels: int
    total: float
    relative_variance: float


@dataclass(frozen=True, eq=False)
class Node:
    """A sample of the rows below a node of the tree."""

    rows: NDArray[np.int64]
    weights: Reals
    matrix: Floats
    levels: int = 0
    total: float = 0.0


def leaf(parts: list[Part]) -> Node:
    """Put a leaf's rows in order."""
    parts = sorted(parts, key=lambda part: part[0])
    rows = np.concatenate([np.arange(first, first + len(part)) for first, part in parts])
    return Node(rows, np.ones(len(rows)), np.vstack([part for _, part in parts]))


def packed(nodes: Mapping[tuple[int, int], Node], parts: list[Part]) -> dict[str, Any]:
    """Put nodes and parts of leaves one after another."""
    pieces = {**nodes, **{(PART, first): leaf([(first, rows)]) for first, rows in parts}}
    each = list(pieces.values())
    matrix = np.vstack([one.matrix for one in each]) if each else np.zeros((0, 1))
    return {
        "dtype": str(matrix.dtype),
        "places": np.array(list(pieces), dtype=np.int64).reshape(-1, 2),
        "lengths": np.array([len(one.rows) for one in each], dtype=np.int64),
        "levels": np.array([one.levels for one in each], dtype=np.int64),
        "totals": np.array([one.total for one in each]),
        "rows": np.concatenate([np.zeros(0, dtype=np.int64), *(one.rows for one in each)]),
        "weights": np.concatenate([np.zeros(0), *(one.weights for one in each)]),
        "matrix": matrix,
    }


def unpacked(found: Mapping[str, Any]) -> tuple[dict[tuple[int, int], Node], list[Part]]:
    """Give the nodes and parts again, from what `read_state` gave."""
    places, lengths, levels, rows = (
        _numbers(found, name, np.int64) for name in ("places", "lengths", "levels", "rows")
    )
    totals, weights = (_numbers(found, name, np.float64) for name in ("totals", "weights"))
    matrix = _numbers(found, "matrix", found["dtype"])
    count = len(rows)
    if not (
        len(places) == len(lengths) == len(levels) == len(totals)
        and places.size == 2 * len(places)
        and ((places.reshape(-1, 2) >= [PART, 0]) & (places.reshape(-1, 2) <= MOST_PLACE)).all()
        and lengths.sum() == len(weights) == count
        and (lengths > 0).all()
        and (levels >= 0).all()
        and (totals >= 0).all()
        and (matrix.ndim == 2 and len(matrix) == count if count else matrix.size == 0)
    ):
        raise ValueError("state's arrays must fit each other, and do not")
    if not (np.isfinite(matrix).all() and (weights > 0).all() and np.isfinite(weights).all()):
        raise ValueError("state's matrix and weights must be finite, and weights positive")
    nodes, parts, stop = {}, [], 0
    for place, length, level, total in zip(places.tolist(), lengths, levels, totals, strict=True):
        here = slice(stop, stop := stop + int(length))
        if place[0] == PART:
            parts.append((place[1], matrix[here]))
        else:
            node = Node(rows[here], weights[here], matrix[here], int(level), float(total))
            nodes[place[0], place[1]] = node
    return nodes, parts


def _numbers(found: Mapping[str, Any], name: str, dtype: Any) -> Any:
    """Copy one of a state's arrays."""
    try:
        return np.array(found[name], dtype=dtype)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"state's {name} must hold numbers, got {found[name]!r}") from None


def spans(nodes: Mapping[tuple[int, int], Node], size: int) -> tuple[tuple[int, int], ...]:
    """Give the ranges of rows that nodes stand for; refuse rows from elsewhere."""
    found = []
    for (level, number), node in nodes.items():
        first, stop = number * size << level, (number + 1) * size << level
        inside = first <= node.rows[0] and node.rows[-1] < stop and (np.diff(node.rows) > 0).all()
        if not inside or len(node.rows) > size:
            raise ValueError(
                f"state's rows at the place ({level}, {number}) must be at most {size} of "
                f"{first} to {stop - 1}, increasing, and are not"
            )
        found.append((first, stop))
    return tuple(found)


def follows(one: Part, other: Part) -> bool:
    """Say whether the other part follows, and is no shorter."""
    return one[0] + len(one[1]) == other[0] and len(one[1]) <= len(other[1])


def variance(growth: float, levels: int) -> float:
    """Compute (1 + growth)^levels − 1."""
    with np.errstate(over="ignore"):
        return float(np.expm1(levels * np.log1p(growth)))

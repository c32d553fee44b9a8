"""A weighted sample of a stream of rows, in bounded memory, that can be merged."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from algos._arguments import checked_count, checked_real
from algos.sketching._coreset_state import (
    STATE,
    CoresetResult,
    Node,
    Part,
    follows,
    leaf,
    packed,
    spans,
    unpacked,
    variance,
)
from algos.sketching._matrix import Floats, row_blocks
from algos.sketching._sampling_draw import draw
from algos.sketching._sampling_scores import LEAST_P, MOST_P, NEAR, quadratic_scores
from algos.sketching._sketch import Ranges, joined
from algos.sketching._state import read_state

__all__ = ["Coreset", "CoresetResult"]

#: One past the greatest number of a row.
MOST_ROWS = 2**62


class Coreset:
    """Keep a weighted sample of a stream of rows that estimates ‖Ax‖_p^p for all x.

    Use it where A's rows come once, or in parts on several machines: parts that were given
    the same seed and the numbers of their rows can be merged.

    Parameters
    ----------
    p : float
        In [1/64, 64].
    size : int
        Rows that a sample holds at most, and that a leaf of the tree holds.
    rng : int or numpy.random.Generator, optional
        Source of the seed.  Coresets can be merged if they were given the same integer.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Merge and reduce: rows number k·size to (k + 1)·size − 1 are a leaf; two sibling nodes of the
    binary tree over the leaves become one, by drawing `size` of their rows in proportion to Lewis
    weights, with the old weights kept on.  The draws of a node depend on the seed and on its
    place alone, so that neither the blocks in which rows came nor the order of merges changes any
    bit of the result.

    The estimate is a martingale along the levels: without bias for every x, with relative variance
    at most (1 + (1.05 d^max(1, p/2) − 1) / size)^levels − 1.  A stream of n rows is kept as at most
    size · (2 + lg(n / size)) rows; parts with gaps between them take that much each until they
    are merged.

    References
    ----------
    Proof of this library, docs/theory/sketching_sampling.md, "Streams".

    J. Bentley, J. Saxe, "Decomposable searching problems I", Journal of Algorithms 1, 1980.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.sketching import Coreset
    >>> coreset = Coreset(1, 100, rng=1)
    >>> for _ in range(50):
    ...     coreset.update(np.eye(2).repeat(10, axis=0))
    >>> result = coreset.result()
    >>> estimate = result.weights @ np.abs(result.matrix @ [1.0, 1.0])
    >>> result.count, len(result.rows) <= 100, float(estimate.round(1))
    (1000, True, 1024.6)
    """

    def __init__(
        self, p: float, size: int, *, rng: int | np.random.Generator | None = None
    ) -> None:
        self.p = checked_real("p", p, LEAST_P, MOST_P, low_end=True, high_end=True)
        self.size = checked_count("size", size)
        self.seed = int(np.random.default_rng(rng).integers(2**63))
        self.covered: Ranges = ()
        self._nodes: dict[tuple[int, int], Node] = {}  # by level, and place in the level
        self._parts: dict[int, list[Part]] = {}  # of leaves that are not full

    @property
    def count(self) -> int:
        """Rows seen."""
        return sum(stop - first for first, stop in self.covered)

    @property
    def held(self) -> int:
        """Rows in memory."""
        leaves = sum(len(rows) for parts in self._parts.values() for _, rows in parts)
        return leaves + sum(len(node.rows) for node in self._nodes.values())

    def update(self, rows: Any, *, at: int | None = None) -> None:
        """Take rows.

        Parameters
        ----------
        rows : array_like, shape (k, d)
            An array, a SciPy sparse matrix, a Dask array, an iterator of blocks of rows, or a
            function that returns one.
        at : int, optional
            Number of the first of them in the whole matrix; after the last row seen by default.

        Raises
        ------
        TypeError, ValueError
            They are no matrix of finite real numbers, have not as many columns as those before,
            or were seen before; the coreset is then as it was.
        """
        end = self.covered[-1][1] if self.covered else 0
        start = end if at is None else checked_count("at", at, least=0, most=MOST_ROWS)
        grown = self._copy()
        for first, block in row_blocks("rows", rows, once=True):
            grown._add(start + first, block)
        self.__dict__.update(grown.__dict__)

    def merge(self, other: Coreset) -> None:
        """Take in the rows of another coreset, which stays as it is.

        Parameters
        ----------
        other : Coreset
            Of other rows of the same matrix, with the same p, size and seed.

        Raises
        ------
        TypeError, ValueError
            It is no such coreset; this one is then as it was.
        """
        if not isinstance(other, Coreset):
            raise TypeError(f"other must be a Coreset, got {type(other).__name__}")
        mine, theirs = ((one.p, one.size, one.seed) for one in (self, other))
        if mine != theirs:
            raise ValueError(
                f"other must have the same p, size and seed, {mine}, got {theirs}; "
                "give both the same integer as rng"
            )
        grown = self._copy()
        grown.covered = joined(self.covered, other.covered)
        grown._require_width(other._width())
        for number, parts in other._parts.items():
            grown._take(number, parts)
        for place, node in other._nodes.items():
            grown._insert(place, node)
        self.__dict__.update(grown.__dict__)

    def result(self) -> CoresetResult:
        """Give the sample of all rows seen so far; more rows may follow.

        Returns
        -------
        CoresetResult
            At most `size` weighted rows.

        Raises
        ------
        ValueError
            No row was seen.
        """
        if not self.covered:
            raise ValueError("the coreset must have seen rows, got none; call update(rows) before")
        pieces = [*self._nodes.values(), *(leaf(parts) for parts in self._parts.values())]
        pieces.sort(key=lambda node: int(node.rows[0]))
        node = self._reduced(pieces, (2**32 - 1, 0))
        most = max(NEAR * node.matrix.shape[1] ** max(1.0, self.p / 2), node.total)
        return CoresetResult(
            rows=node.rows,
            weights=node.weights,
            matrix=node.matrix,
            p=self.p,
            count=self.count,
            levels=node.levels,
            total=node.total,
            relative_variance=variance((most - 1) / self.size, node.levels),
        )

    @property
    def state(self) -> dict[str, Any]:
        """All there is to know, as arrays, numbers and strings: for np.savez, or JSON."""
        return {
            "kind": "Coreset",
            "p": self.p,
            "size": self.size,
            "seed": self.seed,
            **packed(self._nodes, [part for parts in self._parts.values() for part in parts]),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Make a coreset again from its `state`.

        Parameters
        ----------
        state : mapping
            What `state` gave, or what np.load or JSON made of it.

        Returns
        -------
        Coreset
            As it was.

        Raises
        ------
        TypeError, ValueError
            The mapping lacks something, or holds what no coreset has.
        """
        found = read_state("Coreset", STATE, state)
        nodes, parts = unpacked(found)
        coreset = cls(found["p"][()], found["size"][()], rng=0)
        coreset.seed, coreset._nodes = found["seed"], nodes
        coreset.covered = joined(spans(nodes, coreset.size), ())
        for first, rows in parts:
            coreset._add(first, rows)
        return coreset

    def _width(self) -> int | None:
        """Give the number of columns, once there are rows."""
        held = [node.matrix for node in self._nodes.values()]
        held += [rows for parts in self._parts.values() for _, rows in parts]
        return int(held[0].shape[1]) if held else None

    def _require_width(self, width: int | None) -> None:
        """Refuse rows of another length."""
        mine = self._width()
        if None not in (mine, width) and mine != width:
            raise ValueError(f"rows must have {mine} columns as before, got {width}")

    def _copy(self) -> Coreset:
        """Give a coreset of the same rows that can grow without this one; nodes are shared."""
        grown = copy.copy(self)
        grown._nodes, grown._parts = dict(self._nodes), dict(self._parts)
        return grown

    def _add(self, start: int, block: Floats) -> None:
        """Cut rows into parts of leaves."""
        self._require_width(block.shape[1])
        if start + len(block) > MOST_ROWS:
            raise ValueError(f"rows must be numbered below 2^62, got row {start + len(block) - 1}")
        self.covered = joined(self.covered, ((start, start + len(block)),))
        while len(block):
            number, offset = divmod(start, self.size)
            part = block[: self.size - offset]
            self._take(number, [(start, part.copy())])
            start, block = start + len(part), block[len(part) :]

    def _take(self, number: int, parts: list[Part]) -> None:
        """Add rows to a leaf, and the leaf to the tree once it is full."""
        held = self._parts.pop(number, [])[:]
        for part in parts:
            held.append(part)
            while len(held) > 1 and follows(*held[-2:]):  # so that there are few
                held[-2:] = [(held[-2][0], np.vstack([held[-2][1], held[-1][1]]))]
        if sum(len(rows) for _, rows in held) < self.size:
            self._parts[number] = held
        else:
            self._insert((0, number), leaf(held))

    def _insert(self, place: tuple[int, int], node: Node) -> None:
        """Put a node at its place; siblings that are both there become their parent."""
        level, number = place
        while (level, number ^ 1) in self._nodes:
            sibling = self._nodes.pop((level, number ^ 1))
            pair = [sibling, node] if number & 1 else [node, sibling]
            level, number = level + 1, number >> 1
            node = self._reduced(pair, (level, number))
        self._nodes[level, number] = node

    def _reduced(self, pieces: list[Node], place: tuple[int, int]) -> Node:
        """Draw `size` rows of those of some nodes, unless there are no more."""
        rows = np.concatenate([one.rows for one in pieces])
        weights = np.concatenate([one.weights for one in pieces])
        matrix = np.vstack([one.matrix for one in pieces])
        levels, total = max(one.levels for one in pieces), max(one.total for one in pieces)
        few = len(rows) <= self.size
        if len(pieces) > 1 and (levels or not few):  # as if drawn: whether it is, chance decides
            levels += 1
        if few or not matrix.any():
            first = slice(self.size)
            return Node(rows[first], weights[first], matrix[first], levels, total)
        scores = quadratic_scores([(0, matrix)], self.p, weights=weights)
        rng = np.random.default_rng([self.seed, *place])
        drawn, counts, chances, drawn_rows = draw([(0, matrix)], scores, self.size, rng)
        kept = weights[drawn] * counts / (self.size * chances)
        return Node(rows[drawn], kept, drawn_rows, levels, max(total, scores.total))

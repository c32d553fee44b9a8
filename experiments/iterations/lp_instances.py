"""Linear programs to measure on: random sparse, transport, and flow between two photographs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.io import loadmat
from scipy.sparse.csgraph import connected_components

__all__ = [
    "Program",
    "photograph_flow",
    "relative_error",
    "road_flow",
    "sparse_program",
    "transport",
]


@dataclass(frozen=True, eq=False)
class Program:
    """Minimise cᵀx subject to A x = b, x >= 0."""

    c: np.ndarray
    matrix: Any
    b: np.ndarray

    def save(self, path: Path) -> None:
        """Write the program for a worker."""
        parts = {"data": self.matrix.data, "indices": self.matrix.indices}
        np.savez(
            path,
            c=self.c,
            b=self.b,
            **parts,
            indptr=self.matrix.indptr,
            shape=np.array(self.matrix.shape),
        )

    @classmethod
    def load(cls, path: Path) -> Program:
        """Read it."""
        with np.load(path) as file:
            parts = (file["data"], file["indices"], file["indptr"])
            return cls(file["c"], sparse.csr_array(parts, shape=tuple(file["shape"])), file["b"])


def relative_error(program: Program, x: np.ndarray, y: np.ndarray) -> float:
    """Recompute the largest of the primal, dual and gap errors of a pair.

    Parameters
    ----------
    program : Program
        What was solved.
    x, y : ndarray
        The primal point and the multipliers.

    Returns
    -------
    float
        Relative to one plus the norms of the data and the objective; negative entries of x
        count as primal, those of the reduced costs as dual error.
    """
    primal = np.hypot(
        np.linalg.norm(program.matrix @ x - program.b), np.linalg.norm(np.minimum(x, 0))
    )
    dual = np.linalg.norm(np.minimum(program.c - program.matrix.T @ y, 0))
    first, second = program.c @ x, program.b @ y
    return float(
        max(
            primal / (1 + np.linalg.norm(program.b)),
            dual / (1 + np.linalg.norm(program.c)),
            abs(first - second) / (1 + abs(first) + abs(second)),
        )
    )


def sparse_program(rows: int, rng: np.random.Generator) -> Program:
    """Plant an optimum in a random sparse matrix with twice as many columns as rows.

    Parameters
    ----------
    rows : int
        Equations.
    rng : numpy.random.Generator
        Draws the data.

    Returns
    -------
    Program
        With density 0.1, or 20 entries a row where that is less.
    """
    columns = 2 * rows
    draw: Any = sparse.random_array
    matrix = draw(
        (rows, columns),
        density=min(0.1, 20 / columns if rows > 1000 else 1.0),
        rng=rng,
        data_sampler=lambda size: rng.standard_normal(size),
        format="csr",
    )
    x = np.maximum(rng.standard_normal(columns), 0)
    y = rng.standard_normal(rows)
    z = np.where(x > 0, 0, rng.random(columns) + 0.1)
    return Program(matrix.T @ y + z, sparse.csr_array(matrix), matrix @ x)


def transport(places: int, rng: np.random.Generator) -> Program:
    """Move random supplies to random demands at random distances in the plane.

    Parameters
    ----------
    places : int
        Sources, and as many sinks.
    rng : numpy.random.Generator
        Draws places and weights.

    Returns
    -------
    Program
        One equation a place.
    """
    sources, sinks = rng.random((places, 2)), rng.random((places, 2))
    cost = np.linalg.norm(sources[:, None] - sinks[None], axis=2)
    supply, demand = (w / w.sum() * places for w in rng.random((2, places)) + 0.1)
    eye, ones = sparse.eye_array(places), np.ones((1, places))
    matrix = sparse.vstack([sparse.kron(eye, ones), sparse.kron(ones, eye)], format="csr")
    return Program(cost.ravel(), sparse.csr_array(matrix), np.concatenate([supply, demand]))


def road_flow(sources: int, rng: np.random.Generator) -> Program:
    """Supply the junctions of Minnesota's roads from some of them, by the shortest hauls.

    The road network of Gleich's collection, as PyGSP brings it: 2,640 junctions in one piece and
    3,302 roads, of the lengths that the junctions' places give.

    Parameters
    ----------
    sources : int
        Junctions that supply, at most 2,640.
    rng : numpy.random.Generator
        Draws the sources, and each junction's demand.

    Returns
    -------
    Program
        One equation a junction, one variable a direction of each road.
    """
    with as_file(files("pygsp") / "data" / "pointclouds" / "minnesota.mat") as path:
        data = loadmat(str(path))
    roads, places = sparse.csr_array(data["A"]), data["xy"]
    _, piece = connected_components(roads, directed=False)
    kept = np.flatnonzero(piece == np.bincount(piece).argmax())
    roads, places = roads[kept][:, kept], places[kept]
    tails, heads = roads.nonzero()
    arcs, nodes = np.arange(len(tails)), len(kept)
    out, into = (sparse.csr_array((np.ones(len(arcs)), (end, arcs)), (nodes, len(arcs)))
                 for end in (tails, heads))  # fmt: skip
    demand = rng.random(nodes) + 0.1
    supply = np.zeros(nodes)
    supply[rng.choice(nodes, sources, replace=False)] = demand.sum() / sources
    lengths = np.linalg.norm(places[tails] - places[heads], axis=1)
    return Program(lengths, sparse.csr_array(out - into), supply - demand)


def photograph_flow(side: int, rng: np.random.Generator) -> Program:
    """Turn one photograph into another: the cheapest flow of brightness between neighbours.

    The two pictures that scikit-learn brings, cut at a random place and averaged down; a pixel
    is a node, and an arc leads to each of its four neighbours.

    Parameters
    ----------
    side : int
        Pixels a side, at most 200.
    rng : numpy.random.Generator
        Draws where the pictures are cut.

    Returns
    -------
    Program
        One equation a pixel, one variable an arc.
    """
    from sklearn.datasets import load_sample_images

    grey = []
    for image in load_sample_images().images:
        block = min(image.shape[:2]) // (side + 10)
        top, left = rng.integers(0, np.array(image.shape[:2]) - block * side + 1)
        cut = image[top : top + block * side, left : left + block * side].mean(axis=2)
        small = cut.reshape(side, block, side, block).mean(axis=(1, 3))
        grey.append(small.ravel() / small.sum() * side * side)
    index = np.arange(side * side).reshape(side, side)
    pairs = [(index[:, :-1], index[:, 1:]), (index[:-1], index[1:])]
    tails = np.concatenate([one.ravel() for pair in pairs for one in pair])
    heads = np.concatenate([one.ravel() for pair in pairs for one in reversed(pair)])
    arcs = np.arange(tails.size)
    entries = np.concatenate([np.ones(tails.size), -np.ones(tails.size)])
    where = (np.concatenate([tails, heads]), np.concatenate([arcs, arcs]))
    matrix = sparse.csr_array((entries, where), shape=(side * side, tails.size))
    return Program(np.ones(tails.size), matrix, grey[0] - grey[1])

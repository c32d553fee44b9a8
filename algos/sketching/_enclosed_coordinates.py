"""Coordinates in which a matrix is nearly orthonormal, with bounds on all rounding."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from algos.sketching._matrix import Floats, RowBlocks, row_blocks
from algos.sketching._whitening import EPS, row_whitening, triangular_factor, whitening

__all__ = ["Coordinates", "EnclosedRows", "coordinates", "lengths"]

Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Coordinates:
    """A matrix in coordinates T where it is nearly orthonormal: A T = rows + errors.

    ``errors`` bounds the Euclidean norm of each row's error, with what a product of that row
    and a unit vector adds; ``least`` and ``greatest`` enclose the singular values of A T.
    """

    rows: Reals
    errors: Reals
    least: float
    greatest: float

    @property
    def rank(self) -> int:
        """The rank of A, up to rounding."""
        return int(self.rows.shape[1])


class EnclosedRows:
    """The same for diag(v) A, block by block: triples of a slice, its rows and their errors."""

    least: float
    greatest: float

    def __init__(self, blocks: RowBlocks, v: Reals | None = None) -> None:
        self.blocks, self.v = blocks, v
        size: Reals = np.zeros(1)
        for first, block in blocks:
            size = np.maximum(size, np.abs(block).max(axis=0).astype(np.float64))
            self.n = first + len(block)
        self.scale = np.ldexp(1.0, np.minimum(-np.frexp(size)[1], 1000))  # exact
        self.transform = self._transform()
        self._enclose()

    @property
    def rank(self) -> int:
        """The rank of A, up to rounding."""
        return int(self.transform.shape[1])

    def __iter__(self) -> Iterator[tuple[slice, Reals, Reals]]:
        d, rank = self.transform.shape
        size = np.abs(self.transform)
        for here, block in self._scaled():
            rows = block @ self.transform
            errors = (d + 4) * EPS * lengths(np.abs(block) @ size)
            yield here, rows, errors + (rank + 2) * EPS * lengths(rows)

    def _scaled(self) -> Iterator[tuple[slice, Reals]]:
        """Read diag(v) A with its columns scaled."""
        for first, block in self.blocks:
            here = slice(first, first + len(block))
            yield here, block * self.scale * (1.0 if self.v is None else self.v[here, None])

    def _transform(self) -> Reals:
        """Orthonormalise; a direction counts if all rows together or one of them has it."""

        def read() -> Iterator[Reals]:
            return (block for _, block in self._scaled())

        found = row_whitening(read)[0].transform
        if found.shape[1] < len(self.scale):
            other = whitening(triangular_factor(read()), self.n).transform
            found = max(found, other, key=lambda one: one.shape[1])
        if found.shape[1] == 0:
            return found
        again = whitening(triangular_factor(block @ found for block in read()), self.n).transform
        return found @ again if again.shape[1] == found.shape[1] else found

    def _enclose(self) -> None:
        """Enclose the singular values, 0 where nothing better is known."""
        gram, squares, rank = np.zeros((self.rank, self.rank)), 0.0, self.rank
        with np.errstate(over="ignore", invalid="ignore"):
            for _, rows, errors in self:
                gram += rows.T @ rows
                squares += float(errors @ errors)
            away = float(np.linalg.norm(gram - np.eye(rank))) + (self.n + 2) * EPS * rank
        error = math.sqrt(squares)
        if not math.isfinite(away + error):
            away = error = math.inf
        self.least = max(math.sqrt(max(1 - away, 0.0)) - error, 0.0)
        self.greatest = math.sqrt(1 + away) + error


def coordinates(A: Floats) -> Coordinates:
    """Take a whole matrix."""
    enclosed = EnclosedRows(row_blocks("A", A))
    rows, errors = np.zeros((len(A), enclosed.rank)), np.zeros(len(A))
    for here, some, error in enclosed:
        rows[here], errors[here] = some, error
    return Coordinates(rows, errors, enclosed.least, enclosed.greatest)


def lengths(rows: Reals) -> Reals:
    """Give Euclidean norms of rows, without underflow of their squares."""
    top = np.abs(rows).max(axis=1, initial=0.0)
    return np.asarray(top * np.linalg.norm(rows / np.where(top > 0, top, 1.0)[:, None], axis=1))

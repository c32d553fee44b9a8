"""Diagonal preconditioning of a linear program: Ruiz, then Pock and Chambolle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from accel.dispatch import Array
from algos.iterations._lp_device import array_on_device, program_on_device
from algos.iterations._lp_problem import LinearProgram

RUIZ_ROUNDS = 10
#: Below so many rows or columns the norm comes from the dense K Kᵀ or Kᵀ K.
SMALL = 100
#: Of Lanczos' method; the norm itself is as accurate as its square.
NORM_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Scaled:
    """The program in x / columns and y / rows, and the norm of its matrix."""

    program: LinearProgram
    rows: Array
    columns: Array
    norm: float

    def on_device(self) -> Scaled:
        """Copy to the current GPU."""
        rows, columns = array_on_device(self.rows), array_on_device(self.columns)
        return Scaled(program_on_device(self.program), rows, columns, self.norm)


def scaled_program(program: LinearProgram) -> Scaled:
    """Scale rows and columns so that entries and norms are near one."""
    matrix, transpose = program.matrix, program.transpose
    rows, columns = _factors(matrix)
    row_of = np.repeat(np.arange(rows.size), np.diff(matrix.indptr))
    column_of = np.repeat(np.arange(columns.size), np.diff(transpose.indptr))
    forward = _with_data(matrix, matrix.data * rows[row_of] * columns[matrix.indices])
    backward = _with_data(transpose, transpose.data * rows[transpose.indices] * columns[column_of])
    inner = LinearProgram(
        program.c * columns,
        forward,
        backward,
        program.q * rows,
        program.equalities,
        program.lower / columns,
        program.upper / columns,
    )
    return Scaled(inner, rows, columns, spectral_norm(forward))


def _factors(matrix: Any) -> tuple[Array, Array]:
    """Give the factors of the rows and of the columns."""
    order = _with_data(matrix, np.arange(matrix.nnz)).T.tocsr()
    row_of = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    rows, columns = np.ones(matrix.shape[0]), np.ones(matrix.shape[1])
    reductions = [np.maximum] * RUIZ_ROUNDS + [np.add]  # the last is Pock and Chambolle's
    for reduce in reductions:
        values = abs(matrix.data) * rows[row_of] * columns[matrix.indices]
        rows /= np.sqrt(_reduced(reduce, values, matrix.indptr))
        columns /= np.sqrt(_reduced(reduce, values[order.data], order.indptr))
    return rows, columns


def _reduced(reduce: Any, values: Array, starts: Array) -> Array:
    """Reduce consecutive groups of values; 1 for an empty group."""
    result = np.ones(starts.size - 1)
    full = np.diff(starts) > 0
    if full.any():
        result[full] = reduce.reduceat(values, starts[:-1][full])
    return result


def _with_data(matrix: Any, data: Array) -> Any:
    """Give a matrix with the same pattern and other entries."""
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def spectral_norm(matrix: Any) -> float:
    """Give ‖K‖; by Lanczos' method from a fixed start where K has many rows and columns."""
    least = min(matrix.shape)
    if not matrix.nnz:
        return 1.0
    if least < SMALL:
        short = matrix if matrix.shape[0] == least else matrix.T
        return float(np.sqrt(np.linalg.eigvalsh((short @ short.T).toarray())[-1]))
    start = np.random.default_rng(0).standard_normal(least)
    values = linalg.svds(matrix, k=1, tol=NORM_TOLERANCE, v0=start, return_singular_vectors=False)
    return float(values[0])

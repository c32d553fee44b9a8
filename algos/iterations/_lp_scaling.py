"""Diagonal preconditioning of a linear program: Ruiz, then Pock and Chambolle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from accel.dispatch import Array
from algos.iterations._lp_problem import LinearProgram

RUIZ_ROUNDS = 10
POWER_STEPS = 100


@dataclass(frozen=True, eq=False)
class Scaled:
    """The program in x / columns and y / rows, and the norm of its matrix."""

    program: LinearProgram
    rows: Array
    columns: Array
    norm: float


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
    return Scaled(inner, rows, columns, spectral_norm(forward, backward))


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


def spectral_norm(matrix: Any, transpose: Any) -> float:
    """Estimate ‖K‖ by power iteration from a fixed start."""
    if not matrix.nnz:
        return 1.0
    vector = np.random.default_rng(0).standard_normal(matrix.shape[1])
    norm = 0.0
    for _ in range(POWER_STEPS):
        vector /= math.sqrt(float(vector @ vector))
        image = matrix @ vector
        before, norm = norm, math.sqrt(float(image @ image))
        vector = transpose @ image
        if norm - before <= 1e-4 * norm:
            break
    return norm

"""Moving a linear program to the GPU of CuPy and back."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

from accel.dispatch import Array
from algos.iterations._lp_problem import LinearProgram


def on_host(value: Any) -> Any:
    """Give a NumPy array or SciPy matrix for one of CuPy; anything else as it is."""
    package = type(value).__module__.partition(".")[0]
    return value.get() if package in ("cupy", "cupyx") else value


def array_on_device(array: Array) -> Array:
    """Copy an array to the current GPU."""
    return importlib.import_module("cupy").asarray(array)


def program_on_device(program: LinearProgram) -> LinearProgram:
    """Copy a program to the current GPU."""
    library = importlib.import_module("cupyx.scipy.sparse")

    def moved(matrix: Any) -> Any:
        """Copy a CSR matrix."""
        parts = (matrix.data, matrix.indices, matrix.indptr)
        return library.csr_matrix(tuple(map(array_on_device, parts)), shape=matrix.shape)

    return replace(
        program,
        c=array_on_device(program.c),
        matrix=moved(program.matrix),
        transpose=moved(program.transpose),
        q=array_on_device(program.q),
        lower=array_on_device(program.lower),
        upper=array_on_device(program.upper),
    )

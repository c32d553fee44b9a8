"""Loops over NumPy arrays that Numba compiles at their first call.

A kernel (:mod:`accel.dispatch`) has paths for other arrays besides; a loop runs on the
host alone: where it belongs to a data structure, or is called once a step from Python.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

from accel.dispatch import CACHE_VARIABLE

__all__ = ["compiled"]

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """Compile at the first call; keep the result on disk where that is possible.

    Parameters
    ----------
    loop : callable
        In what Numba compiles; x / 0 is an infinity and no exception.

    Returns
    -------
    callable
        The same, compiled; the plain function is its ``py_func``.
    """
    if os.environ.get(CACHE_VARIABLE) != "0":
        try:
            return cast(Loop, numba.njit(cache=True, error_model="numpy", nogil=True)(loop))
        except RuntimeError:  # no directory to cache in can be written to
            pass
    return cast(Loop, numba.njit(error_model="numpy", nogil=True)(loop))

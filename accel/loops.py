"""Loops over NumPy arrays that Numba compiles at their first call.

A kernel (:mod:`accel.dispatch`) has paths for other arrays besides; a loop runs on the
host alone: where it belongs to a data structure, is called once a step from Python, or
goes over the rows of a matrix.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

__all__ = ["compiled"]

#: Set to "0" to keep compiled loops out of Numba's on-disk cache.
CACHE_VARIABLE = "LEMMATA_NUMBA_CACHE"

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop, *, reorder: bool = False) -> Loop:
    """Compile at the first call; keep the result on disk where that is possible.

    Parameters
    ----------
    loop : callable
        In what Numba compiles; x / 0 is an infinity and no exception.
    reorder : bool, optional
        Whether sums may be taken in another order, so that they vectorise.

    Returns
    -------
    callable
        The same, compiled; the plain function is its ``py_func``.
    """
    return cast(Loop, _compiled(loop, reorder, os.environ.get(CACHE_VARIABLE) != "0"))


@cache
def _compiled(loop: Callable[..., Any], reorder: bool, on_disk: bool) -> Any:
    """Compile once a process."""
    import numba

    options: dict[str, Any] = {"error_model": "numpy", "nogil": True}
    if reorder:
        options["fastmath"] = {"reassoc", "contract"}
    if on_disk:
        try:
            return numba.njit(loop, cache=True, **options)
        except RuntimeError:  # no directory for the cache can be written to
            pass
    return numba.njit(loop, **options)

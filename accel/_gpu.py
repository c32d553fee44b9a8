"""Launching CUDA kernels through CuPy, which is imported only when it is asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from accel._arrays import Array

__all__ = ["Empty", "GpuUnavailableError", "Launch", "is_cupy", "require_gpu", "run_on_gpu"]


class GpuUnavailableError(RuntimeError):
    """A GPU was asked for, and CuPy or the device is missing."""


@dataclass(frozen=True)
class Empty:
    """An array that a CUDA kernel fills: scratch space or the result.

    Parameters
    ----------
    shape : tuple of int
        Its shape.
    dtype : str, optional
        Its type; that of the kernel's arguments unless told otherwise.
    """

    shape: tuple[int, ...]
    dtype: str | None = None


@dataclass(frozen=True)
class Launch:
    """How a CUDA kernel is started.

    Parameters
    ----------
    function : str
        The ``extern "C"`` name in the source, where ``REAL`` stands for the
        arguments' type.
    blocks, threads : int
        Blocks of the grid and threads of a block; no thread starts for 0 blocks.
    arguments : tuple of (array, int or Empty)
        In the order of the C parameters; an int is passed as ``long long``.  The
        last one is the result.
    """

    function: str
    blocks: int
    threads: int
    arguments: tuple[Array | int | Empty, ...]

    def allocated(self, xp: Any) -> tuple[Array | int, ...]:
        """Allocate the empty arrays.

        Parameters
        ----------
        xp : module
            NumPy or CuPy.

        Returns
        -------
        tuple of (array or int)
            The arguments, arrays in the place of :class:`Empty`.
        """
        dtype = next(a.dtype for a in self.arguments if not isinstance(a, int | Empty))
        return tuple(
            xp.empty(a.shape, a.dtype or dtype) if isinstance(a, Empty) else a
            for a in self.arguments
        )


def is_cupy(array: Array) -> bool:
    """Tell CuPy's arrays without importing CuPy."""
    cupy = sys.modules.get("cupy")
    return cupy is not None and isinstance(array, cupy.ndarray)


def require_gpu() -> Any:
    """Import CuPy and find a device, or say what is missing."""
    try:
        cupy = importlib.import_module("cupy")
    except ImportError as error:
        raise GpuUnavailableError(
            "a GPU was asked for, but CuPy cannot be imported "
            f'({error}): pip install "lemmata[gpu]", or use backend="auto"'
        ) from error
    try:
        devices = cupy.cuda.runtime.getDeviceCount()
    except Exception as error:  # CuPy imports without a driver; its first call fails
        raise GpuUnavailableError(
            f"a GPU was asked for, but CUDA finds no device ({error}): "
            'check nvidia-smi and CUDA_VISIBLE_DEVICES, or use backend="auto"'
        ) from error
    if not devices:
        raise GpuUnavailableError(
            "a GPU was asked for, but CUDA sees 0 devices: "
            'check nvidia-smi and CUDA_VISIBLE_DEVICES, or use backend="auto"'
        )
    return cupy


@cache
def _cuda_module(source: Path, real: str) -> Any:
    """Compile a CUDA source for one real type."""
    cupy = require_gpu()
    return cupy.RawModule(code=source.read_text(), options=("-std=c++17", f"-DREAL={real}"))


def run_on_gpu(source: Path, launch: Callable[..., Launch], arrays: tuple[Array, ...]) -> Array:
    """Start a CUDA kernel on the arrays' own device."""
    cupy = require_gpu()
    arrays = tuple(map(cupy.ascontiguousarray, arrays))
    plan = launch(*arrays)
    with arrays[0].device:
        arguments = plan.allocated(cupy)
        result: Array = arguments[-1]
        if plan.blocks and prod(result.shape):
            real = "float" if arrays[0].dtype == cupy.float32 else "double"
            function = _cuda_module(source, real).get_function(plan.function)
            values = tuple(np.int64(a) if isinstance(a, int) else a for a in arguments)
            function((plan.blocks,), (plan.threads,), values)
    return result

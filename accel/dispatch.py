"""One kernel, several paths: Numba, CUDA, and the array-API standard.

A kernel is written three times: a loop over NumPy arrays, which Numba compiles at
its first call and which stays readable as the reference; a CUDA source; and a
function in the array-API standard, which works on the arrays of any other library
and so keeps their automatic differentiation.  The decorator :func:`kernel` ties
the three together, and a thin public function checks its arguments and calls it::

    @kernel(loop=_loop, source=Path(__file__).with_name("double.cu"), launch=_launch)
    def _double(xp, x):
        return 2 * x

    def double(x, *, backend="auto"):
        call = _double.on(backend, x=x)
        (x,) = call.arrays
        return call(call.flat(x, x.shape), shape=x.shape)

=============================================  =================================
arguments                                      path of ``backend="auto"``
=============================================  =================================
NumPy arrays, scalars, lists                   ``numba``
``numpy.longdouble``, subclasses of ndarray    ``generic`` (masked: an error)
CuPy arrays                                    ``cuda``
torch, JAX, array-api-strict, ...              ``generic``
=============================================  =================================

Kernels compute in float32 if all arguments have it, else in float64.  Half
precision is raised to float32 once and the result cast back; byte orders become
native; integers become the library's default real type (float64 in NumPy).  Nothing
moves between devices or libraries unasked, and no caller's array is written to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from accel._arrays import (
    Array,
    broadcast_shapes,
    foreign_arrays,
    namespace,
    numpy_arrays,
    read_only,
    require_within,
)
from accel._gpu import Empty, GpuUnavailableError, Launch, is_cupy, require_gpu, run_on_gpu
from accel.loops import compiled

__all__ = [
    "Array",
    "Backend",
    "Call",
    "Empty",
    "GpuUnavailableError",
    "Kernel",
    "Launch",
    "broadcast_shapes",
    "kernel",
    "require_within",
]

#: How a kernel is run; ``"python"`` is the uncompiled loop, for debugging.
Backend: TypeAlias = Literal["auto", "numba", "cuda", "generic", "python"]


@dataclass(frozen=True)
class Kernel:
    """The paths of one kernel; made by :func:`kernel`.

    Parameters
    ----------
    generic : callable
        ``generic(xp, *arrays) -> array`` in the array-API standard.
    loop : callable
        ``loop(*arrays) -> array`` for read-only, C-contiguous NumPy arrays, in
        what Numba compiles.  A helper function must be defined inside it.
    source : Path
        The CUDA source.
    launch : callable
        ``launch(*arrays) -> Launch``.
    """

    generic: Callable[..., Array]
    loop: Callable[..., Array]
    source: Path
    launch: Callable[..., Launch]

    def on(self, backend: Backend, **arguments: Any) -> Call:
        """Choose the path and bring the arguments to one dtype.

        Parameters
        ----------
        backend : {"auto", "numba", "cuda", "generic", "python"}
            The path, or ``"auto"``.
        **arguments : array_like
            The kernel's array arguments by name.

        Returns
        -------
        Call
            The arrays and the chosen path.

        Raises
        ------
        TypeError
            Arrays of different libraries, masked arrays, values that are not
            real numbers, or arrays that the asked backend cannot take.
        ValueError
            An unknown backend.
        GpuUnavailableError
            ``backend="cuda"`` without CuPy or without a device.
        """
        if backend not in get_args(Backend):
            raise ValueError(f"backend must be one of {get_args(Backend)}, got {backend!r}")
        if backend == "cuda":
            require_gpu()
        xp = namespace(arguments)
        choices: tuple[str, ...] = ("generic",)
        if xp is np:
            arrays, dtype = numpy_arrays(arguments)
            if all(type(a) is np.ndarray and a.dtype.char in "fd" for a in arrays):
                choices = ("numba", "python", "generic")
        else:
            arrays, dtype = foreign_arrays(xp, arguments)
            if is_cupy(arrays[0]):
                choices = ("cuda", "generic")
        path = choices[0] if backend == "auto" else backend
        if path not in choices:
            raise TypeError(_wrong_arrays(backend, arrays[0]))
        return Call(self, path, xp, arrays, dtype)

    @cached_property
    def compiled(self) -> Any:
        """The loop compiled by Numba at its first call; the plain loop is ``py_func``."""
        return compiled(self.loop)


@dataclass(frozen=True)
class Call:
    """One call of a kernel: its arguments in one dtype, and the chosen path.

    Parameters
    ----------
    kernel : Kernel
        What is called.
    path : str
        ``"numba"``, ``"python"``, ``"cuda"`` or ``"generic"``.
    xp : module
        The namespace of the arrays.
    arrays : tuple of array
        The arguments, of one floating dtype; they may share memory with the
        caller's arrays and must not be written to.
    dtype : dtype
        The dtype of the result.
    """

    kernel: Kernel
    path: str
    xp: Any
    arrays: tuple[Array, ...]
    dtype: Any

    @property
    def checked(self) -> bool:
        """Whether values can be looked at: NumPy's can, others may be traced or far away."""
        return self.xp is np

    def broadcast(self, array: Array, shape: tuple[int, ...]) -> Array:
        """Broadcast an array where it does not have the shape.

        Parameters
        ----------
        array : array
            One of the call's arrays.
        shape : tuple of int
            What it is broadcast to.

        Returns
        -------
        array
            Of that shape, not to be written to.
        """
        return array if tuple(array.shape) == shape else self.xp.broadcast_to(array, shape)

    def flat(self, array: Array, shape: tuple[int, ...]) -> Array:
        """Broadcast an array and flatten it.

        Parameters
        ----------
        array : array
            One of the call's arrays.
        shape : tuple of int
            What it is broadcast to.

        Returns
        -------
        array
            With one axis, not to be written to.
        """
        array = self.broadcast(array, shape)
        return array if array.ndim == 1 else self.xp.reshape(array, (-1,))

    def __call__(self, *arrays: Array, shape: tuple[int, ...]) -> Array:
        """Run the kernel on prepared arrays.

        Parameters
        ----------
        *arrays : array
            What the paths work on, in order.
        shape : tuple of int
            The shape of the result.

        Returns
        -------
        array
            The result in the call's dtype; a number for NumPy where the shape is ().
        """
        if self.path == "generic":
            result = self.kernel.generic(self.xp, *arrays)
        elif self.path == "cuda":
            result = run_on_gpu(self.kernel.source, self.kernel.launch, arrays)
        else:
            loop = self.kernel.loop if self.path == "python" else self.kernel.compiled
            result = loop(*map(read_only, arrays))
        if result.shape != shape:
            result = self.xp.reshape(result, shape)
        if result.dtype != self.dtype:
            result = self.xp.astype(result, self.dtype)
        return result[()] if self.checked else result


def kernel(
    *, loop: Callable[..., Array], source: Path, launch: Callable[..., Launch]
) -> Callable[[Callable[..., Array]], Kernel]:
    """Make a kernel of its generic path and the two fast ones.

    Parameters
    ----------
    loop : callable
        ``loop(*arrays) -> array``, compiled by Numba when first called.
    source : Path
        The CUDA source.
    launch : callable
        ``launch(*arrays) -> Launch``, how the CUDA kernel is started.

    Returns
    -------
    callable
        A decorator for ``generic(xp, *arrays) -> array``.
    """
    return lambda generic: Kernel(generic, loop, source, launch)


def _wrong_arrays(backend: str, array: Array) -> str:
    """Say which arrays a backend takes."""
    got = f"{type(array).__module__}.{type(array).__qualname__} of {array.dtype}"
    if backend == "cuda":
        return f"backend='cuda' takes CuPy arrays, got {got}; move them with cupy.asarray"
    return f"backend={backend!r} takes NumPy arrays of float32 or float64, got {got}"

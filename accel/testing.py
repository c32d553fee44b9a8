"""Compare the paths of a kernel: a harness for tests.

:func:`assert_paths_agree` runs a kernel's public function on every path that the
machine has, :func:`nasty_arrays` draws the arrays on which paths differ, and
:func:`compile_cuda` and :func:`emulate_cuda` compile a CUDA source and run it
without a GPU, one operating-system thread for each CUDA thread.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import Any, Literal

import numpy as np
from hypothesis import strategies as st

from accel._gpu import require_gpu
from accel.dispatch import Array, GpuUnavailableError, Kernel

__all__ = [
    "assert_paths_agree",
    "compile_cuda",
    "cuda_compiler",
    "emulate_cuda",
    "gpu_present",
    "nasty_arrays",
]

LAYOUTS = ("plain", "strided", "reversed", "fortran", "read-only", "repeated", "big-endian")


def gpu_present() -> bool:
    """Whether CuPy and a CUDA device are here.

    Returns
    -------
    bool
        True where ``backend="cuda"`` works.
    """
    try:
        require_gpu()
    except GpuUnavailableError:
        return False
    return True


def nasty_arrays(
    shape: tuple[int, ...], low: float, high: float, *, special: tuple[float, ...] = ()
) -> st.SearchStrategy[Array]:
    """Draw float32 and float64 arrays in every memory layout.

    Parameters
    ----------
    shape : tuple of int
        The shape; draw it too, so that it is sometimes empty.
    low, high : float
        The range of the values, representable in single precision.
    special : tuple of float, optional
        Values to meet often.  The range's ends and their neighbours always are.

    Returns
    -------
    hypothesis.strategies.SearchStrategy
        Of plain, strided, reversed, Fortran-ordered, read-only, repeated (stride
        0) and byte-swapped arrays.
    """

    @st.composite
    def draw_array(draw: Any) -> Array:
        dtype = draw(st.sampled_from((np.float32, np.float64)))
        ends = [dtype(low), dtype(high)]
        ends += [np.nextafter(ends[0], ends[1]), np.nextafter(ends[1], ends[0])]
        value = st.one_of(
            st.sampled_from([float(dtype(x)) for x in (*ends, *special)]),
            st.floats(low, high, width=32 if dtype is np.float32 else 64),
        )
        size = prod(shape)
        values = np.array(draw(st.lists(value, min_size=size, max_size=size)), dtype)
        return laid_out(values.reshape(shape), draw(st.sampled_from(LAYOUTS)))

    return draw_array()


def laid_out(array: Array, layout: str) -> Array:
    """Give an array one of the layouts; ``"repeated"`` repeats its first entry.

    Parameters
    ----------
    array : numpy.ndarray
        The values.
    layout : str
        One of ``LAYOUTS``.

    Returns
    -------
    numpy.ndarray
        The same values, laid out differently.
    """
    if layout == "fortran":
        return np.asfortranarray(array)
    if layout == "big-endian":
        return array.astype(array.dtype.newbyteorder(">"))
    if layout == "repeated" and array.size:
        return np.broadcast_to(array.ravel()[0], array.shape)
    if layout == "read-only":
        array.flags.writeable = False
    if array.ndim and layout in ("strided", "reversed"):
        room = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        view = room[..., ::2] if layout == "strided" else room[..., ::-2]
        view[...] = array
        return view
    return array


def assert_paths_agree(
    function: Callable[..., Array],
    *arguments: Any,
    rtol: float | None = None,
    atol: float | None = None,
    **keywords: Any,
) -> Array:
    """Assert that all paths of a kernel that this machine has give the same result.

    The plain Python loop is the reference.  It is compared with Numba, with the
    generic path on NumPy and on array-api-strict (where installed), and with CUDA
    (where a device is).  No path may write to an argument.

    Parameters
    ----------
    function : callable
        The public function of a kernel, with a ``backend`` argument.
    *arguments : array_like
        Its array arguments.
    rtol : float, optional
        Relative tolerance; 1,000 units in the last place unless told otherwise.
    atol : float, optional
        Absolute tolerance; the smallest normal number unless told otherwise.
    **keywords : object
        Further arguments.

    Returns
    -------
    numpy.ndarray
        The reference.
    """
    before = [np.array(a, copy=True) for a in arguments]
    expected = function(*arguments, backend="python", **keywords)
    results = {
        f"{backend} on NumPy": function(*arguments, backend=backend, **keywords)
        for backend in ("auto", "numba", "generic")
    }
    arrays = [a if type(a) in (int, float) else np.asarray(a) for a in arguments]
    dtype = np.result_type(*arrays, np.float32)
    native = [a.astype(dtype) if isinstance(a, np.ndarray) else a for a in arrays]
    if find_spec("array_api_strict"):
        import array_api_strict as strict

        moved = [strict.asarray(a) if isinstance(a, np.ndarray) else a for a in native]
        results["generic on array-api-strict"] = np.asarray(function(*moved, **keywords))
    if gpu_present():
        import cupy

        moved = [cupy.asarray(a) if isinstance(a, np.ndarray) else a for a in native]
        results["cuda"] = function(*moved, **keywords).get()
    limits = np.finfo(np.asarray(expected).dtype)
    for path, result in results.items():
        np.testing.assert_equal(result.dtype, expected.dtype, path)
        np.testing.assert_equal(result.shape, expected.shape, path)
        np.testing.assert_allclose(
            result,
            expected,
            rtol=1000 * float(limits.eps) if rtol is None else rtol,
            atol=float(limits.tiny) if atol is None else atol,
            err_msg=path,
        )
    for argument, copy in zip(arguments, before, strict=True):
        np.testing.assert_array_equal(np.asarray(argument), copy, "an argument was changed")
    return expected


def cuda_compiler() -> Literal["nvcc", "nvrtc"] | None:
    """Find a CUDA compiler; neither needs a GPU.

    Returns
    -------
    {"nvcc", "nvrtc"} or None
        The compiler, ``nvrtc`` being CuPy's.
    """
    if _nvcc():
        return "nvcc"
    try:
        from cupy.cuda import nvrtc

        nvrtc.getVersion()
    except Exception:  # CuPy or its compiler's library is missing
        return None
    return "nvrtc"


def compile_cuda(kernel: Kernel, real: Literal["float", "double"]) -> str:
    """Compile a kernel's CUDA source, warnings as errors where the compiler can.

    Parameters
    ----------
    kernel : Kernel
        The kernel.
    real : {"float", "double"}
        What ``REAL`` stands for.

    Returns
    -------
    str
        The PTX code.

    Raises
    ------
    RuntimeError
        It does not compile; the message is the compiler's.
    """
    options = ["-std=c++17", f"-DREAL={real}", "-arch=compute_75"]
    if nvcc := _nvcc():
        with tempfile.TemporaryDirectory() as folder:
            ptx = Path(folder, "kernel.ptx")
            _run(nvcc, "-ptx", "-Werror=all-warnings", *options, "-o", ptx, kernel.source)
            return ptx.read_text()
    from cupy.cuda import nvrtc

    program = nvrtc.createProgram(kernel.source.read_text(), kernel.source.name, (), ())
    try:
        nvrtc.compileProgram(program, tuple(options))
    except nvrtc.NVRTCError as error:
        raise RuntimeError(nvrtc.getProgramLog(program)) from error
    ptx_code: bytes | str = nvrtc.getPTX(program)
    return ptx_code.decode() if isinstance(ptx_code, bytes) else ptx_code


def emulate_cuda(kernel: Kernel, *arrays: Array) -> Array:
    """Run a kernel's CUDA source on the processor, compiled by g++.

    It shows what the source computes, and where a barrier is missing, often; it
    says nothing about speed, and knows no warp intrinsics.

    Parameters
    ----------
    kernel : Kernel
        The kernel.
    *arrays : numpy.ndarray
        Prepared as for its loop.

    Returns
    -------
    numpy.ndarray
        The result.
    """
    launch = kernel.launch(*map(np.ascontiguousarray, arrays))
    arguments = launch.allocated(np)
    result = arguments[-1]
    assert isinstance(result, np.ndarray)
    if launch.blocks and result.size:
        real = "float" if arrays[0].dtype == np.float32 else "double"
        run = _emulator(kernel.source, launch.function, real)
        values = [
            ctypes.c_longlong(a) if isinstance(a, int) else ctypes.c_void_p(a.ctypes.data)
            for a in arguments
        ]
        pointers = [ctypes.cast(ctypes.pointer(v), ctypes.c_void_p) for v in values]
        run(launch.blocks, launch.threads, (ctypes.c_void_p * len(values))(*pointers))
    return result


_EMULATOR = r"""
#include <barrier>
#include <math.h>
#include <thread>
#include <utility>
#include <vector>
struct Index { unsigned x; };
static thread_local Index threadIdx, blockIdx;
static Index blockDim, gridDim;
static std::barrier<> *gate;
#define __global__
#define __device__
#define __shared__ static
#define __syncthreads() gate->arrive_and_wait()
%s
template <class... A, std::size_t... I>
void call(void (*f)(A...), void **a, std::index_sequence<I...>) { f(*(A *)a[I]...); }
template <class... A>
void call(void (*f)(A...), void **a) { call(f, a, std::index_sequence_for<A...>{}); }
extern "C" void run(int blocks, int threads, void **arguments) {
    blockDim.x = threads, gridDim.x = blocks;
    for (int block = 0; block < blocks; block++) {
        std::barrier<> here(threads);
        gate = &here;
        std::vector<std::jthread> all;
        for (int thread = 0; thread < threads; thread++)
            all.emplace_back([=] {
                blockIdx.x = block, threadIdx.x = thread;
                call(%s, arguments);
                gate->arrive_and_drop();
            });
    }
}
"""


@cache
def _emulator(source: Path, function: str, real: str) -> Any:
    """Compile a CUDA source as C++ with its launcher."""
    with tempfile.TemporaryDirectory() as folder:
        code, library = Path(folder, "kernel.cpp"), Path(folder, "kernel.so")
        code.write_text(_EMULATOR % (source.read_text(), function))
        flags = ("-std=c++20", "-O1", "-shared", "-fPIC", "-pthread", f"-DREAL={real}")
        _run("g++", *flags, "-o", library, code)
        return ctypes.CDLL(str(library)).run


def _nvcc() -> str | None:
    """Find nvcc on the path or where CUDA is usually installed."""
    return shutil.which("nvcc") or shutil.which("nvcc", path="/usr/local/cuda/bin")


def _run(*command: str | Path) -> None:
    """Run a compiler; its complaints become the error."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr or done.stdout)

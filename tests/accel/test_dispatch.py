"""The dispatcher: which path, which dtype, which error."""

from __future__ import annotations

import ctypes
import importlib
import os
import shutil
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import array_api_strict as strict
import numpy as np
import pytest

import accel
from accel import GpuUnavailableError, bernoulli_divergence, mixture_log_wealth
from accel.dispatch import Kernel, broadcast_shapes, require_within
from accel.divergence import _divergence
from accel.testing import _emulator, gpu_present

VALUE = 0.020135513550688863  # of bernoulli_divergence(0.6, 0.5)


def path_of(*arguments: Any) -> str:
    """Name the path that arguments take by themselves."""
    return _divergence.on("auto", p=arguments[0], q=arguments[-1]).path


class Tagged(np.ndarray[Any, Any]):
    """A subclass of ndarray with rules of its own."""


def test_each_kind_of_argument_takes_its_path() -> None:
    x = np.array([0.2, 0.4])
    assert path_of(x) == path_of(x.astype(np.float32)) == path_of(0.5) == path_of([0, 1]) == "numba"
    assert path_of(x.astype(">f8")) == path_of(x.astype(np.float16)) == "numba"
    assert path_of(np.float64(0.5), x) == path_of(x, True) == "numba"
    assert path_of(x.astype(np.longdouble)) == path_of(x.view(Tagged)) == "generic"
    assert path_of(strict.asarray(x)) == path_of(strict.asarray(x), 0.5) == "generic"


def test_a_mapped_file_is_an_array(tmp_path: Path) -> None:
    mapped = np.memmap(tmp_path / "p", np.float64, "w+", shape=(3,))
    mapped[:] = 0.6
    assert path_of(mapped) == "numba"
    result = bernoulli_divergence(mapped, 0.5)
    assert type(result) is np.ndarray
    np.testing.assert_allclose(result, VALUE, rtol=1e-14)


@pytest.mark.parametrize("backend", ["auto", "numba", "python", "generic"])
def test_every_backend_gives_the_value(backend: Any) -> None:
    assert bernoulli_divergence(0.6, 0.5, backend=backend) == pytest.approx(VALUE, rel=1e-14)


@pytest.mark.parametrize(
    ("dtype", "result", "rtol"),
    [
        (np.float16, np.float16, 0.02),
        (np.float32, np.float32, 1e-5),
        (">f4", np.float32, 1e-5),
        (">f8", np.float64, 1e-14),
        (np.longdouble, np.longdouble, 1e-14),
    ],
)
def test_dtypes_of_numpy(dtype: Any, result: Any, rtol: float) -> None:
    p, q = np.array([0.6], dtype), np.array([0.5], dtype)
    for arguments in ((p, q), (p, 0.5)):  # a Python number takes the array's dtype
        got = bernoulli_divergence(*arguments)
        assert got.dtype == np.dtype(result)
        np.testing.assert_allclose(got, VALUE, rtol=rtol)


def test_integers_become_the_default_real_type() -> None:
    assert bernoulli_divergence(np.array([0, 1]), np.array([0, 1])).dtype == np.float64
    assert bernoulli_divergence(np.array([True]), np.float32(0.5)).dtype == np.float32
    got = bernoulli_divergence(strict.asarray([1, 0]), 0.5)
    assert got.dtype == strict.float64
    np.testing.assert_allclose(np.asarray(got), np.log(2), rtol=1e-14)


def test_longdouble_keeps_its_digits() -> None:
    eps = np.finfo(np.longdouble).eps
    if eps == np.finfo(np.float64).eps:
        pytest.skip("long double is double here")
    p, q = np.longdouble(1) / 3, np.longdouble(1) / 7
    expected = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    assert abs(bernoulli_divergence(p, q) / expected - 1) < 50 * eps


def test_a_number_for_numbers_and_arrays_for_arrays() -> None:
    assert isinstance(bernoulli_divergence(0.6, 0.5), np.float64)
    assert bernoulli_divergence([0.6], 0.5).shape == (1,)
    assert bernoulli_divergence(np.full((2, 1), 0.6), np.full(3, 0.5)).shape == (2, 3)


def test_other_libraries_keep_array_type_and_device() -> None:
    device = strict.Device("device1")
    p = strict.asarray([0.6, 0.5], dtype=strict.float32, device=device)
    got = bernoulli_divergence(p, 0.5)
    assert (got.dtype, got.device) == (strict.float32, device)
    with pytest.raises(ValueError, match="device"):
        bernoulli_divergence(p, strict.asarray([0.5, 0.5]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((strict.asarray([0.5]), np.array([0.5])), "p is of array_api_strict, q is of numpy"),
        ((np.ma.masked_array([0.5], [True]), 0.5), "p must not be a MaskedArray"),
        ((0.5, np.ones((1, 1)).view(np.matrix)), "q must not be a matrix"),
        ((np.array([0.5j]), 0.5), "p must hold real numbers, got dtype complex128"),
        ((strict.asarray([0.5j]), 0.5), "p must hold real numbers"),
        ((0.5, ["a"]), "q must hold real numbers, got dtype <U1"),
        (([[1], [1, 2]], 0.5), "p must be an array of real numbers"),
        ((None, 0.5), "p must be an array of real numbers, got NoneType"),
    ],
)
def test_unfit_arguments(arguments: tuple[Any, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        bernoulli_divergence(*arguments)


def test_unfit_backends() -> None:
    with pytest.raises(ValueError, match=r"backend must be one of .* got 'gpu'"):
        bernoulli_divergence(0.5, 0.5, backend="gpu")  # type: ignore[arg-type]  # the error
    for wrong in (strict.asarray([0.5]), np.array([0.5]).view(Tagged)):
        with pytest.raises(TypeError, match="'numba' takes NumPy arrays of float32 or"):
            bernoulli_divergence(wrong, wrong, backend="numba")


def test_range_errors_name_the_place() -> None:
    with pytest.raises(ValueError, match=r"x must lie in \[0, 1\], got nan at index \(1, 0\)"):
        require_within("x", np.array([[0.5], [np.nan]]), 0, 1)
    with pytest.raises(ValueError, match=r"x must lie in \(0, 1\), got 0.0$"):
        require_within("x", np.array(0.0), 0, 1, ends=False)
    require_within("x", np.array([0.0, 1.0]), 0, 1)
    require_within("x", np.array([]), 0, 1)
    with pytest.raises(ValueError, match=r"p and q must broadcast to one shape, got \(2,\) and"):
        broadcast_shapes({"p": np.ones(2), "q": np.ones(3)})


def test_the_compiled_loop_keeps_its_reference() -> None:
    compiled: Any = _divergence.compiled
    assert compiled.py_func is _divergence.loop
    assert _divergence.compiled is compiled


# --- importing and caching -------------------------------------------------------------------


def run_python(code: str, folder: Path, **environment: str) -> str:
    """Run code in a fresh interpreter and give what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_loads_neither_numba_nor_cupy() -> None:
    code = (
        "import sys, accel, accel.divergence, accel.wealth;"
        "print(sorted({'numba', 'cupy', 'hypothesis', 'array_api_compat'} & set(sys.modules)))"
    )
    assert run_python(code, Path(accel.__file__).parents[1]) == "[]"


@pytest.mark.parametrize("home_is_writable", [True, False])
def test_a_package_that_cannot_be_written_to(tmp_path: Path, home_is_writable: bool) -> None:
    package = Path(accel.__file__).parent
    copy = tmp_path / "site" / "accel"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    # A file where a folder is needed stops even a superuser from writing there.
    (copy / "__pycache__").write_text("")
    home = tmp_path / "home"
    if home_is_writable:
        home.mkdir()
    else:
        home.write_text("")
    code = (
        "import accel; from accel.divergence import _divergence as k;"
        f"print(accel.bernoulli_divergence(0.6, 0.5) == {VALUE!r},"
        "type(k.compiled._cache).__name__, accel.__file__)"
    )
    keep = dict.fromkeys(("NUMBA_CACHE_DIR", "LEMMATA_NUMBA_CACHE"), "")
    output = run_python(
        code,
        tmp_path,
        PYTHONPATH=str(copy.parent),
        HOME=str(home),
        XDG_CACHE_HOME=str(home / "cache"),
        PYTHONDONTWRITEBYTECODE="1",
        **keep,
    )
    cache = "FunctionCache" if home_is_writable else "NullCache"
    assert output == f"True {cache} {copy / '__init__.py'}"


def test_the_cache_can_be_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def kind() -> str:
        fresh = Kernel(**vars_of(_divergence))
        compiled: Any = fresh.compiled
        return type(compiled._cache).__name__

    monkeypatch.delenv("LEMMATA_NUMBA_CACHE", raising=False)
    assert kind() == "FunctionCache"
    monkeypatch.setenv("LEMMATA_NUMBA_CACHE", "0")
    assert kind() == "NullCache"


def vars_of(kernel: Kernel) -> dict[str, Any]:
    """Give the fields of a kernel."""
    return {name: getattr(kernel, name) for name in ("generic", "loop", "source", "launch")}


# --- the GPU, absent and imitated ------------------------------------------------------------


def test_no_cupy_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)  # makes its import fail
    with pytest.raises(GpuUnavailableError, match=r'pip install "lemmata\[gpu\]"'):
        bernoulli_divergence(0.6, 0.5, backend="cuda")
    assert not gpu_present()
    assert bernoulli_divergence(0.6, 0.5) == pytest.approx(VALUE, rel=1e-14)


@pytest.mark.parametrize("devices", [0, RuntimeError("cudaErrorInsufficientDriver")])
def test_cupy_without_a_device_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch, devices: int | Exception
) -> None:
    monkeypatch.setitem(sys.modules, "cupy", imitation(devices))
    with pytest.raises(GpuUnavailableError, match="nvidia-smi"):
        bernoulli_divergence(0.6, 0.5, backend="cuda")
    assert not gpu_present()
    assert bernoulli_divergence(0.6, 0.5) == pytest.approx(VALUE, rel=1e-14)


def test_real_cupy_without_a_device() -> None:
    pytest.importorskip("cupy", reason="CuPy is not installed")
    if gpu_present():
        pytest.skip("a device is here")
    with pytest.raises(GpuUnavailableError, match="nvidia-smi"):
        bernoulli_divergence(0.6, 0.5, backend="cuda")


@pytest.mark.gpu
@pytest.mark.skipif(not gpu_present(), reason="no CUDA device with CuPy")
def test_real_cupy_with_a_device() -> None:
    import cupy

    got = bernoulli_divergence(cupy.asarray([0.6]), 0.5)
    assert isinstance(got, cupy.ndarray)
    np.testing.assert_allclose(got.get(), VALUE, rtol=1e-14)
    with pytest.raises(TypeError, match=r"move them with cupy\.asarray"):
        bernoulli_divergence(np.array([0.6]), 0.5, backend="cuda")


class Imitated:
    """An array like CuPy's: of another type than NumPy's, and on a device."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)
        self.dtype, self.shape = self.values.dtype, self.values.shape
        self.ndim, self.size = self.values.ndim, self.values.size
        self.device = memoryview(b"")  # any context manager

    def __array_namespace__(self, **_: Any) -> Any:
        return sys.modules["cupy"]

    def __add__(self, number: float) -> Imitated:
        return Imitated(self.values + self.dtype.type(number))


def imitation(devices: int | Exception) -> Any:
    """Make a module like CuPy, whose kernels are run by the processor."""
    cupy: Any = types.ModuleType("cupy")

    def count() -> int:
        if isinstance(devices, Exception):
            raise devices
        return devices

    def raw_module(*, code: str, options: tuple[str, ...]) -> Any:
        real = next(o.removeprefix("-DREAL=") for o in options if o.startswith("-DREAL="))
        source = next(s for s in Path(accel.__file__).parent.glob("*.cu") if s.read_text() == code)

        def launched(name: str, grid: Any, block: Any, arguments: tuple[Any, ...]) -> None:
            assert all(isinstance(a, Imitated | np.int64) for a in arguments)
            values = [
                ctypes.c_longlong(int(a))
                if isinstance(a, np.int64)
                else ctypes.c_void_p(a.values.ctypes.data)
                for a in arguments
            ]
            pointers = [ctypes.cast(ctypes.pointer(v), ctypes.c_void_p) for v in values]
            array = (ctypes.c_void_p * len(values))(*pointers)
            _emulator(source, name, real)(grid[0], block[0], array)

        return types.SimpleNamespace(
            get_function=lambda name: lambda *launch: launched(name, *launch)
        )

    def lifted(function: Callable[..., Any]) -> Callable[..., Any]:
        def on_imitated(array: Imitated, *rest: Any, **keywords: Any) -> Imitated:
            return Imitated(function(array.values, *rest, **keywords))

        return on_imitated

    cupy.cuda = types.SimpleNamespace(runtime=types.SimpleNamespace(getDeviceCount=count))
    cupy.ndarray, cupy.RawModule = Imitated, raw_module
    cupy.asarray, cupy.empty = Imitated, lambda *a: Imitated(np.empty(*a))
    for name in ("astype", "reshape", "broadcast_to", "sum", "zeros_like", "ascontiguousarray"):
        setattr(cupy, name, lifted(getattr(np, name)))
    for name in ("isdtype", "result_type", "finfo", "float32", "float64"):
        setattr(cupy, name, getattr(np, name))
    return cupy


@pytest.fixture
def cupy(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put an imitation of CuPy in its place."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    gpu = importlib.import_module("accel._gpu")
    module = imitation(1)
    monkeypatch.setitem(sys.modules, "cupy", module)
    monkeypatch.setitem(sys.modules, "array_api_compat", None)  # which knows the real CuPy
    gpu._cuda_module.cache_clear()
    yield module
    gpu._cuda_module.cache_clear()


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64])
def test_cupy_arrays_take_the_cuda_path(cupy: Any, dtype: Any) -> None:
    values = np.array([[0.6, 0.0], [1.0, 0.5]]).astype(dtype)
    p = cupy.asarray(values)
    assert path_of(p) == "cuda"
    expected = bernoulli_divergence(values, 0.5)
    for backend in ("auto", "cuda"):
        got = bernoulli_divergence(p, 0.5, backend=backend)
        assert isinstance(got, Imitated)
        assert got.dtype == expected.dtype
        np.testing.assert_allclose(got.values, expected, rtol=10 * np.finfo(got.dtype).eps)


def test_cuda_works_on_several_streams_and_on_nothing(cupy: Any) -> None:
    losses = np.random.default_rng(5).random((2, 3, 40))
    got = mixture_log_wealth(cupy.asarray(losses), 0.4, cupy.asarray([0.2, 0.5]))
    np.testing.assert_allclose(got.values, mixture_log_wealth(losses, 0.4, [0.2, 0.5]), atol=1e-12)
    empty = mixture_log_wealth(cupy.asarray(losses[:, :, :0]), 0.4, cupy.asarray([0.2, 0.5]))
    assert empty.shape == (2, 3, 0)


def test_nothing_moves_to_the_device_unasked(cupy: Any) -> None:
    p = np.array([0.6])
    with pytest.raises(TypeError, match=r"takes CuPy arrays, got numpy.ndarray .* cupy.asarray"):
        bernoulli_divergence(p, 0.5, backend="cuda")
    with pytest.raises(TypeError, match="p is of cupy, q is of numpy"):
        bernoulli_divergence(cupy.asarray(p), p)
    with pytest.raises(TypeError, match="'numba' takes NumPy arrays"):
        bernoulli_divergence(cupy.asarray(p), 0.5, backend="numba")


def test_without_array_api_compat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "array_api_compat", None)  # makes its import fail
    got = bernoulli_divergence(strict.asarray([0.6]), 0.5)
    np.testing.assert_allclose(np.asarray(got), VALUE, rtol=1e-14)
    tensor = type("Tensor", (), {"__module__": "torch", "__array__": lambda self: np.ones(1)})()
    with pytest.raises(TypeError, match="pip install array-api-compat"):
        bernoulli_divergence(tensor, 0.5)

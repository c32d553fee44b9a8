"""Bringing array arguments of any library to one namespace and dtype, and checking them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

__all__ = [
    "Array",
    "broadcast_shapes",
    "foreign_arrays",
    "namespace",
    "numpy_arrays",
    "read_only",
    "require_within",
]

#: An array of NumPy, CuPy or any library that follows the array-API standard.
Array: TypeAlias = Any


def broadcast_shapes(arrays: Mapping[str, Array]) -> tuple[int, ...]:
    """Find the common shape of named arrays.

    Parameters
    ----------
    arrays : mapping of str to array
        The arrays by the names that the user knows.

    Returns
    -------
    tuple of int
        The shape that all of them broadcast to.

    Raises
    ------
    ValueError
        There is none.

    Examples
    --------
    >>> broadcast_shapes({"p": np.ones((3, 1)), "q": np.ones(4)})
    (3, 4)
    """
    shapes = [tuple(array.shape) for array in arrays.values()]
    if all(shape == shapes[0] for shape in shapes):
        return shapes[0]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        names, found = " and ".join(arrays), " and ".join(map(str, shapes))
        raise ValueError(f"{names} must broadcast to one shape, got {found}") from None


def require_within(name: str, array: Array, low: float, high: float, *, ends: bool = True) -> None:
    """Refuse values outside an interval, NaN included.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    array : numpy.ndarray
        The values.
    low, high : float
        The interval.
    ends : bool, optional
        Whether the end points belong to it.

    Raises
    ------
    ValueError
        Names the first bad value and its index.

    Examples
    --------
    >>> require_within("p", np.array([0.5, 1.5]), 0, 1)
    Traceback (most recent call last):
        ...
    ValueError: p must lie in [0, 1], got 1.5 at index 1
    """
    if array.size == 0:
        return
    least, most = array.min(), array.max()  # NaN if any value is
    if (low <= least and most <= high) if ends else (low < least and most < high):
        return
    inside = (array >= low) & (array <= high) if ends else (array > low) & (array < high)
    index = tuple(int(i) for i in np.argwhere(~inside)[0])
    where = f" at index {index[0] if len(index) == 1 else index}" if index else ""
    interval = f"[{low:g}, {high:g}]" if ends else f"({low:g}, {high:g})"
    raise ValueError(f"{name} must lie in {interval}, got {array[index]}{where}")


def namespace(arguments: Mapping[str, Any]) -> Any:
    """Find the one array library of the arguments; Python numbers fit any."""
    found: dict[Any, str] = {}
    for name, value in arguments.items():
        if type(value) not in (bool, int, float):
            found.setdefault(_namespace_of(name, value), name)
    if len(found) > 1:
        owners = ", ".join(f"{name} is of {xp.__name__}" for xp, name in found.items())
        raise TypeError(
            f"arguments must come from one array library, but {owners}; convert them explicitly"
        )
    return next(iter(found), np)


def _namespace_of(name: str, value: Any) -> Any:
    """Find the array library of one argument."""
    if type(value) is np.ndarray or isinstance(value, np.generic | list | tuple):
        return np
    if isinstance(value, np.ma.MaskedArray | np.matrix):
        raise TypeError(
            f"{name} must not be a {type(value).__name__}: its mask or its matrix rules "
            "would be lost; pass a plain array, such as .filled(value) or .A"
        )
    if isinstance(value, np.ndarray):
        return np
    try:
        from array_api_compat import array_namespace, is_array_api_obj

        if is_array_api_obj(value):
            return array_namespace(value)
    except ModuleNotFoundError:
        if hasattr(value, "__array_namespace__"):
            return value.__array_namespace__()
        if type(value).__module__.partition(".")[0] in ("torch", "dask", "cupy"):
            raise TypeError(
                f"{name} is a {type(value).__module__} array, which needs the package "
                "array-api-compat: pip install array-api-compat"
            ) from None
    if hasattr(value, "__array__"):  # a data frame's column, say
        return np
    raise TypeError(f"{name} must be an array of real numbers, got {type(value).__name__}")


def numpy_arrays(arguments: Mapping[str, Any]) -> tuple[tuple[Array, ...], Any]:
    """Bring NumPy arguments to one native floating dtype; also give the result's dtype."""
    values = {}
    for name, value in arguments.items():
        if not isinstance(value, np.ndarray) and type(value) not in (bool, int, float):
            try:
                value = np.asarray(value)
            except ValueError as error:
                raise TypeError(f"{name} must be an array of real numbers: {error}") from None
        if isinstance(value, np.ndarray) and value.dtype.kind not in "fiub":
            raise TypeError(f"{name} must hold real numbers, got dtype {value.dtype}")
        values[name] = value
    dtype = np.result_type(*values.values())
    if dtype.kind != "f":
        dtype = np.dtype(np.float64)
    work = np.dtype(np.float32) if dtype.itemsize < 4 else dtype
    return tuple(
        # A map of a file is an array like any other; other subclasses keep their rules.
        (np.asarray if isinstance(value, np.memmap) else np.asanyarray)(value, dtype=work)
        for value in values.values()
    ), dtype


def foreign_arrays(xp: Any, arguments: Mapping[str, Any]) -> tuple[tuple[Array, ...], Any]:
    """Bring another library's arguments to one floating dtype; also give the result's."""
    arrays = {k: v for k, v in arguments.items() if type(v) not in (bool, int, float)}
    for name, array in arrays.items():
        if not xp.isdtype(array.dtype, ("real floating", "integral", "bool")):
            raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    floating = [a.dtype for a in arrays.values() if xp.isdtype(a.dtype, "real floating")]
    dtype = xp.result_type(*floating) if floating else xp.asarray(1.0).dtype
    work = xp.float32 if xp.finfo(dtype).bits < 32 else dtype
    converted = []
    for value in arguments.values():
        if type(value) in (bool, int, float):
            # A zero on the arrays' own device, traced or not, plus the number.
            zero = xp.sum(xp.zeros_like(next(iter(arrays.values())), dtype=work))
            converted.append(zero + float(value))
        else:
            converted.append(value if value.dtype == work else xp.astype(value, work))
    return tuple(converted), dtype


def read_only(array: Array) -> Array:
    """View an array as C-contiguous and read-only: one compiled signature for all layouts."""
    view = np.ascontiguousarray(array).view() if array.ndim else array.view()
    view.flags.writeable = False
    return view

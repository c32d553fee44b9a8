"""Validation of arguments: the same sentences in every family."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["checked_array", "checked_count", "checked_number", "checked_real", "refuse_masked"]


def checked_count(name: str, value: int, *, least: int = 1, most: int = 2**62) -> int:
    """Validate an integer between two others."""
    try:
        count = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r}") from None
    if isinstance(value, bool) or not least <= count <= most:
        raise ValueError(f"{name} must be an integer from {least} to {most}, got {value!r}")
    return count


def checked_real(
    name: str,
    value: float,
    low: float,
    high: float,
    *,
    low_end: bool = False,
    high_end: bool = False,
) -> float:
    """Validate a number between two others; strictly, unless an end is allowed."""
    number = checked_number(name, value)
    inside = (low <= number if low_end else low < number) and (
        number <= high if high_end else number < high
    )
    if not inside:
        left, right = "[" if low_end else "(", "]" if high_end else ")"
        raise ValueError(f"{name} must lie in {left}{low:g}, {high:g}{right}, got {value!r}")
    return number


def checked_number(name: str, value: Any) -> float:
    """Turn a value into a float."""
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{name} must be a number, got {value!r}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} must fit into a float, got {value!r}") from None
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, got {value!r}") from None


def refuse_masked(name: str, value: Any) -> None:
    """Refuse an array of which some numbers do not count: NumPy would count them."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must not be masked; fill it, or leave masked rows out")


def checked_array(
    name: str, value: Any, *, shape: tuple[int | None, ...] | None = None
) -> NDArray[np.float64]:
    """Copy an array of finite real numbers to float64; None in a shape is any positive length."""
    refuse_masked(name, value)
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be an array of numbers, got {value!r}") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of real numbers, got dtype {array.dtype}")
    array = array.astype(np.float64)
    if shape is not None:
        fits = len(shape) == array.ndim and all(
            have == want if want is not None else have > 0
            for have, want in zip(array.shape, shape, strict=False)
        )
        if not fits:
            wanted = ", ".join("n" if want is None else str(want) for want in shape)
            raise ValueError(f"{name} must have shape ({wanted}), got {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name} must hold at least one number, got shape {array.shape}")
    if not np.isfinite(array).all():
        where = tuple(int(k) for k in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[where]} at {where}")
    return array

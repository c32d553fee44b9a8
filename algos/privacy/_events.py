"""Events: what they may hold, how far one can change, and how they are moved into their bounds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from algos._arguments import checked_array, checked_real
from algos.privacy._mechanism import Reals
from algos.privacy._noise import Integers
from algos.privacy._privacy import Neighbours

__all__ = ["CHUNK", "Events", "real_numbers"]

Array = NDArray[Any]

#: Bounds are at most this many units.
LARGEST = 2**50
#: Numbers that are worked on at once: they stay in the cache.
CHUNK = 2**15


@dataclass(frozen=True, eq=False)
class Events:
    """Vectors of integers between two others, in units of a resolution.

    Attributes
    ----------
    low, high : ndarray of int64, shape (d,)
        Least and greatest events.
    scalar : bool
        Whether events are numbers, and no vectors of one number.
    resolution : float
        The unit.
    spread : ndarray, shape (d,)
        How far the bounds let each coordinate of one event change, in units.
    change : float
        Bound on the norm of one event's change, in units; infinite where none was given.
    """

    low: Integers
    high: Integers
    scalar: bool
    resolution: float
    spread: Reals
    change: float

    @classmethod
    def within(
        cls, bounds: Any, resolution: float, neighbours: Neighbours, change: float | None
    ) -> Events:
        """Read bounds, resolution, and what neighbours are."""
        if not isinstance(bounds, (tuple, list)) or len(bounds) != 2:
            raise TypeError(f"bounds must be a pair (low, high), got {bounds!r}")
        resolution = checked_real("resolution", resolution, 0, np.inf)
        with np.errstate(over="ignore"):
            low, high = (checked_array(f"bounds[{k}]", bounds[k]) / resolution for k in (0, 1))
        if low.shape != high.shape or low.ndim > 1 or (low > high).any():
            raise ValueError(f"bounds must be low <= high, of shape () or (d,), got {bounds!r}")
        if not max(abs(low).max(), abs(high).max()) <= LARGEST:
            raise ValueError(
                f"bounds must be at most 2^50 times the resolution {resolution:g}, got {bounds!r}; "
                "take a coarser resolution"
            )
        if not np.allclose([low, high], np.rint([low, high]), rtol=1e-9, atol=0):
            raise ValueError(
                f"bounds must be multiples of the resolution {resolution:g}, got {bounds!r}"
            )
        least, most = (np.atleast_1d(np.rint(bound).astype(np.int64)) for bound in (low, high))
        if neighbours not in ("replace", "add_remove"):
            raise ValueError(f"neighbours must be 'replace' or 'add_remove', got {neighbours!r}")
        # a change need not lead to zero: what it may reach are all events
        anywhere = neighbours == "replace" or change is not None
        spread = most - least if anywhere else np.maximum(abs(least), abs(most))
        most_change = np.inf if change is None else checked_real("change", change, 0, np.inf)
        return cls(
            least,
            most,
            low.ndim == 0,
            resolution,
            spread.astype(np.float64),
            most_change / resolution,
        )

    def moved(self, norm: Literal[1, 2]) -> float:
        """Bound the norm of one event's change, in units.

        Moving into bounds lengthens no difference; rounding to units adds one to each coordinate,
        where events are no integers, and reading and dividing in float64 a few parts in 2^53.
        """
        rounded = 0.0 if self.resolution == 1 else 1 + self.magnitude * 2.0**-51
        most = self.change + rounded * self.dimension ** (1 / norm)
        return float(min(np.linalg.norm(self.spread, norm), most))

    def state(self) -> dict[str, Any]:
        """Give what `within` needs to make them again."""
        return {
            "low": self.low * self.resolution,
            "high": self.high * self.resolution,
            "change": self.change * self.resolution,
            "scalar": self.scalar,
            "resolution": self.resolution,
        }

    @property
    def dimension(self) -> int:
        """Coordinates of an event."""
        return len(self.low)

    @property
    def magnitude(self) -> int:
        """The greatest absolute value."""
        return int(np.maximum(abs(self.low), abs(self.high)).max())

    @cached_property
    def _ends(self) -> tuple[Reals, Reals, Reals]:
        """The least event, the greatest, and the one next to zero: floats of shape (1, d)."""
        low, high = (end.astype(np.float64)[None] for end in (self.low, self.high))
        return low, high, np.clip(0.0, low, high)

    def clamped(self, events: Any) -> tuple[Integers, Integers]:
        """Move events to the nearest integers in the bounds; tell which ones lay outside.

        Errors speak of shapes and types, never of values.  NaN becomes the event next to zero.
        """
        numbers = real_array(events, integers=self.change < np.inf and self.resolution == 1)
        if self.scalar:
            numbers = numbers[..., None]
        if numbers.ndim != 2 or numbers.shape[1] != self.dimension:
            shape = "(k,)" if self.scalar else f"(k, {self.dimension})"
            raise ValueError(f"events must have shape {shape}, got {np.shape(events)}")
        clean, outside = np.empty(numbers.shape, np.int64), np.empty(len(numbers), np.int64)
        steps = max(1, CHUNK // self.dimension)
        for start in range(0, len(numbers), steps):
            now = slice(start, start + steps)
            clean[now], outside[now] = self._clamped(numbers[now])
        return clean, outside

    def _clamped(self, events: Array) -> tuple[Reals, NDArray[np.bool_]]:
        """Move a few events."""
        low, high, next_to_zero = self._ends
        with np.errstate(all="ignore"):  # a warning would tell of the data
            numbers = events.astype(np.float64)
            near = np.rint(numbers if self.resolution == 1 else numbers / self.resolution)
        missing = near != near
        inside = np.maximum(near, low)
        np.minimum(inside, high, out=inside)
        outside = np.logical_or.reduce(near != inside, axis=1)  # NaN differs from all
        np.copyto(inside, next_to_zero, where=missing)
        return inside, outside


def real_numbers(events: Any) -> Reals:
    """Copy numbers of whatever size to floats; float64 holds all that lie in the bounds."""
    with np.errstate(all="ignore"):
        return real_array(events).astype(np.float64)


def real_array(events: Any, *, integers: bool = False) -> Array:
    """Read real numbers of whatever type and size."""
    parts = events if isinstance(events, (list, tuple)) else (events,)
    if any(isinstance(part, np.ma.MaskedArray) for part in parts):
        raise TypeError("events must be numbers, got a masked array; fill it before")
    if hasattr(events, "toarray"):
        raise TypeError("events must be dense, got a sparse matrix; call toarray() before")
    try:
        array = np.asarray(events)
    except ValueError:
        raise ValueError("events must all have the same shape, got lists of many") from None
    if integers and not (array.dtype.kind in "biu" or _whole(events)):
        raise TypeError(
            "events must be integers where change is given, got other numbers; make them integers, "
            "or give a resolution where there is one"
        )
    if array.dtype == object:  # integers of any length
        try:
            return np.array([_shortened(number) for number in array.flat]).reshape(array.shape)
        except TypeError:
            raise TypeError("events must be numbers, got objects that are none") from None
    if array.dtype.kind not in "biuf":  # of strings, the dtype would tell the length
        raise TypeError(f"events must be real numbers, got {array.dtype.type.__name__}")
    return array


def _whole(events: Any) -> bool:
    """Tell integers by their types; a list of long ones may become an array of floats."""
    each = np.asarray(events, dtype=object).flat
    return all(isinstance(number, (int, np.integer, np.bool_)) for number in each)


def _shortened(number: Any) -> float:
    """Turn a number of any length into a float; only its sign matters far outside all bounds."""
    if isinstance(number, (str, bytes)):
        raise TypeError
    try:
        return float(number)
    except OverflowError:
        return np.inf if number > 0 else -np.inf
    except ValueError:  # a signaling NaN
        return np.nan

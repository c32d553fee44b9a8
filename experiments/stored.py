"""What a store holds, read back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from experiments._schema import origins, points, trials
from experiments.experiment import Parameters
from experiments.store import Store

__all__ = [
    "Failure",
    "StoredPoint",
    "failures",
    "names",
    "origins_of",
    "points_of",
    "rows",
    "values",
]


#: Trials that are read at once.
CHUNK = 10_000


@dataclass(frozen=True)
class StoredPoint:
    """One point of an experiment's grid, as the store has it.

    Parameters
    ----------
    key : int
        Its number in this store.
    parameters : mapping
        Names and values.
    source : str
        Hash of the trial function that made its trials.
    finished, failed : int
        Trials with a result, and with a traceback.
    """

    key: int
    parameters: Parameters
    source: str
    finished: int
    failed: int


@dataclass(frozen=True)
class Failure:
    """A trial that raised.

    Parameters
    ----------
    parameters : mapping
        The point's.
    index : int
        Which trial of the point.
    seed : str
        Its seed in hexadecimal digits.
    error : str
        The traceback.
    """

    parameters: Parameters
    index: int
    seed: str
    error: str


def names(store: Store) -> list[str]:
    """Give the names of the experiments that were ever run, in order."""
    with store.reading() as connection:
        wanted = sa.select(points.c.experiment).distinct().order_by(points.c.experiment)
        return list(connection.execute(wanted).scalars())


def points_of(store: Store, experiment: str) -> list[StoredPoint]:
    """Give the points of an experiment, those of older trial functions included.

    Parameters
    ----------
    store : Store
        Where it is kept.
    experiment : str
        Its name.

    Returns
    -------
    list of StoredPoint
        In the order in which they were first run.
    """
    counts = (
        sa.select(points, sa.func.count(trials.c.result), sa.func.count(trials.c.error))
        .outerjoin(trials, trials.c.point == points.c.id)
        .where(points.c.experiment == experiment)
        .group_by(*points.c)
        .order_by(points.c.id)
    )
    with store.reading() as connection:
        rows = connection.execute(counts).all()
    return [StoredPoint(r[0], json.loads(r[2]), r[3], r[4], r[5]) for r in rows]


def values(store: Store, point: int) -> dict[str, np.ndarray]:
    """Give every metric of a point's finished trials.

    Parameters
    ----------
    store : Store
        Where it is kept.
    point : int
        Key of the point.

    Returns
    -------
    dict of str to float64 array
        In the order of the trials.
    """
    # The database joins the rows of a chunk; fetching them one by one takes ten times as long.
    mine = trials.c.point == point
    joined = sa.select(
        sa.func.aggregate_strings(sa.cast(trials.c.trial, sa.Text), ","),
        sa.func.aggregate_strings(trials.c.result, ","),
    ).where(
        mine,
        trials.c.trial >= sa.bindparam("first"),
        trials.c.trial < sa.bindparam("stop"),
        trials.c.result.is_not(None),
    )
    parts: dict[str, list[np.ndarray]] = {}
    with store.reading() as connection:
        last = connection.execute(sa.select(sa.func.max(trials.c.trial)).where(mine)).scalar()
        for start in range(0, 0 if last is None else last + 1, CHUNK):
            chunk = {"first": start, "stop": start + CHUNK}
            indices, texts = connection.execute(joined, chunk).one()
            if texts is None:
                continue
            order = np.argsort(json.loads(f"[{indices}]"))
            rows = json.loads(f"[{texts}]")
            for name in rows[0]:
                parts.setdefault(name, []).append(np.array([row[name] for row in rows])[order])
    return {name: np.concatenate(some) for name, some in parts.items()}


def failures(store: Store, experiment: str, source: str) -> list[Failure]:
    """Give the failed trials of an experiment.

    Parameters
    ----------
    store : Store
        Where it is kept.
    experiment : str
        Its name.
    source : str
        Hash of the trial function.

    Returns
    -------
    list of Failure
        In the order of points and trials.
    """
    wanted = (
        sa.select(points.c.parameters, trials.c.trial, trials.c.seed, trials.c.error)
        .join(points, trials.c.point == points.c.id)
        .where(
            points.c.experiment == experiment,
            points.c.source == source,
            trials.c.error.is_not(None),
        )
        .order_by(points.c.id, trials.c.trial)
    )
    with store.reading() as connection:
        rows = connection.execute(wanted).all()
    return [Failure(json.loads(r[0]), r[1], r[2], r[3]) for r in rows]


def rows(store: Store, experiment: str, source: str) -> Iterator[dict[str, Any]]:
    """Give an experiment's trials one by one, flat.

    Parameters
    ----------
    store : Store
        Where it is kept.
    experiment : str
        Its name.
    source : str
        Hash of the trial function.

    Yields
    ------
    dict
        Parameters, trial, metrics, seed, error, seconds, version, revision and
        machine.
    """
    wanted = (
        sa.select(points.c.parameters, trials, origins)
        .join(points, trials.c.point == points.c.id)
        .join(origins, trials.c.origin == origins.c.id)
        .where(points.c.experiment == experiment, points.c.source == source)
        .order_by(points.c.id, trials.c.trial)
    )
    with store.reading() as connection:
        for row in connection.execution_options(yield_per=10_000).execute(wanted).mappings():
            kept = ("seed", "error", "seconds", "version", "revision", "machine")
            yield {
                **json.loads(row["parameters"]),
                "trial": row["trial"],
                **json.loads(row["result"] or "{}"),
                **{name: row[name] for name in kept},
            }


def origins_of(store: Store, experiment: str, source: str) -> list[tuple[str, str, str, int]]:
    """Give where an experiment's trials come from.

    Parameters
    ----------
    store : Store
        Where it is kept.
    experiment : str
        Its name.
    source : str
        Hash of the trial function.

    Returns
    -------
    list of (str, str, str, int)
        Version, revision, machine, and how many trials.
    """
    columns = (origins.c.version, origins.c.revision, origins.c.machine)
    wanted = (
        sa.select(*columns, sa.func.count())
        .select_from(trials)
        .join(points, trials.c.point == points.c.id)
        .join(origins, trials.c.origin == origins.c.id)
        .where(points.c.experiment == experiment, points.c.source == source)
        .group_by(*columns)
        .order_by(*columns)
    )
    with store.reading() as connection:
        return [(r[0], r[1], r[2], r[3]) for r in connection.execute(wanted)]

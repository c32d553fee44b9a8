"""The finished trials, one row each, in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from experiments._schema import (
    VERSION,
    create,
    engine_for,
    file_of,
    origins,
    points,
    readable,
    trials,
    version_of,
)
from experiments.experiment import Parameters
from experiments.trials import Outcome, canonical

__all__ = ["Store", "StoreError"]


#: What to do about a complaint of the database.
WAYS_OUT = {
    "not a database": "it is no store; move it away, or give another --store",
    "malformed": "the file is damaged; restore a copy, or give another --store",
    "readonly": "it cannot be written to; change its permissions, or copy it",
    "full": "free some space and run the same command again",
    "disk I/O": "free some space, or look after the disk, and run the same command again",
    "locked": "another program holds it for long; try again when it is done",
}
ANOTHER_WAY = "check the address and that the database runs; finished trials are kept"


class StoreError(ValueError):
    """The store cannot be used; the message says why and how to go on."""


class Store:
    """Finished trials of any number of experiments.

    Any number of processes may use one store at once: a trial is one row under a
    unique key, and a batch of them is one transaction.

    Parameters
    ----------
    place : str or Path
        A SQLite file, or a database's URL such as ``postgresql://host/name``.
    create : bool, optional
        Whether to make a store where there is none.

    Raises
    ------
    StoreError
        It cannot be opened, is something else, or was written by a newer version.
    """

    def __init__(self, place: str | Path, *, create: bool = True) -> None:
        self.place = readable(str(place))
        with self._explained():
            engine = engine_for(str(place))
            if engine is None:
                raise StoreError(f"a store is a SQLite file or a postgresql:// URL, not {place}")
            self._engine = engine
            self._insert: Any = {"sqlite": sqlite, "postgresql": postgresql}[
                engine.dialect.name
            ].insert
            try:
                self._open(create)
            except BaseException:
                engine.dispose()
                raise

    def _open(self, make: bool) -> None:
        """Recognise the store, or make it."""
        file = file_of(self._engine)
        if file is not None and file.is_dir():
            raise StoreError(f"{self.place or 'the store'} is a folder; give a file in it")
        if file is not None and not file.exists():
            if not make:
                raise StoreError(f"there is no store at {self.place}; run an experiment first")
            if not file.parent.is_dir():
                raise StoreError(f"there is no folder {file.parent} for {self.place}; make it")
            create(self._engine)
        with self._engine.connect() as connection:
            version = version_of(connection)
            foreign = version is None and file and sa.inspect(connection).get_table_names()
        if foreign:
            raise StoreError(f"{self.place} holds a database of something else; give another file")
        if version is None and not make:
            raise StoreError(f"there is no store at {self.place}; run an experiment first")
        if version is None:
            create(self._engine)
        elif version > VERSION:
            raise StoreError(
                f"{self.place} was written by a newer lemmata (store version {version}, this one "
                f"knows {VERSION}); upgrade lemmata, or give another --store"
            )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn a database's complaint into one line with a way out."""
        try:
            yield
        except ModuleNotFoundError as error:
            raise StoreError(
                f"{self.place}: {error.name} is not installed; pip install 'lemmata[postgres]'"
            ) from None
        except OSError as error:
            raise StoreError(
                f"store {self.place}: {error.strerror}; give another --store"
            ) from error
        except sa.exc.SQLAlchemyError as error:
            told = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            way = next((way for word, way in WAYS_OUT.items() if word in told), ANOTHER_WAY)
            raise StoreError(f"store {self.place}: {told}; {way}") from error

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def point(self, experiment: str, parameters: Parameters, source: str) -> int:
        """Find or make a point.

        Parameters
        ----------
        experiment : str
            The experiment's name.
        parameters : mapping
            Names and values.
        source : str
            Hash of the trial function.

        Returns
        -------
        int
            Its key.
        """
        values = {"experiment": experiment, "parameters": canonical(parameters), "source": source}
        return self._found_or_made(points, values)

    def origin(self, version: str, revision: str, machine: str) -> int:
        """Find or make the origin of trials.

        Parameters
        ----------
        version, revision, machine : str
            The library's version, git's revision of the code, and where it ran.

        Returns
        -------
        int
            Its key.
        """
        values = {"version": version, "revision": revision, "machine": machine}
        return self._found_or_made(origins, values)

    def _found_or_made(self, table: sa.Table, values: Mapping[str, str]) -> int:
        same = sa.and_(*(table.c[name] == value for name, value in values.items()))
        with self._writing() as connection:
            connection.execute(self._insert(table).values(**values).on_conflict_do_nothing())
            return int(connection.execute(sa.select(table.c.id).where(same)).scalar_one())

    def add(self, point: int, origin: int, outcomes: Iterable[Outcome]) -> None:
        """Keep trials; one that is there already stays, unless it failed.

        Parameters
        ----------
        point, origin : int
            Keys of the store.
        outcomes : iterable of Outcome
            Trials of that point.
        """
        rows = [
            {
                "point": point,
                "origin": origin,
                "trial": one.index,
                "seed": one.seed,
                "result": one.result,
                "error": one.error,
                "seconds": one.seconds,
            }
            for one in outcomes
        ]
        new = self._insert(trials)
        upsert = new.on_conflict_do_update(
            index_elements=["point", "trial"],
            set_={name: new.excluded[name] for name in ("result", "error", "seconds", "origin")},
            where=trials.c.error.is_not(None),
        )
        if rows:
            with self._writing() as connection:
                connection.execute(upsert, rows)

    def missing(self, point: int, count: int) -> list[range]:
        """Give the trials below a count that are not stored.

        Parameters
        ----------
        point : int
            Key of the point.
        count : int
            Trials wanted.

        Returns
        -------
        list of range
            Disjoint, in order; a failed trial counts as stored.
        """
        before = sa.func.lag(trials.c.trial, 1, -1).over(order_by=trials.c.trial).label("before")
        inner = (
            sa.select(trials.c.trial, before)
            .where(trials.c.point == point, trials.c.trial < count)
            .subquery()
        )
        gaps = sa.select(inner.c.before + 1, inner.c.trial).where(
            inner.c.trial > inner.c.before + 1
        )
        last = sa.select(sa.func.max(trials.c.trial)).where(
            trials.c.point == point, trials.c.trial < count
        )
        with self.reading() as connection:
            found = [range(start, stop) for start, stop in connection.execute(gaps)]
            end = connection.execute(last).scalar()
        rest = range(0 if end is None else end + 1, count)
        return sorted([*found, *([rest] if rest else [])], key=lambda r: r.start)

    def stored(self, point: int, among: Sequence[int]) -> set[int]:
        """Give those of some trials that are stored.

        Parameters
        ----------
        point : int
            Key of the point.
        among : sequence of int
            At most a few thousand indices.

        Returns
        -------
        set of int
            A part of them.
        """
        wanted = sa.select(trials.c.trial).where(trials.c.point == point, trials.c.trial.in_(among))
        with self.reading() as connection:
            return set(connection.execute(wanted).scalars())

    def failed(self, point: int) -> list[range]:
        """Give the failed trials of a point.

        Parameters
        ----------
        point : int
            Key of the point.

        Returns
        -------
        list of range
            One a trial, in order.
        """
        wanted = sa.select(trials.c.trial).where(
            trials.c.point == point, trials.c.error.is_not(None)
        )
        with self.reading() as connection:
            found = connection.execute(wanted.order_by(trials.c.trial)).scalars()
            return [range(index, index + 1) for index in found]

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Lend a connection for queries.

        Yields
        ------
        Connection
            Of SQLAlchemy.
        """
        with self._explained(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._explained(), self._engine.begin() as connection:
            yield connection

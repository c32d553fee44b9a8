"""The store's tables, and how a database is opened and recognised."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa

#: Written into every store; a store with a greater one is left alone.
VERSION = 1

tables = sa.MetaData()
meta = sa.Table("lemmata_store", tables, sa.Column("version", sa.Integer, primary_key=True))
points = sa.Table(
    "lemmata_points",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("experiment", sa.Text, nullable=False),
    sa.Column("parameters", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.UniqueConstraint("experiment", "parameters", "source"),
)
#: Where trials come from: most of them share these.
origins = sa.Table(
    "lemmata_origins",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("machine", sa.Text, nullable=False),
    sa.UniqueConstraint("version", "revision", "machine"),
)
trials = sa.Table(
    "lemmata_trials",
    tables,
    sa.Column("point", sa.ForeignKey("lemmata_points.id"), primary_key=True),
    sa.Column("trial", sa.BigInteger, primary_key=True),
    sa.Column("seed", sa.Text, nullable=False),
    sa.Column("result", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("seconds", sa.Double, nullable=False),
    sa.Column("origin", sa.ForeignKey("lemmata_origins.id"), nullable=False),
    sqlite_with_rowid=False,
)
#: For users of SQL: the four tables in one.
VIEW = """
CREATE VIEW lemmata_rows AS
SELECT p.experiment, p.parameters, t.trial, t.seed, t.result, t.error, t.seconds,
       o.version, o.revision, o.machine, p.source
FROM lemmata_trials t
JOIN lemmata_points p ON p.id = t.point
JOIN lemmata_origins o ON o.id = t.origin
"""


def engine_for(place: str) -> sa.Engine | None:
    """Make the engine for a file's path or a database's URL, if it is one that we know."""
    if "://" not in place:
        return _sqlite(Path(place).absolute())
    if place.startswith("sqlite:///"):
        return _sqlite(Path(place.removeprefix("sqlite:///")).absolute())
    scheme, rest = place.split("://", 1)
    if scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
        return None
    return sa.create_engine(f"postgresql+psycopg://{rest}", pool_pre_ping=True)


def _sqlite(file: Path) -> sa.Engine:
    settled = not file.with_name(f"{file.name}-wal").exists()
    fixed = file.exists() and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))
    # A log of changes cannot be kept where nothing can be written, and need not be.
    query = {"immutable": "1", "uri": "true"} if fixed and settled else {"uri": "true"}
    url = sa.URL.create("sqlite", database=file.as_uri(), query=query)
    engine = sa.create_engine(url, connect_args={"timeout": 60})

    @sa.event.listens_for(engine, "connect")
    def _(connection: Any, _record: object) -> None:
        # A commit survives the end of the process; only a power cut may lose the last ones.
        connection.execute("PRAGMA synchronous = NORMAL")

    return engine


def file_of(engine: sa.Engine) -> Path | None:
    """Give the file of a SQLite store."""
    if engine.dialect.name != "sqlite":
        return None
    return Path(unquote(str(engine.url.database).removeprefix("file://")))


def version_of(connection: sa.Connection) -> int | None:
    """Give the version of the store in a database, or None where there is none."""
    if not sa.inspect(connection).has_table(meta.name):
        return None
    return int(connection.execute(sa.select(sa.func.max(meta.c.version))).scalar_one())


def create(engine: sa.Engine) -> None:
    """Make the tables, once, however many processes try."""
    file = file_of(engine)
    if file is None:
        with engine.begin() as connection:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7310583)"))
            _create(connection)
    elif file.exists():  # it is empty
        _create_file(engine)
    else:  # nobody ever sees a file that is half made
        own = file.with_name(f"{file.name}.{secrets.token_hex(4)}.new")
        made = _sqlite(own)
        try:
            _create_file(made)
            made.dispose()
            os.link(own, file)
        except FileExistsError:
            pass  # another process was quicker
        except OSError:  # no hard links here
            own.rename(file)
        finally:
            made.dispose()
            own.unlink(missing_ok=True)


def _create_file(engine: sa.Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("PRAGMA journal_mode = WAL"))
        connection.execute(sa.text("BEGIN IMMEDIATE"))
        _create(connection)
        connection.execute(sa.text("COMMIT"))


def _create(connection: sa.Connection) -> None:
    if version_of(connection) is None:
        tables.create_all(connection)
        connection.execute(sa.text(VIEW))
        connection.execute(meta.insert().values(version=VERSION))


def readable(place: str) -> str:
    """Give a store's place without its password."""
    if "://" not in place:
        return place
    try:
        return sa.make_url(place).render_as_string(hide_password=True)
    except (sa.exc.ArgumentError, ValueError):
        return place.split("://")[0] + "://…"

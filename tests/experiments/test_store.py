"""The store, in SQLite and PostgreSQL: unique rows, gaps, and what it refuses."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from experiments import store as store_module
from experiments._schema import trials as trials_table
from experiments.runner import run
from experiments.store import Store, StoreError
from experiments.stored import names, points_of, values
from experiments.trials import Outcome
from tests.experiments.test_runner import expected, numbers
from tests.experiments.toys import TOY


def server_folder() -> Path | None:
    """Find PostgreSQL's programs, on the path or where Debian keeps them."""
    found = shutil.which("postgres")
    here = [Path(found).resolve().parent] if found else []
    there = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((one for one in (*here, *there) if (one / "initdb").exists()), None)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Start a PostgreSQL server of our own on loopback."""
    programs = server_folder()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (programs postgres and initdb)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # The server refuses to run as root, and its user must reach the folder.
    user = "nobody" if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory() as folder:
        if user:
            shutil.chown(folder, user)
        data = Path(folder) / "data"
        words = ("-A", "trust", "-U", "tester", "-E", "UTF8", "--no-sync")
        subprocess.run(
            [programs / "initdb", "-D", data, *words],
            user=user,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        options = ("-h", "127.0.0.1", "-p", str(port), "-k", folder, "-F")
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, *options],
                user=user,
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        try:
            url = f"postgresql://tester@127.0.0.1:{port}/postgres"
            engine = sa.create_engine(url)
            for _ in range(200):
                time.sleep(0.05)
                with suppress(sa.exc.OperationalError), engine.connect():
                    break
            engine.dispose()
            yield url
        finally:
            process.send_signal(signal.SIGINT)  # ends it without waiting for its clients
            process.wait(30)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give an empty place for a store."""
    if request.param == "sqlite":
        yield str(tmp_path / "a.db")
        return
    url = str(request.getfixturevalue("server"))
    yield url
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    engine.dispose()


def outcome(index: int, value: float | None) -> Outcome:
    result = None if value is None else f'{{"x": {value}}}'
    return Outcome(index, "0" * 32, result, "trace" if value is None else None, 0.5)


def test_a_point_is_one_row_however_often_it_is_asked_for(place: str) -> None:
    with Store(place) as store:
        first = store.point("toy/a", {"n": 1, "m": "x"}, "abc")
        assert store.point("toy/a", {"m": "x", "n": 1}, "abc") == first
        others = [
            store.point("toy/b", {"n": 1, "m": "x"}, "abc"),
            store.point("toy/a", {"n": 2, "m": "x"}, "abc"),
            store.point("toy/a", {"n": 1, "m": "x"}, "abd"),
        ]
        assert len({first, *others}) == 4
        assert store.origin("1", "r", "m") == store.origin("1", "r", "m")
        assert names(store) == ["toy/a", "toy/b"]


def test_a_finished_trial_stays_and_a_failed_one_is_replaced(place: str) -> None:
    with Store(place) as store:
        point, origin = store.point("toy/a", {}, "s"), store.origin("1", "", "m")
        store.add(point, origin, [outcome(0, 1.5), outcome(1, None)])
        store.add(point, origin, [outcome(0, 9.0), outcome(1, 2.5)])
        store.add(point, origin, [outcome(1, None)])
        assert values(store, point)["x"].tolist() == [1.5, 2.5]
        (stored,) = points_of(store, "toy/a")
        assert (stored.finished, stored.failed) == (2, 0)


@pytest.mark.parametrize(
    ("there", "gaps"),
    [
        ([], [(0, 10)]),
        ([0, 1, 2], [(3, 10)]),
        ([9], [(0, 9)]),
        ([0, 4, 5, 20], [(1, 4), (6, 10)]),
        (list(range(10)), []),
        (list(range(30)), []),
    ],
)
def test_missing_trials_are_found(
    place: str, there: list[int], gaps: list[tuple[int, int]]
) -> None:
    with Store(place) as store:
        point, origin = store.point("toy/a", {}, "s"), store.origin("1", "", "m")
        store.add(point, origin, [outcome(k, 1.0) for k in there])
        assert store.missing(point, 10) == [range(*gap) for gap in gaps]
        assert store.stored(point, range(0, 25, 2)) == {k for k in there if k % 2 == 0 and k < 25}


def test_an_experiment_runs_in_either(place: str) -> None:
    with Store(place) as store:
        run(TOY, store, jobs=1)
        assert numbers(TOY, store) == expected(20)
        with store.reading() as connection:
            row = connection.execute(sa.text("SELECT * FROM lemmata_rows")).mappings().first()
        assert row is not None
        assert row["experiment"] == "toy/plain"


def _write(place: str, first: int) -> None:
    """Make the store and write trials that others write too."""
    with Store(place) as store:
        point, origin = store.point("toy/a", {"n": 1}, "s"), store.origin("1", "", "m")
        for k in range(first, first + 60):
            store.add(point, origin, [outcome(k, float(k))])


def test_writers_at_once_make_every_row_once(place: str) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(place, 20 * k)) for k in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    with Store(place) as store:
        (point,) = points_of(store, "toy/a")
        assert values(store, point.key)["x"].tolist() == [float(k) for k in range(120)]


def test_many_may_make_the_store_at_once(place: str) -> None:
    barrier = threading.Barrier(8)

    def make(_: int) -> int:
        barrier.wait()
        with Store(place) as store:
            return store.point("toy/a", {"n": 1}, "s")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make, range(8)))) == 1
    if "://" not in place:
        assert not list(Path(place).parent.glob("*.new"))


def test_a_newer_store_is_left_alone(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Store(place).close()
    monkeypatch.setattr(store_module, "VERSION", 0)
    with pytest.raises(StoreError, match=r"written by a newer lemmata.*upgrade"):
        Store(place)


def test_what_is_no_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("my notes, " * 100)
    with pytest.raises(StoreError, match=r"it is no store; move it away"):
        Store(text)
    assert text.read_text() == "my notes, " * 100
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE mine (x)")
    connection.commit()
    connection.close()
    before = other.read_bytes()
    with pytest.raises(StoreError, match="a database of something else"):
        Store(other)
    assert other.read_bytes() == before


def test_places_that_cannot_be_are_named(tmp_path: Path) -> None:
    for place, message in {
        str(tmp_path / "no" / "a.db"): "no folder",
        "mysql://localhost/x": "not mysql",
        "nonsense://x": "not nonsense",
        "postgresql://[bad/x": "store",
        "postgresql://127.0.0.1:1/x": "check the address",
        str(tmp_path): "is a folder",
        "": "the store is a folder",
    }.items():
        with pytest.raises(StoreError, match=message):
            Store(place)
    nothing = tmp_path / "none.db"
    with pytest.raises(StoreError, match="there is no store"):
        Store(nothing, create=False)
    assert not nothing.exists()


def test_a_password_is_never_shown() -> None:
    with pytest.raises(StoreError) as caught:
        Store("postgresql://me:secret@127.0.0.1:1/x")
    assert "secret" not in str(caught.value)


def test_a_damaged_store_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with Store(file) as store:
        run(TOY, store, jobs=1, trials=200)
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(os.urandom(size - 4096))
    with pytest.raises(StoreError, match=r"damaged|no store"), Store(file) as store:
        run(TOY, store, jobs=1, trials=300)


def test_a_full_disk_ends_the_run_and_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with Store(file) as store:
        run(TOY, store, jobs=1)

        def full(connection: sqlite3.Connection, _record: object) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages + 1}")

        sa.event.listen(store._engine, "connect", full)
        store._engine.dispose()
        with pytest.raises(StoreError, match=r"full; free some space and run the same command"):
            run(TOY, store, jobs=1, trials=5000)
    with Store(file) as store:
        for point in points_of(store, "toy/plain"):
            assert point.finished >= 20
        assert run(TOY, store, jobs=1, trials=60).finished >= 180
        assert {k: v[:60] for k, v in numbers(TOY, store).items()} == expected(60)


READ_ONLY = """
import os, sys
from experiments.store import Store
from experiments.runner import run
from tests.experiments.toys import TOY
from experiments.summary import summarise
with Store(sys.argv[2]) as store:
    run(TOY, store, jobs=1)  # everything is loaded while it may be
if os.getuid() == 0:
    os.setuid(65534)  # root may write anywhere
with Store(sys.argv[1], create=False) as store:
    print(len(summarise(TOY, store).points), flush=True)
    run(TOY, store, jobs=1, trials=40)
"""


def test_a_read_only_store_is_read_and_not_written() -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        file = Path(folder) / "a.db"
        with Store(file) as store:
            run(TOY, store, jobs=1)
        file.chmod(0o444)
        Path(folder).chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(file), f"{other}/b.db"],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
        Path(folder).chmod(0o755)
    assert done.stdout.strip() == "3"
    assert "cannot be written to; change its permissions" in done.stderr


def test_rows_are_unique_by_point_and_trial() -> None:
    assert [column.name for column in trials_table.primary_key] == ["point", "trial"]

"""Runs: the same numbers however they are made, each trial once, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from joblib.externals.loky import get_reusable_executor

from experiments import _batches
from experiments.experiment import Experiment
from experiments.runner import RunError, run
from experiments.store import Store
from experiments.stored import failures, origins_of, points_of, rows, values
from experiments.summary import summarise
from experiments.trials import Outcome, canonical, seed_of, source_hash
from tests.experiments.toys import TOY, made, trial


def numbers(experiment: Experiment, store: Store) -> dict[str, list[float]]:
    """Give the stored values of x by point."""
    return {
        canonical(point.parameters): values(store, point.key)["x"].tolist()
        for point in points_of(store, experiment.name)
        if point.finished
    }


def expected(count: int) -> dict[str, list[float]]:
    """Derive the toy's values without the runner."""
    drawn = {}
    for n in (1, 2, 4):
        point = canonical({"n": n})
        rngs = [np.random.default_rng(seed_of("toy/plain", point, k)) for k in range(count)]
        drawn[point] = [n + float(rng.random()) for rng in rngs]
    return drawn


@pytest.mark.parametrize(
    "options", [{"jobs": 1}, {"jobs": 2}, {"jobs": 1, "batch": 1}, {"jobs": 2, "batch": 7}]
)
def test_any_way_of_running_gives_the_same_numbers(tmp_path: Path, options: Any) -> None:
    with Store(tmp_path / "a.db") as store:
        report = run(TOY, store, **options)
        assert (report.ran, report.finished, report.failures) == (60, 60, ())
        assert numbers(TOY, store) == expected(20)


def test_more_trials_keep_the_first_and_a_second_run_does_nothing(tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as store:
        assert run(TOY, store, trials=7, jobs=1).ran == 21
        assert run(TOY, store, trials=7, jobs=1).ran == 0
        assert run(TOY, store, trials=5, jobs=1).ran == 0
        assert run(TOY.on(n=(2,)), store, trials=9, jobs=1).ran == 2
        assert run(TOY, store, jobs=1).ran == 60 - 23
        assert numbers(TOY, store) == expected(20)


def test_progress_counts_up_to_what_there_is_to_do(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    with Store(tmp_path / "a.db") as store:
        run(TOY, store, trials=2, jobs=1)
        run(TOY, store, jobs=1, on_progress=lambda done, todo: seen.append((done, todo)))
    assert seen[-1] == (54, 54)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


class Slow(Store):
    """A store that takes its time, and sees how many trials are begun and not stored."""

    log, added, ahead = Path(), 0, 0

    def add(self, point: int, origin: int, outcomes: Iterable[Outcome]) -> None:
        time.sleep(0.02)
        made = list(outcomes)
        begun = len(self.log.read_text().splitlines())
        self.ahead = max(self.ahead, begun - self.added)
        self.added += len(made)
        super().add(point, origin, made)


def test_workers_do_not_run_away_from_a_slow_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_LOG", str(tmp_path / "log"))
    monkeypatch.setattr(_batches, "AHEAD", 3)
    get_reusable_executor().shutdown()  # new workers see the log
    store = Slow(tmp_path / "a.db")
    with store:
        store.log = tmp_path / "log"
        run(TOY, store, jobs=2, batch=1)
        assert store.added == 60
        assert store.ahead <= 3 * 2
    get_reusable_executor().shutdown()


def test_failed_trials_are_kept_with_their_traceback_and_run_again_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_FAILS", "2")
    with Store(tmp_path / "a.db") as store:
        report = run(TOY, store, jobs=1)
        bad = [k for k, x in enumerate(expected(20)['{"n": 2}']) if x % 1 < 0.5]
        assert [one.index for one in report.failures] == bad
        assert report.finished == 60 - len(bad)
        first = report.failures[0]
        assert first.parameters == {"n": 2}
        assert "RuntimeError: as asked" in first.error
        assert int(first.seed, 16) == seed_of("toy/plain", '{"n": 2}', first.index)
        assert run(TOY, store, jobs=1).ran == 0
        assert run(TOY.on(n=(1,)), store, jobs=1, only_failed=True).ran == 0
        assert run(TOY, store, jobs=1, only_failed=True).ran == len(bad)
        monkeypatch.delenv("TOY_FAILS")
        mended = run(TOY, store, jobs=1, only_failed=True)
        assert (mended.ran, mended.failures) == (len(bad), ())
        assert numbers(TOY, store) == expected(20)
        assert failures(store, "toy/plain", source_hash(trial)) == []


def test_rows_say_where_they_come_from(tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as store:
        run(TOY, store, trials=1, jobs=1)
        row = next(rows(store, "toy/plain", source_hash(trial)))
        assert row["n"] == 1
        assert row["trial"] == 0
        assert row["x"] == expected(1)['{"n": 1}'][0]
        assert int(row["seed"], 16) == seed_of("toy/plain", '{"n": 1}', 0)
        assert row["error"] is None
        assert row["version"]
        assert f"numpy {np.__version__}" in row["machine"]
        assert 0 < row["seconds"] < 10
        ((_, revision, _, count),) = origins_of(store, "toy/plain", source_hash(trial))
        assert count == 3
        assert revision == row["revision"]


VARIANT = """
from tests.experiments.toys import made
RATE = {rate}
def trial(parameters, rng):
    return {{"x": RATE, "small": 0}}
TOY = made(trial=trial)
"""


def test_a_changed_trial_makes_the_old_rows_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "toy_before.py").write_text(VARIANT.format(rate=1))
    (tmp_path / "toy_after.py").write_text(VARIANT.format(rate=2))
    before, after = (__import__(f"toy_{name}").TOY for name in ("before", "after"))
    with Store(tmp_path / "a.db") as store:
        run(before, store, jobs=1)
        assert summarise(after, store).stale == 60
        assert summarise(after, store).points == ()
        assert run(after, store, trials=5, jobs=1).ran == 15
        summary = summarise(after, store)
        assert [point.estimates["x"].value for point in summary.points] == [2, 2, 2]
        assert summary.stale == 60
        assert summarise(before, store).points[0].estimates["x"].value == 1


def start(folder: Path, *words: str, **environment: str) -> subprocess.Popen[bytes]:
    """Run the toy through the command, with a log of the trials that were begun."""
    code = "from experiments.cli import main; main()"
    root = Path(__file__).parents[2]
    log = {"TOY_LOG": str(folder / "log"), "PYTHONPATH": str(root)}
    with (folder / "complaint").open("ab") as complaint:
        return subprocess.Popen(
            [sys.executable, "-c", code, "run", "tests.experiments.toys:TOY", *words],
            cwd=folder,
            env={**os.environ, **log, **environment},
            stdout=subprocess.DEVNULL,
            stderr=complaint,
        )


def wait_for(store: Path, count: int) -> None:
    """Wait until a store holds so many trials."""
    for _ in range(600):
        time.sleep(0.05)
        if store.exists():
            try:
                with Store(store, create=False) as opened:
                    if sum(p.finished for p in points_of(opened, "toy/plain")) >= count:
                        return
            except ValueError:
                continue  # it is being made
    raise AssertionError("the run stores nothing")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_after_a_kill_the_same_command_goes_on(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path, "--trials", "40", "--jobs", "1", TOY_SECONDS="0.05")
    wait_for(tmp_path / "lemmata.db", 10)
    process.send_signal(number)
    assert process.wait(30) == (-number if number == signal.SIGKILL else 130)
    if number != signal.SIGKILL:
        assert "finished trials are kept" in (tmp_path / "complaint").read_text()
    with Store(tmp_path / "lemmata.db") as store:
        kept = sum(point.finished for point in points_of(store, "toy/plain"))
        assert 10 <= kept < 120
        again = start(tmp_path, "--trials", "40", "--jobs", "1")
        assert again.wait(60) == 0
        assert numbers(TOY, store) == expected(40)
    begun = Counter((tmp_path / "log").read_text().split("\n")[:-1])
    twice = sum(count - 1 for count in begun.values())
    assert twice <= 3  # those that were under way, a tenth of a second of them


def test_two_processes_on_one_store_share_the_work(tmp_path: Path) -> None:
    both = [start(tmp_path, "--trials", "60", "--jobs", "1", TOY_SECONDS="0.01") for _ in range(2)]
    assert [process.wait(100) for process in both] == [0, 0]
    with Store(tmp_path / "lemmata.db") as store:
        assert numbers(TOY, store) == expected(60)
    begun = Counter((tmp_path / "log").read_text().split("\n")[:-1])
    assert len(begun) == 180
    assert sum(begun.values()) <= 1.3 * 180  # only what both had under way at once


def test_numbers_out_of_range_are_refused(tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as store:
        for name in ("trials", "jobs", "batch"):
            with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
                run(TOY, store, **{name: 0})  # type: ignore[arg-type]  # any of the three


def test_a_module_that_is_missing_is_named_before_anything_is_run(tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as store:
        with pytest.raises(RunError, match=r"toy/plain needs no_such_module; pip install"):
            run(made(requires=("numpy", "no_such_module")), store)
        assert points_of(store, "toy/plain") == []


DEADLY = """
import os
from tests.experiments.toys import made
def trial(parameters, rng):
    os._exit(3)
TOY = made(trial=trial)
"""


def test_a_trial_that_ends_its_worker_ends_the_run_with_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path / "a.db") as store:
        assert run(TOY, store, trials=1, jobs=2).ran == 3  # these workers know no new folder
        monkeypatch.syspath_prepend(tmp_path)
        (tmp_path / "toy_deadly.py").write_text(DEADLY)
        deadly = __import__("toy_deadly").TOY
        with pytest.raises(RunError, match="No module named 'toy_deadly'"):
            run(deadly, store, jobs=2)
        with pytest.raises(RunError, match="a worker process ended"):
            run(deadly, store, jobs=2)
        assert run(TOY, store, jobs=2).ran == 57

"""A run on a Dask cluster of this machine: a worker dies, every trial is there once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments import runner
from experiments.runner import RunError, run
from experiments.store import Store
from experiments.stored import points_of
from tests.experiments.test_runner import DEADLY, expected, numbers, start, wait_for
from tests.experiments.toys import TOY

distributed = pytest.importorskip("distributed", reason="Dask is not installed")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start two worker processes, slow enough to be killed at work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        patch.setenv("TOY_SECONDS", "0.02")
        patch.setenv("TOY_LOG", str(tmp_path_factory.mktemp("cluster") / "log"))
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as made:
            yield made


def test_a_worker_is_killed_and_every_trial_is_there_once(cluster: Any, tmp_path: Path) -> None:
    words = ("--trials", "80", "--cluster", cluster.scheduler_address)
    process = start(tmp_path, *words)
    wait_for(tmp_path / "lemmata.db", 30)
    victim = next(iter(cluster.workers.values()))
    os.kill(victim.pid, signal.SIGKILL)
    assert process.wait(100) == 0, (tmp_path / "complaint").read_text()
    with Store(tmp_path / "lemmata.db") as store:
        assert numbers(TOY, store) == expected(80)
        assert [point.finished for point in points_of(store, "toy/plain")] == [80, 80, 80]


def test_the_cluster_gives_the_numbers_of_one_machine(cluster: Any, tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as store:
        report = run(TOY, store, cluster=cluster.scheduler_address, trials=5)
        assert report.ran == 15
        assert numbers(TOY, store) == expected(5)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x"])
def test_an_unreachable_cluster_is_one_line(tmp_path: Path, address: str) -> None:
    with (
        Store(tmp_path / "a.db") as store,
        pytest.raises(RunError, match=r"no Dask scheduler answers at .*; start one with"),
    ):
        run(TOY, store, cluster=address)


def test_a_worker_with_another_trial_function_is_refused(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "source_hash", lambda trial: "0" * 16)
    with Store(tmp_path / "a.db") as store:
        with pytest.raises(RunError, match="another version of lemmata, or of the trial"):
            run(TOY, store, cluster=cluster.scheduler_address)
        assert numbers(TOY, store) == {}


def test_a_trial_that_ends_its_workers_ends_the_run_with_a_message(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "toy_deadly.py").write_text(DEADLY)
    client = distributed.Client(cluster.scheduler_address)
    client.upload_file(str(tmp_path / "toy_deadly.py"))
    client.close()
    with (
        Store(tmp_path / "a.db") as store,
        pytest.raises(RunError, match="ended one worker of the cluster after another"),
    ):
        run(__import__("toy_deadly").TOY, store, cluster=cluster.scheduler_address)


@pytest.mark.nightly
def test_a_scheduler_that_goes_away_is_one_line_and_the_run_goes_on_later(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address, root = f"tcp://127.0.0.1:{port}", str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root, "TOY_SECONDS": "0.05"}
    dask = [sys.executable, "-m", "dask"]
    with (tmp_path / "log of dask").open("wb") as log:
        started = [
            subprocess.Popen([*dask, *words], env=environment, stdout=log, stderr=log)
            for words in (
                ("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"),
                ("worker", address, "--nthreads", "1", "--no-dashboard"),
            )
        ]
    try:
        time.sleep(8)
        process = start(tmp_path, "--trials", "200", "--cluster", address)
        wait_for(tmp_path / "lemmata.db", 20)
        started[0].kill()
        assert process.wait(60) == 2
        complaint = (tmp_path / "complaint").read_text()
        assert f"the Dask scheduler at {address} went away" in complaint
        assert "Traceback" not in complaint
    finally:
        for one in started:
            one.kill()
            one.wait()
    with Store(tmp_path / "lemmata.db") as store:
        assert run(TOY, store, trials=60, jobs=1).finished >= 180
        assert {k: v[:60] for k, v in numbers(TOY, store).items()} == expected(60)

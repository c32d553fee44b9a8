"""What the runner itself costs, and the summary of what it stored."""

from __future__ import annotations

import json
import math
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from scipy import special

from algos.theorem import Source
from experiments.bench import Pair
from experiments.experiment import Experiment, Figure, Parameters, Statistic
from experiments.runner import run
from experiments.store import Store
from experiments.stored import points_of, values
from experiments.summary import summarise
from experiments.trials import Outcome, canonical, seed_of, source_hash

__all__ = ["BATCHED", "JOBLIB", "SINGLE", "SUMMARY"]

POINT = {"n": 1}


def trivial_trial(parameters: Parameters, rng: np.random.Generator) -> dict[str, float]:
    """Draw one number: all that a run costs is the runner's."""
    return {"x": rng.random()}


TRIVIAL = Experiment(
    name="runner/trivial",
    description="What does the runner cost?",
    claims=(),
    source=Source(
        authors="The lemmata developers",
        title="lemmata",
        year=2026,
        venue="this library",
        locator="docs/scaling.md",
    ),
    grid={"n": (1,)},
    trial=trivial_trial,
    summary={"x": Statistic("mean")},
    figure=Figure(x="n", y="x", x_label="n", y_label="x"),
    trials=1000,
)


def _count(size: int, _rng: np.random.Generator) -> int:
    return size


def _run(count: int, jobs: int, batch: int | None) -> np.ndarray:
    """Run so many trials into a new store, and read them back."""
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "a.db") as store:
        run(TRIVIAL, store, trials=count, jobs=jobs, batch=batch)
        (point,) = points_of(store, TRIVIAL.name)
        return values(store, point.key)["x"]


def _one(index: int) -> float:
    rng = np.random.default_rng(seed_of(TRIVIAL.name, canonical(POINT), index))
    return trivial_trial(POINT, rng)["x"]


def _loop(count: int) -> np.ndarray:
    return np.array([_one(index) for index in range(count)])


def _joblib(count: int) -> np.ndarray:
    return np.array(Parallel(n_jobs=2)(delayed(_one)(index) for index in range(count)))


def _equal(_work: Any, ours: np.ndarray, peer: np.ndarray) -> bool:
    return np.array_equal(ours, peer)


BATCHED = Pair(
    name="runner/batched",
    peer_name="bare loop",
    sizes=(1_000, 10_000, 100_000),
    size_name="trials",
    workload=_count,
    ours=lambda count: _run(count, jobs=1, batch=None),
    peer=_loop,
    agree=_equal,
    per_unit=True,
    target="at most 50 microseconds a trial more, from 10,000 trials on",
    met=lambda cell: cell.extra < 50e-6,
    target_from=10_000,
    repetitions=5,
)
SINGLE = Pair(
    name="runner/one at a time",
    peer_name="bare loop",
    sizes=(100, 400, 1_600),
    size_name="trials, ours in two processes",
    workload=_count,
    ours=lambda count: _run(count, jobs=2, batch=1),
    peer=_loop,
    agree=_equal,
    per_unit=True,
    target="at most 2 ms a trial more",
    met=lambda cell: cell.extra < 2e-3,
    repetitions=5,
)
JOBLIB = Pair(
    name="runner/two processes",
    peer_name="plain joblib",
    sizes=(1_000, 10_000, 100_000),
    size_name="trials",
    workload=_count,
    ours=lambda count: _run(count, jobs=2, batch=None),
    peer=_joblib,
    agree=_equal,
    per_unit=True,
    repetitions=5,
)


@cache
def _filled(size: int) -> tuple[tempfile.TemporaryDirectory[str], Path]:
    """Fill a store once, with the runner's rows; the folder goes with the process."""
    folder = tempfile.TemporaryDirectory()
    file = Path(folder.name) / "a.db"
    numbers = np.random.default_rng(size).random(size)
    with Store(file) as store:
        point = store.point(TRIVIAL.name, POINT, source_hash(trivial_trial))
        origin = store.origin("0", "", "a machine")
        for start in range(0, size, 10_000):
            part = enumerate(numbers[start : start + 10_000].tolist(), start)
            rows = [Outcome(k, "0" * 32, json.dumps({"x": x}), None, 1e-6) for k, x in part]
            store.add(point, origin, rows)
    return folder, file


def _summary(file: Path) -> tuple[float, float]:
    with Store(file, create=False) as store:
        (point,) = summarise(TRIVIAL, store).points
    return point.estimates["x"].value, point.estimates["x"].high


def _pandas(file: Path) -> tuple[float, float]:
    """Read, take the JSON apart, group and summarise, as one would in a notebook."""
    import pandas as pd

    table = pd.read_sql_query(
        "SELECT parameters, result FROM lemmata_rows WHERE experiment = 'runner/trivial'",
        f"sqlite:///{file}",
    )
    table["x"] = pd.DataFrame(table["result"].map(json.loads).tolist())["x"]
    ((mean, spread, count),) = table.groupby("parameters")["x"].agg(["mean", "std", "count"]).values
    return mean, mean + special.stdtrit(count - 1, 0.975) * spread / math.sqrt(count)


SUMMARY = Pair(
    name="runner/summary",
    peer_name="pandas",
    sizes=(10**4, 10**5, 10**6),
    size_name="stored rows",
    workload=lambda size, rng: _filled(size)[1],
    ours=_summary,
    peer=_pandas,
    agree=lambda work, ours, peer: bool(np.allclose(ours, peer, rtol=1e-10)),
    requires=("pandas",),
    target="10^6 rows in at most 2 s",
    met=lambda cell: cell.ours < 2,
    target_from=10**6,
    repetitions=3,
)

"""Experiments with nothing to find out, for the tests of the runner."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from algos.theorem import Source
from experiments.experiment import Experiment, Figure, Parameters, Statistic

SOURCE = Source(authors="A. Author", title="A title", year=2000, venue="V", locator="Table 1")
OFFSET = 0.0


def noise(n: int, rng: np.random.Generator) -> float:
    return n + OFFSET + float(rng.random())


def trial(parameters: Parameters, rng: np.random.Generator) -> dict[str, float]:
    """Leave a trace in a log, take some time, fail on request."""
    n, draw = int(parameters["n"]), noise(int(parameters["n"]), rng)
    log = os.environ.get("TOY_LOG")
    if log:
        with Path(log).open("a") as file:
            file.write(f"{n} {draw!r}\n")
    time.sleep(float(os.environ.get("TOY_SECONDS", "0")))
    if os.environ.get("TOY_FAILS") == str(n) and draw % 1 < 0.5:
        raise RuntimeError("as asked")
    return {"x": draw, "small": draw % 1 < 0.25}


def made(**changes: object) -> Experiment:
    """Make the toy, with some of its parts replaced."""
    parts: dict[str, object] = {
        "name": "toy/plain",
        "description": "Does it run?",
        "claims": ("search/sharp-crossing/flips",),
        "source": SOURCE,
        "grid": {"n": (1, 2, 4)},
        "trial": trial,
        "summary": {"x": Statistic("mean"), "small": Statistic("proportion")},
        "figure": Figure(x="n", y="x", x_label="n", y_label="x"),
        "trials": 20,
    }
    return Experiment(**{**parts, **changes})  # type: ignore[arg-type]  # the test's business


TOY = made()

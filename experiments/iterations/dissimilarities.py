"""Metric nearness on real tables: one less the correlation of two rows is no metric."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.spatial.distance import pdist, squareform

from accel.triangles import worst_triangles
from algos.iterations import metric_nearness
from algos.theorem import Source
from experiments.experiment import Experiment, Figure, Parameters, Statistic

__all__ = ["DISSIMILARITIES"]


@cache
def table(name: str) -> np.ndarray:
    """Give a table's measurements, each with mean 0 and variance 1 where it varies.

    Parameters
    ----------
    name : {"wine", "tumours", "digits"}
        Which.

    Returns
    -------
    ndarray
        One row an object.
    """
    from sklearn import datasets

    load = {
        "wine": datasets.load_wine,
        "tumours": datasets.load_breast_cancer,
        "digits": datasets.load_digits,
    }
    data: np.ndarray = load[name]().data
    varies = data.std(axis=0) > 0
    standard: np.ndarray = (data - data.mean(axis=0))[:, varies] / data.std(axis=0)[varies]
    return standard


def repair_trial(parameters: Parameters, rng: np.random.Generator) -> dict[str, float]:
    """Make a metric of the dissimilarities of random objects.

    ``change`` is relative to the dissimilarities' norm, ``shortcuts`` the share of pairs with a
    shorter way over a third object, ``active`` the share of the triangle inequalities that have
    a multiplier in the end.
    """
    n = int(parameters["n"])
    rows = rng.choice(table(str(parameters["table"])), n, replace=False)
    given = np.maximum(squareform(pdist(rows, "correlation")), 0.0)
    result = metric_nearness(given, tolerance=1e-5, gap_tolerance=1e-4)
    return {
        "change": float(np.linalg.norm(result.distances - given) / np.linalg.norm(given)),
        "shortcuts": len(worst_triangles(given)[0]) / (n * (n - 1) / 2),
        "active": len(result.projection.bounds) / (n * (n - 1) * (n - 2) / 2),
        "gap": result.gap / result.value,
        "scans": result.projection.oracle_calls,
        "converged": result.status == "converged",
    }


DISSIMILARITIES = Experiment(
    name="iterations/dissimilarities",
    description="How much must real dissimilarities change until the triangle inequalities hold?",
    claims=("iterations/metric-nearness/metric", "iterations/metric-nearness/distance"),
    source=Source(
        authors="M. Forina, W. Wolberg, E. Alpaydin, C. Kaynak",
        title="Wine; Breast Cancer Wisconsin (Diagnostic); Optical Digits",
        year=1998,
        venue="UCI Machine Learning Repository",
        locator="one less the correlation of standardised rows",
        url="https://archive.ics.uci.edu",
    ),
    grid={"n": (25, 50, 100, 150), "table": ("wine", "tumours", "digits")},
    trial=repair_trial,
    summary={
        "change": Statistic("median"),
        "shortcuts": Statistic("median"),
        "active": Statistic("median"),
        "gap": Statistic("median"),
        "scans": Statistic("median"),
        "converged": Statistic("proportion"),
    },
    figure=Figure(
        x="n",
        y="active",
        x_label="objects",
        y_label="share of the triangle inequalities that are active",
        lines="table",
        log="xy",
        names={"wine": "178 wines", "tumours": "569 tumours", "digits": "1797 digits"},
        title="The nearest metric of n objects needs few of the n (n - 1) (n - 2) / 2 inequalities",
    ),
    trials=20,
    requires=("sklearn",),
)

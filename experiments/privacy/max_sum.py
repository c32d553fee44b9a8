"""Error of the largest column sum against the horizon, by how it is released."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from algos.privacy import MaxSum
from algos.theorem import Source
from experiments.experiment import Curve, Experiment, Figure, Parameters, Statistic

__all__ = ["MAX_SUM", "max_sum_trial"]

#: Probability with which an error may pass the curve.
BETA = 0.05
RHO = 0.5
METHODS = {"block": "blocks", "columns": "a counter for each column"}


def max_sum_trial(parameters: Parameters, rng: np.random.Generator) -> dict[str, float]:
    """Release the maxima of one stream.

    Parameters
    ----------
    parameters : mapping
        ``method``, ``horizon``, ``dimension``, and ``largest``: how often the last column has a
        one, the first one tenth as often.
    rng : numpy.random.Generator
        Source of randomness, of the noise too.

    Returns
    -------
    dict
        The largest ``error`` of all releases.
    """
    horizon, dimension = int(parameters["horizon"]), int(parameters["dimension"])
    largest = float(parameters["largest"])
    chances = np.linspace(largest / 10, largest, dimension)
    events = (rng.random((horizon, dimension)) < chances).astype(np.int64)
    released = MaxSum(
        horizon,
        dimension,
        rho=RHO,
        method="block" if parameters["method"] == "block" else "columns",
        mechanism="square_root",
        failure_probability=BETA,
        insecure_rng=rng,
    ).update_many(events)
    truth = events.cumsum(axis=0).max(axis=1)
    return {"error": float(np.abs(released - truth).max())}


def blocks(parameters: Parameters) -> Mapping[str, float]:
    """Give the symbols of the bound with blocks.

    Parameters
    ----------
    parameters : mapping
        ``horizon``, and the figure's others.

    Returns
    -------
    dict
        Of the best block.
    """
    horizon = max(int(parameters["horizon"]), 1)
    chosen = MaxSum(horizon, 1, rho=RHO, method="block", failure_probability=BETA, insecure_rng=1)
    block = chosen.choice.block
    return {
        "bound": 1.0,
        "block": float(block),
        "answers": float(horizon // block),
        "rho": RHO,
        "failure_probability": BETA,
    }


MAX_SUM = Experiment(
    name="privacy/max-sum",
    description="How does the error of the largest column sum grow with the stream?",
    claims=("privacy/max-sum/block-error", "privacy/max-sum/columns", "privacy/max-sum/growth"),
    source=Source(
        authors="P. Jain, S. Raskhodnikova, S. Sivakumar, A. Smith",
        title="The price of differential privacy under continual observation",
        year=2023,
        venue="ICML",
        locator="the two methods of the upper bounds; no experiment there",
        url="https://arxiv.org/abs/2112.00828",
    ),
    grid={
        "method": tuple(METHODS),
        "dimension": (4, 64),
        "largest": (0.1, 0.5),
        "horizon": (256, 512, 1024, 2048, 4096, 8192, 16384),
    },
    trial=max_sum_trial,
    summary={"error": Statistic("median")},
    figure=Figure(
        x="horizon",
        y="error",
        x_label="events",
        y_label="largest error (median)",
        lines="method",
        names=METHODS,
        panels=("dimension", "largest"),
        curves=(Curve("privacy/max-sum/block-error", "blocks, bound at 0.05", blocks),),
        log="xy",
        title="The largest column sum at ρ = 1/2",
    ),
    trials=40,
)

"""Labels that a polynomial fit needs, by how its points are drawn."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from algos.sketching import active_regression, polynomial_basis
from algos.sketching._active_regression import capped_probabilities
from algos.theorem import Source
from experiments.experiment import Experiment, Figure, Parameters, Statistic

__all__ = ["ACTIVE", "active_trial", "independent_coins"]

Reals = NDArray[np.float64]

#: Points of the line that labels can be asked for.
POINTS = 2000
#: The step of the labels' curve.
STEP = 0.5


@cache
def study(columns: int) -> tuple[Reals, Reals, Reals, float]:
    """Give points, their polynomials, labels, and the least squared error.

    Parameters
    ----------
    columns : int
        Polynomials of degrees 0 to columns − 1.

    Returns
    -------
    points, design, labels : ndarray
        Equidistant points of [-1, 1], the design matrix, and abs(x) plus a step.
    least : float
        Of ‖design x − labels‖².
    """
    points = np.linspace(-1, 1, POINTS)
    design = polynomial_basis(points[:, None], columns - 1)
    labels = np.abs(points) + (points > STEP)
    rest = labels - design @ np.linalg.lstsq(design, labels)[0]
    return points, design, labels, float(rest @ rest)


def independent_coins(design: Reals, labels: Reals, budget: int, rng: np.random.Generator) -> Reals:
    """Fit to rows that a coin each lets in, as many as the budget on average.

    Parameters
    ----------
    design, labels : ndarray
        The whole problem.
    budget : int
        Mean number of labels; a run may ask for more.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        The coefficients of the weighted fit.
    """
    leverage = (np.linalg.qr(design)[0] ** 2).sum(axis=1)
    chances = capped_probabilities(leverage, budget)
    drawn = rng.random(len(chances)) < chances
    roots = 1 / np.sqrt(chances[drawn])
    solution = np.linalg.lstsq(roots[:, None] * design[drawn], roots * labels[drawn])[0]
    return np.asarray(solution)


def active_trial(parameters: Parameters, rng: np.random.Generator) -> dict[str, float]:
    """Fit once.

    Parameters
    ----------
    parameters : mapping
        ``sampling``, ``columns`` and ``budget``.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    dict
        The ``excess`` of the squared error over the least, relative to it.
    """
    points, design, labels, least = study(int(parameters["columns"]))
    budget, sampling = int(parameters["budget"]), parameters["sampling"]
    if sampling == "coins":
        x = independent_coins(design, labels, budget, rng)
    else:
        x = active_regression(
            design,
            lambda rows: labels[rows],
            budget,
            method="pivotal" if sampling == "pivotal" else "independent",
            coordinates=points[:, None],
            rng=rng,
        ).coefficients
    rest = labels - design @ x
    return {"excess": max(float(rest @ rest) / least - 1, 0.0)}


NAMES = {
    "pivotal": "pivotal",
    "draws": "independent draws",
    "coins": "independent coins",
}

ACTIVE = Experiment(
    name="sketching/active-regression",
    description="How many labels does a fit by 20 polynomials need, drawn by leverage?",
    claims=("sketching/active-regression/pivotal", "sketching/active-regression/excess"),
    source=Source(
        authors="A. Shimizu, X. Cheng, C. Musco, J. Weare",
        title="Improved active learning via dependent leverage score sampling",
        year=2024,
        venue="ICLR 2024",
        locator="the comparison of pivotal with Bernoulli sampling; other curves",
        url="https://arxiv.org/abs/2310.04966",
    ),
    grid={
        "sampling": tuple(NAMES),
        "columns": (20,),
        "budget": (25, 30, 40, 60, 100, 160, 250, 400),
    },
    trial=active_trial,
    summary={"excess": Statistic("median")},
    figure=Figure(
        x="budget",
        y="excess",
        x_label="labels",
        y_label="excess over the least squared error (median)",
        lines="sampling",
        names=NAMES,
        log="xy",
        title="abs(x) plus a step, 20 polynomials on 2,000 points",
    ),
    trials=400,
)

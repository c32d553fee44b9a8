"""Variance reduction against whole sums: from which n on does it need fewer evaluations?"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from algos.iterations import (
    extragradient,
    halpern_cocoercive,
    variance_reduced_halpern,
    variance_reduced_proximal_halpern,
)
from algos.theorem import Source
from experiments.experiment import Experiment, Figure, Parameters, Statistic

DIMENSION, ACCURACY = 20, 2e-3  # the residual asked for, as a share of L R
PENALTY, SHARE = 0.02, 1e-2  # of the saddle problem; residual asked for, as a share of that at 0

CAI = Source(
    authors="X. Cai, A. Alacaoglu, J. Diakonikolas",
    title="Variance reduced Halpern iteration for finite-sum monotone inclusions",
    year=2024,
    venue="ICLR 2024",
    locator="abstract: O~(n + sqrt(n) L / tolerance) evaluations",
    url="https://arxiv.org/abs/2310.02987",
)


def squares_trial(parameters: Parameters, rng: np.random.Generator) -> dict[str, float]:
    """Count evaluations on n unit rows of least squares; L = 1 for both methods."""
    n = int(parameters["n"])
    rows = rng.standard_normal((n, DIMENSION)) * np.geomspace(1, 0.03, DIMENSION)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    solution = rng.standard_normal(DIMENSION)
    values = rows @ solution
    start, tolerance = np.zeros(DIMENSION), ACCURACY * float(np.linalg.norm(solution))

    def components(indices: Any, x: Any) -> Any:
        some, known = (rows, values) if len(indices) == n else (rows[indices], values[indices])
        return (some @ x - known) @ some / len(indices)

    if parameters["method"] == "variance reduced":
        reduced = variance_reduced_halpern(
            components, start, n=n, lipschitz=1, tolerance=tolerance, rng=rng
        )
        return {"evaluations": reduced.oracle_calls, "solved": reduced.status == "converged"}
    every = np.arange(n)
    plain = halpern_cocoercive(
        lambda x: components(every, x), start, lipschitz=1, tolerance=tolerance, check=False
    )
    return {"evaluations": n * plain.oracle_calls, "solved": plain.status == "converged"}


@cache
def labelled(name: str) -> np.ndarray:
    """Give rows of features times their label, of squared norm 4, so that each loss is 1-smooth.

    Returns
    -------
    ndarray
        569 tumours (malignant or not), or 1797 digits (odd or even).
    """
    from sklearn.datasets import load_breast_cancer, load_digits

    data = load_breast_cancer() if name == "tumours" else load_digits()
    labels = np.where(data.target % 2, 1.0, -1.0)
    spread = data.data.std(axis=0)
    rows = (data.data - data.data.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    return np.asarray(2 * labels[:, None] * rows / np.linalg.norm(rows, axis=1, keepdims=True))


def saddle_trial(parameters: Parameters, rng: np.random.Generator) -> dict[str, float]:
    """Solve min over w, max over |v| ≤ penalty of the mean logistic loss at w plus ⟨v, w⟩."""
    data = labelled(str(parameters["data"]))
    rows = np.tile(data, (int(parameters["copies"]), 1))
    n, dimension = rows.shape

    def components(indices: Any, z: Any) -> Any:
        w, v = z[:dimension], z[dimension:]
        some = rows if len(indices) == n else rows[indices]
        slopes = -1 / (1 + np.exp(some @ w))
        return np.concatenate([slopes @ some / len(indices) + v, -w])

    def project(z: Any) -> Any:
        return np.concatenate([z[:dimension], np.clip(z[dimension:], -PENALTY, PENALTY)])

    every, start = np.arange(n), np.zeros(2 * dimension)
    lipschitz = (1 + math.sqrt(5)) / 2  # of [[1, 1], [−1, 0]]
    tolerance = SHARE * float(np.linalg.norm(components(every, start)))
    if parameters["method"] == "variance reduced":
        reduced = variance_reduced_proximal_halpern(
            components, start, n=n, lipschitz=lipschitz, tolerance=tolerance, rng=rng,
            resolvent=lambda z, step: project(z),
        )  # fmt: skip
        x, evaluations, solved = reduced.x, reduced.oracle_calls, reduced.status == "converged"
    else:
        plain = extragradient(
            lambda z: components(every, z), start, lipschitz=lipschitz, tolerance=tolerance,
            project=project, max_iterations=100_000, check=False,
        )  # fmt: skip
        x, evaluations, solved = plain.x, n * plain.oracle_calls, plain.status == "converged"
    right = float(np.mean(data @ x[:dimension] > 0))
    used = float(np.mean(np.abs(x[:dimension]) > 1e-2))
    return {"evaluations": evaluations, "solved": solved, "right": right, "used": used}


METHODS = ("variance reduced", "whole sums")
SQUARES = Experiment(
    name="iterations/variance-reduction",
    description="From which n on does variance reduction save evaluations in least squares?",
    claims=("iterations/variance-reduced-halpern/evaluations",),
    source=CAI,
    grid={"n": (100, 400, 1600, 6400, 25600), "method": METHODS},
    trial=squares_trial,
    summary={"evaluations": Statistic("median"), "solved": Statistic("proportion")},
    figure=Figure(
        x="n",
        y="evaluations",
        x_label="components",
        y_label="evaluations of components (median)",
        lines="method",
        log="xy",
        title="Least squares: the methods cross near n = 10,000",
    ),
    trials=20,
)

SADDLES = Experiment(
    name="iterations/logistic-saddle",
    description="Does variance reduction save evaluations in sparse logistic regression, as a "
    "saddle problem?",
    claims=("iterations/variance-reduced-proximal-halpern/evaluations",),
    source=CAI,
    grid={"data": ("tumours", "digits"), "copies": (1, 10), "method": METHODS},
    trial=saddle_trial,
    summary={
        "evaluations": Statistic("median"),
        "solved": Statistic("proportion"),
        "right": Statistic("mean"),
        "used": Statistic("mean"),
    },
    figure=Figure(
        x="copies",
        y="evaluations",
        x_label="copies of the data",
        y_label="evaluations of single losses (median)",
        lines="method",
        panels=("data",),
        log="xy",
        title="Sparse logistic regression as a saddle problem",
    ),
    trials=10,
    requires=("sklearn",),
)

"""Noisy search with real labels: where along the radius do tumours turn malignant?"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.optimize import isotonic_regression

from algos.search import CoinLine, noisy_binary_search
from algos.theorem import Source
from experiments.experiment import Experiment, Figure, Parameters, Statistic

TOLERANCE = 0.1


@cache
def patients() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give radius and malignancy of 569 tumours by radius, and the groups that are drawn from.

    The groups are those of the isotonic fit: neighbours are pooled until the share of
    malignant tumours does not fall from a group to the next.

    Returns
    -------
    (float array, int array, int array)
        Radius, 1 for malignant, and the first tumour of each group with 569 at the end.
    """
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    order = np.argsort(data.data[:, 0], kind="stable")
    malignant = 1 - data.target[order]
    groups = isotonic_regression(malignant.astype(float)).blocks
    return data.data[order, 0], malignant, groups


def tumour_trial(parameters: Parameters, rng: np.random.Generator) -> dict[str, float]:
    """Find the radius at which half of the tumours are malignant, from so many labels.

    The answer is right if it is one for the groups of all 569; ``off`` is its distance
    from the nearest right one in millimetres.
    """
    radius, malignant, groups = patients()
    budget, n = int(parameters["budget"]), len(radius)
    if parameters["method"] == "noisy binary search":

        def flip(coin: int) -> int:
            group = int(np.searchsorted(groups, coin, side="right")) - 1
            return int(malignant[rng.integers(groups[group], groups[group + 1])])

        result = noisy_binary_search(
            flip, n, tolerance=TOLERANCE, failure_probability=0.05, max_samples=budget, rng=rng
        )
        index, labels = result.index, result.samples
    else:
        fit = _logistic if parameters["method"] == "logistic regression" else _isotonic
        index, labels = fit(radius, malignant, np.sort(rng.integers(0, n, budget))), budget
    shares = np.add.reduceat(malignant, groups[:-1]) / np.diff(groups)
    line = CoinLine(n, tuple(int(k) for k in groups[1:-1]), tuple(float(s) for s in shares))
    low, high = line.answers(target=0.5, tolerance=TOLERANCE)
    nearest = min(max(index, low), high)
    off = abs(radius[min(index, n - 1)] - radius[min(nearest, n - 1)])
    return {"right": nearest == index, "off": off, "labels": labels}


def _logistic(radius: np.ndarray, malignant: np.ndarray, asked: np.ndarray) -> int:
    """Fit a logistic curve to random patients, and give where it crosses one half."""
    from sklearn.linear_model import LogisticRegression

    if len(set(malignant[asked])) == 1:
        return 0 if malignant[asked[0]] else len(radius)
    model = LogisticRegression(C=np.inf, max_iter=1000).fit(radius[asked, None], malignant[asked])
    crossing = -model.intercept_[0] / model.coef_[0, 0]
    return int(np.searchsorted(radius, crossing))


def _isotonic(radius: np.ndarray, malignant: np.ndarray, asked: np.ndarray) -> int:
    """Fit the best rising curve to random patients, and give where it crosses one half."""
    fit = isotonic_regression(malignant[asked].astype(float)).x
    above = np.flatnonzero(fit >= 0.5)
    return int(asked[above[0]]) if len(above) else len(radius)


TUMOURS = Experiment(
    name="search/tumours",
    description="How many labels tell the radius at which half of the tumours are malignant?",
    claims=("search/noisy-binary-search/failure",),
    source=Source(
        authors="W. Wolberg, O. Mangasarian, N. Street, W. Street",
        title="Breast Cancer Wisconsin (Diagnostic)",
        year=1995,
        venue="UCI Machine Learning Repository, as in scikit-learn",
        locator="569 tumours, mean radius and diagnosis",
        url="https://doi.org/10.24432/C5DW2B",
    ),
    grid={
        "budget": (20, 50, 100, 200, 500, 1000, 2000),
        "method": ("noisy binary search", "isotonic regression", "logistic regression"),
    },
    trial=tumour_trial,
    summary={
        "right": Statistic("proportion"),
        "labels": Statistic("mean"),
        "off": Statistic("mean"),
    },
    figure=Figure(
        x="labels",
        y="right",
        x_label="labels asked for",
        y_label="share of right answers",
        lines="method",
        log="x",
        names={
            "noisy binary search": "noisy binary search chooses",
            "isotonic regression": "random patients, isotonic fit",
            "logistic regression": "random patients, logistic fit",
        },
        title="The radius at which half of the tumours are malignant",
    ),
    trials=300,
    requires=("sklearn",),
)

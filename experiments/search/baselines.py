"""Noisy search as in the experiments of its paper: flips of every method, and of ours alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from algos.search import (
    CoinLine,
    backtracking_search,
    burnashev_zigangirov_search,
    capacity,
    multiplicative_weights_search,
    noisy_binary_search,
    repeated_vote_search,
    sharp_crossing_search,
)
from algos.theorem import Source
from experiments.experiment import Curve, Experiment, Figure, Parameters, Statistic

#: The authors' code compares these methods and prints no counts, so there are none to draw.
PAPER = Source(
    authors="L. Gretta, E. Price",
    title="Sharp Noisy Binary Search with Monotonic Probabilities",
    year=2023,
    venue="arXiv 2311.00840",
    locator="Theorem 1.1, and the comparison of methods in the authors' code",
    url="https://arxiv.org/abs/2311.00840",
)
METHODS: dict[str, Callable[..., Any]] = {
    "noisy": noisy_binary_search,
    "sharp": sharp_crossing_search,
    "burnashev-zigangirov": burnashev_zigangirov_search,
    "multiplicative-weights": multiplicative_weights_search,
    "vote": repeated_vote_search,
    "backtracking": backtracking_search,
}
SIZES = (10**2, 10**3, 10**4, 10**5, 10**6, 10**7, 10**8, 10**9)


def draw_line(parameters: Parameters, rng: np.random.Generator) -> CoinLine:
    """Draw a line: one jump across the tolerance, or a ramp of 10 ln n coins from 0 to 1."""
    n, tolerance = int(parameters["n"]), float(parameters["tolerance"])
    if parameters["shape"] == "jump":
        index = int(rng.integers(0, n + 1))
        return CoinLine.sharp(n, index=index, low=0.5 - tolerance, high=0.5 + tolerance)
    width = min(math.floor(10 * math.log(n)), n // 2)
    index = int(rng.integers(1, n - width))
    return CoinLine.ramp(n, index=index, width=width, low=0.0, high=1.0)


def search_trial(parameters: Parameters, rng: np.random.Generator) -> dict[str, float]:
    """Search one line with one method, and look whether the answer is right."""
    line = draw_line(parameters, rng)
    tolerance = float(parameters["tolerance"])
    result = METHODS[str(parameters["method"])](
        line.flipper(rng),
        line.n,
        target=0.5,
        tolerance=tolerance,
        failure_probability=float(parameters["failure_probability"]),
        rng=rng,
    )
    right = line.is_answer(result.index, target=0.5, tolerance=tolerance)
    return {"flips": result.samples, "right": right}


def limited_trial(parameters: Parameters, rng: np.random.Generator) -> dict[str, float]:
    """Stop the search at a multiple of lg n / C flips on a ramp."""
    n, tolerance = int(parameters["n"]), 0.1
    width = math.floor(10 * math.log(n))
    unit = math.log2(n) / capacity(0.5, tolerance)
    line = CoinLine.ramp(
        n,
        index=int(rng.integers(1, n - width)),
        width=width,
        low=float(parameters["lowest"]),
        high=1 - float(parameters["lowest"]),
    )
    result = noisy_binary_search(
        line.flipper(rng),
        n,
        tolerance=tolerance,
        failure_probability=0.01,
        max_samples=math.ceil(float(parameters["limit"]) * unit),
        rng=rng,
    )
    right = line.is_answer(result.index, target=0.5, tolerance=tolerance)
    return {"right": right, "certified": result.status == "found", "flips": result.samples / unit}


def _symbols(parameters: Parameters) -> dict[str, float]:
    names = ("n", "tolerance", "failure_probability")
    return {"target": 0.5, **{name: float(parameters[name]) for name in names}}


MEASURED = {"flips": Statistic("mean"), "right": Statistic("proportion")}
INFORMATION = Curve("search/any-method/information", "no method needs fewer", _symbols)
JUMP_BOUND = Curve("search/sharp-crossing/flips", "sharp crossing, bound", _symbols)

BASELINES = Experiment(
    name="search/baselines",
    description="How many flips does each method need, on a jump and on a ramp?",
    claims=(
        "search/any-method/information",
        "search/sharp-crossing/flips",
        "search/noisy-binary-search/flips",
        "search/noisy-binary-search/failure",
    ),
    source=PAPER,
    grid={
        "shape": ("jump", "ramp"),
        "n": SIZES,
        "method": tuple(name for name in METHODS if name != "sharp"),
        "tolerance": (0.05, 0.2),
        "failure_probability": (0.01,),
    },
    trial=search_trial,
    summary=MEASURED,
    figure=Figure(
        x="n",
        y="flips",
        x_label="coins",
        y_label="coin flips (mean)",
        lines="method",
        panels=("shape", "tolerance"),
        log="xy",
        curves=(
            Curve(
                "search/any-method/information",
                "no method needs fewer",
                _symbols,
                panel={"shape": "jump"},
            ),
        ),
        names={
            "noisy": "noisy binary search",
            "burnashev-zigangirov": "Burnashev–Zigangirov",
            "multiplicative-weights": "multiplicative weights",
            "vote": "repeated votes",
            "backtracking": "backtracking",
        },
        title="Flips to find the crossing with failure probability 0.01",
    ),
    trials=30,
)

SHARP = Experiment(
    name="search/sharp-crossing",
    description="How close does the search for a single crossing come to the information limit?",
    claims=("search/any-method/information", "search/sharp-crossing/flips"),
    source=PAPER,
    grid={
        "shape": ("jump",),
        "n": SIZES,
        "method": ("sharp",),
        "tolerance": (0.1,),
        "failure_probability": (0.1,),
    },
    trial=search_trial,
    summary=MEASURED,
    figure=Figure(
        x="n",
        y="flips",
        x_label="coins",
        y_label="coin flips (mean)",
        lines="method",
        log="x",
        curves=(INFORMATION, JUMP_BOUND),
        names={"sharp": "sharp-crossing search"},
        title="One crossing, tolerance 0.1, failure 0.1",
    ),
    trials=300,
)

RAMP = Experiment(
    name="search/ramp",
    description="How often is the search right when it is stopped at k lg n / C flips on a ramp?",
    claims=("search/noisy-binary-search/flips",),
    source=PAPER,
    grid={"n": (10**6,), "lowest": (0.4, 0.3, 0.0), "limit": (1, 2, 3, 4)},
    trial=limited_trial,
    summary={
        "right": Statistic("proportion"),
        "certified": Statistic("proportion"),
        "flips": Statistic("mean"),
    },
    figure=Figure(
        x="limit",
        y="right",
        x_label="flips allowed, in lg n / C",
        y_label="share of right answers",
        lines="lowest",
        names={0.4: "0.4 to 0.6", 0.3: "0.3 to 0.7", 0.0: "0 to 1"},
        title="Ramps of 138 coins among a million",
    ),
    trials=300,
)

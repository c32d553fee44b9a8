"""Checks of the family `search`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.search import (
    CoinLine,
    capacity,
    noisy_binary_search,
    sharp_crossing_search,
)
from algos.search import theorems as claims
from proofs_checks.check import Instances, Measurement, Sizes, check
from proofs_checks.faults import edited
from proofs_checks.strategies import log_integers

Algorithm = Callable[..., Any]


@dataclass(frozen=True)
class Crossing:
    """A sharp crossing at a place that each trial draws uniformly."""

    n: int
    target: float
    tolerance: float
    failure_probability: float

    def line(self, rng: np.random.Generator) -> CoinLine:
        """Draw the place."""
        low, high = self.target - self.tolerance, self.target + self.tolerance
        return CoinLine.sharp(self.n, index=int(rng.integers(0, self.n + 1)), low=low, high=high)

    @property
    def bound(self) -> float:
        """Flips that the median search takes on average, at most."""
        bits = math.log2((self.n + 1) / self.failure_probability) + 3
        return bits / capacity(self.target, self.tolerance)


@dataclass(frozen=True)
class Search:
    """A line of coins and what is asked of the search."""

    line: CoinLine
    target: float
    tolerance: float
    failure_probability: float


def crossings(
    *, targets: Sequence[float] = (0.5, 0.25, 0.9), max_coins: int = 10**6
) -> st.SearchStrategy[Crossing]:
    """Draw sharp crossings."""
    return st.builds(
        Crossing,
        n=log_integers(1, max_coins),
        target=st.sampled_from(targets),
        tolerance=st.sampled_from([0.1, 0.08]),
        failure_probability=st.sampled_from([0.1, 0.05]),
    )


HARD_CROSSINGS = [
    ("one coin", Crossing(1, 0.5, 0.1, 0.1)),
    ("nine coins", Crossing(9, 0.5, 0.1, 0.1)),
    ("a high target", Crossing(100, 0.9, 0.1, 0.1)),
    ("2^60 coins", Crossing(2**60, 0.5, 0.3, 0.1)),
]
EVEN_CROSSINGS = [(name, one) for name, one in HARD_CROSSINGS if one.target == 0.5]


@st.composite
def searches(draw: st.DrawFn, max_coins: int = 4096) -> Search:
    """Draw lines that jump, climb coin by coin, or rest at the edge of the tolerance."""
    n = draw(log_integers(1, max_coins))
    target = draw(st.sampled_from([0.5, 0.3, 0.85]))
    tolerance = draw(st.sampled_from([0.1, 0.15]))
    low, high = target - 1.01 * tolerance, min(target + 1.01 * tolerance, 1.0)
    index = draw(st.integers(0, n))
    kind = draw(st.sampled_from(["sharp", "ramp", "shelf"]))
    width = draw(log_integers(1, max_coins))
    if kind == "sharp" or index < 1 or index + width >= n:
        line = CoinLine.sharp(n, index=index, low=low, high=high)
    elif kind == "ramp" and width <= 200:
        line = CoinLine.ramp(n, index=index, width=width, low=low, high=high)
    else:
        rest = draw(st.sampled_from([-0.9, 0.0, 0.9]))
        line = CoinLine(n, (index, index + width), (low, target + rest * tolerance, high))
    return Search(line, target, tolerance, 0.1)


def _sharp(n: int, index: int, *, failure_probability: float = 0.1) -> Search:
    line = CoinLine.sharp(n, index=index, low=0.39, high=0.61)
    return Search(line, 0.5, 0.1, failure_probability)


HARD_SEARCHES = [
    ("one coin, below", _sharp(1, 1)),
    ("one coin, above", _sharp(1, 0)),
    ("before the first coin", _sharp(300, 0)),
    ("after the first coin", _sharp(300, 1)),
    ("before the last coin", _sharp(300, 299)),
    ("after the last coin", _sharp(300, 300)),
    ("ramp", Search(CoinLine.ramp(2000, index=700, width=76, low=0.35, high=0.65), 0.5, 0.1, 0.1)),
    ("low shelf", Search(CoinLine(2000, (9, 1500), (0.1, 0.39, 0.61)), 0.5, 0.1, 0.1)),
    ("grey shelf", Search(CoinLine(2000, (500, 1500), (0.39, 0.5, 0.61)), 0.5, 0.1, 0.1)),
    ("high target", Search(CoinLine.sharp(500, index=77, low=0.8, high=1.0), 0.9, 0.09, 0.1)),
]


def _run(algorithm: Algorithm, search: Search, rng: np.random.Generator, **more: Any) -> Any:
    """Run a search on its line."""
    flips, own = rng.spawn(2)
    return algorithm(
        search.line.flipper(flips),
        search.line.n,
        target=search.target,
        tolerance=search.tolerance,
        failure_probability=search.failure_probability,
        rng=own,
        **more,
    )


def _parameters(search: Search) -> dict[str, float]:
    """Name the values of the theorems' symbols."""
    return {
        "n": search.line.n,
        "target": search.target,
        "tolerance": search.tolerance,
        "failure_probability": search.failure_probability,
    }


def _wrong(algorithm: Algorithm, search: Search, rng: np.random.Generator) -> Measurement:
    """Measure 1 where the answer is wrong, 0 where it is right."""
    index = _run(algorithm, search, rng).index
    right = search.line.is_answer(index, target=search.target, tolerance=search.tolerance)
    return Measurement(not right, **_parameters(search))


def _sharp_run(
    algorithm: Algorithm, crossing: Crossing, rng: np.random.Generator
) -> tuple[Any, CoinLine, dict[str, float]]:
    """Run a sharp search on a uniform crossing, at most twice as long as it should take."""
    cap = math.ceil(2 * crossing.bound)
    line = crossing.line(rng)
    search = Search(line, crossing.target, crossing.tolerance, crossing.failure_probability)
    result = _run(algorithm, search, rng, max_samples=cap)
    return result, line, {**_parameters(search), "sharp": 1, "cap": cap}


POSTERIOR = "algos.search._posterior"
WRONG_SIDE = edited(
    sharp_crossing_search,
    "wrong_side_update",
    "Heads moves the crossing to the right.",
    ("if heads else (1 - self.low", "if not heads else (1 - self.low"),
    module=POSTERIOR,
)
CUT_TOO_EARLY = edited(
    sharp_crossing_search,
    "cut_off_by_one",
    "The coin itself counts as lying before the crossing.",
    ("self._density.scale(coin + 1, high, low)", "self._density.scale(max(coin, 1), high, low)"),
    module=POSTERIOR,
)
TARGET_IGNORED = edited(
    sharp_crossing_search,
    "target_ignored",
    "The coins' biases are taken around 1/2, whatever the target.",
    (
        "CrossingPosterior(n, low=target - tolerance, high=target + tolerance)",
        "CrossingPosterior(n, low=0.5 - tolerance, high=0.5 + tolerance)",
    ),
)
TOLERANCE_DOUBLED = edited(
    sharp_crossing_search,
    "tolerance_doubled",
    "The coins are believed to be twice as far from the target.",
    (
        "CrossingPosterior(n, low=target - tolerance, high=target + tolerance)",
        "CrossingPosterior(n, low=max(target - 2 * tolerance, 0.01), "
        "high=min(target + 2 * tolerance, 0.99))",
    ),
)
STOPS_EARLY = edited(
    sharp_crossing_search,
    "stops_early",
    "Stops at twice the failure probability.",
    ("posterior.confidence < 1 - delta", "posterior.confidence < 1 - 2 * delta"),
    ("if probability < 1 - delta", "if probability < 1 - 2 * delta"),
)


@check(
    claims.SHARP_FAILURE,
    on=Instances(crossings(), HARD_CROSSINGS),
    faults=[WRONG_SIDE, CUT_TOO_EARLY, TARGET_IGNORED, TOLERANCE_DOUBLED, STOPS_EARLY],
    trials=3000,
    detect=1.7,
)
def sharp_failure(
    algorithm: Algorithm, crossing: Crossing, rng: np.random.Generator
) -> Measurement:
    """Count wrong answers."""
    result, line, values = _sharp_run(algorithm, crossing, rng)
    right = line.is_answer(result.index, target=crossing.target, tolerance=crossing.tolerance)
    return Measurement(not right, **values)


def every_flip_twice(flip: Any, n: int, **options: Any) -> Any:
    """Flip each coin twice and use the first flip alone."""
    tosses = 0

    def wasteful(coin: int) -> int:
        nonlocal tosses
        tosses += 2
        first = flip(coin)
        flip(coin)
        return int(first)

    result = sharp_crossing_search(wasteful, n, **options)
    return replace(result, samples=tosses)


OFF_QUANTILE = edited(
    sharp_crossing_search,
    "wrong_quantile",
    "Asks at half of the best quantile.",
    ("self._density.locate(self.quantile)", "self._density.locate(self.quantile / 2)"),
    ("self.quantile - before <= before + weight - self.quantile", "True"),
    module=POSTERIOR,
)


@check(
    claims.SHARP_FLIPS,
    on=Instances(crossings(targets=(0.5,)), EVEN_CROSSINGS),
    faults=[every_flip_twice, OFF_QUANTILE],
    trials=600,
)
def sharp_flips(algorithm: Algorithm, crossing: Crossing, rng: np.random.Generator) -> Measurement:
    """Count flips."""
    result, _, values = _sharp_run(algorithm, crossing, rng)
    return Measurement(min(result.samples, values["cap"]), **values)


def every_second_flip_uncounted(flip: Any, n: int, **options: Any) -> Any:
    """Count half of the flips."""
    result = sharp_crossing_search(flip, n, **options)
    return replace(result, samples=result.samples // 2)


GIVES_UP = edited(
    sharp_crossing_search,
    "gives_up",
    "Stops once some index has one chance in a hundred.",
    ("posterior.confidence < 1 - delta", "posterior.confidence < 0.01"),
)


@check(
    claims.INFORMATION,
    on=Instances(crossings(), HARD_CROSSINGS),
    faults=[every_second_flip_uncounted, GIVES_UP],
    trials=600,
)
def information(algorithm: Algorithm, crossing: Crossing, rng: np.random.Generator) -> Measurement:
    """Count flips."""
    result, _, values = _sharp_run(algorithm, crossing, rng)
    return Measurement(result.samples, **values)

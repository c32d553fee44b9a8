"""Checks of the sharp-crossing search and of the information bound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.search import CoinLine, capacity, sharp_crossing_search
from algos.search import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.search.instances import Algorithm, Search, parameters, run
from proofs_checks.strategies import log_integers


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


def _sharp_run(
    algorithm: Algorithm, crossing: Crossing, rng: np.random.Generator
) -> tuple[Any, CoinLine, dict[str, float]]:
    """Run a sharp search on a uniform crossing, at most twice as long as it should take."""
    cap = math.ceil(2 * crossing.bound)
    line = crossing.line(rng)
    search = Search(line, crossing.target, crossing.tolerance, crossing.failure_probability)
    result = run(algorithm, search, rng, max_samples=cap)
    return result, line, {**parameters(search), "sharp": 1, "cap": cap}


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
    ("first = self._information(before) >= self._information(before + weight)", "first = True"),
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

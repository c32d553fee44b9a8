"""Lines of coins to search, random and hard, and how a search on them is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.search import CoinLine
from proofs_checks.check import Measurement
from proofs_checks.strategies import log_integers

Algorithm = Callable[..., Any]


@dataclass(frozen=True)
class Search:
    """A line of coins and what is asked of the search."""

    line: CoinLine
    target: float
    tolerance: float
    failure_probability: float


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


def sharp_search(n: int, index: int, *, failure_probability: float = 0.1) -> Search:
    line = CoinLine.sharp(n, index=index, low=0.4, high=0.6)
    return Search(line, 0.5, 0.1, failure_probability)


HARD_SEARCHES = [
    ("one coin, below", sharp_search(1, 1)),
    ("one coin, above", sharp_search(1, 0)),
    ("before the first coin", sharp_search(300, 0)),
    ("after the first coin", sharp_search(300, 1)),
    ("before the last coin", sharp_search(300, 299)),
    ("after the last coin", sharp_search(300, 300)),
    ("ramp", Search(CoinLine.ramp(2000, index=700, width=76, low=0.35, high=0.65), 0.5, 0.1, 0.1)),
    ("low shelf", Search(CoinLine(2000, (9, 1500), (0.1, 0.39, 0.61)), 0.5, 0.1, 0.1)),
    ("grey shelf", Search(CoinLine(2000, (500, 1500), (0.39, 0.5, 0.61)), 0.5, 0.1, 0.1)),
    ("high target", Search(CoinLine.sharp(500, index=77, low=0.8, high=1.0), 0.9, 0.09, 0.1)),
]


def run(algorithm: Algorithm, search: Search, rng: np.random.Generator, **more: Any) -> Any:
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


def parameters(search: Search) -> dict[str, float]:
    """Name the values of the theorems' symbols."""
    gaps = (abs(p - search.target) for p in search.line.heads)
    return {
        "clear": all(gap >= search.tolerance * (1 - 1e-9) for gap in gaps),
        "n": search.line.n,
        "target": search.target,
        "tolerance": search.tolerance,
        "failure_probability": search.failure_probability,
    }


def wrong(algorithm: Algorithm, search: Search, rng: np.random.Generator) -> Measurement:
    """Measure 1 where the answer is wrong, 0 where it is right."""
    index = run(algorithm, search, rng).index
    right = search.line.is_answer(index, target=search.target, tolerance=search.tolerance)
    return Measurement(not right, **parameters(search))


def flips(algorithm: Algorithm, search: Search, rng: np.random.Generator) -> Measurement:
    """Count the flips of a run."""
    return Measurement(run(algorithm, search, rng).samples, **parameters(search))

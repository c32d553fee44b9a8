"""Benchmarks of the family `search`: flips and time against the baselines."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
from experiments.bench import Benchmark, Table
from experiments.bisect_bench import flaky_table, published_table, real_table

FAILURE = 0.01
METHODS: dict[str, Callable[..., Any]] = {
    "noisy_binary_search": noisy_binary_search,
    "repeated_vote_search": repeated_vote_search,
    "burnashev_zigangirov_search": burnashev_zigangirov_search,
    "backtracking_search": backtracking_search,
    "multiplicative_weights_search": multiplicative_weights_search,
}


@dataclass(frozen=True)
class Runs:
    """One method on the same lines as the others."""

    flips: np.ndarray
    seconds: np.ndarray
    right: np.ndarray


def _line(shape: str, n: int, tolerance: float, rng: np.random.Generator) -> CoinLine:
    """Draw a line: one jump, or a ramp of indistinguishable coins as the paper's."""
    low, high = 0.5 - tolerance, 0.5 + tolerance
    if shape == "jump":
        return CoinLine.sharp(n, index=int(rng.integers(0, n + 1)), low=low, high=high)
    width = min(math.floor(10 * math.log(n)), n // 2)
    index = int(rng.integers(1, n - width))
    return CoinLine.ramp(n, index=index, width=width, low=0.0, high=1.0)


def _measure(
    methods: Iterable[Callable[..., Any]],
    lines: list[CoinLine],
    tolerance: float,
    failure_probability: float,
    rng: np.random.Generator,
) -> list[Runs]:
    """Run every method on every line, in alternation, and check each answer."""
    chosen = list(methods)
    rows: list[list[tuple[int, float, bool]]] = [[] for _ in chosen]
    for line in lines:
        for method, row in zip(chosen, rows, strict=True):
            flips, own = rng.spawn(2)
            flip = line.flipper(flips)
            start = time.perf_counter()
            result = method(
                flip,
                line.n,
                target=0.5,
                tolerance=tolerance,
                failure_probability=failure_probability,
                rng=own,
            )
            took = time.perf_counter() - start
            right = line.is_answer(result.index, target=0.5, tolerance=tolerance)
            row.append((result.samples, took, right))
    return [Runs(*(np.array(column) for column in zip(*row, strict=True))) for row in rows]


def _baselines(shape: str) -> Callable[[int, np.random.Generator], Table]:
    """Compare all methods at failure probability 0.01 on lines of one shape."""

    def run(repetitions: int, rng: np.random.Generator) -> Table:
        rows: list[tuple[str | float | None, ...]] = []
        for tolerance in (0.05, 0.2):
            for n in (10**2, 10**3, 10**6, 10**9):
                lines = [_line(shape, n, tolerance, rng) for _ in range(repetitions)]
                runs = _measure(METHODS.values(), lines, tolerance, FAILURE, rng)
                ours = runs[0]
                unit = math.log2(n) / capacity(0.5, tolerance)
                for name, other in zip(METHODS, runs, strict=True):
                    rows.append(
                        (
                            tolerance,
                            f"1e{round(math.log10(n))}",
                            name.removesuffix("_search").replace("_", " "),
                            float(other.flips.mean()),
                            float(other.flips.mean() / unit),
                            float(np.median(other.flips / ours.flips)),
                            float(np.median(other.seconds)),
                            float(np.median(other.seconds / ours.seconds)),
                            float(other.right.mean()),
                        )
                    )
        columns = ("tolerance", "n", "method", "mean flips", "x lg n / C", "flips / ours")
        return Table(
            title=f"Noisy search on a {shape}, failure probability {FAILURE}, "
            f"{repetitions} lines a cell",
            columns=(*columns, "median s", "s / ours", "right"),
            rows=tuple(rows),
            note="ratios are medians over the same lines, the methods alternating",
        )

    return run


def _sharp(repetitions: int, rng: np.random.Generator) -> Table:
    """Compare the sharp-crossing search with the information limit."""
    rows: list[tuple[str | float | None, ...]] = []
    for n in (10**3, 10**6, 10**9):
        lines = [_line("jump", n, 0.1, rng) for _ in range(repetitions)]
        (run,) = _measure([sharp_crossing_search], lines, 0.1, 0.1, rng)
        limit = math.log2(n - 1) / capacity(0.5, 0.1)
        rows.append(
            (
                f"1e{round(math.log10(n))}",
                float(run.flips.mean()),
                float(run.flips.mean() / limit),
                float(run.right.mean()),
            )
        )
    return Table(
        title=f"Sharp-crossing search, tolerance 0.1, failure probability 0.1, {repetitions} lines",
        columns=("n", "mean flips", "x lg(n-1) / C", "right"),
        rows=tuple(rows),
        note="asked for: at most 1.15 lg(n-1) / C at 1e3 and 1e9, right in 0.9",
    )


def _ramp(repetitions: int, rng: np.random.Generator) -> Table:
    """Stop the search at multiples of lg n / C flips on ramps, and count right answers."""
    n, tolerance = 10**6, 0.1
    unit = math.log2(n) / capacity(0.5, tolerance)
    width = math.floor(10 * math.log(n))
    asked: dict[str, Any] = {"target": 0.5, "tolerance": tolerance, "failure_probability": FAILURE}
    rows: list[tuple[str | float | None, ...]] = []
    for low, high in ((0.4, 0.6), (0.3, 0.7), (0.0, 1.0)):
        for k in (1, 2, 3, 4, None):
            cap = None if k is None else math.ceil(k * unit)
            right = verified = flips = 0
            for _ in range(repetitions):
                index = int(rng.integers(1, n - width))
                line = CoinLine.ramp(n, index=index, width=width, low=low, high=high)
                result = noisy_binary_search(line.flipper(rng), n, max_samples=cap, **asked)
                right += line.is_answer(result.index, target=0.5, tolerance=tolerance)
                verified += result.status == "found"
                flips += result.samples
            shares = (right / repetitions, verified / repetitions)
            limit = "none" if k is None else str(k)
            rows.append((f"{low:g} to {high:g}", limit, *shares, flips / repetitions / unit))
    return Table(
        title=f"Ramps of {width} coins among 1e6, tolerance 0.1, {repetitions} lines a row",
        columns=("ramp", "limit x lg n / C", "right", "verified", "mean flips x lg n / C"),
        rows=tuple(rows),
        note="asked for: right in at least 0.98 at a limit of 3",
    )


JUMP = Benchmark("search/baselines on a jump", _baselines("jump"), 10)
RAMP_ALL = Benchmark("search/baselines on a ramp", _baselines("ramp"), 10)
SHARP = Benchmark("search/sharp crossing", _sharp, 300)
RAMP = Benchmark("search/ramp", _ramp, 300)
FLAKY = Benchmark("search/flaky bisection", flaky_table, 2000)
PUBLISHED = Benchmark("search/published bisection", published_table, 2000)
REAL = Benchmark("search/real bisection", real_table, 10)

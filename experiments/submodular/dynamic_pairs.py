"""Benchmark pairs of changing ground sets: greedy from scratch after every update."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from time import perf_counter

import numpy as np

from algos.submodular import Coverage, DynamicMaximizer, greedy
from algos.submodular._set_function import Reals, SetFunction
from experiments.bench import Pair

__all__ = ["DYNAMIC_CALLS", "DYNAMIC_SECONDS"]

CHOSEN, EPSILON, UPDATES = 10, 0.1, 40


@dataclass(frozen=True, eq=False)
class Window:
    """Sets that come one by one; after as many as the window holds, the oldest go."""

    covered: Reals
    weights: Reals
    size: int


@dataclass(frozen=True, eq=False)
class Run:
    """What was reached after each update of the full window, and at which cost an update."""

    values: Reals
    calls: float
    seconds: float


def _window(size: int, rng: np.random.Generator) -> Window:
    """Draw sparse sets over 200 items of different weights."""
    covered = (rng.random((size + UPDATES // 2, 200)) < 0.03).astype(float)
    return Window(covered, rng.random(200), size)


def _ours(work: Window) -> Run:
    """Keep a selection; cost and value are those of the updates of the full window."""
    sets: SetFunction = Coverage(work.covered, work.weights)
    dynamic = DynamicMaximizer(sets, CHOSEN, epsilon=EPSILON, rng=0)
    for element in range(work.size):
        dynamic.insert(element)
    values, calls, start = [], dynamic.oracle_calls, perf_counter()
    for oldest in range(UPDATES // 2):
        dynamic.delete(oldest)
        values.append(dynamic.selection.value)
        dynamic.insert(work.size + oldest)
        values.append(dynamic.selection.value)
    seconds = perf_counter() - start
    calls = dynamic.oracle_calls - calls
    return Run(np.array(values), calls / UPDATES, seconds / UPDATES)


def _again(work: Window) -> Run:
    """Run greedy after every update."""
    values, calls, start = [], 0, perf_counter()
    for update in range(UPDATES):
        present = slice(update // 2 + 1, work.size + (update + 1) // 2)
        chosen = greedy(Coverage(work.covered[present], work.weights), CHOSEN)
        values.append(chosen.value)
        calls += chosen.oracle_calls
    seconds = perf_counter() - start
    return Run(np.array(values), calls / UPDATES, seconds / UPDATES)


def _agree(work: Window, ours: Run, again: Run) -> bool:
    """Tell whether the values are as near to greedy's as is proven, and on average nearer."""
    ratios = ours.values / again.values
    return bool((ratios >= 1 / (2 + EPSILON)).all() and ratios.mean() >= 0.8)


_pair = partial(
    Pair,
    peer_name="greedy after every update",
    size_name="sets",
    workload=_window,
    ours=_ours,
    peer=_again,
    agree=_agree,
    repetitions=3,
)
DYNAMIC_CALLS = _pair(
    name="submodular/dynamic, marginals",
    sizes=(250, 1_000, 4_000),
    cost=lambda run: run.calls,
    cost_name="marginals an update",
    target="fewer marginals than recomputing",
    met=lambda cell: cell.ratio < 1,
    target_from=1_000,
)
DYNAMIC_SECONDS = _pair(
    name="submodular/dynamic, seconds",
    sizes=(250, 1_000, 4_000),
    cost=lambda run: run.seconds,
    cost_name="seconds an update",
)

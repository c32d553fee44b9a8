"""Benchmark pairs: our side and the peer's on the same work, in alternation."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np
from scipy import special

from experiments.catalog import declared
from experiments.experiment import hint
from experiments.pair import BenchError, Cell, Pair, PairResult, unmeasured

__all__ = ["Pair", "measure", "pairs"]

#: Modules that declare pairs of no family.
ROOMS = ("experiments.runner_bench", "experiments.accel_bench")
#: Seconds that one timing takes at least; quicker sides are repeated inside of it, as long as
#: the slower one, repeated as often, stays below the second number.
SHORTEST, LONGEST = 0.005, 0.5
SMALL = 2  # sizes with --quick


def pairs(pattern: str | None = None) -> tuple[Pair, ...]:
    """Gather the pairs whose name holds a pattern.

    Parameters
    ----------
    pattern : str, optional
        A family, a name, or a part of one; all by default.

    Returns
    -------
    tuple of Pair
        At least one, in the order of declaration.

    Raises
    ------
    ValueError
        Nothing matches.
    """
    everything = declared(Pair, *ROOMS)
    chosen = tuple(one for one in everything if pattern is None or pattern in one.name)
    if not chosen:
        names = [one.name for one in everything]
        families = sorted({name.split("/")[0] for name in names})
        raise ValueError(
            f"no benchmark matches {pattern!r}{hint(str(pattern), [*families, *names])}; "
            f"there are {', '.join(families)}"
        )
    return chosen


def measure(
    pair: Pair, *, repetitions: int | None = None, seed: int = 0, sizes: int | None = None
) -> PairResult:
    """Measure both sides of a pair.

    Parameters
    ----------
    pair : Pair
        What to measure.
    repetitions : int, optional
        Instances a size; the pair's own number by default.
    seed : int, optional
        Same seed, same instances.
    sizes : int, optional
        Only so many of the sizes, the smallest.

    Returns
    -------
    PairResult
        Skipped where the peer cannot be had.

    Raises
    ------
    ValueError
        A number out of range.
    BenchError
        The sides do not agree on an instance, or a cost is no positive number.
    """
    for name, value in (("repetitions", repetitions), ("sizes", sizes)):
        if value is not None and value < 1:
            raise ValueError(f"{name} must be at least 1, got {value!r}")
    lacking = _lacking(pair)
    if lacking:
        return unmeasured(pair, f"skipped: {lacking}")
    rng = np.random.default_rng(seed)
    chosen = pair.sizes[:sizes]
    costs = [_costs(pair, size, repetitions or pair.repetitions, rng) for size in chosen]
    cells = tuple(_cell(size, one) for size, one in zip(chosen, costs, strict=True))
    slopes = None
    if len(cells) >= 3:
        slopes = (
            _slope(chosen, [c[:, 0] for c in costs]),
            _slope(chosen, [c[:, 1] for c in costs]),
        )
    judged = [cell for cell in cells if pair.met is not None and cell.size >= pair.target_from]
    missed = tuple(cell.size for cell in judged if pair.met is not None and not pair.met(cell))
    result = unmeasured(pair, "measured")
    if judged:
        result = replace(result, verdict="missed" if missed else "met")
    return replace(result, cells=cells, exponents=slopes, missed=missed)


def _lacking(pair: Pair) -> str:
    """Say what the peer needs and this machine lacks, and how to get it."""
    modules = [one for one in pair.requires if find_spec(one.split(".")[0]) is None]
    if modules:
        return f"{', '.join(modules)} is not installed; pip install 'lemmata[peers]'"
    programs = [one for one in pair.programs if shutil.which(one) is None]
    return f"{', '.join(programs)} is not on the PATH; install it" if programs else ""


def _costs(pair: Pair, size: int, repetitions: int, rng: np.random.Generator) -> np.ndarray:
    """Measure both sides at one size; the first instance warms them up and is not counted."""
    costs = np.empty((repetitions, 2))
    loops = 1
    for k in range(-1, repetitions):
        work = pair.workload(size, rng)
        taken: dict[int, tuple[float, Any]] = {}
        for side in rng.permutation(2):
            taken[int(side)] = _timed(pair.ours if side == 0 else pair.peer, work, loops)
        (our_time, our_answer), (peer_time, peer_answer) = taken[0], taken[1]
        if not pair.agree(work, our_answer, peer_answer):
            raise BenchError(f"{pair.name}: the two sides do not agree at size {size}")
        if k < 0:
            if pair.cost is None:
                seconds = [_timed(side, work, 1)[0] for side in (pair.ours, pair.peer)]
                wanted = math.ceil(SHORTEST / max(min(seconds), 1e-9))
                loops = max(1, min(wanted, int(LONGEST / max(seconds))))
        elif pair.cost is None:
            costs[k] = our_time, peer_time
        else:
            costs[k] = pair.cost(our_answer), pair.cost(peer_answer)
    if not (np.isfinite(costs).all() and (costs > 0).all()):
        raise BenchError(f"{pair.name}: a cost at size {size} is not positive and finite")
    return costs


def _cell(size: int, costs: np.ndarray) -> Cell:
    """Summarise the costs, one row an instance."""
    ratios = costs[:, 0] / costs[:, 1]
    spread = np.quantile(np.column_stack([costs, ratios]), (0.25, 0.5, 0.75), axis=0).T
    quartiles = [(float(row[0]), float(row[2])) for row in spread]
    ours, peer, ratio = (float(row[1]) for row in spread)
    return Cell(
        size=size,
        ours=ours,
        peer=peer,
        ours_quartiles=quartiles[0],
        peer_quartiles=quartiles[1],
        ratio=ratio,
        low=float(ratios.min()),
        high=float(ratios.max()),
        ratio_quartiles=quartiles[2],
        extra=float(np.median(costs[:, 0] - costs[:, 1])) / size,
    )


def _timed(side: Callable[[Any], Any], work: Any, loops: int) -> tuple[float, Any]:
    """Give the seconds of one call, over several of them, and the last answer."""
    start = time.perf_counter()
    for _ in range(loops):
        answer = side(work)
    return (time.perf_counter() - start) / loops, answer


def _slope(sizes: Sequence[int], costs: list[np.ndarray]) -> tuple[float, float]:
    """Fit cost = a size^b to all instances; give b and the half width of its 95% interval."""
    x = np.repeat(np.log(sizes), [len(one) for one in costs])
    (slope, _), covariance = np.polyfit(x, np.log(np.concatenate(costs)), 1, cov=True)
    return float(slope), float(special.stdtrit(len(x) - 2, 0.975) * math.sqrt(covariance[0, 0]))

"""Benchmark pairs: our side and the peer's on the same work, in alternation."""

from __future__ import annotations

import importlib.util
import math
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from experiments.catalog import declared
from experiments.experiment import hint

__all__ = ["BenchError", "Cell", "Pair", "PairResult", "measure", "pairs"]

#: Modules that declare pairs of no family.
ROOMS = ("experiments.runner_bench", "experiments.accel_bench")
#: Seconds that one timing takes at least; quicker sides are repeated inside of it.
SHORTEST = 0.005
SMALL = 2  # sizes with --quick


class BenchError(ValueError):
    """The two sides do not agree, so their costs cannot be compared."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Two ways to do the same work.

    Parameters
    ----------
    name : str
        ``family/what``.
    peer_name : str
        What we are compared with.
    sizes : tuple of int
        From small to large.
    size_name : str
        What they count.
    workload : callable
        ``(size, rng) -> work``: one instance, the same for both sides.
    ours, peer : callable
        ``work -> answer``.
    agree : callable
        ``(work, our answer, the peer's) -> bool``: whether both are right.
    requires : tuple of str, optional
        Modules and programs (``git``) that the peer needs.
    cost : callable, optional
        The cost of an answer, such as runs of a test; wall time by default.
    cost_name : str, optional
        What is measured, with its unit.
    per_unit : bool, optional
        Whether to tell the cost per unit of size, and what ours costs more.
    target : str, optional
        What was asked for, in words.
    met : callable, optional
        ``cell -> bool``: whether the target is met at one size.
    repetitions : int, optional
        Instances a size.
    """

    name: str
    peer_name: str
    sizes: tuple[int, ...]
    size_name: str
    workload: Callable[[int, np.random.Generator], Any]
    ours: Callable[[Any], Any]
    peer: Callable[[Any], Any]
    agree: Callable[[Any, Any, Any], bool]
    requires: tuple[str, ...] = ()
    cost: Callable[[Any], float] | None = None
    cost_name: str = "seconds"
    per_unit: bool = False
    target: str = ""
    met: Callable[[Cell], bool] | None = None
    repetitions: int = 7


@dataclass(frozen=True)
class Cell:
    """What was measured at one size.

    Parameters
    ----------
    size : int
        Of the work.
    ours, peer : float
        Median cost.
    ratio, low, high : float
        Median, least and greatest of our cost over the peer's on the same instance.
    extra : float
        Median of our cost beyond the peer's, per unit of size.
    """

    size: int
    ours: float
    peer: float
    ratio: float
    low: float
    high: float
    extra: float


@dataclass(frozen=True)
class PairResult:
    """What was measured of a pair.

    Parameters
    ----------
    name, peer, cost, size_name : str
        As the pair has them.
    status : str
        ``"measured"``, or why it was skipped.
    cells : tuple of Cell
        One a size.
    exponents : tuple of (float, float), optional
        Slope of log cost over log size, ours and the peer's, each with the half width of
        its 95% interval; None with fewer than three sizes.
    target : str
        What was asked for; empty where nothing was.
    missed : tuple of int
        Sizes where the target is missed.
    """

    name: str
    peer: str
    cost: str
    size_name: str
    status: str
    cells: tuple[Cell, ...] = ()
    exponents: tuple[tuple[float, float], tuple[float, float]] | None = None
    target: str = ""
    missed: tuple[int, ...] = ()


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


def missing(pair: Pair) -> tuple[str, ...]:
    """Give what the peer needs and this machine lacks.

    Parameters
    ----------
    pair : Pair
        Whose peer.

    Returns
    -------
    tuple of str
        Names of modules and programs.
    """
    return tuple(
        name
        for name in pair.requires
        if importlib.util.find_spec(name) is None and shutil.which(name) is None
    )


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
    BenchError
        The sides do not agree on an instance.
    """
    lacking = missing(pair)
    about = (pair.name, pair.peer_name, pair.cost_name, pair.size_name)
    if lacking:
        return PairResult(*about, f"skipped: {', '.join(lacking)} is not installed")
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
    missed = tuple(cell.size for cell in cells if pair.met is not None and not pair.met(cell))
    return PairResult(*about, "measured", cells, slopes, pair.target, missed)


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
                again = min(_timed(side, work, 1)[0] for side in (pair.ours, pair.peer))
                loops = max(1, math.ceil(SHORTEST / max(again, 1e-9)))
        elif pair.cost is None:
            costs[k] = our_time, peer_time
        else:
            costs[k] = pair.cost(our_answer), pair.cost(peer_answer)
    return costs


def _cell(size: int, costs: np.ndarray) -> Cell:
    """Summarise the costs, one row an instance."""
    ratios = costs[:, 0] / costs[:, 1]
    return Cell(
        size=size,
        ours=float(np.median(costs[:, 0])),
        peer=float(np.median(costs[:, 1])),
        ratio=float(np.median(ratios)),
        low=float(ratios.min()),
        high=float(ratios.max()),
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

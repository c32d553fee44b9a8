"""Benchmark pairs: our side and the peer's on the same work, in alternation."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import special

__all__ = ["BenchError", "Cell", "Pair", "PairResult", "measure", "unmeasured"]

#: Seconds that one timing takes at least; quicker sides are repeated inside of it, as long as
#: the slower one, repeated as often, stays below the second number.
SHORTEST, LONGEST = 0.005, 0.5
#: Honest sides disagree more often than a pair allows with at most this probability.
UNLIKELY = 1e-6


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
        Modules that the peer needs; ``lemmata[peers]`` brings them.
    programs : tuple of str, optional
        Programs that the peer needs, such as ``git``.
    cost : callable, optional
        The cost of an answer, such as runs of a test, positive and finite; wall time by
        default.
    cost_name : str, optional
        What is measured, with its unit.
    per_unit : bool, optional
        Whether to tell the cost per unit of size, and what ours costs more.
    target : str, optional
        What was asked for, in words.
    met : callable, optional
        ``cell -> bool``: whether the target is met at one size.
    target_from : int, optional
        The smallest size that the target speaks of.
    repetitions : int, optional
        Instances a size.
    failure : float, optional
        Probability, at most, that an instance finds two honest sides in disagreement; for
        algorithms that may fail.

    Raises
    ------
    ValueError
        A part that does not fit the others.
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
    programs: tuple[str, ...] = ()
    cost: Callable[[Any], float] | None = None
    cost_name: str = "seconds"
    per_unit: bool = False
    target: str = ""
    met: Callable[[Cell], bool] | None = None
    target_from: int = 0
    repetitions: int = 7
    failure: float = 0.0

    def __post_init__(self) -> None:
        if "/" not in self.name:
            raise ValueError(f"name must be family/what, got {self.name!r}")
        if not self.sizes or self.sizes[0] < 1 or any(a >= b for a, b in pairwise(self.sizes)):
            raise ValueError(f"sizes of {self.name} must rise from 1 or more, got {self.sizes!r}")
        if self.repetitions < 1:
            raise ValueError(
                f"repetitions of {self.name} must be at least 1, got {self.repetitions!r}"
            )
        if bool(self.target) != (self.met is not None):
            raise ValueError(f"{self.name} needs both target and met, or neither")


@dataclass(frozen=True)
class Cell:
    """What was measured at one size.

    Parameters
    ----------
    size : int
        Of the work.
    ours, peer : float
        Median cost.
    ours_quartiles, peer_quartiles : (float, float)
        First and third quartile of the cost.
    ratio, low, high : float
        Median, least and greatest of our cost over the peer's on the same instance.
    ratio_quartiles : (float, float)
        First and third quartile of it.
    extra : float
        Median of our cost beyond the peer's, per unit of size.
    """

    size: int
    ours: float
    peer: float
    ours_quartiles: tuple[float, float]
    peer_quartiles: tuple[float, float]
    ratio: float
    low: float
    high: float
    ratio_quartiles: tuple[float, float]
    extra: float


@dataclass(frozen=True)
class PairResult:
    """What was measured of a pair.

    Parameters
    ----------
    name, peer, cost, size_name : str
        As the pair has them.
    status : str
        ``"measured"``, or why it was not: ``"skipped: …"``, ``"failed: …"``.
    cells : tuple of Cell
        One a size.
    exponents : tuple of (float, float), optional
        Slope of log cost over log size, ours and the peer's, each with the half width of
        its 95% interval, which holds where the cost grows as a power of the size; None
        with fewer than three sizes.
    target : str
        What was asked for; empty where nothing was.
    verdict : {"", "met", "missed", "not measured"}
        On the target; not measured where none of the sizes is one that it speaks of.
    missed : tuple of int
        Sizes where the target is missed.
    disagreed : int
        Instances on which the sides did not agree, as few as the pair allows for.
    """

    name: str
    peer: str
    cost: str
    size_name: str
    status: str
    cells: tuple[Cell, ...] = ()
    exponents: tuple[tuple[float, float], tuple[float, float]] | None = None
    target: str = ""
    verdict: str = ""
    missed: tuple[int, ...] = ()
    disagreed: int = 0


def unmeasured(pair: Pair, status: str) -> PairResult:
    """Give the result of a pair without numbers.

    Parameters
    ----------
    pair : Pair
        Which.
    status : str
        Why there are none.

    Returns
    -------
    PairResult
        Without cells.
    """
    verdict = "not measured" if pair.target else ""
    return PairResult(
        pair.name,
        pair.peer_name,
        pair.cost_name,
        pair.size_name,
        status,
        target=pair.target,
        verdict=verdict,
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
    measured = [_costs(pair, size, repetitions or pair.repetitions, rng) for size in chosen]
    costs = [one for one, _ in measured]
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
    disagreed = sum(count for _, count in measured)
    return replace(result, cells=cells, exponents=slopes, missed=missed, disagreed=disagreed)


def _lacking(pair: Pair) -> str:
    """Say what the peer needs and this machine lacks, and how to get it."""
    modules = [one for one in pair.requires if find_spec(one.split(".")[0]) is None]
    if modules:
        return f"{', '.join(modules)} is not installed; pip install 'lemmata[peers]'"
    programs = [one for one in pair.programs if shutil.which(one) is None]
    return f"{', '.join(programs)} is not on the PATH; install it" if programs else ""


def _costs(
    pair: Pair, size: int, repetitions: int, rng: np.random.Generator
) -> tuple[np.ndarray, int]:
    """Measure both sides at one size, and count disagreements.

    The first instance warms the sides up and is not counted.
    """
    costs = np.empty((repetitions, 2))
    loops, disagreed = 1, 0
    for k in range(-1, repetitions):
        work = pair.workload(size, rng)
        taken: dict[int, tuple[float, Any]] = {}
        for side in rng.permutation(2):
            taken[int(side)] = _timed(pair.ours if side == 0 else pair.peer, work, loops)
        (our_time, our_answer), (peer_time, peer_answer) = taken[0], taken[1]
        disagreed += not pair.agree(work, our_answer, peer_answer)
        if disagreed and special.bdtrc(disagreed - 1, repetitions + 1, pair.failure) < UNLIKELY:
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
    return costs, disagreed


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

"""Checks of histograms and quantiles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.privacy import ContinualHistogram, ContinualQuantiles
from algos.privacy import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited

Algorithm = Callable[..., Any]
BETA = 0.3


@dataclass(frozen=True)
class Events:
    """Two events of a histogram or of quantiles."""

    bins: int
    one: float
    other: float
    pure: bool = False

    def moved(self, made: Any, one: Any, other: Any) -> Measurement:
        """Compare two events as taken with what the noise is fit to."""
        norm = 1 if self.pure else 2
        apart = float(np.linalg.norm(one - other, norm))
        return Measurement(apart / made._counter._events.moved(norm))


EVENTS = Instances(
    st.integers(2, 20).flatmap(
        lambda bins: st.builds(
            Events,
            st.just(bins),
            st.integers(-1, bins + 1),
            st.integers(-1, bins + 1),
            st.booleans(),
        )
    ),
    [
        ("two categories", Events(8, 0, 3)),
        ("two categories, pure", Events(8, 0, 3, pure=True)),
        ("far apart", Events(16, 0, 8)),
        ("far apart, pure", Events(16, 0, 8, pure=True)),
    ],
)


@check(
    claims.HISTOGRAM_CHANGE,
    on=EVENTS,
    faults=[
        edited(
            ContinualHistogram,
            "one_count_moves",
            "Forgets the category that a replaced event leaves.",
            ('moved = 1 if neighbours == "add_remove" else 2', "moved = 1"),
        )
    ],
)
def histogram_change(algorithm: Algorithm, one: Events, rng: np.random.Generator) -> Measurement:
    """Take two categories."""
    budget = {"epsilon": 1.0} if one.pure else {"rho": 0.5}
    made = algorithm(4, one.bins, **budget, mechanism="tree", insecure_rng=1)
    return one.moved(made, *made._units([one.one, one.other]))


@check(
    claims.QUANTILES_CHANGE,
    on=EVENTS,
    faults=[
        edited(
            ContinualQuantiles,
            "one_path",
            "Counts the nodes of one path.",
            ("2 * self.levels - 1", "self.levels"),
        )
    ],
)
def quantiles_change(algorithm: Algorithm, one: Events, rng: np.random.Generator) -> Measurement:
    """Take two numbers."""
    budget = {"epsilon": 1.0} if one.pure else {"rho": 0.5}
    made = algorithm(4, np.arange(one.bins + 1), **budget, mechanism="tree", insecure_rng=1)
    return one.moved(made, *made._taken(np.array([one.one, one.other], dtype=float)))


@dataclass(frozen=True)
class Binned:
    """A stream of a few bins, all in the first or spread evenly."""

    steps: int
    bins: int
    spread: bool = False
    budget: float = 0.5
    pure: bool = False

    def made(self, algorithm: Algorithm, of: Any, rng: np.random.Generator) -> Any:
        """Make the object."""
        budget = {"epsilon": self.budget} if self.pure else {"rho": self.budget}
        return algorithm(self.steps, of, **budget, mechanism="tree", insecure_rng=rng)

    @property
    def events(self) -> Any:
        """The bins of the events."""
        return np.arange(self.steps) % self.bins * int(self.spread)


BINNED = Instances(
    st.builds(Binned, st.integers(1, 15), st.integers(2, 20), st.booleans(), pure=st.booleans()),
    [("one bin", Binned(15, 16)), ("many bins", Binned(15, 512))],
)


@check(
    claims.HEAVY_HITTERS,
    on=BINNED,
    faults=[
        edited(
            ContinualHistogram,
            "no_margin",
            "Takes noisy counts for the truth.",
            ("ordered - margin >= threshold", "ordered >= threshold"),
        ),
        edited(
            ContinualHistogram,
            "no_margin_above",
            "Calls what lies below the threshold with noise surely not heavy.",
            ("ordered + margin < threshold", "ordered < threshold"),
        ),
    ],
    trials=400,
)
def heavy_hitters(algorithm: Algorithm, one: Binned, rng: np.random.Generator) -> Measurement:
    """Look for a category on the wrong side of one half, at any step."""
    made, truth, wrong = one.made(algorithm, one.bins, rng), np.zeros(one.bins), False
    for event in one.events:
        made.update(event)
        truth[event] += 1
        heavy = made.heavy_hitters(0.5, BETA)
        wrong |= bool((truth[heavy.surely] < 0.5).any() or (truth[heavy.surely_not] >= 0.5).any())
    return Measurement(float(wrong), failure_probability=BETA)


@check(
    claims.QUANTILE_RANKS,
    on=BINNED,
    faults=[
        edited(
            ContinualQuantiles,
            "one_counter",
            "States the error of one counter for the sum of a path.",
            ("math.sqrt(h) * norm", "norm"),
        )
    ],
    trials=400,
)
def quantile_ranks(algorithm: Algorithm, one: Binned, rng: np.random.Generator) -> Measurement:
    """Look for a rank beyond the bound, at any step."""
    made, events = one.made(algorithm, np.arange(one.bins + 1), rng), one.events
    bound, wrong = made.rank_error(BETA), False
    for step, event in enumerate(events, 1):
        made.update(event)
        truth = (events[:step, None] < np.arange(one.bins + 1)).sum(axis=0)
        wrong |= bool(np.abs(made.ranks - truth).max() > bound)
    return Measurement(float(wrong), failure_probability=BETA)


@check(
    claims.QUANTILE_BINS,
    on=BINNED,
    faults=[
        edited(
            ContinualQuantiles,
            "clean_error",
            "States no error.",
            ("low, high, rank, self.rank_error(failure_probability)", "low, high, rank, 0.0"),
        )
    ],
    trials=400,
)
def quantile_bins(algorithm: Algorithm, one: Binned, rng: np.random.Generator) -> Measurement:
    """Ask for quartiles after every event."""
    made, events, wrong = one.made(algorithm, np.arange(one.bins + 1), rng), one.events, False
    for step, event in enumerate(events, 1):
        made.update(event)
        for q in (0.25, 0.5, 0.75):
            found = made.quantile(q, BETA)
            below, upto = (events[:step] < found.low).sum(), (events[:step] < found.high).sum()
            wrong |= not (
                below < found.rank + found.rank_error + 1e-9
                and upto >= found.rank - found.rank_error - 1e-9
            )
    return Measurement(float(wrong), failure_probability=BETA)

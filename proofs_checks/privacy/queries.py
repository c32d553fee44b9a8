"""Checks of maxima of column sums, histograms and quantiles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.privacy import ContinualHistogram, ContinualQuantiles, MaxSum, SumSelect
from algos.privacy import theorems as claims
from proofs_checks.check import Instances, Measurement, Sizes, check
from proofs_checks.faults import Fault, edited

Algorithm = Callable[..., Any]
BETA = 0.3
#: Noise that comes out alike that often was drawn once: the parameter is above 3.
ALIKE = 8

LARGEST, BLOCKS = "algos.privacy._largest_column", "algos.privacy._blocks"
CALLS = {MaxSum: "self._noise.draw(1)[0]", SumSelect: "self._selection.draw(sums)"}


@dataclass(frozen=True)
class Neighbours:
    """Two streams that differ in one event of two columns, where all others are alike."""

    steps: int
    one: tuple[int, int]
    other: tuple[int, int]
    at: int = 0
    block: int = 2
    bound: int = 1
    budget: float = 0.1
    neighbours: str = "replace"

    def answers(self, algorithm: Algorithm, event: tuple[int, int], pure: bool) -> tuple[Any, Any]:
        """Give the sums that were asked about, and the answers."""
        largest = algorithm(
            self.steps,
            2,
            **({"epsilon": self.budget} if pure else {"rho": self.budget}),
            bound=self.bound,
            neighbours=self.neighbours,
            method="block",
            block=self.block,
            insecure_rng=7,
        )
        asked: list[tuple[Any, int]] = []
        ask = largest._ask

        def recorded(sums: Any) -> int:
            asked.append((sums, ask(sums)))
            return asked[-1][1]

        largest._ask = recorded
        events = np.ones((self.steps, 2), dtype=int) * self.bound
        events[self.at] = event
        largest.update_many(events)
        return largest, asked

    def lost(self, algorithm: Algorithm, pure: bool, index: bool) -> Measurement:
        """Add up what the answers lose, over the budget."""
        largest, asked = self.answers(algorithm, self.one, pure)
        _, besides = self.answers(algorithm, self.other, pure)
        apart = [(sums - others) for (sums, _), (others, _) in zip(asked, besides, strict=True)]
        if index:
            moved = np.ptp(apart, axis=1) / largest._selection.scale
            return Measurement(moved.sum() / self.budget if pure else _square(moved / 2, self))
        maxima = [
            sums.max() - others.max() for (sums, _), (others, _) in zip(asked, besides, strict=True)
        ]
        noise = [answer - sums.max() for sums, answer in asked]
        if len(noise) >= ALIKE and len(set(noise)) == 1:
            return Measurement(np.inf)  # differences of answers are exact
        moved = np.abs(maxima) / largest._noise.scale
        return Measurement(moved.sum() / self.budget if pure else _square(moved, self))


def _square(moved: Any, one: Neighbours) -> float:
    """Give Σ moved² / 2 over the budget."""
    return float((moved**2).sum() / 2 / one.budget)


def _spent_faults(algorithm: Any, *more: Fault) -> list[Fault]:
    """Break the blocks."""
    return [
        edited(
            algorithm,
            "budget_for_one_answer",
            "Spends the whole budget on every answer.",
            ("self._fit(self._horizon // self.choice.block)", "self._fit(1)"),
            module=LARGEST,
        ),
        edited(
            algorithm,
            "block_too_short",
            "Answers after blocks that are one event shorter than was paid for.",
            ("Blocks(max(self.choice.block, 1)", "Blocks(max(self.choice.block - 1, 1)"),
            module=LARGEST,
        ),
        edited(
            algorithm,
            "clips_after_noise",
            "Takes events as they come, and moves releases to where they can be.",
            ("clean, _ = self._events.clamped(events)", "clean = np.asarray(events)"),
            module=LARGEST,
        ),
        *more,
    ]


EVENT = st.tuples(*[st.integers(-3, 9)] * 2)


def _neighbours(apart: tuple[int, int]) -> Instances:
    """Draw pairs of streams; in the first named one all answers are as far apart as they can be."""
    wild = st.builds(
        Neighbours,
        st.integers(1, 40),
        EVENT,
        EVENT,
        block=st.just(1),
        bound=st.integers(1, 5),
        neighbours=st.just("replace"),
    )
    left_out = Neighbours(40, (0, 1), (0, 0), neighbours="add_remove")
    return Instances(
        wild,
        [
            ("first event", Neighbours(40, apart, (0, 0) if apart == (1, 1) else (0, 1))),
            ("left out", left_out),
            ("outside", Neighbours(40, (90, 90), (-90, 0), bound=2)),
        ],
    )


ONE_NOISE = edited(
    MaxSum,
    "one_noise_for_all",
    "Draws noise once and adds it to every maximum.",
    (
        "self._noise.draw(1)[0])",
        'self.__dict__.setdefault("_drawn", self._noise.draw(1)[0]))',
    ),
)


@check(
    claims.MAX_SUM_ZCDP,
    on=_neighbours((1, 1)),
    faults=_spent_faults(MaxSum, ONE_NOISE),
)
def max_sum_zcdp(algorithm: Algorithm, one: Neighbours, rng: np.random.Generator) -> Measurement:
    """Add up the squares of what the maxima move by."""
    return one.lost(algorithm, pure=False, index=False)


@check(
    claims.MAX_SUM_PURE,
    on=_neighbours((1, 1)),
    faults=_spent_faults(MaxSum, ONE_NOISE),
)
def max_sum_pure(algorithm: Algorithm, one: Neighbours, rng: np.random.Generator) -> Measurement:
    """Add up what the maxima move by."""
    return one.lost(algorithm, pure=True, index=False)


HALF = edited(
    SumSelect,
    "sums_move_one_way",
    "Forgets that one sum may rise while another falls.",
    ("2 * self._bound if", "self._bound if"),
)


@check(
    claims.SUM_SELECT_ZCDP,
    on=_neighbours((1, 0)),
    faults=_spent_faults(
        SumSelect,
        HALF,
        edited(
            SumSelect,
            "twice_the_epsilon",
            "Draws with twice the ε'.",
            ("np.sqrt(8 *", "np.sqrt(32 *"),
        ),
    ),
)
def sum_select_zcdp(algorithm: Algorithm, one: Neighbours, rng: np.random.Generator) -> Measurement:
    """Add up the squares of the bounded ranges, over eight."""
    return one.lost(algorithm, pure=False, index=True)


@check(claims.SUM_SELECT_PURE, on=_neighbours((1, 0)), faults=_spent_faults(SumSelect, HALF))
def sum_select_pure(algorithm: Algorithm, one: Neighbours, rng: np.random.Generator) -> Measurement:
    """Add up the bounded ranges."""
    return one.lost(algorithm, pure=True, index=True)


@dataclass(frozen=True)
class Columns:
    """A stream, and how its largest column is released."""

    steps: int
    dimension: int
    block: int = 0
    budget: float = 0.5
    pure: bool = False
    events: str = "half"

    def made(self, algorithm: Algorithm, rng: np.random.Generator, **more: Any) -> Any:
        """Make the object."""
        given = {"method": "columns"} if self.block == 0 else {"method": "block"}
        return algorithm(
            self.steps,
            self.dimension,
            **({"epsilon": self.budget} if self.pure else {"rho": self.budget}),
            **given,
            block=self.block or None,
            mechanism="tree",
            insecure_rng=rng,
            **more,
        )

    def stream(self) -> Any:
        """Make events: none; ones in the last column; ones everywhere at every second step."""
        events = np.zeros((self.steps, self.dimension), dtype=int)
        if self.events == "half":
            events[::2] = 1
        elif self.events == "last":
            events[:, -1] = 1
        return events

    def errors(self, algorithm: Algorithm, rng: np.random.Generator) -> tuple[Any, Any]:
        """Release all; give the object and the errors."""
        largest, events = self.made(algorithm, rng), self.stream()
        released, sums = largest.update_many(events), events.cumsum(axis=0)
        if isinstance(largest, SumSelect) or released.dtype.kind == "i":
            return largest, sums.max(axis=1) - sums[np.arange(self.steps), released]
        return largest, np.abs(released - sums.max(axis=1))

    def failed(self, algorithm: Algorithm, rng: np.random.Generator) -> Measurement:
        """Tell whether some error passes the bound."""
        largest, errors = self.errors(algorithm, rng)
        failed = errors.max() > largest.error_bound(BETA)
        return Measurement(float(failed), failure_probability=BETA)


def _columns(**fixed: Any) -> st.SearchStrategy[Columns]:
    """Draw streams."""
    return st.builds(
        Columns,
        st.integers(16, 64),
        st.integers(1, 8),
        events=st.sampled_from(["none", "half", "last"]),
        pure=st.booleans(),
        **fixed,
    )


NO_UNION = (
    "no_union_bound",
    "Bounds each release alone.",
)


@check(
    claims.MAX_SUM_ERROR,
    on=Instances(
        _columns(block=st.integers(1, 16)),
        [
            ("every event", Columns(64, 2, 1, budget=5.0)),
            ("every event, pure", Columns(64, 2, 1, budget=30.0, pure=True)),
            ("long blocks", Columns(64, 2, 32, budget=50.0, events="none")),
        ],
    ),
    faults=[
        edited(MaxSum, *NO_UNION, ("np.log(2 * releases / beta)", "np.log(2 / beta)")),
        edited(
            MaxSum,
            "blocks_bring_nothing",
            "Bounds the noise alone.",
            ("(length - 1) / 2 + tail", "0 + tail"),
        ),
    ],
    trials=400,
)
def max_sum_error(algorithm: Algorithm, one: Columns, rng: np.random.Generator) -> Measurement:
    """Look for an error beyond the bound."""
    return one.failed(algorithm, rng)


@check(
    claims.SUM_SELECT_REGRET,
    on=Instances(
        _columns(block=st.integers(1, 16)),
        [
            ("many columns", Columns(64, 64, 1, budget=5.0, events="last")),
            ("many columns, pure", Columns(64, 64, 1, budget=50.0, pure=True, events="last")),
            ("long blocks", Columns(64, 2, 32, budget=50.0, events="last")),
        ],
    ),
    faults=[
        edited(
            SumSelect, *NO_UNION, ("np.log(self.dimension * releases / beta)", "np.log(1 / beta)")
        ),
        edited(
            SumSelect,
            "blocks_bring_nothing",
            "Bounds the noise alone.",
            ("self._bound * (length - 1) + self", "self"),
        ),
    ],
    trials=400,
)
def sum_select_regret(algorithm: Algorithm, one: Columns, rng: np.random.Generator) -> Measurement:
    """Look for a regret beyond the bound."""
    return one.failed(algorithm, rng)


def _deviation(algorithm: Any) -> Fault:
    """State a standard deviation for the bound."""
    return edited(
        algorithm,
        "standard_deviation",
        "States one counter's standard deviation.",
        ("self._errors * self._counter.error.simultaneous(beta)", "self._counter.error.max"),
        module=LARGEST,
    )


@check(
    claims.MAX_SUM_COLUMNS,
    on=Instances(_columns(), [("many", Columns(31, 32, events="none"))]),
    faults=[_deviation(MaxSum)],
    trials=400,
)
def max_sum_columns(algorithm: Algorithm, one: Columns, rng: np.random.Generator) -> Measurement:
    """Look for an error beyond the bound."""
    return one.failed(algorithm, rng)


@check(
    claims.SUM_SELECT_COLUMNS,
    on=Instances(_columns(), [("many", Columns(127, 32, events="last"))]),
    faults=[_deviation(SumSelect)],
    trials=400,
)
def sum_select_columns(algorithm: Algorithm, one: Columns, rng: np.random.Generator) -> Measurement:
    """Look for a regret beyond the bound."""
    return one.failed(algorithm, rng)


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
        )
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


def _grows(algorithm: Algorithm, one: Columns, rng: np.random.Generator) -> Measurement:
    """Measure the largest error with the best block."""
    largest = algorithm(
        one.steps,
        one.dimension,
        **({"epsilon": one.budget} if one.pure else {"rho": one.budget}),
        method="block" if one.dimension < 4 else "columns",
        mechanism="tree",
        insecure_rng=rng,
    )
    events = one.stream()
    released, sums = largest.update_many(events), events.cumsum(axis=0)
    if released.dtype.kind == "i":
        errors = sums.max(axis=1) - sums[np.arange(one.steps), released]
    else:
        errors = np.abs(released - sums.max(axis=1))
    return Measurement(
        float(errors.max()), horizon=float(one.steps), dimension=float(one.dimension)
    )


LONGER = [2**k for k in range(6, 14)]


def _unsplit(algorithm: Any) -> Fault:
    """Spend the budget anew on every answer."""
    return edited(
        algorithm,
        "budget_for_one_answer",
        "Spends the whole budget on every answer, and answers after every event.",
        ('"""Compute the noise\'s', 'releases = 0 * releases + 1\n        """Compute the noise\'s'),
    )


@check(
    claims.MAX_SUM_GROWTH,
    on=Sizes("horizon", [Columns(n, 1, events="half") for n in LONGER], 0.1),
    faults=[
        edited(
            MaxSum,
            "answers_every_event",
            "Answers after every event.",
            ("return int(lengths[np.argmin(error(lengths, horizon // lengths))])", "return 1"),
            module=BLOCKS,
        )
    ],
    trials=24,
)
def max_sum_growth(algorithm: Algorithm, one: Columns, rng: np.random.Generator) -> Measurement:
    """Measure the largest error."""
    return _grows(algorithm, one, rng)


@check(
    claims.MAX_SUM_LOWER,
    on=Sizes("horizon", [Columns(n, 1, events="half") for n in LONGER], 0.1),
    faults=[_unsplit(MaxSum)],
    trials=24,
)
def max_sum_lower(algorithm: Algorithm, one: Columns, rng: np.random.Generator) -> Measurement:
    """Measure the largest error."""
    return _grows(algorithm, one, rng)


@check(
    claims.MAX_SUM_LOWER_PURE,
    on=Sizes("horizon", [Columns(n, 1, budget=1.0, pure=True) for n in LONGER], 0.1),
    faults=[_unsplit(MaxSum)],
    trials=24,
)
def max_sum_lower_pure(algorithm: Algorithm, one: Columns, rng: np.random.Generator) -> Measurement:
    """Measure the largest error."""
    return _grows(algorithm, one, rng)


@check(
    claims.MAX_SUM_LOWER_DIMENSION,
    on=Sizes(
        "dimension", [Columns(64, 4**k, budget=500.0, events="none") for k in range(1, 6)], 0.1
    ),
    faults=[
        edited(
            MaxSum,
            "one_column_moves",
            "Fits the noise to one column.",
            ("np.linalg.norm(self.spread, norm)", "np.max(self.spread)"),
            module="algos.privacy._events",
        )
    ],
    trials=24,
)
def max_sum_lower_dimension(
    algorithm: Algorithm, one: Columns, rng: np.random.Generator
) -> Measurement:
    """Measure the largest error of columns."""
    return _grows(algorithm, one, rng)


@check(
    claims.SUM_SELECT_LOWER,
    on=Sizes("horizon", [Columns(n, 2, budget=0.1, events="last") for n in LONGER], 0.1),
    faults=[_unsplit(SumSelect)],
    trials=24,
)
def sum_select_lower(algorithm: Algorithm, one: Columns, rng: np.random.Generator) -> Measurement:
    """Measure the largest regret."""
    return _grows(algorithm, one, rng)

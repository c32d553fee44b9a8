"""Checks of the largest column: how far its releases lie from the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.privacy import MaxSum, SumSelect
from algos.privacy import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited

Algorithm = Callable[..., Any]
LARGEST = "algos.privacy._largest_column"
BETA = 0.3


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
    claims.MAX_SUM_BLOCK,
    on=Instances(
        st.builds(
            Columns,
            st.integers(16, 64),
            st.integers(1, 8),
            st.integers(1, 16),
            events=st.sampled_from(["none", "half", "last"]),
        ),
        [("long blocks", Columns(64, 2, 32, budget=50.0, events="last"))],
    ),
    faults=[
        edited(
            MaxSum,
            "keeps_the_last_answer",
            "Releases the last answer until the next one.",
            ("answers + self._bound * age / 2, steps", "answers + 0.0 * age, steps"),
        ),
        edited(
            MaxSum,
            "block_too_long",
            "Answers after blocks that are twice as long.",
            ("Blocks(max(self.choice.block, 1)", "Blocks(2 * self.choice.block"),
            module=LARGEST,
        ),
    ],
    trials=400,
)
def max_sum_block(algorithm: Algorithm, one: Columns, rng: np.random.Generator) -> Measurement:
    """Measure the largest error."""
    _, errors = one.errors(algorithm, rng)
    return Measurement(
        float(errors.max()),
        bound=1.0,
        block=float(one.block),
        answers=float(one.steps // one.block),
        rho=one.budget,
        failure_probability=BETA,
    )


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

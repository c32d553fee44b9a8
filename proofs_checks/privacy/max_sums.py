"""Checks of the largest column: what its answers spend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.privacy import MaxSum, SumSelect
from algos.privacy import theorems as claims
from algos.privacy._noise import DiscreteLaplace
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited

Algorithm = Callable[..., Any]
LARGEST = "algos.privacy._largest_column"
#: Noise that comes out alike that often was drawn once: the parameter is above 3.
ALIKE = 8


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
            if largest._selection.pure and not pure:
                return Measurement(np.inf)  # permute-and-flip has no bounded range
            moved = np.ptp(apart, axis=1) / largest._selection.scale
            return Measurement(moved.sum() / self.budget if pure else _square(moved / 2, self))
        maxima = [
            sums.max() - others.max() for (sums, _), (others, _) in zip(asked, besides, strict=True)
        ]
        noise = [answer - sums.max() for sums, answer in asked]
        if len(noise) >= ALIKE and len(set(noise)) == 1:
            return Measurement(np.inf)  # differences of answers are exact
        if pure and not isinstance(largest._noise, DiscreteLaplace):
            return Measurement(np.inf)  # ratios of Gaussian probabilities have no bound
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
    faults=_spent_faults(
        MaxSum,
        ONE_NOISE,
        edited(
            MaxSum,
            "gaussian_noise",
            "Draws Gaussian noise for pure privacy.",
            ("DiscreteLaplace if self._pure else DiscreteGaussian", "DiscreteGaussian"),
        ),
    ),
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
        edited(
            SumSelect,
            "permutes_and_flips",
            "Draws by permute-and-flip, as if it cost no more than the exponential mechanism.",
            ("1e-3), self._pure", "1e-3), True"),
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

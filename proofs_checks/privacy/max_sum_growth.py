"""Checks of the largest column: how its error grows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from algos.privacy import MaxSum, SumSelect
from algos.privacy import theorems as claims
from proofs_checks.check import Measurement, Sizes, check
from proofs_checks.faults import Fault, edited
from proofs_checks.privacy.max_sum_errors import Columns

Algorithm = Callable[..., Any]
BLOCKS = "algos.privacy._blocks"


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
    trials=12,
)
def max_sum_growth(algorithm: Algorithm, one: Columns, rng: np.random.Generator) -> Measurement:
    """Measure the largest error."""
    return _grows(algorithm, one, rng)


@check(
    claims.MAX_SUM_LOWER,
    on=Sizes("horizon", [Columns(n, 1, events="half") for n in LONGER], 0.1),
    faults=[_unsplit(MaxSum)],
    trials=12,
)
def max_sum_lower(algorithm: Algorithm, one: Columns, rng: np.random.Generator) -> Measurement:
    """Measure the largest error."""
    return _grows(algorithm, one, rng)


@check(
    claims.MAX_SUM_LOWER_PURE,
    on=Sizes("horizon", [Columns(n, 1, budget=1.0, pure=True) for n in LONGER], 0.1),
    faults=[_unsplit(MaxSum)],
    trials=40,
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
    trials=12,
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
    trials=12,
)
def sum_select_lower(algorithm: Algorithm, one: Columns, rng: np.random.Generator) -> Measurement:
    """Measure the largest regret."""
    return _grows(algorithm, one, rng)

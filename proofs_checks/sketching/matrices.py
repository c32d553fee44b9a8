"""Matrices that are hard for sampling and for sketching, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

Reals = np.ndarray[Any, np.dtype[np.float64]]

#: Kinds of matrices; the literature's worst cases stand after the first two.
KINDS = (
    "gaussian",
    "integers",
    "one dominating row",
    "duplicated rows",
    "stacked identities",
    "rank deficient",
    "cauchy",
    "badly scaled columns",
)


@dataclass(frozen=True)
class Tall:
    """A matrix of a kind, made anew from its numbers."""

    kind: str
    rows: int
    columns: int
    seed: int = 0

    @cached_property
    def array(self) -> Reals:
        """The matrix itself, read-only."""
        rng = np.random.default_rng(self.seed)
        shape = (self.rows, self.columns)
        made: Reals = rng.normal(size=shape)
        if self.kind == "integers":
            made = rng.integers(-2, 3, size=shape).astype(float)
            made[0] = 1.0
        elif self.kind == "one dominating row":
            made[0] *= 1e4
        elif self.kind == "duplicated rows":
            made = made[rng.integers(0, max(1, self.rows // 3), self.rows)]
        elif self.kind == "stacked identities":
            made = np.eye(self.columns)[np.arange(self.rows) % self.columns]
        elif self.kind == "rank deficient":
            made[:, -1] = made[:, 0] if self.columns > 1 else 1.0
        elif self.kind == "cauchy":
            made = rng.standard_cauchy(size=shape)
        elif self.kind == "badly scaled columns":
            made = made * 10.0 ** np.linspace(-6, 6, self.columns)
        made.setflags(write=False)
        return made


def tall(
    max_rows: int = 40,
    max_columns: int = 4,
    *,
    min_rows: int = 1,
    kinds: Sequence[str] = KINDS,
) -> st.SearchStrategy[Tall]:
    """Draw matrices with at least as many rows as columns."""
    return st.integers(1, max_columns).flatmap(
        lambda columns: st.builds(
            Tall,
            kind=st.sampled_from(kinds),
            rows=st.integers(max(columns, min_rows), max_rows),
            columns=st.just(columns),
            seed=st.integers(0, 99),  # which matrix, not which run of the algorithm
        )
    )


#: One matrix of every kind.
HARD = [(kind, Tall(kind, 24, 3)) for kind in KINDS]

"""Checks of sampling by sensitivities."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import sensitivity_sample
from algos.sketching import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.sketching.matrices import KINDS, Reals, Tall, tall

Algorithm = Callable[..., Any]

EXPONENTS = (1.0, 1.5, 2.0, 3.0)
#: The probability of failure that is asked for: rarer ones would take more trials to judge.
FAILURE = 0.25


@dataclass(frozen=True)
class Heavy:
    """In every column one row as heavy in l_1 as all of the others, and much more so in l_2."""

    rows: int
    columns: int

    @property
    def array(self) -> Reals:
        """The matrix."""
        column = np.ones((self.rows, 1))
        column[0] = self.rows
        whole: Reals = np.kron(np.eye(self.columns), column).astype(np.float64)
        return whole


@dataclass(frozen=True)
class Alone:
    """Stacked identities, and one more column with a row of its own."""

    copies: int
    columns: int

    @property
    def array(self) -> Reals:
        """The matrix."""
        whole = np.zeros((self.copies * self.columns + 1, self.columns + 1))
        whole[:-1, :-1] = np.tile(np.eye(self.columns), (self.copies, 1))
        whole[-1, -1] = 1.0
        return whole


@dataclass(frozen=True)
class Draws:
    """What to draw from, and how."""

    matrix: Tall | Heavy | Alone
    p: float
    size: int = 120
    scores: str = "lewis"
    towards: int = 0

    def run(self, algorithm: Algorithm, rng: np.random.Generator, **options: Any) -> Any:
        """Draw."""
        given = {"scores": self.scores, "size": self.size, "directions": 0, **options}
        return algorithm(self.matrix.array, self.p, rng=rng, **given)

    def ratio(self, sample: Any) -> float:
        """Give the estimate of ‖Ax‖_p^p over it, at the x that maximises a row in l_2."""
        return estimate_ratio(self.matrix.array, self.p, sample, self.towards)


def estimate_ratio(A: Reals, p: float, sample: Any, towards: int) -> float:
    """Give a weighted sample's ‖Ax‖_p^p over that of A, at the x that maximises a row in l_2."""
    rows = np.flatnonzero(A.any(axis=1))
    x = np.linalg.pinv(A)[:, rows[towards % rows.size]]
    estimate = sample.weights @ np.abs(sample.matrix @ x) ** p
    return float(estimate / (np.abs(A @ x) ** p).sum())


def _draws(exponents: tuple[float, ...], size: int) -> st.SearchStrategy[Draws]:
    """Draw what to draw from."""
    return st.builds(
        Draws,
        matrix=tall(max_columns=3, min_rows=10),
        p=st.sampled_from(exponents),
        size=st.just(size),
        towards=st.integers(0, 50),
    )


def _hard(size: int, exponents: tuple[float, ...] = EXPONENTS) -> list[tuple[str, Draws]]:
    """Give a matrix of every kind, with an exponent from either end, and heavy rows."""
    named = {
        f"{kind}, p = {p:g}": Draws(Tall(kind, 24, 3), p, size)
        for some in (exponents, exponents[::-1])
        for kind, p in zip(KINDS, itertools.cycle(some), strict=False)
    }
    return [*named.items(), ("heavy rows", Draws(Heavy(400, 1), exponents[0], size))]


NOT_INVERTED = edited(
    sensitivity_sample,
    "weights_not_inverted",
    "Weighs by the probability instead of its inverse.",
    ("weights = counts / (size * chances)", "weights = counts * chances * len(chances)"),
)
NO_WEIGHTS = edited(
    sensitivity_sample,
    "no_weights",
    "Weighs all rows drawn alike, as if they had been drawn uniformly.",
    ("weights = counts / (size * chances)", "weights = counts * found.rows / size"),
)
SIZE_FORGOTTEN = edited(
    sensitivity_sample,
    "size_forgotten",
    "Does not divide by the number of draws.",
    ("weights = counts / (size * chances)", "weights = counts / chances"),
)
NOT_NORMALISED = edited(
    sensitivity_sample,
    "scores_not_normalised",
    "Takes the scores for probabilities, whatever their sum.",
    ("chances.append(mine[drawn] / scores.total)", "chances.append(mine[drawn])"),
    module="algos.sketching._sampling_draw",
)
SQUARES = edited(
    sensitivity_sample,
    "probabilities_from_squares",
    "Draws by leverages, whatever p.",
    ("return quadratic_scores(blocks, p)\n", "return quadratic_scores(blocks, 2.0)\n"),
)


def _unbiased(algorithm: Algorithm, draws: Draws, rng: np.random.Generator) -> Measurement:
    """Compare the estimate with the norm."""
    sample = draws.run(algorithm, rng)
    return Measurement(draws.ratio(sample), total=max(sample.total, 1.0))


sampling_unbiased = (
    check(
        claims.SAMPLING_UNBIASED[0],
        on=Instances(_draws(EXPONENTS, 20), _hard(20)),
        faults=[NO_WEIGHTS, SIZE_FORGOTTEN],
        trials=1500,
    )(_unbiased),
    check(
        claims.SAMPLING_UNBIASED[1],
        on=Instances(_draws(EXPONENTS, 20), _hard(20)),
        faults=[NOT_INVERTED, NOT_NORMALISED],
        trials=1500,
    )(_unbiased),
)


@check(
    claims.SAMPLING_ERROR,
    on=Instances(_draws(EXPONENTS, 120), _hard(120)),
    faults=[NOT_INVERTED, NO_WEIGHTS, SIZE_FORGOTTEN, NOT_NORMALISED, SQUARES],
    trials=1200,
)
def sampling_error(algorithm: Algorithm, draws: Draws, rng: np.random.Generator) -> Measurement:
    """Compare the error at one x with its bound."""
    sample = draws.run(algorithm, rng)
    off = abs(draws.ratio(sample) - 1)
    return Measurement(off, total=sample.total, size=draws.size, failure_probability=FAILURE)


@check(
    claims.SAMPLING_EIGENVALUES,
    on=Instances(_draws((2.0,), 150), _hard(150, (2.0,))),
    faults=[NOT_INVERTED, NO_WEIGHTS, SIZE_FORGOTTEN, NOT_NORMALISED],
    trials=1200,
)
def sampling_eigenvalues(
    algorithm: Algorithm, draws: Draws, rng: np.random.Generator
) -> Measurement:
    """Compute the distortion exactly."""
    sample = draws.run(algorithm, rng)
    least, greatest = sample.ratios
    return Measurement(
        max(greatest**2 - 1, 1 - least**2),
        total=sample.total,
        size=draws.size,
        rank=sample.rank,
        failure_probability=FAILURE,
        p=draws.p,
    )


NET_EXPONENTS = (1.0, 1.5, 2.0, 3.0, 0.5)


def _columns(draws: Draws) -> Draws:
    """Leave two columns at most where p < 1: its grid is coarse."""
    matrix = draws.matrix
    if draws.p >= 1 or not isinstance(matrix, Tall) or matrix.columns < 3:
        return draws
    return replace(draws, matrix=replace(matrix, columns=2))


@check(
    claims.SAMPLING_DISTORTION,
    on=Instances(
        _draws(NET_EXPONENTS, 0).map(_columns),
        [
            (name, _columns(draws))
            for name, draws in [*_hard(0, NET_EXPONENTS), ("heavy", Draws(Heavy(500, 2), 1.0))]
        ],
    ),
    faults=[NOT_INVERTED, NO_WEIGHTS, SIZE_FORGOTTEN, NOT_NORMALISED, SQUARES],
    trials=1200,
)
def sampling_distortion(
    algorithm: Algorithm, draws: Draws, rng: np.random.Generator
) -> Measurement:
    """Enclose the distortion on a grid; at p = 2 compute it."""
    wanted = {"distortion": 0.4, "failure_probability": FAILURE}
    directions = 300 if draws.p >= 1 else 1000
    sample = draws.run(algorithm, rng, size=None, directions=directions, **wanted)
    lower, upper = sample.ratios
    return Measurement(min(max(upper - 1, 1 - lower), 1e9), **wanted)

"""Checks of sampling by sensitivities."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import sensitivity_sample
from algos.sketching import theorems as claims
from algos.sketching._sampling_scores import leverage_rounds
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.sketching.matrices import KINDS, Reals, Tall

Algorithm = Callable[..., Any]

EXPONENTS = (1.0, 1.5, 2.0, 3.0)
SCORES_HOME = "algos.sketching._sampling_scores"


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
        A = self.matrix.array
        x = np.linalg.pinv(A)[:, self.towards % len(A)]
        estimate = sample.weights @ np.abs(sample.matrix @ x) ** self.p
        return float(estimate / (np.abs(A @ x) ** self.p).sum())


def _draws(
    exponents: tuple[float, ...], size: int, columns: int = 3, rows: int = 40
) -> st.SearchStrategy[Draws]:
    """Draw what to draw from."""
    matrices = st.builds(
        Tall,
        kind=st.sampled_from(KINDS),
        rows=st.integers(10, rows),
        columns=st.integers(1, columns),
        seed=st.integers(0, 99),
    )
    return st.builds(
        Draws,
        matrix=matrices,
        p=st.sampled_from(exponents),
        size=st.just(size),
        towards=st.integers(0, 50),
    )


def _hard(size: int, exponents: tuple[float, ...] = EXPONENTS) -> list[tuple[str, Draws]]:
    """Give a matrix of every kind, and heavy rows."""
    kinds = zip(KINDS, itertools.cycle(exponents), strict=False)
    named = [(kind, Draws(Tall(kind, 24, 3), p, size)) for kind, p in kinds]
    return [*named, ("heavy rows", Draws(Heavy(400, 1), exponents[0], size))]


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
FACTOR_FORGOTTEN = edited(
    sensitivity_sample,
    "factor_forgotten",
    "Takes Lewis weights for sensitivities where p exceeds 2.",
    ("factor = norm ** (p / 2) if p > 2", "factor = 1.0 if p > 2"),
    module=SCORES_HOME,
)
WRONG_POWER = edited(
    sensitivity_sample,
    "wrong_power",
    "Takes leverages to the power p for the scores of one row.",
    ("squared_norms(rows) ** (self.p / 2)", "squared_norms(rows) ** self.p"),
    ("float(weights @ q ** (self.p / 2))", "float(weights @ q**self.p)"),
    module=SCORES_HOME,
)
NO_ROUNDS = edited(
    sensitivity_sample,
    "a_single_round",
    "Stops after one round where several are wanted.",
    ("rounds = rounds(count, rank, p)", "rounds = 1"),
    module=SCORES_HOME,
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
    trials=4000,
)
def sampling_error(algorithm: Algorithm, draws: Draws, rng: np.random.Generator) -> Measurement:
    """Compare the error at one x with its bound."""
    sample = draws.run(algorithm, rng)
    off = abs(draws.ratio(sample) - 1)
    return Measurement(off, total=sample.total, size=draws.size, failure_probability=0.05)


@check(
    claims.SAMPLING_EIGENVALUES,
    on=Instances(_draws((2.0,), 150), _hard(150, (2.0,))),
    faults=[NOT_INVERTED, NO_WEIGHTS, SIZE_FORGOTTEN, NOT_NORMALISED],
    trials=4000,
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
        failure_probability=0.05,
        p=draws.p,
    )


NET_EXPONENTS = (1.0, 1.5, 2.0, 3.0, 0.5)


def _columns(draws: Draws) -> Draws:
    """Leave two columns at most where p < 1: its grid is coarse."""
    tall = draws.matrix
    if draws.p >= 1 or not isinstance(tall, Tall) or tall.columns < 3:
        return draws
    return Draws(Tall(tall.kind, tall.rows, 2, tall.seed), draws.p)


@check(
    claims.SAMPLING_DISTORTION,
    on=Instances(
        _draws(NET_EXPONENTS, 0).map(_columns),
        [
            (name, _columns(draws))
            for name, draws in [*_hard(0, NET_EXPONENTS), ("heavy", Draws(Heavy(2000, 2), 1.0))]
        ],
    ),
    faults=[NOT_INVERTED, NO_WEIGHTS, SIZE_FORGOTTEN, NOT_NORMALISED, SQUARES],
    trials=1000,
)
def sampling_distortion(
    algorithm: Algorithm, draws: Draws, rng: np.random.Generator
) -> Measurement:
    """Enclose the distortion on a grid; at p = 2 compute it."""
    wanted = {"distortion": 0.4, "failure_probability": 0.1}
    directions = 1500 if draws.p >= 1 else 4000
    sample = draws.run(algorithm, rng, size=None, directions=directions, **wanted)
    lower, upper = sample.ratios
    return Measurement(min(max(upper - 1, 1 - lower), 1e9), **wanted)


def _tops(A: Reals) -> Reals:
    """Give x's at which rows matter most: best in l_2, and where d − 1 rows vanish."""
    d = A.shape[1]
    found = [np.linalg.pinv(A).T]
    if d > 1:
        for chosen in itertools.combinations(range(len(A)), d - 1):
            _, values, rows = np.linalg.svd(A[list(chosen)])
            if values[-1] > 1e-9 * values[0]:
                found.append(rows[-1:])
    return np.vstack(found)


@check(
    claims.SAMPLING_SCORES,
    on=Instances(
        st.builds(
            Draws,
            matrix=st.builds(
                Tall,
                kind=st.sampled_from([k for k in KINDS if k != "rank deficient"]),
                rows=st.integers(4, 12),
                columns=st.integers(1, 3),
                seed=st.integers(0, 99),
            ),
            p=st.sampled_from([0.5, 1.0, 1.5]),
            size=st.just(400),
            scores=st.sampled_from(["lewis", "root_leverage", "sensitivity"]),
        ),
        [
            *((f"gaussian, p = {p:g}", Draws(Tall("gaussian", 12, 3), p, 400)) for p in EXPONENTS),
            ("cauchy, p = 3", Draws(Tall("cauchy", 12, 2), 3.0, 400)),
            ("heavy rows", Draws(Heavy(9, 1), 1.0, 400)),
        ],
    ),
    faults=[SQUARES, FACTOR_FORGOTTEN, WRONG_POWER],
    trials=120,
)
def sampling_scores(algorithm: Algorithm, draws: Draws, rng: np.random.Generator) -> Measurement:
    """Look for an x at which a row drawn matters more than its score."""
    A = draws.matrix.array
    sample = draws.run(algorithm, rng)
    products = np.abs(A @ _tops(A).T)
    powers = products[:, products.max(axis=0) > 1e-9 * np.abs(A).max()] ** draws.p
    matters = (powers[sample.rows] / powers.sum(axis=0)).max(axis=1)
    return Measurement(float((matters / (sample.probabilities * sample.total)).max()))


@check(
    claims.SAMPLING_TOTAL,
    on=Instances(
        st.builds(
            Draws,
            matrix=st.builds(
                Tall,
                kind=st.sampled_from(KINDS),
                rows=st.integers(8, 200),
                columns=st.integers(1, 4),
                seed=st.integers(0, 99),
            ),
            p=st.sampled_from([0.5, 1.0, 1.5, 1.9]),
            size=st.just(1),
            scores=st.sampled_from(["root_leverage", "recursive_root_leverage"]),
        ),
        [
            ("identities and a row alone", Draws(Alone(200, 20), 1.0, 1, "root_leverage")),
            ("several rounds", Draws(Alone(2000, 10), 1.0, 1, "recursive_root_leverage")),
        ],
    ),
    faults=[NO_ROUNDS],
    trials=150,
)
def sampling_total(algorithm: Algorithm, draws: Draws, rng: np.random.Generator) -> Measurement:
    """Add up the scores."""
    sample = draws.run(algorithm, rng)
    rows = len(draws.matrix.array)
    one = draws.scores == "root_leverage"
    rounds = 1 if one else leverage_rounds(rows, sample.rank, draws.p)
    return Measurement(sample.total, rows=rows, rank=sample.rank, p=draws.p, rounds=rounds)

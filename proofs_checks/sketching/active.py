"""Checks of active regression: labels asked, the certificate, the mean excess."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import active_regression, polynomial_basis
from algos.sketching.theorems import pivotal as claims
from proofs_checks.check import Instances, Measurement, Sizes, check
from proofs_checks.faults import edited
from proofs_checks.sketching.matrices import HARD, Reals, Tall, tall

Algorithm = Callable[..., Any]
METHODS = ("pivotal", "independent")
#: A relative excess is measured up to this one.
CUT = 4.0


@dataclass(frozen=True)
class Study:
    """A design matrix, labels of a kind, a budget."""

    design: Tall
    budget: int
    method: str = "pivotal"
    labels: str = "noise"

    @property
    def basis(self) -> Reals:
        """An orthonormal basis of the columns' span."""
        left, values, _ = np.linalg.svd(self.design.array, full_matrices=False)
        kept: Reals = left[:, values > 1e-9 * values[0]]
        return kept

    def responses(self) -> Reals:
        """Make the labels."""
        rng = np.random.default_rng(self.design.seed + 1)
        noise = rng.normal(size=self.design.rows)
        if self.labels == "noise at light rows":
            leverage = (self.basis**2).sum(axis=1)
            noise *= leverage < np.median(leverage)
        elif self.labels == "growing with leverage":
            noise = (self.basis**2).sum(axis=1) * self.basis[:, 0]
        elif self.labels == "a curve":
            noise = np.abs(self.design.array).sum(axis=1)
        return np.asarray(noise)

    def run(self, algorithm: Algorithm, labels: Any, rng: Any) -> Any:
        """Fit."""
        return algorithm(
            self.design.array, lambda rows: labels[rows], self.budget, method=self.method, rng=rng
        )

    def errors(self, fit: Any, labels: Reals) -> tuple[float, float]:
        """Give the squared error of the fit and the least one."""
        least = labels - self.basis @ (self.basis.T @ labels)
        rest = labels - self.design.array @ fit.coefficients
        return float(rest @ rest), float(least @ least)


def studies() -> st.SearchStrategy[Study]:
    """Draw small studies."""
    return tall(max_rows=40).flatmap(
        lambda design: st.builds(
            Study,
            design=st.just(design),
            budget=st.integers(1, design.rows),
            method=st.sampled_from(METHODS),
            labels=st.sampled_from(["noise", "a curve"]),
        )
    )


SMALL = [
    (f"{name}, {method}", Study(design, 10, method)) for name, design in HARD for method in METHODS
]

PICK = "chances = capped_probabilities(leverage, budget)"
ASK = "given = labels(rows.copy())"
OVER_BUDGET = edited(
    active_regression,
    "over_the_budget",
    "Asks for one label more.",
    (PICK, "chances = capped_probabilities(leverage, budget + 1)"),
)
ASKED_TWICE = edited(
    active_regression,
    "asked_twice",
    "Asks for the labels, forgets them and asks again.",
    (ASK, f"labels(rows.copy()); {ASK}"),
)


@check(
    claims.ACTIVE_LABELS,
    on=Instances(studies(), SMALL),
    faults=[OVER_BUDGET, ASKED_TWICE],
    trials=200,
)
def labels_asked(algorithm: Algorithm, study: Study, rng: np.random.Generator) -> Measurement:
    """Count what the callback is asked for."""
    asked, labels = 0, study.responses()

    def answer(rows: Any) -> Any:
        nonlocal asked
        asked += len(rows)
        return labels[rows]

    algorithm(study.design.array, answer, study.budget, method=study.method, rng=rng)
    return Measurement(asked, budget=study.budget)


RIGHT_SIDE = edited(
    active_regression,
    "labels_unweighted",
    "Weighs the rows and not their labels.",
    ("(left[:, kept].T * roots), least", "(left[:, kept].T), least"),
)
ROOT_LOST = edited(
    active_regression,
    "certificate_not_squared",
    "Reports the norm in place of its square.",
    ("max(initial=1.0)) ** 2", "max(initial=1.0))"),
)


@check(
    claims.ACTIVE_DISTORTION,
    on=Instances(
        studies().map(lambda one: (one, False)),
        [(name, (one, False)) for name, one in SMALL]
        + [
            ("the worst labels", (Study(Tall("gaussian", 24, 3), 5), True)),
            ("the worst labels of draws", (Study(Tall("cauchy", 24, 3), 9, "independent"), True)),
        ],
    ),
    faults=[RIGHT_SIDE, ROOT_LOST],
    trials=200,
)
def worst_case(
    algorithm: Algorithm, instance: tuple[Study, bool], rng: np.random.Generator
) -> Measurement:
    """Compare the error with what is certified; for labels that attain it where asked for."""
    study, worst = instance
    seed, labels = int(rng.integers(2**32)), study.responses()
    fit = study.run(algorithm, labels, seed)
    if fit.status != "solved":
        return Measurement(0, distortion=1, least=0)
    if worst:
        labels = _worst(study, fit)
        fit = study.run(algorithm, labels, seed)
    error, least = study.errors(fit, labels)
    rounding = 1e-12 * float(labels @ labels)
    return Measurement(max(error - rounding, 0), distortion=fit.distortion, least=least)


def _worst(study: Study, fit: Any) -> Reals:
    """Give the labels for which this sample is worst."""
    A, roots = study.design.array, np.sqrt(fit.weights)
    solve = np.zeros((A.shape[1], len(A)))
    solve[:, fit.rows] = np.linalg.pinv(roots[:, None] * A[fit.rows]) * roots
    labels: Reals = np.linalg.svd(np.eye(len(A)) - A @ solve)[2][0]
    return labels


DRAWN = "weights = times / (budget * chances[rows])"
NOT_INVERTED = edited(
    active_regression,
    "weights_not_inverted",
    "Multiplies with the probabilities in place of dividing.",
    (DRAWN, "weights = times * (budget * chances[rows])"),
)
UNWEIGHTED = edited(
    active_regression,
    "weights_missing",
    "Gives every draw the same weight.",
    (DRAWN, "weights = times.astype(float)"),
)
UNIFORM = edited(
    active_regression,
    "uniform_draws",
    "Draws all rows alike.",
    ("chances = leverage / leverage.sum()", "chances = np.full(count, 1 / count)"),
)


def _rank_and_epsilon(study: Study) -> tuple[float, float]:
    """Give the rank and the ε for which the bound on the excess is least."""
    rank = study.basis.shape[1]
    grid = np.linspace(0.02, 0.98, 97)
    bound = rank / (study.budget * (1 - grid) ** 2) + CUT * rank * np.exp(
        -study.budget * grid**2 / (2 * rank)
    )
    return rank, float(grid[np.argmin(bound)])


def draws(kind: str, columns: int, budget: int, labels: str = "noise", rows: int = 400) -> Study:
    """Give a study with independent draws."""
    return Study(Tall(kind, rows, columns), budget, "independent", labels)


LARGE = [
    ("a constant", draws("stacked identities", 1, 1000, rows=2000)),
    ("gaussian", draws("gaussian", 3, 300)),
    ("cauchy", draws("cauchy", 3, 300, "noise at light rows")),
    ("one dominating row", draws("one dominating row", 2, 200, "noise at light rows")),
    ("rank deficient", draws("rank deficient", 3, 300, "a curve")),
    ("growing with leverage", draws("gaussian", 2, 300, "growing with leverage")),
]
SOME = st.builds(
    draws,
    kind=st.sampled_from(["gaussian", "cauchy", "duplicated rows", "badly scaled columns"]),
    columns=st.integers(1, 3),
    budget=st.sampled_from([200, 300]),
    labels=st.sampled_from(["noise", "noise at light rows"]),
)


@check(
    claims.ACTIVE_EXCESS,
    on=Instances(SOME, LARGE),
    faults=[NOT_INVERTED, UNWEIGHTED],
    trials=1500,
    detect=4,
)
def mean_excess(algorithm: Algorithm, study: Study, rng: np.random.Generator) -> Measurement:
    """Compare the relative excess, cut off, with its mean's bound."""
    labels = study.responses()
    error, least = study.errors(study.run(algorithm, labels, rng), labels)
    rank, epsilon = _rank_and_epsilon(study)
    excess = min(max(error / least - 1, 0.0), CUT)
    return Measurement(excess, rank=rank, budget=study.budget, epsilon=epsilon, cut=CUT)


@check(
    claims.ACTIVE_RANK,
    on=Instances(
        st.builds(
            draws,
            kind=st.sampled_from(["gaussian", "cauchy", "stacked identities"]),
            columns=st.integers(1, 3),
            budget=st.sampled_from([20, 40]),
            rows=st.just(50),
        ),
        [
            ("one dominating row", draws("one dominating row", 2, 40, rows=50)),
            ("stacked identities", draws("stacked identities", 3, 40, rows=60)),
        ],
    ),
    faults=[UNIFORM],
    trials=1500,
)
def poor_samples(algorithm: Algorithm, study: Study, rng: np.random.Generator) -> Measurement:
    """See whether the least singular value is too small."""
    fit = study.run(algorithm, study.responses(), rng)
    rank = study.basis.shape[1]
    epsilon = min(math.sqrt(2 * rank * math.log(rank / 0.2) / study.budget), 0.99)
    poor = fit.smallest_singular_value**2 < 1 - epsilon
    return Measurement(poor, rank=rank, budget=study.budget, epsilon=epsilon)


PIVOTAL_UNWEIGHTED = edited(
    active_regression,
    "pivotal_weights_missing",
    "Gives every row the same weight.",
    ("weights = 1 / chances[rows]", "weights = np.ones(len(rows))"),
)


@check(
    claims.ACTIVE_PIVOTAL,
    on=Sizes("budget", [20, 40, 80, 160, 320, 640], slack=0.15),
    faults=[PIVOTAL_UNWEIGHTED],
    trials=12,
)
def pivotal_excess(algorithm: Algorithm, budget: int, rng: np.random.Generator) -> Measurement:
    """Average over fits of a polynomial of degree 4 to abs(x) and a step on a fine grid."""
    points = np.linspace(-1, 1, 4000)[:, None]
    design = polynomial_basis(points, 4)
    labels = np.abs(points[:, 0]) + (points[:, 0] > 0.3)
    rest = labels - design @ np.linalg.lstsq(design, labels)[0]
    least, errors = float(rest @ rest), []
    for _ in range(10):
        fit = algorithm(design, lambda rows: labels[rows], budget, coordinates=points, rng=rng)
        errors.append(np.linalg.norm(labels - design @ fit.coefficients) ** 2)
    excess = float(np.mean(errors)) - least
    return Measurement(least / max(excess, 1e-9 * least), budget=budget)

"""Sampling by sensitivities, and coresets of streams."""

from collections.abc import Callable
from typing import Any, Literal

from sympy import Eq, Expr, Ge, Integer, Le, Max, Min, Rational, Symbol, floor, log, sqrt

from algos.sketching import Coreset, sensitivity_sample
from algos.theorem import (
    InExpectation,
    Need,
    Source,
    Surely,
    Theorem,
    Tightness,
    WithProbability,
    here,
)

PAGE = "sketching_sampling"

size = Symbol("size", integer=True, positive=True)
rows = Symbol("rows", integer=True, positive=True)
rank = Symbol("rank", integer=True, positive=True)
rounds = Symbol("rounds", integer=True, positive=True)
levels = Symbol("levels", integer=True, nonnegative=True)
total = Symbol("total", positive=True)
p = Symbol("p", positive=True)
failure_probability = Symbol("failure_probability", positive=True)
distortion = Symbol("distortion", positive=True)

DOMAIN = {
    "p": (1 / 64, 64.0),
    "total": (1.0, float("inf")),
    "failure_probability": (0.0, 1.0),
    "distortion": (0.0, 1.0),
    "levels": (0.0, 62.0),
}
RTOL = 1e-9

#: Lewis weights are taken once their sum of scores is at most this multiple of its limit.
NEAR = Rational(21, 20)
CAP = NEAR * rank ** Max(1, p / 2)

SIDES: tuple[tuple[str, Literal["<=", ">="], str], ...] = (
    ("above", "<=", "most"),
    ("below", ">=", "least"),
)


def _bernstein(points: Expr | int) -> Expr:
    """Solve points · exp(−m e² / (2 total (1 + e/3))) = failure_probability for e."""
    share = total * log(points / failure_probability) / size
    return share / 3 + sqrt(share**2 / 9 + 2 * share)


def _unbiased(
    name: str, algorithm: Callable[..., Any], spread: Expr, statement: str, section: str
) -> tuple[Theorem, ...]:
    """State a mean, from both sides."""
    return tuple(
        Theorem(
            key=f"sketching/{name}/unbiased-{side}",
            algorithm=algorithm,
            quantity="estimate of ‖Ax‖_p^p over ‖Ax‖_p^p",
            formula=Integer(1),
            direction=direction,
            holds=InExpectation(spread),
            constants="exact",
            statement=statement.format(most=most),
            source=here(PAGE, section),
            domain=DOMAIN,
            rtol=RTOL,
            tightness=Tightness(0.9, "gaussian, p = 1"),
        )
        for side, direction, most in SIDES
    )


SAMPLING_UNBIASED = _unbiased(
    "sensitivity-sample",
    sensitivity_sample,
    total,
    "For every x the weighted sum of abs(a_i x)^p over the rows drawn has the mean ‖Ax‖_p^p, here "
    "at {most} that; it never exceeds total times that.",
    "The estimate",
)

SAMPLING_ERROR = Theorem(
    key="sketching/sensitivity-sample/error",
    algorithm=sensitivity_sample,
    quantity="relative error of the estimate of ‖Ax‖_p^p",
    formula=_bernstein(2),
    direction="<=",
    holds=WithProbability(1 - failure_probability),
    constants="exact",
    statement=(
        "For every fixed x and m draws by scores of sum S', the relative error of the estimate of "
        "‖Ax‖_p^p exceeds e with probability at most 2 exp(−m e² / (2 S' (1 + e/3)))."
    ),
    source=here(PAGE, "One x"),
    domain=DOMAIN,
)

SAMPLING_DISTORTION = Theorem(
    key="sketching/sensitivity-sample/distortion",
    algorithm=sensitivity_sample,
    quantity="distortion of ‖Ax‖_p over all x",
    formula=distortion,
    direction="<=",
    holds=WithProbability(1 - failure_probability),
    constants="exact",
    statement=(
        "With as many draws as sample_size says, all ‖SAx‖_p / ‖Ax‖_p (for p < 1, their p-th "
        "powers) lie within 1 ± distortion."
    ),
    source=here(PAGE, "All x at once"),
    domain=DOMAIN,
)

SAMPLING_EIGENVALUES = Theorem(
    key="sketching/sensitivity-sample/eigenvalues",
    algorithm=sensitivity_sample,
    quantity="distortion of ‖Ax‖₂² over all x",
    formula=_bernstein(2 * rank),
    direction="<=",
    holds=WithProbability(1 - failure_probability),
    constants="exact",
    statement=(
        "For p = 2, all ‖SAx‖² / ‖Ax‖² lie within 1 ± e, except with probability "
        "2 d exp(−m e² / (2 S' (1 + e/3)))."
    ),
    source=Source(
        authors="J. Tropp",
        title="User-friendly tail bounds for sums of random matrices",
        year=2012,
        venue="Foundations of Computational Mathematics 12",
        locator="Theorem 1.6 (matrix Bernstein)",
        url="https://arxiv.org/abs/1004.4389",
    ),
    needs=(Need(Eq(p, 2), "p is 2"),),
    domain=DOMAIN,
)

SAMPLING_SCORES = Theorem(
    key="sketching/sensitivity-sample/scores",
    algorithm=sensitivity_sample,
    quantity="abs(a_i x)^p / ‖Ax‖_p^p over the score of row i",
    formula=Integer(1),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="Every score, total times probability, is at least its row's l_p sensitivity.",
    source=here(PAGE, "Scores from a quadratic form"),
    domain=DOMAIN,
    rtol=1e-6,
    tightness=Tightness(0.999, "gaussian, p = 2"),
)

SAMPLING_TOTAL = Theorem(
    key="sketching/sensitivity-sample/total",
    algorithm=sensitivity_sample,
    quantity="sum of the scores",
    formula=rank * Max(rows / rank, 1) ** ((1 - p / 2) ** rounds),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For p ≤ 2 the scores after t rounds of root leverages sum to at most "
        "d (n/d)^((1 − p/2)^t): to √(n d) after one round at p = 1, and to e d after "
        "ln ln(n/d) / −ln(1 − p/2) rounds."
    ),
    source=here(PAGE, "Rounds of root leverages"),
    needs=(Need(Le(p, 2), "p is at most 2"),),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.9, "identities and a row alone"),
)

CORESET_VARIANCE_BOUND = (1 + (CAP - 1) / size) ** levels - 1

CORESET_UNBIASED = _unbiased(
    "coreset",
    Coreset,
    CAP**levels,
    "For every x a coreset's estimate of ‖Ax‖_p^p has the mean ‖Ax‖_p^p, here at {most} that, "
    "however rows were streamed and merged.",
    "Streams",
)

CORESET_VARIANCE = Theorem(
    key="sketching/coreset/variance",
    algorithm=Coreset,
    quantity="squared relative error of a coreset's estimate, cut off",
    formula=CORESET_VARIANCE_BOUND,
    direction="<=",
    holds=InExpectation(4 * CORESET_VARIANCE_BOUND),  # where it is cut off
    constants="exact",
    statement=(
        "For every x the mean squared relative error of a coreset of m rows, each sampled at most "
        "L times, is at most (1 + (c − 1)/m)^L − 1 with c = 1.05 d^max(1, p/2)."
    ),
    source=here(PAGE, "Streams"),
    needs=(Need(Ge(levels, 1), "some rows were sampled"),),
    domain=DOMAIN,
)

CORESET_ROWS = Theorem(
    key="sketching/coreset/rows",
    algorithm=Coreset,
    quantity="rows in memory",
    formula=Min(rows, size * (1 + floor(log(1 + rows / size, 2)))),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "A coreset of size m that has seen n rows without gaps holds at most "
        "m (1 + ⌊lg(1 + n/m)⌋) of them."
    ),
    source=here(PAGE, "Streams"),
    tightness=Tightness(0.95, "two leaves less a row"),
)

CORESET_ORDER = Theorem(
    key="sketching/coreset/order",
    algorithm=Coreset,
    quantity="rows whose weights differ",
    formula=Integer(0),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "The result depends on the rows, their numbers and the seed alone: neither the blocks that "
        "rows came in nor the order of merges changes a bit."
    ),
    source=here(PAGE, "Streams"),
)

"""Sampling by sensitivities, and coresets of streams."""

from typing import Literal

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

#: The measured mean is that of a quantity cut off at this multiple of its bound.
CUT = 4

SIDES: tuple[tuple[str, Literal["<=", ">="]], ...] = (("above", "<="), ("below", ">="))

SMOOTH = Need(Le(p, 2), "p is at most 2")
SQUARES = Need(Eq(p, 2), "p is 2")


def _bernstein(points: Expr | int) -> Expr:
    """Solve points · exp(−m e² / (2 total (1 + e/3))) = failure_probability for e."""
    share = total * log(points / failure_probability) / size
    return share / 3 + sqrt(share**2 / 9 + 2 * share)


SAMPLING_UNBIASED = tuple(
    Theorem(
        key=f"sketching/sensitivity-sample/unbiased-{side}",
        algorithm=sensitivity_sample,
        quantity="estimate of ‖Ax‖_p^p over ‖Ax‖_p^p",
        formula=Integer(1),
        direction=direction,
        holds=InExpectation(total),
        constants="exact",
        statement=(
            "For every x the weighted sum of abs(a_i x)^p over the rows drawn has the mean "
            f"‖Ax‖_p^p, here at {'most' if side == 'above' else 'least'} that; it never exceeds "
            "total times that."
        ),
        source=here(PAGE, "The estimate"),
        domain=DOMAIN,
        rtol=RTOL,
        tightness=Tightness(0.9, "gaussian"),
    )
    for side, direction in SIDES
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
    needs=(SQUARES,),
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
    needs=(SMOOTH,),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.9, "identities and a row alone"),
)

#: Bound on an estimate that was sampled `levels` times.
CORESET_SPREAD = CAP**levels
CORESET_VARIANCE_BOUND = (1 + (CAP - 1) / size) ** levels - 1

CORESET_UNBIASED = tuple(
    Theorem(
        key=f"sketching/coreset/unbiased-{side}",
        algorithm=Coreset,
        quantity="estimate of ‖Ax‖_p^p over ‖Ax‖_p^p",
        formula=Integer(1),
        direction=direction,
        holds=InExpectation(CORESET_SPREAD),
        constants="exact",
        statement=(
            "For every x a coreset's estimate of ‖Ax‖_p^p has the mean ‖Ax‖_p^p, here at "
            f"{'most' if side == 'above' else 'least'} that, however rows were streamed and merged."
        ),
        source=here(PAGE, "Streams"),
        domain=DOMAIN,
        rtol=RTOL,
        tightness=Tightness(0.9, "gaussian"),
    )
    for side, direction in SIDES
)

CORESET_VARIANCE = Theorem(
    key="sketching/coreset/variance",
    algorithm=Coreset,
    quantity="squared relative error of a coreset's estimate, cut off",
    formula=CORESET_VARIANCE_BOUND,
    direction="<=",
    holds=InExpectation(CUT * CORESET_VARIANCE_BOUND),
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

sensitivity = Symbol("sensitivity", positive=True)

WOODRUFF_YASUDA = Source(
    authors="D. Woodruff, T. Yasuda",
    title="Sharper bounds for l_p sensitivity sampling",
    year=2023,
    venue="ICML 2023",
    locator="abstract, version 1; logarithms and powers of the distortion left out",
    url="https://arxiv.org/abs/2306.00732",
)
CHEN_DEREZINSKI = Source(
    authors="X. Chen, M. Dereziński",
    title="Query complexity of least absolute deviation regression via robust uniform convergence",
    year=2021,
    venue="COLT 2021",
    locator="as cited in version 2 of arXiv 2306.00732",
    url="https://arxiv.org/abs/2102.02322",
)
MUNTEANU_OMLOR = Source(
    authors="A. Munteanu, S. Omlor",
    title="Optimal bounds for l_p sensitivity sampling via l_2 augmentation",
    year=2024,
    venue="arXiv 2406.00328",
    locator="abstract",
    url="https://arxiv.org/abs/2406.00328",
)


def _growth(what: str, formula: Expr, statement: str, source: Source) -> Theorem:
    """State how the draws that a fixed distortion takes grow; the source has logarithms too."""
    return Theorem(
        key=f"sketching/sensitivity-sample/growth-{what}",
        algorithm=sensitivity_sample,
        quantity="draws until no distortion above 1/2 is found",
        formula=formula,
        direction="<=",
        holds=Surely(),
        constants="unspecified",
        statement=statement,
        source=source,
    )


GROWTH_FIRST = _growth(
    "first",
    sensitivity ** (2 / p),
    "For p in [1, 2] draws by sensitivities of sum S number about S^(2/p): superseded by "
    "growth-sensitivity.",
    WOODRUFF_YASUDA,
)
GROWTH_SENSITIVITY = _growth(
    "sensitivity",
    rank ** (1 - p / 2) * sensitivity,
    "For p in [1, 2] draws by sensitivities of sum S number about d^(1 − p/2) S.",
    CHEN_DEREZINSKI,
)
GROWTH_AUGMENTED = _growth(
    "augmented",
    sensitivity + rank,
    "For p in [1, 2] draws by sensitivities plus leverages number about S + d.",
    MUNTEANU_OMLOR,
)
GROWTH_ABOVE_TWO = _growth(
    "above-two",
    sensitivity ** (2 - 2 / p),
    "For p > 2 draws by sensitivities of sum S number about S^(2 − 2/p).",
    WOODRUFF_YASUDA,
)
GROWTH_LEVERAGE = _growth(
    "leverage",
    rank ** (2 / p) * sensitivity ** (2 - 4 / p),
    "For p > 2 draws by sensitivities plus leverages number about d^(2/p) S^(2 − 4/p).",
    WOODRUFF_YASUDA,
)

"""Pivotal sampling and active regression."""

from sympy import Float, Gt, Lt, Max, Symbol, ceiling, exp, floor

from algos.sketching import active_regression, pivotal_law, pivotal_sample
from algos.theorem import InExpectation, Need, Source, Surely, Theorem, Tightness, here

chance = Symbol("chance", nonnegative=True)
count = Symbol("count", integer=True, positive=True)
total = Symbol("total", nonnegative=True)
budget = Symbol("budget", integer=True, positive=True)
rank = Symbol("rank", integer=True, positive=True)
epsilon = Symbol("epsilon", positive=True)
cut = Symbol("cut", positive=True)
distortion = Symbol("distortion", positive=True)
least = Symbol("least", nonnegative=True)

UNIT = {"chance": (0.0, 1.0)}
SMALL = (Need(Gt(epsilon, 0), "epsilon is positive"), Need(Lt(epsilon, 1), "epsilon is below 1"))

PIVOTAL_MARGINAL = Theorem(
    key="sketching/pivotal-sample/marginal",
    algorithm=pivotal_sample,
    quantity="probability of an index",
    formula=chance + count * Float(2.0**-49),
    direction="<=",
    holds=InExpectation(1),
    constants="exact",
    statement=(
        "Each of n indices is drawn with its probability, whatever the tree, but for n 2⁻⁴⁹, which "
        "rounding adds at most."
    ),
    source=here("sketching_pivotal", "The law"),
    domain=UNIT,
    tightness=Tightness(0.75, "an even chance"),
)

PIVOTAL_SIZE = Theorem(
    key="sketching/pivotal-sample/size",
    algorithm=pivotal_sample,
    quantity="abs(size − Σ π)",
    formula=Max(total - floor(total), ceiling(total) - total),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "The size of the sample is Σ π where that is an integer, and one of the two integers next "
        "to it else."
    ),
    source=here("sketching_pivotal", "The size"),
    domain={"total": (0.0, 2.0**53)},
    tightness=Tightness(1, "a leftover unit"),
)

PIVOTAL_LAW = Theorem(
    key="sketching/pivotal-law/marginals",
    algorithm=pivotal_law,
    quantity="max abs(P(i) − π_i)",
    formula=count * Float(2.0**-50) + Float(2.0**-61),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "By enumeration of all outcomes in rational numbers, each of n indices has its "
        "probability, but for its rounding to a multiple of 2⁻⁶⁰ and for n 2⁻⁵⁰ where the sum is "
        "so near an integer that it is taken for one."
    ),
    source=here("sketching_pivotal", "The law"),
    tightness=Tightness(0.99, "a sum just beside an integer"),
)

PIVOTAL_CORRELATION = Theorem(
    key="sketching/pivotal-law/correlations",
    algorithm=pivotal_law,
    quantity="max P(i, j) − π_i π_j",
    formula=Float(0.0),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="By enumeration, no two indices are positively correlated.",
    source=here("sketching_pivotal", "Correlations"),
)

PIVOTAL_INFLUENCE = Theorem(
    key="sketching/pivotal-law/influence",
    algorithm=pivotal_law,
    quantity="Σ_j abs(P(j given i) − π_j)",
    formula=2 * (1 - chance),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "By enumeration: where Σ π is an integer, to know that i is drawn moves the probabilities "
        "of all indices by 2 (1 − π_i) altogether, and so by at most 2."
    ),
    source=here("sketching_pivotal", "What one index tells"),
    domain=UNIT,
    rtol=1e-12,
    tightness=Tightness(0.999999, "eight halves"),
)

ACTIVE_LABELS = Theorem(
    key="sketching/active-regression/labels",
    algorithm=active_regression,
    quantity="labels asked for",
    formula=budget,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="All labels are asked for at once, and never more than the budget.",
    source=here("sketching_pivotal", "The size"),
    tightness=Tightness(1, "one dominating row, pivotal"),
)

ACTIVE_DISTORTION = Theorem(
    key="sketching/active-regression/distortion",
    algorithm=active_regression,
    quantity="‖A x − b‖²",
    formula=distortion * least,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Where the drawn rows determine the fit, its squared error is at most the reported "
        "distortion times the least one, whatever the labels, up to rounding; there are labels "
        "that attain it."
    ),
    source=here("sketching_pivotal", "A certificate without labels"),
    domain={"distortion": (1.0, float("inf")), "least": (0.0, float("inf"))},
    rtol=1e-8,
    tightness=Tightness(0.999, "the worst labels"),
)

ACTIVE_RANK = Theorem(
    key="sketching/active-regression/rank",
    algorithm=active_regression,
    quantity="probability that σ_min² < 1 − ε",
    formula=rank * exp(-budget * epsilon**2 / (2 * rank)),
    direction="<=",
    holds=InExpectation(1),
    constants="exact",
    statement=(
        "With independent draws, the smallest squared singular value of the weighted sample of an "
        "orthonormal basis falls below 1 − ε with at most this probability."
    ),
    source=Source(
        authors="J. A. Tropp",
        title="User-friendly tail bounds for sums of random matrices",
        year=2012,
        venue="Foundations of Computational Mathematics 12",
        locator="theorem 1.1, with exp(−ε)/(1 − ε)^(1 − ε) <= exp(−ε²/2)",
        url="https://doi.org/10.1007/s10208-011-9099-z",
    ),
    needs=SMALL,
)

ACTIVE_EXCESS = Theorem(
    key="sketching/active-regression/excess",
    algorithm=active_regression,
    quantity="(‖A x − b‖² − least) / least, cut off",
    formula=rank / (budget * (1 - epsilon) ** 2)
    + cut * rank * exp(-budget * epsilon**2 / (2 * rank)),
    direction="<=",
    holds=InExpectation(cut),
    constants="exact",
    statement=(
        "With independent draws, the mean of the relative excess, cut off at any value, is at most "
        "rank / (budget (1 − ε)²) plus the cut times the probability of a poor sample, for all ε."
    ),
    source=here("sketching_pivotal", "Independent draws"),
    needs=SMALL,
    tightness=Tightness(0.5, "a constant"),
)

ACTIVE_PIVOTAL = Theorem(
    key="sketching/active-regression/pivotal",
    algorithm=active_regression,
    quantity="least / (‖A x − b‖² − least)",
    formula=budget,
    direction=">=",
    holds=Surely(),
    constants="unspecified",
    statement=(
        "With pivotal draws, the relative excess of a fit by polynomials falls at least as fast as "
        "1 / budget: O(d / ε) labels for an excess of ε."
    ),
    source=Source(
        authors="A. Shimizu, X. Cheng, C. Musco, J. Weare",
        title="Improved active learning via dependent leverage score sampling",
        year=2024,
        venue="ICLR 2024",
        locator="rates as published; their constants are not stated",
        url="https://arxiv.org/abs/2310.04966",
    ),
)

"""Maxima of column sums, histograms and quantiles: what they spend, how far they err."""

from typing import Any

from sympy import Expr, Integer, Rational, Symbol, log, sqrt

from algos.privacy import ContinualHistogram, ContinualQuantiles, MaxSum, SumSelect
from algos.theorem import (
    InExpectation,
    Source,
    Surely,
    Theorem,
    Tightness,
    WithProbability,
    here,
)

PAGE = "privacy_queries"

failure_probability = Symbol("failure_probability", positive=True)
horizon = Symbol("horizon", positive=True)
dimension = Symbol("dimension", positive=True)
rho = Symbol("rho", positive=True)
bound = Symbol("bound", positive=True)
block = Symbol("block", positive=True)
answers = Symbol("answers", positive=True)

JAIN_2023 = Source(
    authors="P. Jain, S. Raskhodnikova, S. Sivakumar, A. Smith",
    title="The price of differential privacy under continual observation",
    year=2023,
    venue="ICML",
    locator="abstract: a factor of Ω~(T^(1/3)) over what a single release costs",
    url="https://arxiv.org/abs/2112.00828",
)


def _spent(key: str, of: Any, section: str, says: str) -> Theorem:
    """Make the claim that no two neighbouring streams cost more than the budget."""
    return Theorem(
        key=key,
        algorithm=of,
        quantity="privacy loss of all answers on two neighbouring streams, over the budget",
        formula=Integer(1),
        direction="<=",
        holds=Surely(),
        constants="exact",
        statement=says,
        source=here(PAGE, section),
        rtol=1e-9,
        tightness=Tightness(0.99, "first event"),
    )


MAX_SUM_ZCDP = _spent(
    "privacy/max-sum/zcdp",
    MaxSum,
    "Blocks",
    "All answers of MaxSum with blocks and Gaussian noise are together ρ-zCDP: one event moves "
    "each of the K maxima by at most the bound.",
)
MAX_SUM_PURE = _spent(
    "privacy/max-sum/pure",
    MaxSum,
    "Blocks",
    "All answers of MaxSum with blocks and Laplace noise are together ε-differentially private.",
)
SUM_SELECT_ZCDP = _spent(
    "privacy/sum-select/zcdp",
    SumSelect,
    "The index",
    "All indices of SumSelect with blocks, each drawn with bounded range √(8ρ/K), are together "
    "ρ-zCDP.",
)
SUM_SELECT_PURE = _spent(
    "privacy/sum-select/pure",
    SumSelect,
    "The index",
    "All indices of SumSelect with blocks, each drawn by permute-and-flip at ε/K, are together "
    "ε-differentially private.",
)


def _change(key: str, of: Any, section: str, says: str, extreme: str) -> Theorem:
    """Make the claim that no event moves more counts than noise is fit to."""
    return Theorem(
        key=key,
        algorithm=of,
        quantity="norm of the difference of two neighbouring events, over what noise is fit to",
        formula=Integer(1),
        direction="<=",
        holds=Surely(),
        constants="exact",
        statement=says,
        source=here(PAGE, section),
        rtol=1e-9,
        tightness=Tightness(0.999, extreme),
    )


HISTOGRAM_CHANGE = _change(
    "privacy/histogram/change",
    ContinualHistogram,
    "Histograms",
    "Another category moves the counts by √2 in Euclidean norm and by 2 in the sum of absolute "
    "values, a person left out by 1.",
    "two categories",
)
QUANTILES_CHANGE = _change(
    "privacy/quantiles/change",
    ContinualQuantiles,
    "Quantiles",
    "Another number moves at most 2h − 1 of the left counts by one, in a tree of h levels.",
    "far apart",
)


def _failure(key: str, of: Any, quantity: str, section: str, says: str) -> Theorem:
    """Make the failure probability of a bound on all errors at once."""
    return Theorem(
        key=key,
        algorithm=of,
        quantity=quantity,
        formula=failure_probability,
        direction="<=",
        holds=InExpectation(1),
        constants="exact",
        statement=says,
        source=here(PAGE, section),
        domain={"failure_probability": (0.0, 1.0)},
    )


BEYOND = "runs in which some release lies farther from the truth than stated"

MAX_SUM_ERROR = _failure(
    "privacy/max-sum/error",
    MaxSum,
    BEYOND,
    "Blocks",
    "With blocks of B events, K = ⌊T/B⌋ of them, all errors of MaxSum are at most "
    "bound ((B − 1)/2 + √(K/2ρ) √(2 ln(2K/β))) with probability 1 − β; with Laplace noise "
    "bound ((B − 1)/2 + (K/ε) ln(2K/β)).",
)
MAX_SUM_BLOCK = Theorem(
    key="privacy/max-sum/block-error",
    algorithm=MaxSum,
    quantity="the largest error of all releases",
    formula=bound
    * ((block - 1) / 2 + sqrt(answers / rho * log(2 * answers / failure_probability))),
    direction="<=",
    holds=WithProbability(1 - failure_probability),
    constants="exact",
    statement=(
        "With K = ⌊T/B⌋ answers after blocks of B events, all errors of MaxSum are at most "
        "bound ((B − 1)/2 + √(K/2ρ) √(2 ln(2K/β))) with probability 1 − β, whatever the dimension."
    ),
    source=here(PAGE, "Blocks"),
    domain={"failure_probability": (0.0, 1.0)},
    rtol=1e-9,
)
SUM_SELECT_REGRET = _failure(
    "privacy/sum-select/regret",
    SumSelect,
    BEYOND,
    "The index",
    "With blocks of B events, K = ⌊T/B⌋ of them, every index's sum lies below the largest by at "
    "most bound (B − 1 + (2/ε') ln(dK/β)) with probability 1 − β, ε' = √(8ρ/K) or ε/K.",
)
MAX_SUM_COLUMNS = _failure(
    "privacy/max-sum/columns",
    MaxSum,
    BEYOND,
    "Columns",
    "The maximum of noisy column sums errs by at most the simultaneous bound of their counter.",
)
SUM_SELECT_COLUMNS = _failure(
    "privacy/sum-select/columns",
    SumSelect,
    BEYOND,
    "Columns",
    "The sum of the column that is largest with noise lies below the largest by at most twice the "
    "simultaneous bound of their counter.",
)
HEAVY_HITTERS = _failure(
    "privacy/histogram/heavy-hitters",
    ContinualHistogram,
    "runs in which, at some step, a category is on the wrong side of a threshold",
    "Histograms",
    "With probability 1 − β all categories that are called surely heavy reach the threshold, and "
    "all that are called surely not heavy do not, at all steps.",
)
QUANTILE_RANKS = _failure(
    "privacy/quantiles/rank-error",
    ContinualQuantiles,
    "runs in which some rank lies farther from the truth than stated",
    "Quantiles",
    "With probability 1 − β all ranks of all edges at all steps lie within rank_error(β) of the "
    "truth.",
)
QUANTILE_BINS = _failure(
    "privacy/quantiles/bin",
    ContinualQuantiles,
    "runs in which some quantile's bin is off by more than the stated rank",
    "Quantiles",
    "With probability 1 − β, for all q at all steps: fewer than qt + r events lie below the bin of "
    "quantile(q) and at least qt − r below its upper end, with r = rank_error(β).",
)


def _growth(
    key: str, of: Any, formula: Expr, says: str, source: Source, *, below: bool = False
) -> Theorem:
    """Make a claim on how an error grows."""
    return Theorem(
        key=key,
        algorithm=of,
        quantity="the largest error of all releases",
        formula=formula,
        direction="<=" if below else ">=",
        holds=Surely(),
        constants="unspecified",
        statement=says,
        source=source,
    )


_third = Rational(1, 3)
MAX_SUM_GROWTH = _growth(
    "privacy/max-sum/growth",
    MaxSum,
    (horizon * log(horizon)) ** _third,
    "With the best block, the error of MaxSum grows at most like (T log T)^(1/3).",
    here(PAGE, "Blocks"),
    below=True,
)
MAX_SUM_LOWER = _growth(
    "privacy/max-sum/lower-bound",
    MaxSum,
    horizon**_third,
    "For (ε, δ)-differential privacy, δ below 1/T, no mechanism of many columns has an error of "
    "MaxSum below the order of min(T^(1/3) ε^(−2/3), √d/ε, T), up to logarithms: at a given budget "
    "it grows like T^(1/3).",
    JAIN_2023,
)
MAX_SUM_LOWER_PURE = _growth(
    "privacy/max-sum/lower-bound-pure",
    MaxSum,
    sqrt(horizon),
    "For pure ε-differential privacy no mechanism of many columns has an error of MaxSum below the "
    "order of min(√(T/ε), d/ε, T): at a given budget it grows like √T.",
    JAIN_2023,
)
MAX_SUM_LOWER_DIMENSION = _growth(
    "privacy/max-sum/lower-bound-dimension",
    MaxSum,
    sqrt(dimension),
    "While √d/ε is the least of the three terms, the error of MaxSum grows like √d, up to "
    "logarithms: that is what counters of the columns reach.",
    JAIN_2023,
)
SUM_SELECT_LOWER = _growth(
    "privacy/sum-select/lower-bound",
    SumSelect,
    horizon**_third,
    "For (ε, δ)-differential privacy, δ below 1/T, no mechanism of many columns has a regret below "
    "the order of min(T^(1/3) (log d)^(1/3) ε^(−2/3), √d/ε, T), up to logarithms: it grows like "
    "T^(1/3).",
    JAIN_2023,
)

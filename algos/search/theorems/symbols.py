"""The symbols, sources and forms that the family's theorems share."""

from collections.abc import Callable

import numpy as np
from sympy import Eq, Expr, Rational, Symbol
from sympy.utilities.lambdify import implemented_function

from algos.search import (
    backtracking_flips,
    burnashev_zigangirov_flips,
    capacity,
    threshold_queries,
    threshold_regret,
    vote_flips,
    worst_case_flips,
)
from algos.theorem import InExpectation, Need, Source, Surely, Theorem, Tightness

n = Symbol("n", integer=True, positive=True)
target = Symbol("target", positive=True)
tolerance = Symbol("tolerance", positive=True)
failure_probability = Symbol("failure_probability", positive=True)
sharp = Symbol("sharp")  # 1 where every coin is exactly at target ± tolerance
cap = Symbol("cap", positive=True)  # the caller's max_samples
clear = Symbol("clear")  # 1 where no coin lies strictly inside target ± tolerance
horizon = Symbol("horizon", integer=True, positive=True)
lipschitz = Symbol("lipschitz", positive=True)
error_probability = Symbol("error_probability", positive=True)
smooth = Symbol("smooth")  # 1 where the reward or the value's law is one-sided Lipschitz

lg = implemented_function("lg", np.log2)
C = implemented_function("C", capacity)


def _function(name: str, count: Callable[..., float]) -> Callable[..., Expr]:
    """Make a count that the algorithm itself computes part of a formula."""
    function: Callable[..., Expr] = implemented_function(name, np.vectorize(count, otypes=[float]))
    return function


W = _function("W", worst_case_flips)
V = _function("V", vote_flips)
B = _function("B", burnashev_zigangirov_flips)
K = _function("K", backtracking_flips)
Q = _function("Q", threshold_queries)
R = _function("R", threshold_regret)

DOMAIN = {
    "n": (1.0, 2.0**62),
    "target": (0.0, 1.0),
    "tolerance": (0.0, 0.5),
    "failure_probability": (0.0, 1.0),
    "horizon": (2.0, 2.0**62),
}
SHARP = Need(Eq(sharp, 1), "every coin is at exactly target - tolerance or target + tolerance")
CLEAR = Need(
    Eq(clear, 1), "no coin lies strictly between target - tolerance and target + tolerance"
)
SMOOTH = Need(
    Eq(smooth, 1),
    "the reward does not fall and the value's distribution function is lipschitz-Lipschitz, or "
    "lowering the threshold costs at most lipschitz times the step",
)
EVEN = Need(Eq(target, Rational(1, 2)), "the target is 1/2")

GRETTA_PRICE = Source(
    authors="L. Gretta, E. Price",
    title="Sharp Noisy Binary Search with Monotonic Probabilities",
    year=2023,
    venue="arXiv 2311.00840",
    locator="Theorem 1.1",
    url="https://arxiv.org/abs/2311.00840",
)


KARP_KLEINBERG = Source(
    authors="R. Karp, R. Kleinberg",
    title="Noisy binary search and its applications",
    year=2007,
    venue="SODA 2007",
    locator="abstract: O(log n / tolerance^2) expected flips",
)
CENSORED = Source(
    authors="J. Zhang, T. Lin, W. Zheng, Z. Feng, Y. Teng, X. Deng",
    title="Learning Thresholds with Latent Values and Censored Feedback",
    year=2023,
    venue="arXiv 2312.04653",
    locator="abstract: Theta(1 / tolerance^3) queries, Theta(T^(2/3)) regret",
    url="https://arxiv.org/abs/2312.04653",
)


def wrong_answer(
    key: str, algorithm: Callable[..., object], statement: str, source: Source, *needs: Need
) -> Theorem:
    """Claim that an algorithm fails with probability at most failure_probability."""
    return Theorem(
        key=f"search/{key}/failure",
        algorithm=algorithm,
        quantity="probability of a wrong answer",
        formula=failure_probability,
        direction="<=",
        holds=InExpectation(1),
        constants="exact",
        statement=statement,
        source=source,
        needs=needs,
        domain=DOMAIN,
    )


def sure_count(
    key: str,
    algorithm: Callable[..., object],
    quantity: str,
    formula: Expr,
    statement: str,
    source: Source,
    tightness: Tightness | None = None,
) -> Theorem:
    """Claim that no run ever uses more than the formula."""
    return Theorem(
        key=f"search/{key}",
        algorithm=algorithm,
        quantity=quantity,
        formula=formula,
        direction="<=",
        holds=Surely(),
        constants="exact",
        statement=statement,
        source=source,
        domain=DOMAIN,
        tightness=tightness or "unknown",
    )


def growth(
    key: str,
    algorithm: Callable[..., object],
    formula: Expr,
    statement: str,
    source: Source,
    quantity: str = "coin flips",
) -> Theorem:
    """Claim a growth alone."""
    return Theorem(
        key=f"search/{key}",
        algorithm=algorithm,
        quantity=quantity,
        formula=formula,
        direction="<=",
        holds=Surely(),
        constants="unspecified",
        statement=statement,
        source=source,
        domain=DOMAIN,
    )

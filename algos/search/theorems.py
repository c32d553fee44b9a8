"""What is proven of noisy search and of learning thresholds."""

from collections.abc import Callable

import numpy as np
from sympy import Eq, Expr, Rational, Symbol
from sympy.utilities.lambdify import implemented_function

from algos.search import (
    backtracking_flips,
    backtracking_search,
    burnashev_zigangirov_flips,
    burnashev_zigangirov_search,
    capacity,
    learn_threshold,
    learn_threshold_online,
    multiplicative_weights_search,
    noisy_binary_search,
    probabilistic_bisection,
    repeated_vote_search,
    sharp_crossing_search,
    side_test,
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


def _here(page: str, section: str) -> Source:
    """Point at a proof of this library."""
    return Source(
        authors="lemmata",
        title="proof of this library",
        year=2026,
        venue=f"docs/theory/{page}.md",
        locator=section,
    )


FAILURE = Theorem(
    key="search/noisy-binary-search/failure",
    algorithm=noisy_binary_search,
    quantity="probability of a wrong answer",
    formula=failure_probability,
    direction="<=",
    holds=InExpectation(1),
    constants="exact",
    statement=(
        "On every line of non-decreasing coins, ramps of indistinguishable coins included, the "
        "answer is wrong with probability at most failure_probability."
    ),
    source=_here("noisy_binary_search", "The verification"),
    domain=DOMAIN,
)

WORST_CASE = Theorem(
    key="search/noisy-binary-search/worst-case",
    algorithm=noisy_binary_search,
    quantity="coin flips",
    formula=W(n, target, tolerance, failure_probability),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="No run on non-decreasing coins uses more flips than W, whatever they show.",
    source=_here("noisy_binary_search", "The number of flips"),
    domain=DOMAIN,
)

FLIPS = Theorem(
    key="search/noisy-binary-search/flips",
    algorithm=noisy_binary_search,
    quantity="coin flips",
    formula=(
        lg(n)
        + lg(n) ** Rational(2, 3) * lg(1 / failure_probability) ** Rational(1, 3)
        + lg(1 / failure_probability)
    )
    / C(target, tolerance),
    direction="<=",
    holds=InExpectation(W(n, target, tolerance, failure_probability)),
    constants="unspecified",
    statement=(
        "The flips grow like lg n / C with lower-order terms in the failure probability; the "
        "published constants of those terms are unknown, so the growth alone is claimed."
    ),
    source=GRETTA_PRICE,
    domain=DOMAIN,
)

SHARP_FAILURE = Theorem(
    key="search/sharp-crossing/failure",
    algorithm=sharp_crossing_search,
    quantity="probability of a wrong answer",
    formula=failure_probability,
    direction="<=",
    holds=InExpectation(1),
    constants="exact",
    statement=(
        "If the coins jump from exactly target - tolerance to exactly target + tolerance at a "
        "uniform place, the answer is wrong with probability at most failure_probability."
    ),
    source=_here("noisy_binary_search", "The exact posterior"),
    needs=(SHARP,),
    domain=DOMAIN,
    tightness=Tightness(0.3, "nine coins"),
)

SHARP_FLIPS = Theorem(
    key="search/sharp-crossing/flips",
    algorithm=sharp_crossing_search,
    quantity="coin flips",
    formula=(lg(n + 1) + lg(1 / failure_probability) + 3) / C(target, tolerance),
    direction="<=",
    holds=InExpectation(cap),
    constants="exact",
    statement=(
        "With symmetric noise and a uniform crossing among n + 1 places, asking the posterior "
        "median takes (lg(n + 1) + lg(1/failure_probability) + 3) / C flips on average."
    ),
    source=Source(
        authors="D. Dereniowski, A. Łukasiewicz, P. Uznański",
        title="Noisy (Binary) Searching: Simple, Fast and Correct",
        year=2021,
        venue="arXiv 2107.05753",
        locator="abstract: uniform prior, expected queries",
        url="https://arxiv.org/abs/2107.05753",
    ),
    needs=(SHARP, EVEN),
    domain=DOMAIN,
    tightness=Tightness(0.75, "2^60 coins"),
)

INFORMATION = Theorem(
    key="search/any-method/information",
    algorithm=sharp_crossing_search,
    quantity="coin flips",
    formula=((1 - failure_probability) * lg(n + 1) - 1) / C(target, tolerance),
    direction=">=",
    holds=InExpectation(cap),
    constants="exact",
    statement=(
        "Any method that finds a uniform crossing among n + 1 places with the given failure "
        "probability flips at least ((1 - failure_probability) lg(n + 1) - 1) / C coins on average."
    ),
    source=_here("noisy_binary_search", "The lower bound"),
    needs=(SHARP,),
    domain=DOMAIN,
    tightness=Tightness(0.75, "2^60 coins"),
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


def _failure(
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


def _count(
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


SIDE_TEST = Theorem(
    key="search/side-test/failure",
    algorithm=side_test,
    quantity="probability of a false conclusion",
    formula=failure_probability,
    direction="<=",
    holds=InExpectation(1),
    constants="exact",
    statement=(
        "A side test's conclusion about a coin is false with probability at most its level, "
        "whichever conclusion it was asked to look for."
    ),
    source=_here("noisy_binary_search", "The verification"),
    domain=DOMAIN,
)
VOTE_FAILURE = _failure(
    "repeated-vote",
    repeated_vote_search,
    "On every line of non-decreasing coins the answer is wrong with probability at most "
    "failure_probability.",
    _here("search_baselines", "Repeated votes"),
)
VOTE_FLIPS = _count(
    "repeated-vote/flips",
    repeated_vote_search,
    "coin flips",
    V(n, tolerance, failure_probability),
    "No run uses more than V flips, ceil(lg(n+1)) votes of equal size.",
    _here("search_baselines", "Repeated votes"),
    Tightness(0.999, "1023 coins"),
)
BZ_FAILURE = _failure(
    "burnashev-zigangirov",
    burnashev_zigangirov_search,
    "For target 1/2 and no coin strictly within the tolerance the answer is wrong with "
    "probability at most failure_probability.",
    _here("search_baselines", "Burnashev and Zigangirov"),
    CLEAR,
    EVEN,
)
BZ_FLIPS = _count(
    "burnashev-zigangirov/flips",
    burnashev_zigangirov_search,
    "coin flips",
    B(n, tolerance, failure_probability),
    "No run uses more than B flips, a number that is known in advance.",
    _here("search_baselines", "Burnashev and Zigangirov"),
    Tightness(0.95, "1023 coins"),
)
BACKTRACKING_FAILURE = _failure(
    "backtracking",
    backtracking_search,
    "If no coin lies strictly within the tolerance of the target, the answer is wrong with "
    "probability at most failure_probability.",
    _here("search_baselines", "Backtracking"),
    CLEAR,
)
BACKTRACKING_FLIPS = _count(
    "backtracking/flips",
    backtracking_search,
    "coin flips",
    K(n, tolerance, failure_probability),
    "No run uses more than K flips, three votes a step.",
    _here("search_baselines", "Backtracking"),
)
BISECTION_FAILURE = _failure(
    "probabilistic-bisection",
    probabilistic_bisection,
    "If the root is uniform and every sign is wrong with exactly error_probability, the answer is "
    "further than the tolerance from the root with probability at most failure_probability.",
    Source(
        authors="M. Horstein",
        title="Sequential transmission using noiseless feedback",
        year=1963,
        venue="IEEE Transactions on Information Theory 9",
        locator="the exact posterior; see docs/theory/search_baselines.md",
    ),
)
THRESHOLD_FAILURE = _failure(
    "learn-threshold",
    learn_threshold,
    "Under either Lipschitz condition the utility of the threshold found stays more than the "
    "tolerance below the best with probability at most failure_probability.",
    _here("thresholds", "The grid"),
    SMOOTH,
)
THRESHOLD_QUERIES = _count(
    "learn-threshold/queries",
    learn_threshold,
    "queries",
    Q(tolerance, failure_probability, lipschitz),
    "Every run uses Q queries.",
    _here("thresholds", "The grid"),
    Tightness(0.999, "posted price"),
)
THRESHOLD_REGRET = Theorem(
    key="search/learn-threshold-online/regret",
    algorithm=learn_threshold_online,
    quantity="regret",
    formula=R(horizon, lipschitz),
    direction="<=",
    holds=InExpectation(horizon),
    constants="exact",
    statement=(
        "Under either Lipschitz condition the expected regret against the best fixed threshold is "
        "at most R, which grows like horizon^(2/3) up to logarithms."
    ),
    source=_here("thresholds", "Online"),
    needs=(SMOOTH,),
    domain=DOMAIN,
)


def _growth(
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


METHODS = {
    "noisy-binary-search": (noisy_binary_search, GRETTA_PRICE),
    "sharp-crossing": (sharp_crossing_search, GRETTA_PRICE),
    "repeated-vote": (repeated_vote_search, _here("search_baselines", "Repeated votes")),
    "burnashev-zigangirov": (
        burnashev_zigangirov_search,
        _here("search_baselines", "Burnashev and Zigangirov"),
    ),
    "backtracking": (backtracking_search, KARP_KLEINBERG),
    "multiplicative-weights": (multiplicative_weights_search, KARP_KLEINBERG),
}
GROWTH_IN_N = tuple(
    _growth(
        f"{name}/growth-in-n",
        algorithm,
        lg(n) * lg(lg(n)) if name == "repeated-vote" else lg(n),
        "With the tolerance and the failure probability fixed, the flips grow at most like "
        + ("lg n lg lg n." if name == "repeated-vote" else "lg n."),
        source,
    )
    for name, (algorithm, source) in METHODS.items()
    if algorithm is not noisy_binary_search  # FLIPS says more
)
GROWTH_IN_TOLERANCE = tuple(
    _growth(
        f"{name}/growth-in-tolerance",
        algorithm,
        1 / tolerance**2,
        "With n and the failure probability fixed, the flips grow at most like 1 / tolerance^2.",
        source,
    )
    for name, (algorithm, source) in METHODS.items()
)
QUERIES_GROWTH = _growth(
    "learn-threshold/growth-in-tolerance",
    learn_threshold,
    lg(1 / tolerance) / tolerance**3,
    "With the Lipschitz constant fixed, the queries grow at most like 1 / tolerance^3 up to a "
    "logarithm.",
    CENSORED,
    "queries",
)
REGRET_GROWTH = _growth(
    "learn-threshold-online/growth",
    learn_threshold_online,
    horizon ** Rational(2, 3) * lg(horizon) ** Rational(1, 3),
    "The regret grows at most like horizon^(2/3) up to logarithms.",
    CENSORED,
    "regret",
)

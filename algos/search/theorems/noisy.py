"""Noisy binary search, its side tests, and the sharp-crossing search."""

from sympy import Rational

from algos.search import (
    noisy_binary_search,
    sharp_crossing_search,
    side_test,
)
from algos.search.theorems.symbols import (
    DOMAIN,
    EVEN,
    GRETTA_PRICE,
    SHARP,
    C,
    W,
    cap,
    failure_probability,
    lg,
    n,
    target,
    tolerance,
)
from algos.theorem import InExpectation, Source, Surely, Theorem, Tightness, here

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
    source=here("noisy_binary_search", "The verification"),
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
    source=here("noisy_binary_search", "The number of flips"),
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
    source=here("noisy_binary_search", "The exact posterior"),
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
        "With symmetric noise and a uniform crossing among n + 1 places, a Bayesian search needs "
        "at most (lg(n + 1) + lg(1/failure_probability) + 3) / C flips on average: as published; "
        "this library checks it for its own search and proves a weaker bound."
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
    source=here("noisy_binary_search", "The lower bound"),
    needs=(SHARP,),
    domain=DOMAIN,
    tightness=Tightness(0.75, "2^60 coins"),
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
    source=here("noisy_binary_search", "The verification"),
    domain=DOMAIN,
)

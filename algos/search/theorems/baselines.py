"""The baselines of noisy search."""

from algos.search import (
    backtracking_search,
    burnashev_zigangirov_search,
    probabilistic_bisection,
    repeated_vote_search,
)
from algos.search.theorems.symbols import (
    CLEAR,
    EVEN,
    B,
    K,
    V,
    failure_probability,
    n,
    sure_count,
    tolerance,
    wrong_answer,
)
from algos.theorem import Source, Tightness, here

VOTE_FAILURE = wrong_answer(
    "repeated-vote",
    repeated_vote_search,
    "On every line of non-decreasing coins the answer is wrong with probability at most "
    "failure_probability.",
    here("search_baselines", "Repeated votes"),
)
VOTE_FLIPS = sure_count(
    "repeated-vote/flips",
    repeated_vote_search,
    "coin flips",
    V(n, tolerance, failure_probability),
    "No run uses more than V flips, ceil(lg(n+1)) votes of equal size.",
    here("search_baselines", "Repeated votes"),
    Tightness(0.999, "1023 coins"),
)
BZ_FAILURE = wrong_answer(
    "burnashev-zigangirov",
    burnashev_zigangirov_search,
    "For target 1/2 and no coin strictly within the tolerance the answer is wrong with "
    "probability at most failure_probability.",
    here("search_baselines", "Burnashev and Zigangirov"),
    CLEAR,
    EVEN,
)
BZ_FLIPS = sure_count(
    "burnashev-zigangirov/flips",
    burnashev_zigangirov_search,
    "coin flips",
    B(n, tolerance, failure_probability),
    "No run uses more than B flips, a number that is known in advance.",
    here("search_baselines", "Burnashev and Zigangirov"),
    Tightness(0.95, "1023 coins"),
)
BACKTRACKING_FAILURE = wrong_answer(
    "backtracking",
    backtracking_search,
    "If no coin lies strictly within the tolerance of the target, the answer is wrong with "
    "probability at most failure_probability.",
    here("search_baselines", "Backtracking"),
    CLEAR,
)
BACKTRACKING_FLIPS = sure_count(
    "backtracking/flips",
    backtracking_search,
    "coin flips",
    K(n, tolerance, failure_probability),
    "No run uses more than K flips, three votes a step.",
    here("search_baselines", "Backtracking"),
)
BISECTION_FAILURE = wrong_answer(
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

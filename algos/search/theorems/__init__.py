"""What is proven of noisy search and of learning thresholds."""

from algos.search.theorems.baselines import (
    BACKTRACKING_FAILURE,
    BACKTRACKING_FLIPS,
    BISECTION_FAILURE,
    BZ_FAILURE,
    BZ_FLIPS,
    VOTE_FAILURE,
    VOTE_FLIPS,
)
from algos.search.theorems.methods import GROWTH_IN_N, GROWTH_IN_TOLERANCE
from algos.search.theorems.noisy import (
    FAILURE,
    FLIPS,
    INFORMATION,
    SHARP_FAILURE,
    SHARP_FLIPS,
    SIDE_TEST,
    WORST_CASE,
)
from algos.search.theorems.thresholds import (
    QUERIES_GROWTH,
    REGRET_GROWTH,
    THRESHOLD_FAILURE,
    THRESHOLD_QUERIES,
    THRESHOLD_REGRET,
)

__all__ = [
    "BACKTRACKING_FAILURE",
    "BACKTRACKING_FLIPS",
    "BISECTION_FAILURE",
    "BZ_FAILURE",
    "BZ_FLIPS",
    "FAILURE",
    "FLIPS",
    "GROWTH_IN_N",
    "GROWTH_IN_TOLERANCE",
    "INFORMATION",
    "QUERIES_GROWTH",
    "REGRET_GROWTH",
    "SHARP_FAILURE",
    "SHARP_FLIPS",
    "SIDE_TEST",
    "THRESHOLD_FAILURE",
    "THRESHOLD_QUERIES",
    "THRESHOLD_REGRET",
    "VOTE_FAILURE",
    "VOTE_FLIPS",
    "WORST_CASE",
]

"""Checks of the family `search`."""

from proofs_checks.search.baselines import (
    backtracking_failure,
    backtracking_flips,
    bisection_failure,
    bz_failure,
    bz_flips,
    vote_failure,
    vote_flips,
)
from proofs_checks.search.growth import growth_in_n, growth_in_tolerance, noisy_flips
from proofs_checks.search.noisy import noisy_failure, noisy_worst_case, side_test_failure
from proofs_checks.search.sharp import information, sharp_failure, sharp_flips
from proofs_checks.search.thresholds import (
    queries_growth,
    regret_growth,
    threshold_failure,
    threshold_queries,
    threshold_regret,
)

__all__ = [
    "backtracking_failure",
    "backtracking_flips",
    "bisection_failure",
    "bz_failure",
    "bz_flips",
    "growth_in_n",
    "growth_in_tolerance",
    "information",
    "noisy_failure",
    "noisy_flips",
    "noisy_worst_case",
    "queries_growth",
    "regret_growth",
    "sharp_failure",
    "sharp_flips",
    "side_test_failure",
    "threshold_failure",
    "threshold_queries",
    "threshold_regret",
    "vote_failure",
    "vote_flips",
]

from ._backtracking import backtracking_flips, backtracking_search
from ._burnashev_zigangirov import burnashev_zigangirov_flips, burnashev_zigangirov_search
from ._capacity import capacity, capacity_between, query_quantile
from ._coin_line import CoinLine
from ._learn_threshold import ThresholdResult, learn_threshold, threshold_queries
from ._learn_threshold_online import OnlineThresholdResult, learn_threshold_online, threshold_regret
from ._multiplicative_weights import multiplicative_weights_search
from ._noisy_binary_search import NoisySearchResult, noisy_binary_search, worst_case_flips
from ._posterior import CrossingPosterior
from ._probabilistic_bisection import BisectionResult, probabilistic_bisection
from ._problem import FlipError, SearchResult
from ._repeated_vote import repeated_vote_search, vote_flips
from ._sharp_crossing_search import sharp_crossing_search
from ._side_test import SideTest, side_test
from ._threshold_problem import RewardError, ThresholdProblem

__all__ = [
    "BisectionResult",
    "CoinLine",
    "CrossingPosterior",
    "FlipError",
    "NoisySearchResult",
    "OnlineThresholdResult",
    "RewardError",
    "SearchResult",
    "SideTest",
    "ThresholdProblem",
    "ThresholdResult",
    "backtracking_flips",
    "backtracking_search",
    "burnashev_zigangirov_flips",
    "burnashev_zigangirov_search",
    "capacity",
    "capacity_between",
    "learn_threshold",
    "learn_threshold_online",
    "multiplicative_weights_search",
    "noisy_binary_search",
    "probabilistic_bisection",
    "query_quantile",
    "repeated_vote_search",
    "sharp_crossing_search",
    "side_test",
    "threshold_queries",
    "threshold_regret",
    "vote_flips",
    "worst_case_flips",
]

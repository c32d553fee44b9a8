from ._capacity import capacity, capacity_between, query_quantile
from ._noisy_binary_search import NoisySearchResult, noisy_binary_search, worst_case_flips
from ._posterior import CrossingPosterior
from ._problem import CoinLine, FlipError, SearchResult
from ._sharp_crossing_search import sharp_crossing_search
from ._side_test import SideTest

__all__ = [
    "CoinLine",
    "CrossingPosterior",
    "FlipError",
    "NoisySearchResult",
    "SearchResult",
    "SideTest",
    "capacity",
    "capacity_between",
    "noisy_binary_search",
    "query_quantile",
    "sharp_crossing_search",
    "worst_case_flips",
]

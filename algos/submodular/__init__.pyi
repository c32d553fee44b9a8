from ._bandit_dr import BanditDRMaximizer
from ._batched_dynamic_maximizer import BatchedDynamicMaximizer
from ._biased_rankings import biased_rankings
from ._byte_pair import byte_pair_encoding
from ._byte_pair_optimum import optimal_merges
from ._byte_pair_result import BytePairEncoding
from ._check_submodular import SubmodularityReport, Violation, check_submodular
from ._concave_over_modular import ConcaveOverModular
from ._continuous_greedy import FractionalSelection, continuous_greedy
from ._cost_scaled_greedy import cost_scaled_greedy
from ._coverage import Coverage
from ._distorted_greedy import distorted_greedy
from ._distributed_greedy import distributed_greedy
from ._double_greedy import double_greedy
from ._dr_frank_wolfe import DRPoint, dr_maximize
from ._dr_function import CoverageExtension, DRFunction, LogarithmicSum, QuadraticDR
from ._dr_sets import Box, Budget, FeasibleSet, Polytope
from ._dynamic_maximizer import DynamicMaximizer
from ._facility_location import FacilityLocation
from ._from_callable import from_callable
from ._graph_cut import GraphCut
from ._greedy import greedy
from ._knapsack_greedy import knapsack_greedy
from ._knapsack_streaming import KnapsackStreaming
from ._lazy_greedy import lazy_greedy
from ._log_determinant import LogDeterminant
from ._matroid import Matroid
from ._matroid_greedy import matroid_greedy
from ._matroids import (
    GraphicMatroid,
    LaminarMatroid,
    PartitionMatroid,
    TransversalMatroid,
    UniformMatroid,
)
from ._mixture import Mixture
from ._multilinear import MultilinearExtension
from ._net_selection import NetSelection
from ._online_dr import OnlineDRMaximizer
from ._random_greedy import random_greedy
from ._ranking_quotas import QuotaMatroid, quota_greedy
from ._ranking_score import CommitteeScore
from ._return_greedy import roi_greedy
from ._saturated_coverage import SaturatedCoverage
from ._selection import Selection
from ._semi_bandit_dr import SemiBanditDRMaximizer
from ._set_function import OracleError, SetFunction
from ._sieve_streaming import SieveStreaming
from ._stochastic_distorted_greedy import stochastic_distorted_greedy
from ._stochastic_greedy import stochastic_greedy
from ._unconstrained_distorted_greedy import unconstrained_distorted_greedy

__all__ = [
    "BanditDRMaximizer",
    "BatchedDynamicMaximizer",
    "Box",
    "Budget",
    "BytePairEncoding",
    "CommitteeScore",
    "ConcaveOverModular",
    "Coverage",
    "CoverageExtension",
    "DRFunction",
    "DRPoint",
    "DynamicMaximizer",
    "FacilityLocation",
    "FeasibleSet",
    "FractionalSelection",
    "GraphCut",
    "GraphicMatroid",
    "KnapsackStreaming",
    "LaminarMatroid",
    "LogDeterminant",
    "LogarithmicSum",
    "Matroid",
    "Mixture",
    "MultilinearExtension",
    "NetSelection",
    "OnlineDRMaximizer",
    "OracleError",
    "PartitionMatroid",
    "Polytope",
    "QuadraticDR",
    "QuotaMatroid",
    "SaturatedCoverage",
    "Selection",
    "SemiBanditDRMaximizer",
    "SetFunction",
    "SieveStreaming",
    "SubmodularityReport",
    "TransversalMatroid",
    "UniformMatroid",
    "Violation",
    "biased_rankings",
    "byte_pair_encoding",
    "check_submodular",
    "continuous_greedy",
    "cost_scaled_greedy",
    "distorted_greedy",
    "distributed_greedy",
    "double_greedy",
    "dr_maximize",
    "from_callable",
    "greedy",
    "knapsack_greedy",
    "lazy_greedy",
    "matroid_greedy",
    "optimal_merges",
    "quota_greedy",
    "random_greedy",
    "roi_greedy",
    "stochastic_distorted_greedy",
    "stochastic_greedy",
    "unconstrained_distorted_greedy",
]

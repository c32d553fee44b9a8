from ._concave_over_modular import ConcaveOverModular
from ._cost_scaled_greedy import cost_scaled_greedy
from ._coverage import Coverage
from ._distorted_greedy import distorted_greedy
from ._dynamic_maximizer import DynamicMaximizer
from ._facility_location import FacilityLocation
from ._graph_cut import GraphCut
from ._greedy import greedy
from ._log_determinant import LogDeterminant
from ._mixture import Mixture
from ._net_selection import NetSelection
from ._return_greedy import roi_greedy
from ._saturated_coverage import SaturatedCoverage
from ._selection import Selection
from ._set_function import OracleError, SetFunction
from ._stochastic_distorted_greedy import stochastic_distorted_greedy
from ._unconstrained_distorted_greedy import unconstrained_distorted_greedy

__all__ = [
    "ConcaveOverModular",
    "Coverage",
    "DynamicMaximizer",
    "FacilityLocation",
    "GraphCut",
    "LogDeterminant",
    "Mixture",
    "NetSelection",
    "OracleError",
    "SaturatedCoverage",
    "Selection",
    "SetFunction",
    "cost_scaled_greedy",
    "distorted_greedy",
    "greedy",
    "roi_greedy",
    "stochastic_distorted_greedy",
    "unconstrained_distorted_greedy",
]

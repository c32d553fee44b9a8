from ._coverage import Coverage
from ._facility_location import FacilityLocation
from ._greedy import greedy
from ._selection import Selection
from ._set_function import OracleError, SetFunction

__all__ = [
    "Coverage",
    "FacilityLocation",
    "OracleError",
    "Selection",
    "SetFunction",
    "greedy",
]

from ._continual_sum import ContinualSum
from ._mechanism import Mechanism
from ._privacy import Privacy, zcdp_delta, zcdp_epsilon, zcdp_rho
from ._release_error import ReleaseError
from ._tree import Tree

__all__ = [
    "ContinualSum",
    "Mechanism",
    "Privacy",
    "ReleaseError",
    "Tree",
    "zcdp_delta",
    "zcdp_epsilon",
    "zcdp_rho",
]

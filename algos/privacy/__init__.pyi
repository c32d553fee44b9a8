from ._audit import Audit, audit
from ._audit_events import gaussian_statistic
from ._audit_probes import adaptive_game, fork_probe, restart_game
from ._banded_toeplitz import BandedToeplitz
from ._blt import BLT
from ._choose_mechanism import Candidate, MechanismChoice, choose_mechanism
from ._continual_histogram import ContinualHistogram, HeavyHitters
from ._continual_quantiles import ContinualQuantiles, Quantile
from ._continual_sum import ContinualSum
from ._dense_factorization import DenseFactorization
from ._factorization_bound import factorization_lower_bound
from ._honaker_tree import HonakerTree
from ._k_ary import KAry
from ._max_sum import MaxSum
from ._mechanism import Mechanism
from ._method_choice import MethodCandidate, MethodChoice
from ._privacy import Privacy, zcdp_delta, zcdp_epsilon, zcdp_rho
from ._release_error import ReleaseError
from ._smooth_binary import SmoothBinary
from ._square_root import SquareRoot
from ._sum_select import SumSelect
from ._tree import Tree

__all__ = [
    "BLT",
    "Audit",
    "BandedToeplitz",
    "Candidate",
    "ContinualHistogram",
    "ContinualQuantiles",
    "ContinualSum",
    "DenseFactorization",
    "HeavyHitters",
    "HonakerTree",
    "KAry",
    "MaxSum",
    "Mechanism",
    "MechanismChoice",
    "MethodCandidate",
    "MethodChoice",
    "Privacy",
    "Quantile",
    "ReleaseError",
    "SmoothBinary",
    "SquareRoot",
    "SumSelect",
    "Tree",
    "adaptive_game",
    "audit",
    "choose_mechanism",
    "factorization_lower_bound",
    "fork_probe",
    "gaussian_statistic",
    "restart_game",
    "zcdp_delta",
    "zcdp_epsilon",
    "zcdp_rho",
]

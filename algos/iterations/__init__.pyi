from ._accelerated_bregman_proximal_gradient import accelerated_bregman_proximal_gradient
from ._accelerated_proximal_point import accelerated_proximal_point
from ._averaged_iteration import AveragedResult, averaged_iteration
from ._bregman import BregmanResult
from ._bregman_proximal_gradient import bregman_proximal_gradient
from ._bregman_proximal_point import bregman_proximal_point
from ._correlation_clustering import CorrelationClusteringResult, correlation_clustering
from ._dykstra_bregman import DykstraResult, dykstra_bregman
from ._eag import eag
from ._extragradient import ErgodicResult, extragradient
from ._feg import feg
from ._finite_sum import FiniteSumResult
from ._generator import Generator
from ._generators import Burg, Entropy, Euclidean, Mahalanobis, PNorm
from ._halpern import FixedPointResult, displacement_error, halpern
from ._halpern_cocoercive import halpern_cocoercive
from ._krasnoselskii_mann import krasnoselskii_mann, krasnoselskii_mann_rate
from ._lp_epoch import HalpernPdhgResult, halpern_pdhg
from ._metric_learning import MetricLearningResult, metric_learning
from ._metric_nearness import MetricNearnessResult, metric_nearness
from ._mirror_descent import mirror_descent
from ._optimistic_gradient import optimistic_gradient
from ._oracle import OracleError, Witness
from ._page import StochasticResult
from ._past_extragradient import past_extragradient
from ._problem import IterationResult
from ._project_and_forget import ProjectAndForgetResult, project_and_forget
from ._reflected_gradient import reflected_gradient
from ._separated_rates import (
    SeparatedResult,
    optimistic_gradient_separated,
    separated_rates_bound,
)
from ._single_call import single_call_rate
from ._sinkhorn import SinkhornResult, projective_diameter, sinkhorn
from ._solve_lp import LPResult, solve_lp
from ._sparse_metric_nearness import sparse_metric_nearness
from ._stochastic_extragradient_halpern import stochastic_extragradient_halpern
from ._stochastic_halpern import stochastic_halpern, stochastic_halpern_bound
from ._variance_reduced_halpern import variance_reduced_halpern
from ._variance_reduced_proximal_halpern import variance_reduced_proximal_halpern

__all__ = [
    "AveragedResult",
    "BregmanResult",
    "Burg",
    "CorrelationClusteringResult",
    "DykstraResult",
    "Entropy",
    "ErgodicResult",
    "Euclidean",
    "FiniteSumResult",
    "FixedPointResult",
    "Generator",
    "HalpernPdhgResult",
    "IterationResult",
    "LPResult",
    "Mahalanobis",
    "MetricLearningResult",
    "MetricNearnessResult",
    "OracleError",
    "PNorm",
    "ProjectAndForgetResult",
    "SeparatedResult",
    "SinkhornResult",
    "StochasticResult",
    "Witness",
    "accelerated_bregman_proximal_gradient",
    "accelerated_proximal_point",
    "averaged_iteration",
    "bregman_proximal_gradient",
    "bregman_proximal_point",
    "correlation_clustering",
    "displacement_error",
    "dykstra_bregman",
    "eag",
    "extragradient",
    "feg",
    "halpern",
    "halpern_cocoercive",
    "halpern_pdhg",
    "krasnoselskii_mann",
    "krasnoselskii_mann_rate",
    "metric_learning",
    "metric_nearness",
    "mirror_descent",
    "optimistic_gradient",
    "optimistic_gradient_separated",
    "past_extragradient",
    "project_and_forget",
    "projective_diameter",
    "reflected_gradient",
    "separated_rates_bound",
    "single_call_rate",
    "sinkhorn",
    "solve_lp",
    "sparse_metric_nearness",
    "stochastic_extragradient_halpern",
    "stochastic_halpern",
    "stochastic_halpern_bound",
    "variance_reduced_halpern",
    "variance_reduced_proximal_halpern",
]

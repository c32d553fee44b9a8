from ._active_regression import ActiveRegressionResult, LabelError, active_regression
from ._coreset import Coreset, CoresetResult
from ._count_sketch import CountSketch
from ._gaussian_sketch import GaussianSketch
from ._leverage_scores import LeverageScores, leverage_scores
from ._lewis_error_bound import lewis_error_bound
from ._lewis_weights import LewisWeights, lewis_weights
from ._lp_regression import lp_regression
from ._lp_sensitivities import LpSensitivities, lp_sensitivities
from ._orlicz import ConvexTukey, Huber
from ._orlicz_norm import OrliczNorm
from ._orlicz_regression import orlicz_regression
from ._pivotal_sample import pivotal_law, pivotal_sample
from ._polynomial_basis import polynomial_basis
from ._randomized_svd import RandomizedSVD, randomized_svd
from ._range_finder import RangeFinderResult, range_finder
from ._regression import RegressionResult
from ._ridge_leverage_scores import RidgeLeverageScores, ridge_leverage_scores
from ._sample_size import sample_size
from ._sensitivity_sample import Sample, sensitivity_sample
from ._sparse_sign_sketch import SparseSignSketch
from ._srht import SRHT
from ._symmetric_norm_regression import symmetric_norm_regression
from ._symmetric_norms import LpNorm, OrderedNorm, SumOfNorms, TopKNorm
from ._tensor_sketch import TensorSketch

__all__ = [
    "SRHT",
    "ActiveRegressionResult",
    "ConvexTukey",
    "Coreset",
    "CoresetResult",
    "CountSketch",
    "GaussianSketch",
    "Huber",
    "LabelError",
    "LeverageScores",
    "LewisWeights",
    "LpNorm",
    "LpSensitivities",
    "OrderedNorm",
    "OrliczNorm",
    "RandomizedSVD",
    "RangeFinderResult",
    "RegressionResult",
    "RidgeLeverageScores",
    "Sample",
    "SparseSignSketch",
    "SumOfNorms",
    "TensorSketch",
    "TopKNorm",
    "active_regression",
    "leverage_scores",
    "lewis_error_bound",
    "lewis_weights",
    "lp_regression",
    "lp_sensitivities",
    "orlicz_regression",
    "pivotal_law",
    "pivotal_sample",
    "polynomial_basis",
    "randomized_svd",
    "range_finder",
    "ridge_leverage_scores",
    "sample_size",
    "sensitivity_sample",
    "symmetric_norm_regression",
]

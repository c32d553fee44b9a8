from ._active_regression import ActiveRegressionResult, LabelError, active_regression
from ._count_sketch import CountSketch
from ._gaussian_sketch import GaussianSketch
from ._pivotal_sample import pivotal_law, pivotal_sample
from ._polynomial_basis import polynomial_basis
from ._sparse_sign_sketch import SparseSignSketch
from ._srht import SRHT
from ._tensor_sketch import TensorSketch

__all__ = [
    "SRHT",
    "ActiveRegressionResult",
    "CountSketch",
    "GaussianSketch",
    "LabelError",
    "SparseSignSketch",
    "TensorSketch",
    "active_regression",
    "pivotal_law",
    "pivotal_sample",
    "polynomial_basis",
]

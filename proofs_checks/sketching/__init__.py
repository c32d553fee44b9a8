"""Checks of the family `sketching`."""

from proofs_checks.sketching.coreset import (
    coreset_held,
    coreset_order,
    coreset_unbiased,
    coreset_variance,
)
from proofs_checks.sketching.sampling import (
    sampling_distortion,
    sampling_eigenvalues,
    sampling_error,
    sampling_scores,
    sampling_total,
    sampling_unbiased,
)
from proofs_checks.sketching.sensitivities import (
    lewis_lower,
    lewis_ratio,
    lewis_upper,
    sensitivity_lower,
    sensitivity_upper,
    subsampled_failure,
    subsampled_size,
    total_above,
    total_below,
)
from proofs_checks.sketching.sketches import (
    count_sketch_above,
    count_sketch_below,
    count_sketch_failure,
    gaussian_above,
    gaussian_below,
    sparse_sign_above,
    sparse_sign_below,
    sparse_sign_failure,
)
from proofs_checks.sketching.sketches_products import (
    merging,
    tensor_above,
    tensor_below,
)
from proofs_checks.sketching.sketches_srht import (
    srht_above,
    srht_below,
    srht_failure,
    srht_leverage,
    srht_markov,
)

__all__ = [
    "coreset_held",
    "coreset_order",
    "coreset_unbiased",
    "coreset_variance",
    "count_sketch_above",
    "count_sketch_below",
    "count_sketch_failure",
    "gaussian_above",
    "gaussian_below",
    "lewis_lower",
    "lewis_ratio",
    "lewis_upper",
    "merging",
    "sampling_distortion",
    "sampling_eigenvalues",
    "sampling_error",
    "sampling_scores",
    "sampling_total",
    "sampling_unbiased",
    "sensitivity_lower",
    "sensitivity_upper",
    "sparse_sign_above",
    "sparse_sign_below",
    "sparse_sign_failure",
    "srht_above",
    "srht_below",
    "srht_failure",
    "srht_leverage",
    "srht_markov",
    "subsampled_failure",
    "subsampled_size",
    "tensor_above",
    "tensor_below",
    "total_above",
    "total_below",
]

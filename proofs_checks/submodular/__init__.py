"""Checks of submodular maximisation."""

from proofs_checks.submodular.byte_pair import (
    byte_pair_bound,
    byte_pair_curvature,
    byte_pair_encode,
    byte_pair_greedy,
    byte_pair_operations,
    byte_pair_third,
    optimal_merges_saved,
)
from proofs_checks.submodular.continuous import dr_bound, dr_values
from proofs_checks.submodular.dynamic import (
    dynamic_bound,
    dynamic_calls,
    dynamic_gap,
    dynamic_value,
)
from proofs_checks.submodular.maximisation import (
    greedy_bound,
    greedy_gap,
    greedy_value,
    lazy_bound,
    lazy_calls,
    lazy_choice,
    stochastic_calls,
    stochastic_value,
)
from proofs_checks.submodular.net import (
    net_certificate,
    net_cost_scaled,
    net_distorted,
    net_distorted_weak,
    net_roi,
    net_roi_best,
    net_sampled_certificate,
    net_stochastic,
    net_unconstrained,
)

__all__ = [
    "byte_pair_bound",
    "byte_pair_curvature",
    "byte_pair_encode",
    "byte_pair_greedy",
    "byte_pair_operations",
    "byte_pair_third",
    "dr_bound",
    "dr_values",
    "dynamic_bound",
    "dynamic_calls",
    "dynamic_gap",
    "dynamic_value",
    "greedy_bound",
    "greedy_gap",
    "greedy_value",
    "lazy_bound",
    "lazy_calls",
    "lazy_choice",
    "net_certificate",
    "net_cost_scaled",
    "net_distorted",
    "net_distorted_weak",
    "net_roi",
    "net_roi_best",
    "net_sampled_certificate",
    "net_stochastic",
    "net_unconstrained",
    "optimal_merges_saved",
    "stochastic_calls",
    "stochastic_value",
]

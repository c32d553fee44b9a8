"""Checks of the family `iterations`."""

from proofs_checks.iterations.anchoring import (
    halpern_adaptive,
    halpern_contraction,
    halpern_inexact,
    halpern_restarts,
)
from proofs_checks.iterations.bregman import (
    accelerated_gap,
    proximal_gradient_gap,
    proximal_gradient_residual,
    proximal_point_gap,
)
from proofs_checks.iterations.bregman_averages import (
    averaged,
    mirror_gap,
)
from proofs_checks.iterations.bregman_projections import (
    dykstra_certificate,
    dykstra_lines,
)
from proofs_checks.iterations.bregman_transport import (
    sinkhorn_contraction,
    sinkhorn_cost,
    sinkhorn_marginal,
)
from proofs_checks.iterations.correlation_clustering import (
    clustering_bound,
    clustering_rounding,
)
from proofs_checks.iterations.finite_sums import (
    evaluations,
    finite_sum,
    proximal_evaluations,
    proximal_sum,
)
from proofs_checks.iterations.fixed_points import (
    averaged_residual,
    certified_distance,
    halpern_displacement,
    halpern_is_optimal,
    halpern_residual,
    proximal_residual,
)
from proofs_checks.iterations.games import (
    best_residual,
    extragradient_gap,
    optimistic_gap,
    past_gap,
)
from proofs_checks.iterations.lp import (
    lp_dual_bound,
    pdhg_residual,
)
from proofs_checks.iterations.metric_learning import learning_dual
from proofs_checks.iterations.metric_nearness import (
    metric,
    metric_distance,
)
from proofs_checks.iterations.monotone import (
    anchored_residual,
    cocoercive_residual,
    extragradient_residual,
    fast_residual,
    past_residual,
)
from proofs_checks.iterations.noisy_games import separated_rates
from proofs_checks.iterations.project_and_forget import (
    distance,
    dual_value,
    progress,
    violation,
)
from proofs_checks.iterations.sample_counts import (
    extragradient_samples,
    stochastic_samples,
)
from proofs_checks.iterations.stochastic import (
    extragradient_exact,
    stochastic_estimate,
    stochastic_published,
    stochastic_residual,
)

__all__ = [
    "accelerated_gap",
    "anchored_residual",
    "averaged",
    "averaged_residual",
    "best_residual",
    "certified_distance",
    "clustering_bound",
    "clustering_rounding",
    "cocoercive_residual",
    "distance",
    "dual_value",
    "dykstra_certificate",
    "dykstra_lines",
    "evaluations",
    "extragradient_exact",
    "extragradient_gap",
    "extragradient_residual",
    "extragradient_samples",
    "fast_residual",
    "finite_sum",
    "halpern_adaptive",
    "halpern_contraction",
    "halpern_displacement",
    "halpern_inexact",
    "halpern_is_optimal",
    "halpern_residual",
    "halpern_restarts",
    "learning_dual",
    "lp_dual_bound",
    "metric",
    "metric_distance",
    "mirror_gap",
    "optimistic_gap",
    "past_gap",
    "past_residual",
    "pdhg_residual",
    "progress",
    "proximal_evaluations",
    "proximal_gradient_gap",
    "proximal_gradient_residual",
    "proximal_point_gap",
    "proximal_residual",
    "proximal_sum",
    "separated_rates",
    "sinkhorn_contraction",
    "sinkhorn_cost",
    "sinkhorn_marginal",
    "stochastic_estimate",
    "stochastic_published",
    "stochastic_residual",
    "stochastic_samples",
    "violation",
]

"""Checks of mechanisms."""

from proofs_checks.mechanisms.budgets import (
    budget_payments,
    budget_spent,
    budget_truthful,
    budget_welfare,
)
from proofs_checks.mechanisms.facility import (
    median_cost,
    phantom_truthful,
    rank_cost,
    rank_fair,
    uniform_cost,
    uniform_fair,
    uniform_welfare,
)
from proofs_checks.mechanisms.hiring import (
    hiring_above,
    hiring_below,
    hiring_best,
    hiring_truthful,
    online_hiring,
)
from proofs_checks.mechanisms.persuasion import (
    menu_above,
    menu_below,
    menu_truthful,
    menu_unreported,
    schemes_best,
)
from proofs_checks.mechanisms.persuasion_online import online_regret, schemes_regret
from proofs_checks.mechanisms.prices import (
    clock_payments,
    clock_truthful,
    clock_useful,
    clock_welfare,
    posted_payments,
    posted_welfare,
)
from proofs_checks.mechanisms.procurement import (
    auction_cost_scaled,
    auction_distorted,
    auction_payments,
    auction_rational,
    auction_roi,
    auction_surplus,
    auction_threshold,
    auction_truthful,
)
from proofs_checks.mechanisms.truthful import truthful_found, truthful_sound

__all__ = [
    "auction_cost_scaled",
    "auction_distorted",
    "auction_payments",
    "auction_rational",
    "auction_roi",
    "auction_surplus",
    "auction_threshold",
    "auction_truthful",
    "budget_payments",
    "budget_spent",
    "budget_truthful",
    "budget_welfare",
    "clock_payments",
    "clock_truthful",
    "clock_useful",
    "clock_welfare",
    "hiring_above",
    "hiring_below",
    "hiring_best",
    "hiring_truthful",
    "median_cost",
    "menu_above",
    "menu_below",
    "menu_truthful",
    "menu_unreported",
    "online_hiring",
    "online_regret",
    "phantom_truthful",
    "posted_payments",
    "posted_welfare",
    "rank_cost",
    "rank_fair",
    "schemes_best",
    "schemes_regret",
    "truthful_found",
    "truthful_sound",
    "uniform_cost",
    "uniform_fair",
    "uniform_welfare",
]

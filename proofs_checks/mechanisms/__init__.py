"""Checks of mechanisms."""

from proofs_checks.mechanisms.facility import (
    median_cost,
    phantom_truthful,
    rank_cost,
    rank_fair,
    uniform_cost,
    uniform_fair,
    uniform_welfare,
)
from proofs_checks.mechanisms.truthful import truthful_found, truthful_sound

__all__ = [
    "median_cost",
    "phantom_truthful",
    "rank_cost",
    "rank_fair",
    "truthful_found",
    "truthful_sound",
    "uniform_cost",
    "uniform_fair",
    "uniform_welfare",
]

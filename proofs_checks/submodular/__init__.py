"""Checks of submodular maximisation."""

from proofs_checks.submodular.dynamic import (
    dynamic_bound,
    dynamic_calls,
    dynamic_gap,
    dynamic_value,
)
from proofs_checks.submodular.maximisation import greedy_value

__all__ = [
    "dynamic_bound",
    "dynamic_calls",
    "dynamic_gap",
    "dynamic_value",
    "greedy_value",
]

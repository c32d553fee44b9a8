"""Checks of submodular maximisation."""

from proofs_checks.submodular.maximisation import greedy_value

__all__ = [
    "greedy_value",
]

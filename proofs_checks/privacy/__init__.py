"""Checks of continual release."""

from proofs_checks.privacy.releases import (
    change,
    conversion,
    simultaneous_gaussian,
    simultaneous_laplace,
    unbounded_above,
    unbounded_below,
)

__all__ = [
    "change",
    "conversion",
    "simultaneous_gaussian",
    "simultaneous_laplace",
    "unbounded_above",
    "unbounded_below",
]

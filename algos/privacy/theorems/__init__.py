"""What is proven of continual release."""

from algos.privacy.theorems.releases import (
    CHANGE,
    CONVERSION,
    SIMULTANEOUS_GAUSSIAN,
    SIMULTANEOUS_LAPLACE,
    UNBOUNDED_ABOVE,
    UNBOUNDED_BELOW,
)

__all__ = [
    "CHANGE",
    "CONVERSION",
    "SIMULTANEOUS_GAUSSIAN",
    "SIMULTANEOUS_LAPLACE",
    "UNBOUNDED_ABOVE",
    "UNBOUNDED_BELOW",
]

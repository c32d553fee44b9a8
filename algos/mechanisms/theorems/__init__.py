"""What is proven of mechanisms."""

from algos.mechanisms.theorems.facility import (
    MEDIAN_COST,
    PHANTOM_TRUTHFUL,
    RANK_COST,
    RANK_FAIR,
    UNIFORM_COST,
    UNIFORM_FAIR,
    UNIFORM_WELFARE,
)
from algos.mechanisms.theorems.truthful import TRUTHFUL_FOUND, TRUTHFUL_SOUND

__all__ = [
    "MEDIAN_COST",
    "PHANTOM_TRUTHFUL",
    "RANK_COST",
    "RANK_FAIR",
    "TRUTHFUL_FOUND",
    "TRUTHFUL_SOUND",
    "UNIFORM_COST",
    "UNIFORM_FAIR",
    "UNIFORM_WELFARE",
]

"""What is proven of mechanisms."""

from algos.mechanisms.theorems.truthful import TRUTHFUL_FOUND, TRUTHFUL_SOUND

__all__ = [
    "TRUTHFUL_FOUND",
    "TRUTHFUL_SOUND",
]

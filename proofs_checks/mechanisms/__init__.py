"""Checks of mechanisms."""

from proofs_checks.mechanisms.truthful import truthful_found, truthful_sound

__all__ = [
    "truthful_found",
    "truthful_sound",
]

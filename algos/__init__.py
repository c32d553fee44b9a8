"""Algorithms with proven guarantees, and their theorems.

Each family is a sub-package that loads when it is first used; ``import algos``
stays light.
"""

import lazy_loader as _lazy

from algos.theorem import (
    InExpectation,
    Need,
    NoSolutionError,
    Source,
    Surely,
    Theorem,
    Tightness,
    WithProbability,
    theorem,
    theorems,
)

__all__ = [
    "InExpectation",
    "Need",
    "NoSolutionError",
    "Source",
    "Surely",
    "Theorem",
    "Tightness",
    "WithProbability",
    "iterations",
    "mechanisms",
    "privacy",
    "search",
    "sketching",
    "submodular",
    "theorem",
    "theorems",
]

__getattr__, _, _ = _lazy.attach(
    __name__,
    submodules=["iterations", "mechanisms", "privacy", "search", "sketching", "submodular"],
)


def __dir__() -> list[str]:
    return sorted(__all__)

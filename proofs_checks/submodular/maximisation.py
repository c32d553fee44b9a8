"""Checks of greedy maximisation under a bound on the number of elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos.submodular import greedy
from algos.submodular.theorems import maximisation as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.submodular.instances import GRID, Small, small

STALE = edited(
    greedy,
    "stale",
    "Never pushes what it takes: marginals stay those of the empty set.",
    ("        oracle.push(state, int(left[place]))\n", ""),
)
SHORT = edited(greedy, "short", "Takes one element too few.", ("range(k)", "range(k - 1)"))


@check(claims.GREEDY, on=Instances(small(), GRID), faults=[STALE, SHORT])
def greedy_value(algorithm: Any, problem: Small, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all."""
    chosen = algorithm(problem.function, problem.k)
    mask = sum(1 << int(element) for element in chosen.elements)
    return Measurement(problem.values[mask], k=problem.k, optimum=problem.optimum)

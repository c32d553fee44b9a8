"""From a budget, in any of its three forms, to what will be spent."""

from __future__ import annotations

import math

from algos._arguments import checked_real
from algos.privacy._privacy import Neighbours, Privacy, zcdp_rho

__all__ = ["budget"]

#: Where ε² is a float.
EPSILONS = 1e-150, 1e150


def budget(
    rho: float | None, epsilon: float | None, delta: float | None, neighbours: Neighbours, of: str
) -> Privacy:
    """Read rho, or epsilon, or epsilon and delta; ``of`` names the theorems that prove it."""
    if rho is not None and epsilon is None and delta is None:
        return Privacy(checked_real("rho", rho, 0, math.inf), math.inf, neighbours, f"{of}/zcdp")
    if rho is not None or epsilon is None:
        raise ValueError(
            "the budget must be rho, or epsilon, or epsilon and delta; got "
            f"rho={rho!r}, epsilon={epsilon!r}, delta={delta!r}"
        )
    epsilon = checked_real("epsilon", epsilon, *EPSILONS)
    if delta is None:
        return Privacy(epsilon**2 / 2, epsilon, neighbours, f"{of}/pure")
    spent = zcdp_rho(epsilon, checked_real("delta", delta, 0, 1))
    return Privacy(spent, math.inf, neighbours, f"{of}/zcdp")

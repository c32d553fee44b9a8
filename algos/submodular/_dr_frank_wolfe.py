"""Maximisation of DR-submodular functions by linear maximisation alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from algos._arguments import checked_count, checked_number
from algos.submodular._dr_function import DRFunction, checked_gradient
from algos.submodular._dr_rules import RULES, Rule
from algos.submodular._dr_sets import FeasibleSet, best_point
from algos.submodular._set_function import OracleError, Reals

__all__ = ["DRPoint", "chosen_rule", "dr_maximize"]


@dataclass(frozen=True, eq=False)
class DRPoint:
    """A point of the feasible set.

    Attributes
    ----------
    x : ndarray, shape (d,)
        The point.
    value : float
        F there.
    upper_bound : float
        No feasible point has a greater value, if F is DR-submodular.
    gradients : int
        Gradients that were computed.
    """

    x: Reals
    value: float
    upper_bound: float
    gradients: int


def dr_maximize(
    function: DRFunction, domain: FeasibleSet, *, steps: int = 100, method: str | None = None
) -> DRPoint:
    """Maximise a DR-submodular function over a convex set.

    Parameters
    ----------
    function : DRFunction
        The function F.
    domain : FeasibleSet
        The set K.
    steps : int, optional
        Number N of steps, each with one gradient and one linear maximisation.
    method : {"monotone", "monotone-inside", "down-closed", "general"}, optional
        The first that fits by default: "monotone" for monotone functions, "down-closed" for such
        sets, "general" otherwise. "monotone-inside" asks for gradients at points of K alone; so
        does "monotone" where K holds 0.

    Returns
    -------
    DRPoint
        With an upper bound on what any feasible point reaches.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or the method does not fit function and set.
    OracleError
        A gradient is not finite, negative though the function is monotone, or rises on the way up;
        a value is not finite, or negative; the domain's best point is none of the cube.

    Notes
    -----
    For nonnegative F with an L-Lipschitz gradient, R the greatest norm in K and D its diameter, the
    value is at least

    - monotone: (1 − (1 − 1/N)^N) (max F − L R² / 2N), the factor above 1 − 1/e;
    - monotone-inside: max F / 2 − L D² / (2 (N + 2));
    - down-closed: (1 − 1/N)^(N − 1) max F − L R² / 2N, the factor above 1/e;
    - general: (1 − m) max F / 4 − L D² ln 2 / 4N, m the least greatest coordinate in K.

    References
    ----------
    A. A. Bian, B. Mirzasoleiman, J. M. Buhmann, A. Krause, "Guaranteed non-convex optimization:
    submodular maximization over continuous domains", AISTATS 2017; A. Bian, K. Y. Levy, A. Krause,
    J. M. Buhmann, "Continuous DR-submodular maximization: structure and algorithms", NIPS 2017;
    L. Mualem, M. Feldman, "Resolving the approximability of offline and online non-monotone
    DR-submodular maximization over general convex sets", AISTATS 2023.

    Examples
    --------
    >>> from algos.submodular import Budget, CoverageExtension, dr_maximize
    >>> found = dr_maximize(CoverageExtension([[1, 1, 0], [0, 1, 1], [0, 0, 1.0]]), Budget(3, 2))
    >>> found.x.round(2).tolist(), round(found.value, 2)
    ([1.0, 1.0, 0.0], 3.0)
    """
    if not isinstance(function, DRFunction):
        raise TypeError(f"function must be a DRFunction, got {type(function).__name__}")
    rule = chosen_rule(domain, method, monotone=function.monotone)
    steps = checked_count("steps", steps)
    if function.dimension != domain.dimension:
        raise ValueError(
            f"function must have the dimension {domain.dimension} of the domain, "
            f"got {function.dimension}"
        )
    x, bound, scale = rule.start(domain), np.inf, 0.0
    before, last = x, None
    for t in range(steps):
        gradient = checked_gradient(function.gradient(x.copy()), len(x), function.monotone)
        scale = max(scale, float(np.abs(gradient).sum()))
        if last is not None and (x >= before).all() and _rises(last, gradient):
            raise OracleError(f"gradient must fall from {before} to {x}; it rises")
        before, last = x, gradient
        reward = rule.reward(x, gradient)
        direction = best_point(domain, reward)
        gained, here = float(reward @ direction), float(gradient @ x)
        value = _checked_value(function.value(x.copy()), scale)
        bound = min(bound, rule.bound(x, value, gained, here))
        x = rule.step(x, direction, t, steps)
    return DRPoint(x, _checked_value(function.value(x.copy()), scale), bound, steps)


def chosen_rule(domain: FeasibleSet, method: str | None, *, monotone: bool) -> Rule:
    """Find the method that fits, or see whether the given one does."""
    if not isinstance(domain, FeasibleSet):
        raise TypeError(f"domain must be a FeasibleSet, got {type(domain).__name__}")
    if method is None:
        method = "monotone" if monotone else "down-closed" if domain.down_closed else "general"
    if method not in tuple(RULES):
        raise ValueError(f"method must be one of {', '.join(RULES)}, got {method!r}")
    if method.startswith("monotone") and not monotone:
        raise ValueError(f"method {method!r} needs a monotone function; take 'general'")
    if method == "down-closed" and not domain.down_closed:
        raise ValueError("method 'down-closed' needs such a domain; take 'general'")
    return RULES[method]


def _rises(earlier: Reals, later: Reals) -> bool:
    """Tell whether a partial derivative rises by more than rounding."""
    return bool((later > earlier + 1e-9 * (np.abs(earlier) + np.abs(later)).max()).any())


def _checked_value(value: float, scale: float) -> float:
    """Validate what an objective calls its value; rounding may bring it below 0."""
    number = checked_number("value", value)
    if not np.isfinite(number):
        raise OracleError(f"value must be finite, got {value}")
    if number < -1e-9 * scale:
        raise OracleError(f"value must be at least 0 on the cube, got {value}; add a constant")
    return number

"""Extragradient methods with a single call a step: past, optimistic and reflected."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from numpy.typing import ArrayLike

from algos._arguments import checked_count, checked_real
from algos.iterations._extragradient import ErgodicResult, Mean, Projection, projection
from algos.iterations._oracle import ROUNDING, Declared, Operator, Oracle, Vector
from algos.iterations._problem import checked_lipschitz, checked_start, follow

#: The potential of the last iterate falls up to this step, times 1/L.
LARGEST = math.sqrt(2) / 3
DEFAULT = 1 / 3

Rule = Callable[..., Iterator[tuple[Any, Any]]]


def single_call_rate(iterations: int, relative_step: float) -> float:
    r"""Bound ‖F(y_K)‖ / (L R) after K steps of a single-call method without a constraint.

    Parameters
    ----------
    iterations : int
        Steps K, at least 0.
    relative_step : float
        Step times constant, g = γ L, in (0, √2/3].

    Returns
    -------
    float
        The square root of (3/2) (1 + 2√c + 3c) (1 − 2g²) / ((1 − 4g²) g² (K + 1)), with
        c = 2g⁴ / (1 − 2g²); at most 1 at K = 0.

    Raises
    ------
    TypeError, ValueError
        An argument is no number or out of range.

    Examples
    --------
    >>> from algos.iterations import single_call_rate
    >>> round(single_call_rate(99, 1 / 3) ** 2, 4)
    0.2743
    """
    steps = checked_count("iterations", iterations, least=0)
    g = checked_real("relative_step", relative_step, 0, LARGEST * (1 + 1e-12), high_end=True)
    if steps == 0:
        return 1.0
    c = 2 * g**4 / (1 - 2 * g**2)
    share = 1.5 * (1 + 2 * math.sqrt(c) + 3 * c) * (1 - 2 * g**2) / (1 - 4 * g**2)
    return math.sqrt(share / (steps + 1)) / g


def run(
    rule: Rule,
    operator: Operator,
    x0: ArrayLike,
    lipschitz: float,
    step: float | None,
    largest: float,
    project: Projection | None,
    tolerance: float,
    max_iterations: int,
    distance: float | None,
    check: bool,
    mean_of_constrained: bool = True,
) -> ErgodicResult:
    """Validate the arguments and follow the rule's points."""
    start, tolerance, limit, radius = checked_start(x0, tolerance, max_iterations, distance)
    lipschitz = checked_lipschitz(lipschitz)
    if step is None:
        step = DEFAULT / lipschitz
    most = largest / lipschitz * (1 + ROUNDING)
    step = checked_real("step", step, 0, most, high_end=True)
    onto = projection(project, start)
    start = onto(start)
    oracle = Oracle(operator, start.shape, Declared(lipschitz=lipschitz, monotone=True), check)
    mean = Mean(start)

    def points() -> Iterator[tuple[Vector, Vector]]:
        for k, (y, value) in enumerate(rule(oracle, start, step, onto)):
            if k:
                mean.add(y)
            yield y, value if project is None else (y - onto(y - step * value)) / step

    def rate(k: int) -> float:
        return (
            math.inf if project is not None else lipschitz * single_call_rate(k, step * lipschitz)
        )

    result = follow(
        oracle,
        points(),
        rate,
        start=start,
        tolerance=tolerance,
        limit=limit,
        distance=radius,
    )
    return mean.result(result, step if mean_of_constrained or project is None else math.nan)

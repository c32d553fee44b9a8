"""Formulas as functions: evaluated, and inverted."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any


class NoSolutionError(ValueError):
    """The equation that ``Theorem.solve`` was given has no single solution."""


@lru_cache(maxsize=512)
def compiled(expression: Any) -> Callable[..., Any]:
    """Turn a sympy expression, or a number, into a function of its symbols by name."""
    import sympy

    expr = sympy.sympify(expression)
    symbols = sorted(expr.free_symbols, key=lambda symbol: symbol.name)
    function = sympy.lambdify(symbols, expr, modules=["scipy", "numpy"])
    names = [symbol.name for symbol in symbols]
    return lambda **values: function(*(values[name] for name in names))


def evaluate(expression: Any, **values: float) -> float:
    """Evaluate a sympy expression, or a plain number, at the values of its symbols.

    Parameters
    ----------
    expression : sympy.Expr or float
        What to evaluate.
    **values : float
        Values by symbol name; further names are ignored.

    Returns
    -------
    float
        The value.
    """
    return float(compiled(expression)(**values))


def invert(
    bound: Callable[[float], float],
    level: float,
    *,
    below: bool,
    within: tuple[float, float],
    integer: bool,
    name: str,
) -> float | int:
    """Find the extreme argument at which a bound still is at most, or at least, a level."""

    def feasible(x: float) -> bool:
        return bound(x) <= level if below else bound(x) >= level

    grid = _grid(*within, integer)
    known = []
    for x in grid:
        with suppress(ValueError):  # outside the formula's own domain
            known.append((x, feasible(x)))
    if not known:
        bound(grid[len(grid) // 2])  # raises with the reason
    changes = [i for i in range(1, len(known)) if known[i][1] != known[i - 1][1]]
    if not changes:
        (first, every), (last, _) = known[0], known[-1]
        raise NoSolutionError(
            f"{'every' if every else 'no'} {name} in [{first:g}, {last:g}] has a bound "
            f"{'<=' if below else '>='} {level:g}: it runs from {bound(first):g} to "
            f"{bound(last):g}; ask for a level in between"
        )
    if len(changes) > 1:
        raise NoSolutionError(
            f"the bound crosses {level:g} more than once as {name} grows; "
            "evaluate bound() on an array of values instead"
        )
    (left, largest), (right, _) = known[changes[0] - 1], known[changes[0]]
    if integer:
        left, right = int(left), int(right)
    while (middle := _between(left, right, integer)) is not None:
        left, right = (middle, right) if feasible(middle) == largest else (left, middle)
    return left if largest else right  # feasible values lie below the crossing, or above


def _between(left: float, right: float, integer: bool) -> float | None:
    """Halve an interval, by the exponents where it is long; None where nothing lies within."""
    if integer:
        return (left + right) // 2 if right - left > 1 else None
    geometric = left > 0 and right / left > 2
    middle = math.sqrt(left * right) if geometric else (left + right) / 2
    return middle if left < middle < right else None


def _grid(low: float, high: float, integer: bool) -> list[float]:
    """Spread points over a range, geometrically where it spans orders of magnitude."""
    import numpy as np

    if integer:
        whole = {2**k for k in range(63)} | {3 * 2**k for k in range(61)}
        whole |= {int(end) for end in (low, high) if math.isfinite(end)}
        return sorted(float(p) for p in whole if low <= p <= high)
    start = low if low > 0 else min(1e-12, high / 1e6)
    stop = high if math.isfinite(high) else 1e18
    points = list(np.geomspace(start, stop, 181))
    if math.isfinite(high):  # dense near both ends of a bounded range
        points += [high - (p - low) for p in points if low < high - (p - low) < high]
        points += [high]
    if low < 0:
        points += [0.0, *(-p for p in points)]
    return sorted({float(p) for p in points if low <= p <= high})

"""The symbols and sources that the family's theorems share."""

from collections.abc import Callable

import numpy as np
from sympy import Expr, Symbol
from sympy.utilities.lambdify import implemented_function

from algos.theorem import Source

steps = Symbol("steps", integer=True, nonnegative=True)
distance = Symbol("distance", nonnegative=True)
lipschitz = Symbol("lipschitz", positive=True)
step = Symbol("step", positive=True)

#: Steps from 0 on; relative rounding of the measured residuals.
DOMAIN = {"steps": (0.0, 2.0**53), "distance": (0.0, float("inf"))}
RTOL = 1e-9

LIEDER = Source(
    authors="F. Lieder",
    title="On the convergence rate of the Halpern-iteration",
    year=2021,
    venue="Optimization Letters 15",
    locator="theorem 2.1",
    url="https://doi.org/10.1007/s11590-020-01617-9",
)


def counted(name: str, rate: Callable[[int, float], float]) -> Callable[..., Expr]:
    """Make a rate whose first argument is a count part of a formula."""
    function: Callable[..., Expr] = implemented_function(
        name, np.vectorize(lambda count, value: rate(int(count), value), otypes=[float])
    )
    return function

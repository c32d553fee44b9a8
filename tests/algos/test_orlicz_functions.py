"""Functions that define Orlicz norms: hostile arguments, extremes, users' formulas that round."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from algos.sketching import ConvexTukey, Huber, orlicz_regression


@pytest.mark.parametrize("method", ["value", "derivative", "conjugate"])
@pytest.mark.parametrize("G", [Huber(), ConvexTukey()])
@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (-3.0, ValueError, "must be at least 0, got -3"),
        ([1.0, -1e-300], ValueError, "must be at least 0"),
        (math.nan, ValueError, "must be at least 0, got nan"),
        ([2.0, math.nan, -1.0], ValueError, "must be at least 0"),
        ("1", TypeError, "real numbers"),
        (None, TypeError, "real numbers"),
        (1j, TypeError, "real numbers"),
        ([[1.0], [1.0, 2.0]], TypeError, "must be an array of numbers"),
        (np.ma.masked, TypeError, "must not be masked"),
    ],
)
def test_bad_arguments(
    G: Any, method: str, wrong: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        getattr(G, method)(wrong)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("of", [Huber, ConvexTukey])
def test_what_overflows_is_infinite(of: Any) -> None:
    assert of(1e200).value([1e250, 0.0]).tolist() == [math.inf, 0]
    assert of().value(math.inf) == math.inf
    assert of().conjugate([1e160, 1e200, math.inf]).tolist() == [math.inf] * 3
    assert of().conjugate(0.0) == 0
    assert 0 < of().derivative(math.inf) == of().derivative(1.0)


def function(value: Any, derivative: Any, conjugate: Any) -> Any:
    return SimpleNamespace(value=value, derivative=derivative, conjugate=conjugate)


ROUNDED = {
    "cosh(u) - 1": function(
        lambda u: np.cosh(u) - 1, np.sinh, lambda v: v * np.arcsinh(v) - np.sqrt(1 + v * v) + 1
    ),
    "exp(u) - 1 - u": function(
        lambda u: np.exp(u) - 1 - u, lambda u: np.exp(u) - 1, lambda v: (1 + v) * np.log(1 + v) - v
    ),
    "sqrt(1 + u^2) - 1": function(
        lambda u: np.sqrt(1 + u * u) - 1,
        lambda u: u / np.sqrt(1 + u * u),
        lambda v: np.where(v <= 1, 1 - np.sqrt(1 - np.minimum(v, 1) ** 2), np.inf),
    ),
}


@pytest.mark.parametrize("name", ROUNDED)
@pytest.mark.parametrize("tolerance", [0.01, 1e-6])
def test_formulas_with_numbers_near_one_are_taken(name: str, tolerance: float) -> None:
    rng = np.random.default_rng(0)
    A, b = rng.normal(size=(3000, 3)), rng.standard_cauchy(3000)
    result = orlicz_regression(A, b, ROUNDED[name], tolerance=tolerance)
    assert result.status == "certified"
    sizes = np.abs(b - A @ result.x) / result.objective
    assert np.sum(ROUNDED[name].value(sizes)) == pytest.approx(1)

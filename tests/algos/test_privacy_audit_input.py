"""Audit: bad input is refused before anything runs, and says what to do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.privacy import Privacy, audit, gaussian_statistic


def single(data: float, rng: np.random.Generator) -> float:
    """Round a Laplace number far from the last digit."""
    return float(np.rint(data + rng.laplace(scale=2)))


@pytest.mark.parametrize(
    ("options", "error", "name"),
    [
        ({"delta": 1.0}, ValueError, "delta"),
        ({"delta": math.nan}, ValueError, "delta"),
        ({"trials": 10}, ValueError, "trials"),
        ({"trials": 100.5}, TypeError, "trials"),
        ({"confidence": 1.0}, ValueError, "confidence"),
        ({"claim": -1.0}, ValueError, "claim"),
        ({"claim": "much"}, TypeError, "claim"),
        ({"claim": (1.0, 1e-6)}, TypeError, "claim must be a Privacy, or the ε that goes with"),
        ({"target": "alpha"}, ValueError, "target"),
        ({"statistic": 3}, TypeError, "statistic"),
        ({"pairs": 0}, ValueError, "pairs"),
    ],
)
def test_bad_options_raise_before_any_run(options: Any, error: Any, name: str) -> None:
    def never(data: Any, rng: Any) -> Any:
        raise AssertionError

    with pytest.raises(error, match=name):
        audit(never, (0, 1), **options)


@pytest.mark.parametrize("neighbours", [3, (1, 2, 3), {0: 1}, np.zeros((2, 3))])
def test_neighbours_must_be_a_pair(neighbours: Any) -> None:
    with pytest.raises(TypeError, match="neighbours must be a pair"):
        audit(single, neighbours, trials=20)


@pytest.mark.parametrize("output", ["a", None, {}, 1j])
def test_outputs_must_be_numbers(output: Any) -> None:
    with pytest.raises(TypeError, match="mechanism must give numbers"):
        audit(lambda data, rng: output, (0, 1), trials=20)


def test_outputs_must_have_one_shape() -> None:
    with pytest.raises(TypeError, match="one shape"):
        audit(lambda data, rng: np.zeros(1 + int(rng.integers(2))), (0, 1), trials=40, rng=1)
    with pytest.raises(ValueError, match="10 outputs"):
        audit(lambda data, rng, n: np.zeros(n + 1), (0, 1), batched=True, trials=20)
    with pytest.raises(TypeError, match="mechanism must be a function"):
        audit(3, (0, 1))  # type: ignore[arg-type]


def test_a_mechanism_that_says_nothing_shows_nothing() -> None:
    found = audit(lambda data, rng: 0.0, (0, 1), trials=40, claim=0.0)
    assert (found.epsilon_lower, found.rho_lower, found.verdict) == (0.0, 0.0, "consistent")
    assert audit(lambda data, rng: math.nan, (0, 1), trials=40).epsilon_lower == 0.0
    assert audit(lambda data, rng: math.inf, (0, 1), trials=40).epsilon_lower == 0.0


def test_a_claim_of_nan_is_never_consistent() -> None:
    claim = Privacy(rho=math.nan, pure_epsilon=math.inf, neighbours="replace", proof="")
    assert audit(lambda data, rng: 0.0, (0, 1), trials=40, claim=claim).verdict == "refuted"


@pytest.mark.parametrize(
    ("difference", "covariance", "error"),
    [
        ([0.0, 0.0], None, ValueError),
        ([1.0, math.nan], None, ValueError),
        ([1.0, 2.0], [[1.0, 2.0], [2.0, 1.0]], ValueError),
        ([1.0, 2.0], np.eye(3), ValueError),
        ("a", None, TypeError),
    ],
)
def test_gaussian_statistic_refuses(difference: Any, covariance: Any, error: Any) -> None:
    with pytest.raises(error):
        gaussian_statistic(difference, covariance)

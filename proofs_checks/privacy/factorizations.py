"""Checks of factorisations: the lower bound, and the dense optimum."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.privacy import DenseFactorization, choose_mechanism, factorization_lower_bound
from algos.privacy import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited

Algorithm = Callable[..., Any]


# --- the lower bound ----------------------------------------------------------------------


@cache
def _nuclear_norm(n: int) -> float:
    """Add up the singular values of the prefix sums."""
    return float(np.linalg.svd(np.tri(n), compute_uv=False).sum())


@check(
    claims.SINGULAR_VALUES,
    on=Instances(st.integers(1, 60), [("one event", 1), ("two events", 2)]),
    faults=[
        edited(
            factorization_lower_bound,
            "four_n",
            "Divides by 4n, not by 4n + 2.",
            ("(4 * n + 2)", "(4 * n)"),
        ),
        edited(
            factorization_lower_bound,
            "four_n_and_four",
            "Divides by 4n + 4, which makes it too large.",
            ("(4 * n + 2)", "(4 * n + 4)"),
        ),
        edited(
            factorization_lower_bound,
            "last_value_left_out",
            "Leaves the last singular value out.",
            ("min(first + BLOCK, n + 1)", "min(first + BLOCK, max(n, 2))"),
        ),
    ],
)
def singular_values(algorithm: Algorithm, n: int, rng: np.random.Generator) -> Measurement:
    """Compare with the singular values."""
    return Measurement(1 + abs(algorithm(n) * n / _nuclear_norm(n) - 1))


@cache
def _best(algorithm: Algorithm, n: int) -> float:
    """Take the least error of all candidates."""
    return float(min(one.error for one in algorithm(n).candidates))


@check(
    claims.LOWER_BOUND,
    on=Instances(st.sampled_from([2, 3, 16, 32]), [("eight events", 8), ("one event", 1)]),
    trials=50,
    faults=[
        edited(
            choose_mechanism,
            "first_release",
            "Takes the least variance for the greatest.",
            ("error_factors().max()", "error_factors().min()"),
        ),
        edited(
            choose_mechanism,
            "no_sensitivity",
            "Forgets that noise grows with the columns of C.",
            ("return worst * mechanism.sensitivity(2)", "return worst"),
        ),
    ],
)
def lower_bound(algorithm: Algorithm, n: int, rng: np.random.Generator) -> Measurement:
    """Compare the best candidate."""
    return Measurement(_best(algorithm, n), horizon=n)


# --- the dense optimum --------------------------------------------------------------------


@dataclass(frozen=True)
class Dense:
    """A horizon and an objective."""

    horizon: int
    objective: str = "max"


@cache
def _dense(algorithm: Algorithm, one: Dense) -> tuple[float, float]:
    """Give error times sensitivity, and the lower bound that the weights prove."""
    made = algorithm(one.horizon, objective=one.objective)
    squares, v = made.error_factors(), made.weights / made.weights.sum()
    square = squares.max() if one.objective == "max" else squares.mean()
    q = v[::-1] if one.objective == "max" else np.full(len(v), 1 / len(v))
    weighted = np.sqrt(q)[:, None] * np.tri(len(v)) * np.sqrt(v)
    bound = np.linalg.svd(weighted, compute_uv=False).sum()
    return math.sqrt(square) * made.sensitivity(2), float(bound)


NOT_NORMALISED = edited(
    DenseFactorization,
    "not_normalised",
    "Takes the columns of C for unit vectors without making them so.",
    (" / math.sqrt(X.diagonal().max())", ""),
    ("float(np.linalg.norm(self._encoder, norm, axis=0).max())", "1.0"),
)
DENSE_ONE_ENTRY = edited(
    DenseFactorization,
    "one_entry",
    "Takes the greatest entry of a row of B for its norm.",
    ("(self._decoder**2).sum(axis=1)", "(self._decoder**2).max(axis=1)"),
)
FEW_STEPS = edited(DenseFactorization, "few_steps", "Stops early.", ("STEPS = 1000", "STEPS = 2"))
DENSE = Instances(
    st.builds(Dense, st.integers(1, 48), st.sampled_from(["max", "mean"])),
    [
        ("one event", Dense(1)),
        ("eight events", Dense(8)),
        ("64 events", Dense(64, "mean")),
    ],
)


@check(claims.DENSE_LOWER_BOUND, on=DENSE, faults=[NOT_NORMALISED, DENSE_ONE_ENTRY], trials=100)
def dense_lower_bound(algorithm: Algorithm, one: Dense, rng: np.random.Generator) -> Measurement:
    """Compare the root of the mean, which is at most the greatest."""
    return Measurement(_dense(algorithm, one)[0], horizon=one.horizon)


@check(claims.OPTIMUM, on=DENSE, faults=[FEW_STEPS], trials=100)
def optimum(algorithm: Algorithm, one: Dense, rng: np.random.Generator) -> Measurement:
    """Compare with the certificate, computed anew."""
    reached, bound = _dense(algorithm, one)
    return Measurement(reached / bound)


@check(
    claims.DENSE_RATIO,
    on=Instances(st.builds(Dense, st.integers(1, 48)), [("eight events", Dense(8))]),
    faults=[FEW_STEPS],
    trials=100,
)
def dense_ratio(algorithm: Algorithm, one: Dense, rng: np.random.Generator) -> Measurement:
    """Take error times sensitivity."""
    return Measurement(_dense(algorithm, one)[0], horizon=one.horizon)

"""Conversions of ρ, ε and δ."""

import math
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from algos.privacy import Privacy, zcdp_delta, zcdp_epsilon, zcdp_rho


def brute_delta(rho: float, epsilon: float) -> float:
    """Minimise the bound over a grid of α."""
    a = np.exp(np.linspace(-15, 15, 200_001))
    logs = a * (rho * (1 + a) - epsilon) + a * np.log(a) - (1 + a) * np.log1p(a)
    return min(1.0, float(np.exp(logs.min())))


@pytest.mark.parametrize("rho", [1e-6, 1e-3, 0.1, 0.5, 2.0, 40.0])
@pytest.mark.parametrize("factor", [0.0, 0.5, 1.0, 3.0, 10.0])
def test_deltas_are_the_least_over_alpha(rho: float, factor: float) -> None:
    epsilon = factor * math.sqrt(rho)
    assert zcdp_delta(rho, epsilon) == pytest.approx(brute_delta(rho, epsilon), rel=1e-6)


@pytest.mark.parametrize("rho", [1e-2, 0.5, 30.0])
@pytest.mark.parametrize("delta", [1e-12, 1e-6, 0.01])
def test_conversions_are_inverses(rho: float, delta: float) -> None:
    epsilon = zcdp_epsilon(rho, delta)
    assert zcdp_delta(rho, epsilon) == pytest.approx(delta, rel=1e-5)
    assert zcdp_rho(epsilon, delta) == pytest.approx(rho, rel=1e-6)


def test_the_gaussian_mechanism_spends_less_than_converted() -> None:
    """Δ = 1, σ = 1: exact (Balle, Wang 2018) 4.887; by Rényi divergences 5.222; by tails 5.757."""

    def exact(epsilon: float) -> float:
        return float(norm.cdf(0.5 - epsilon) - math.exp(epsilon) * norm.cdf(-0.5 - epsilon))

    gap = minimize_scalar(lambda e: abs(math.log(exact(e) / 1e-6)), bounds=(1, 8), method="bounded")
    assert gap.x == pytest.approx(4.887, abs=1e-3)
    assert zcdp_epsilon(0.5, 1e-6) == pytest.approx(5.222, abs=1e-3)
    assert 0.5 + 2 * math.sqrt(0.5 * math.log(1e6)) == pytest.approx(5.757, abs=1e-3)


def test_what_is_spent_answers_both_ways() -> None:
    spent = Privacy(0.5, math.inf, "replace", "")
    assert spent.epsilon(0) == math.inf
    assert spent.epsilon(1e-6) == zcdp_epsilon(0.5, 1e-6)
    assert spent.delta(2) == zcdp_delta(0.5, 2)
    pure = Privacy(0.5, 1.0, "replace", "")
    assert pure.epsilon(0) == 1.0
    assert pure.epsilon(0.5) < 1.0
    assert pure.delta(1.0) == 0
    assert 0 < pure.delta(0.5) < 1


def exact_delta(rho: float, epsilon: float) -> Decimal:
    """Minimise the bound, convex in α, with numbers of 100 digits."""

    def log_bound(u: Decimal) -> Decimal:
        a = u.exp()
        return a * (Decimal(rho) * (1 + a) - Decimal(epsilon)) + a * u - (1 + a) * (1 + a).ln()

    with localcontext(prec=100):
        low, high = Decimal(-40), Decimal(160)
        for _ in range(90):
            third = (high - low) / 3
            if log_bound(low + third) < log_bound(high - third):
                high -= third
            else:
                low += third
        return log_bound(low).exp()


@pytest.mark.parametrize("epsilon", [1e-9, 1e-3, 1.0, 1e3, 1e6])
@pytest.mark.parametrize("delta", [1e-300, 1e-9, 1e-3, 0.999])
def test_conversions_are_right_at_far_orders(epsilon: float, delta: float) -> None:
    rho = zcdp_rho(epsilon, delta)
    exact = float(exact_delta(rho, epsilon))
    assert exact == pytest.approx(delta, rel=1e-8)
    assert zcdp_delta(rho, epsilon) == pytest.approx(exact, rel=1e-8)
    assert float(exact_delta(rho, zcdp_epsilon(rho, delta))) == pytest.approx(delta, rel=1e-8)


@pytest.mark.parametrize("rho", [1e-300, 1e-30, 1e20, 1e300])
@pytest.mark.parametrize("other", [1e-300, 1e-6, 0.5, 1.0, 1e300])
def test_no_size_of_a_number_is_too_much(rho: float, other: float) -> None:
    assert 0 < zcdp_delta(rho, other) <= 1
    if other < 1:
        assert 0 <= zcdp_epsilon(rho, other) < math.inf
        assert 0 <= zcdp_rho(rho, other) < math.inf


def test_gaussian_noise_is_never_pure() -> None:
    """The δ of ρ = ½ at ε = 100 is e^−4963, below all floats but zero."""
    assert zcdp_delta(0.5, 100) > 0
    assert Privacy(0.5, math.inf, "replace", "").delta(1e9) > 0


def test_nothing_spent_is_nothing_lost() -> None:
    assert zcdp_delta(0, 0) == 0
    assert zcdp_epsilon(0, 0.1) == 0


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (zcdp_delta, (-1, 1)),
        (zcdp_delta, (1, -1)),
        (zcdp_delta, (math.nan, 1)),
        (zcdp_epsilon, (1, 0)),
        (zcdp_epsilon, (1, 1)),
        (zcdp_epsilon, (math.inf, 0.1)),
        (zcdp_rho, (0, 0.1)),
        (zcdp_rho, (1, math.nan)),
        (zcdp_rho, ("1", 0.1)),
        (Privacy(1, 1, "replace", "").epsilon, (1.0,)),
        (Privacy(1, 1, "replace", "").delta, (-0.1,)),
    ],
)
def test_numbers_out_of_range_are_refused(function: Any, arguments: tuple[Any, ...]) -> None:
    with pytest.raises((TypeError, ValueError), match=r"(rho|epsilon|delta) must"):
        function(*arguments)

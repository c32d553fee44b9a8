"""Audit: bounds against exact probabilities, broken mechanisms, strategies, bad input."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from algos.privacy import ContinualSum, Privacy, audit, gaussian_statistic
from algos.privacy._audit_events import Losses, clopper_pearson
from proofs_checks.privacy.attacks import batch


def response(epsilon: float) -> Any:
    """Randomised response: tells the truth with odds e^ε."""
    truth = math.exp(epsilon) / (1 + math.exp(epsilon))
    return lambda data, rng, n: np.where(rng.random(n) < truth, data, 1 - data)


def laplace(data: float, rng: np.random.Generator, n: int) -> Any:
    """Add noise in floating point."""
    return data + rng.laplace(size=n)


def gaussian(data: float, rng: np.random.Generator, n: int) -> Any:
    """Add noise in floating point."""
    return data + rng.normal(size=n)


def single(data: float, rng: np.random.Generator) -> float:
    """Round a Laplace number far from the last digit."""
    return float(np.rint(data + rng.laplace(scale=2)))


# --- bounds -------------------------------------------------------------------------------


def test_clopper_pearson_is_the_inverse_of_the_binomial_law() -> None:
    low, high = clopper_pearson(7, 50, 0.03)
    assert stats.binom.sf(6, 50, low) == pytest.approx(0.03)
    assert stats.binom.cdf(7, 50, high) == pytest.approx(0.03)
    assert clopper_pearson(0, 9, 0.1) == pytest.approx((0.0, 1 - 0.1 ** (1 / 9)))
    assert clopper_pearson(9, 9, 0.1) == pytest.approx((0.1 ** (1 / 9), 1.0))


def test_losses_of_two_coins_by_hand() -> None:
    shown = Losses(0.75, 0.25, 0.0)
    assert float(shown.epsilon) == pytest.approx(math.log(3))
    assert float(shown.mu) == pytest.approx(2 * stats.norm.ppf(0.75))
    orders = np.linspace(1.01, 50, 5000)
    renyi = np.log(0.75**orders * 0.25 ** (1 - orders) + 0.25**orders * 0.75 ** (1 - orders))
    assert float(shown.rho) == pytest.approx((renyi / (orders - 1) / orders).max(), rel=1e-2)
    assert float(shown.rho) <= (renyi / (orders - 1) / orders).max() * (1 + 1e-4)
    assert float(Losses(0.75, 0.25, 0.5).epsilon) == pytest.approx(0.0)
    assert float(Losses(0.99, 0.9, 0.0).epsilon) == pytest.approx(math.log(10))  # complement


@pytest.mark.parametrize(("p", "q"), [(0.2, 0.2), (0.1, 0.3), (0.0, 1.0), (0.0, 0.0), (1.0, 1.0)])
def test_no_loss_where_the_event_is_not_likelier(p: float, q: float) -> None:
    shown = Losses(p, q, 0.0)
    assert [float(shown.epsilon), float(shown.rho), float(shown.mu)] == [0, 0, 0]


def test_gaussian_coins_show_less_rho_than_the_gaussian_has() -> None:
    """Thresholds on N(0, 1) and N(μ, 1): ρ = μ²/2 from below, and μ exactly."""
    thresholds = np.linspace(-4, 6, 200)
    shown = Losses(stats.norm.sf(thresholds - 1.3), stats.norm.sf(thresholds), 0.0)
    assert (shown.rho <= 1.3**2 / 2 * (1 + 1e-12)).all()
    assert shown.rho.max() > 0.85 * 1.3**2 / 2
    assert shown.mu == pytest.approx(np.full(200, 1.3))


def test_what_the_audit_reports_follows_from_its_counts() -> None:
    found = audit(response(1.0), (0, 1), batched=True, trials=4000, confidence=0.9, rng=3)
    assert found.trials == 2000
    k = sorted(found.counts)
    low = stats.beta.ppf(0.05, k[1], found.trials - k[1] + 1)
    high = stats.beta.ppf(0.95, k[0] + 1, found.trials - k[0])
    by_hand = max(math.log(low / high), math.log((1 - high) / (1 - low)))
    assert found.epsilon_lower == pytest.approx(by_hand)
    assert 0.8 < found.epsilon_lower < 1.0
    assert found.pair == (0, 1)


# --- mechanisms ---------------------------------------------------------------------------


@pytest.mark.parametrize("epsilon", [0.3, 1.0, 3.0])
def test_randomised_response_is_told_from_a_smaller_claim(epsilon: float) -> None:
    options: dict[str, Any] = {"batched": True, "trials": 40_000, "rng": 1}
    assert audit(response(epsilon), (0, 1), claim=epsilon, **options).verdict == "consistent"
    assert audit(response(epsilon), (0, 1), claim=0.75 * epsilon, **options).verdict == "refuted"
    assert audit(response(epsilon), (1, 0), claim=0.75 * epsilon, **options).verdict == "refuted"


def test_delta_is_taken_off() -> None:
    """A mechanism that gives the data away with probability 0.2 is (0, 0.2)-private."""

    def leaks(data: int, rng: np.random.Generator, n: int) -> Any:
        return np.where(rng.random(n) < 0.2, data, -1)

    options: dict[str, Any] = {"batched": True, "claim": 0.001, "rng": 1}
    assert audit(leaks, (0, 1), **options).verdict == "refuted"
    assert audit(leaks, (0, 1), delta=0.1, **options).verdict == "refuted"
    assert audit(leaks, (0, 1), delta=0.2, **options).verdict == "consistent"


@pytest.mark.parametrize("mechanism", [laplace, gaussian])
def test_noise_in_floating_point_is_found(mechanism: Any) -> None:
    found = audit(mechanism, (0.0, 1.0), batched=True, claim=2.0, rng=1)
    assert found.verdict == "refuted"
    assert "lowest bit" in found.event
    assert min(found.counts) == 0  # P(E | 1) = 0: a sum with 1 has no bit below 2^−53
    assert max(found.counts) > 100


def test_single_precision_is_found() -> None:
    def mechanism(data: float, rng: np.random.Generator, n: int) -> Any:
        return np.float32(data) + rng.standard_normal(n, dtype=np.float32)

    found = audit(mechanism, (0.0, 1.0), batched=True, claim=2.0, rng=1)
    assert found.verdict == "refuted"
    assert min(found.counts) == 0


def test_a_parity_that_leaks_is_found() -> None:
    def mechanism(data: int, rng: np.random.Generator, n: int) -> Any:
        return data + 2 * rng.integers(-1000, 1000, n)

    found = audit(mechanism, (0, 1), batched=True, claim=1.0, rng=1)
    assert found.verdict == "refuted"


def test_nan_that_leaks_is_found() -> None:
    def mechanism(data: int, rng: np.random.Generator, n: int) -> Any:
        return np.where((rng.random(n) < 0.05) & (data == 1), np.nan, rng.normal(size=n))

    found = audit(mechanism, (0, 1), batched=True, claim=1.0, rng=1)
    assert found.verdict == "refuted"
    assert "not finite" in found.event


def test_vectors_are_read_along_their_discriminant() -> None:
    """Four equal shifts of 0.5 make μ = 1; no coordinate shows more than 0.5."""

    def mechanism(data: Any, rng: np.random.Generator, n: int) -> Any:
        return np.rint(1e6 * (data + rng.normal(size=(n, 4)))) / 2**20

    pair = np.zeros(4), np.array([0.5, -0.5, 0.5, -0.5])
    found = audit(mechanism, pair, batched=True, trials=20_000, target="mu", rng=1)
    assert "discriminant" in found.event
    assert 0.8 < found.mu_lower < 1


def test_a_statistic_reads_any_output() -> None:
    def mechanism(data: str, rng: np.random.Generator) -> str:
        return data if rng.random() < 0.75 else "nothing"

    found = audit(mechanism, ("a", "b"), statistic=lambda text: text == "a", trials=400, rng=1)
    assert found.epsilon_lower > 3


def test_a_drawn_pair_is_the_most_telling_one() -> None:
    found = audit(
        response(1.0), lambda rng: (0, int(rng.random() < 0.3)), batched=True, trials=8000, rng=2
    )
    assert found.pair == (0, 1)
    assert found.epsilon_lower > 0.7


def test_one_output_at_a_time_and_a_seed() -> None:
    one, two = (audit(single, (0, 1), trials=600, claim=0.5, rng=5) for _ in range(2))
    assert (one.counts, one.event) == (two.counts, two.event)
    assert one.verdict == "consistent"
    assert audit(single, (0, 9), trials=600, claim=0.5, rng=5).verdict == "refuted"


def test_wide_outputs_are_searched_too() -> None:
    def mechanism(data: Any, rng: np.random.Generator, n: int) -> Any:
        noisy = rng.integers(-5, 6, (n, 200)).astype(float)
        noisy[:, 137] += data
        return noisy

    assert audit(mechanism, (0, 8), batched=True, trials=2000, rng=1).epsilon_lower > 2


# --- the Gaussian statistic ---------------------------------------------------------------


def test_gaussian_statistic_has_variance_one_and_shift_mu() -> None:
    rng = np.random.default_rng(1)
    factor, shift = rng.normal(size=(5, 5)), rng.normal(size=5)
    covariance = factor @ factor.T
    statistic = gaussian_statistic(shift, covariance)
    noise = statistic(factor.T)  # rows: what each draw moves it by
    assert noise @ noise == pytest.approx(1)
    assert statistic(shift) ** 2 == pytest.approx(shift @ np.linalg.solve(covariance, shift))
    assert statistic([shift, shift]).shape == (2,)


def test_a_counter_shows_most_of_its_rho() -> None:
    """Every release of the tree, at the statistic that is best: μ = √(2ρ) exactly."""
    counter = ContinualSum("tree", 7, rho=0.5, bounds=(0, 1), insecure_rng=1)
    intervals = np.array([[0, 1], [0, 2], [2, 3], [0, 4], [4, 5], [4, 6], [6, 7]])
    chosen = [[0], [1], [1, 2], [3], [3, 4], [3, 5], [3, 5, 6]]
    B = np.array([[float(k in row) for k in range(7)] for row in chosen])
    nodes = np.array([[float(a < s <= b) for s in range(1, 8)] for a, b in intervals])
    assert np.array_equal(B @ nodes, np.tri(7))
    statistic = gaussian_statistic(np.ones(7), B @ B.T)
    events = np.zeros((2, 7), dtype=int)
    events[1, 0] = 1
    found = audit(
        batch(ContinualSum, "tree", rho=0.5),
        (events[0], events[1]),
        batched=True,
        statistic=statistic,
        claim=counter.privacy,
        target="mu",
        trials=40_000,
        rng=1,
    )
    assert found.verdict == "consistent"
    assert 0.85 < found.mu_lower < 1  # six standard errors of 0.02 below 0.96


def test_exact_noise_is_consistent() -> None:
    """OpenDP's draws: the releases as they are, and in floating point nothing to find."""
    pytest.importorskip("opendp")

    def exact(*args: Any, **options: Any) -> ContinualSum:
        return ContinualSum(*args, **{**options, "insecure_rng": None})

    found = audit(batch(exact, "tree", epsilon=1.0), ([0], [1]), batched=True, trials=4000, claim=1)
    assert found.verdict == "consistent"
    assert found.epsilon_lower > 0.3  # six standard errors of 0.1 below


def test_a_privacy_claim_is_compared_in_epsilon_and_rho() -> None:
    claim = Privacy(rho=0.5, pure_epsilon=math.inf, neighbours="replace", proof="")
    wild: Any = {"batched": True, "statistic": np.rint, "rng": 1}
    assert audit(gaussian, (0, 3), claim=claim, **wild).verdict == "refuted"  # ρ = 4.5
    assert audit(gaussian, (0, 1), claim=claim, **wild).verdict == "consistent"
    assert audit(gaussian, (0, 4), claim=claim, delta=1e-2, **wild).verdict == "refuted"

"""Readings of an audit: what it finds in outputs, and where nothing is to be found."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from algos.privacy import Audit, audit
from algos.privacy._audit_readings import along

Rng = np.random.Generator


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    """Let no audit warn, whatever the outputs."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def found(mechanism: Any, pair: Any = (0, 1), **options: Any) -> Audit:
    """Audit against ε = 1."""
    return audit(mechanism, pair, **{"batched": True, "claim": 1.0, "rng": 1, **options})


def lattice(rng: Rng, shape: Any, scale: float) -> Any:
    """Draw Laplace noise of multiples of 2^−6."""
    stop = -math.expm1(-1 / scale / 64)
    return (rng.geometric(stop, shape) - rng.geometric(stop, shape)) / 64


def one_event(steps: int, at: int) -> tuple[Any, Any]:
    """Make streams that differ in one step."""
    return np.zeros(steps), np.eye(steps)[at]


@pytest.mark.parametrize(("steps", "trials"), [(2, 1000), (8, 1000), (200, 1000), (1500, 200)])
def test_one_noise_for_all_releases_is_found(steps: int, trials: int) -> None:
    """Releases of two steps differ by the event between them, free of noise."""

    def mechanism(data: Any, rng: Rng, n: int) -> Any:
        return data.cumsum() + lattice(rng, (n, 1), 100)

    assert found(mechanism, one_event(steps, steps // 2), trials=trials).epsilon_lower > 3


def test_noise_that_comes_again_later_is_found() -> None:
    def mechanism(data: Any, rng: Rng, n: int) -> Any:
        noise = lattice(rng, (n, 8), 8)
        noise[:, 6] = noise[:, 2]
        return data.cumsum() + noise

    seen = found(mechanism, one_event(8, 4), trials=2000)
    assert seen.epsilon_lower > 4
    assert "discriminant" in seen.event


@pytest.mark.parametrize("fresh", [True, False])
def test_correlations_that_tell_are_found(fresh: bool) -> None:
    """Two of ten releases have opposite noise in one world, the same or none in common else."""

    def mechanism(data: int, rng: Rng, n: int) -> Any:
        noise = lattice(rng, (n, 10), 1)
        if data:
            noise[:, 7] = -noise[:, 2]
        elif not fresh:
            noise[:, 7] = noise[:, 2]
        return noise

    seen = found(mechanism, trials=4000)
    assert seen.epsilon_lower > 4
    assert "ratio of variances" in seen.event


def test_directions_are_scored_on_other_outputs() -> None:
    """Of 200 numbers one tells ε = 1; directions look better where they are fitted."""

    def mechanism(data: int, rng: Rng, n: int) -> Any:
        noisy = lattice(rng, (n, 200), 1)
        noisy[:, 31] += data
        return noisy

    shown = [found(mechanism, trials=4000, rng=seed).epsilon_lower for seed in range(5)]
    assert np.mean(shown) > 0.6  # 0.05 where they are scored on the outputs of the fit


@pytest.mark.parametrize("width", [2, 3, 7, 19, 200])
def test_projections_are_rounded_one_by_one(width: int) -> None:
    """Equal outputs must fall on one side of a threshold, in whatever batch they come."""
    rng = np.random.default_rng(1)
    output, direction = rng.normal(size=(2, width))
    alone = along(direction, output)
    for count in (1, 2, 3, 5, 8, 33, 1001):
        assert (along(direction, np.tile(output, (count, 1))) == alone).all()


def test_spread_of_one_number_among_many_is_found() -> None:
    def mechanism(data: int, rng: Rng, n: int) -> Any:
        noisy = rng.integers(-5, 6, (n, 200))
        noisy[:, 150] += data * rng.integers(-9, 10, n)
        return noisy

    assert found(mechanism, trials=4000).verdict == "refuted"


def test_a_rare_output_is_found() -> None:
    """Of probability 1/1000, in one world alone."""

    def mechanism(data: int, rng: Rng, n: int) -> Any:
        common = rng.integers(-(2**40), 2**40, n) / 2**41
        return np.where((rng.random(n) < 1e-3) & (data == 1), 0.123, common)

    seen = found(mechanism, trials=100_000)
    assert (seen.verdict, seen.event) == ("refuted", "output == 0.123")


def test_a_value_that_is_rarer_than_most_is_found() -> None:
    """Of probability 3/1000, in one world alone, among 250 that are given more often."""

    def mechanism(data: int, rng: Rng, n: int) -> Any:
        return np.where((rng.random(n) < 3e-3) & (data == 1), 139, 4 * rng.integers(0, 250, n) + 1)

    assert found(mechanism, trials=20_000).event == "output == 139.0"


def test_rare_low_digits_are_found_in_wide_noise() -> None:
    """Of scale 100: P(abs(g) < 1/2) is near 1/200, too little to be sure of in the search."""

    def mechanism(data: float, rng: Rng, n: int) -> Any:
        return data + rng.laplace(scale=100, size=n)

    seen = [found(mechanism, (0.0, 1.0), claim=0.1, rng=seed).verdict for seed in range(5)]
    assert seen.count("refuted") >= 4


def test_parity_between_releases_and_the_sign_of_zero_are_found() -> None:
    def parity(data: int, rng: Rng, n: int) -> Any:
        noise = rng.integers(-100, 100, (n, 2))
        noise[:, 1] += (noise.sum(axis=1) + data) % 2
        return noise

    assert found(parity).epsilon_lower > 5
    assert found(lambda data, rng, n: np.full(n, -0.0 if data else 0.0)).epsilon_lower > 5


@pytest.mark.parametrize("scale", [1e-310, 1e-200, 1e200, 1e300])
def test_numbers_of_any_size_are_read(scale: float) -> None:
    def mechanism(data: int, rng: Rng, n: int) -> Any:
        return scale * (rng.integers(-9, 10, (n, 3)) + np.array([0, 100 * data, 0]))

    assert found(mechanism).epsilon_lower > 5


def test_infinities_and_nan_are_read() -> None:
    def mechanism(data: int, rng: Rng, n: int) -> Any:
        outputs = np.full((n, 3), np.inf)
        outputs[:, 1 + data] = -np.inf
        outputs[:, 0] = np.nan
        return outputs

    assert found(mechanism).epsilon_lower > 5


def test_integers_of_any_length_are_read() -> None:
    def mechanism(data: int, rng: Rng) -> int:
        return (int(rng.integers(9)) << 70) + data

    options: dict[str, Any] = {"batched": False, "trials": 200}
    assert found(mechanism, **options).verdict == "consistent"
    assert found(mechanism, (0, 1 << 80), **options).verdict == "refuted"


@pytest.mark.parametrize("shape", [(2, 3), (7,)])
def test_shapes_that_tell_are_refused(shape: tuple[int, ...]) -> None:
    def mechanism(data: int, rng: Rng, n: int) -> Any:
        return np.zeros((n, *(shape if data else (3, 2))))

    with pytest.raises(ValueError, match="alone tells them apart"):
        found(mechanism)


@pytest.mark.parametrize("trials", [20, 60, 400])
@pytest.mark.parametrize("confidence", [0.5, 0.9])
def test_what_ignores_its_data_is_rarely_refuted(trials: int, confidence: float) -> None:
    """Five numbers of few values, five of many: ε = 0; six standard errors above the allowance."""

    def mechanism(data: int, rng: Rng, n: int) -> Any:
        return np.hstack([rng.integers(0, 3, (n, 5)), rng.normal(size=(n, 5))])

    refuted = [
        found(mechanism, claim=0, trials=trials, confidence=confidence, rng=seed).verdict
        for seed in range(100)
    ].count("refuted")
    allowed = 1 - confidence
    assert refuted <= 100 * allowed + 6 * math.sqrt(100 * allowed * confidence)

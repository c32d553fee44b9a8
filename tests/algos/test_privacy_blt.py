"""BLT: coefficients, closed forms, streams against dense matrices, parameters."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from algos.privacy import BLT, ContinualSum, factorization_lower_bound
from algos.privacy._blt_optimum import optimum, squared_error, squared_sensitivity
from algos.privacy._mechanism import Lattice

DECAY, WEIGHTS = np.array([0.99, 0.75, 0.25]), np.array([0.125, 0.25, 0.125])


def coefficients(decay: Any, weights: Any, n: int) -> np.ndarray[Any, Any]:
    """Give c by its definition."""
    return np.array([1.0, *((weights * decay**k).sum() for k in range(n - 1))])


def toeplitz(c: Any) -> np.ndarray[Any, Any]:
    """Give the lower triangular matrix with first column c."""
    n = len(c)
    return np.array([[c[t - s] if t >= s else 0.0 for s in range(n)] for t in range(n)])


def quiet(count: int) -> np.ndarray[Any, Any]:
    """Draw zeros."""
    return np.zeros(count, dtype=np.int64)


class Reading:
    """A decoder that keeps the codes."""

    codes: Any = None

    def follow(self, past: Any, fresh: Any) -> Any:
        self.codes = fresh
        return fresh, past


def codes_of(stream: Any, events: Any) -> Any:
    """Read the codes of a stream without noise."""
    stream._decoder = reading = Reading()
    stream.release(events, quiet)
    return (reading.codes * 2.0**stream.lattice.bits).astype(np.int64)


# --- closed forms -------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 7, 60])
@pytest.mark.parametrize("buffers", [1, 2, 3])
def test_norms_are_those_of_the_matrices(n: int, buffers: int) -> None:
    decay, weights = DECAY[:buffers], WEIGHTS[:buffers]
    mechanism = BLT(n, decay=decay, weights=weights)
    c = toeplitz(coefficients(decay, weights, n))
    b = np.tri(n) @ np.linalg.inv(c)
    assert mechanism.sensitivity(2) == pytest.approx(np.linalg.norm(c, axis=0).max(), rel=1e-12)
    assert mechanism.sensitivity(2) >= np.linalg.norm(c, axis=0).max()
    assert mechanism.sensitivity(1) == pytest.approx(abs(c).sum(axis=0).max(), rel=1e-12)
    assert mechanism.gain() == pytest.approx(abs(c).sum(axis=1).max(), rel=1e-12)
    assert mechanism.error_factors() == pytest.approx((b**2).sum(axis=1), rel=1e-10)
    assert mechanism.largest_weight == pytest.approx(abs(b).max(), rel=1e-12)
    assert squared_error(1 - decay, weights, n) == pytest.approx((b[-1] ** 2).sum(), rel=1e-10)


def test_closed_forms_at_long_horizons() -> None:
    """The plain sums of 2^20 terms, near decay 1."""
    n, gaps, weights = 2**20, np.array([1e-6, 1e-3, 0.1]), np.array([1e-3, 0.03, 0.2])
    c = coefficients(1 - gaps, weights, n)
    assert squared_sensitivity(gaps, weights, n) == pytest.approx((c**2).sum(), rel=1e-9)
    mechanism = BLT(n, decay=1 - gaps, weights=weights)
    plain = mechanism.error_factors()[-1]
    assert squared_error(gaps, weights, n) == pytest.approx(plain, rel=1e-9)


def test_the_stated_sensitivity_covers_the_rounding_of_many_buffers() -> None:
    rng = np.random.default_rng(1)
    decay, weights = rng.uniform(0.1, 0.999, 3000), np.full(3000, 3e-4)
    mechanism = BLT(2, decay=decay, weights=weights)
    exact = 1 + sum(map(Fraction, mechanism.weights.tolist())) ** 2  # two events: 1 and Σ ω
    assert exact <= Fraction(mechanism.sensitivity(2)) ** 2 <= exact * (1 + Fraction(1, 10**8))


def test_equal_decays_are_one_buffer() -> None:
    one = BLT(50, decay=[0.9], weights=[0.5])
    two = BLT(50, decay=[0.9, 0.9], weights=[0.2, 0.3])
    assert two.sensitivity(2) == pytest.approx(one.sensitivity(2), rel=1e-12)
    assert two.error_factors() == pytest.approx(one.error_factors(), rel=1e-12)


# --- parameters ---------------------------------------------------------------------------


@pytest.mark.parametrize(("buffers", "most"), [(1, 7.6074), (2, 5.0809), (3, 4.6972), (5, 4.6005)])
def test_errors_at_65536_events(buffers: int, most: float) -> None:
    mechanism = BLT(2**16, buffers=buffers)
    error = np.sqrt(mechanism.error_factors().max()) * mechanism.sensitivity(2)
    assert most - 1e-3 < error <= most


@pytest.mark.parametrize("n", [1, 2, 3, 10, 64, 1000, 2**16, 2**24, 2**40])
def test_more_buffers_are_no_worse(n: int) -> None:
    products = []
    for buffers in range(1, 7):
        gaps, weights = map(np.array, optimum(n, buffers))
        products.append(squared_error(gaps, weights, n) * squared_sensitivity(gaps, weights, n))
        assert ((gaps > 0) & (gaps < 1) & (weights > 0)).all()
        assert (weights / (1 - gaps)).sum() <= 1  # b decreases, and stays positive
        assert (np.diff(gaps) >= 0).all()
    for fewer, more in pairwise(products):
        assert more <= fewer * (1 + 1e-5)


def test_five_buffers_are_near_the_lower_bound_at_all_powers_of_two() -> None:
    for k in range(1, 25):
        gaps, weights = map(np.array, optimum(2**k, 5))
        square = squared_error(gaps, weights, 2**k) * squared_sensitivity(gaps, weights, 2**k)
        assert 1 < math.sqrt(square) / factorization_lower_bound(2**k) < 1.2


@pytest.mark.parametrize("n", [3, 4])
def test_few_events_reach_the_best_toeplitz_matrix(n: int) -> None:
    """The square root, of error Σ (C(2k, k) / 4^k)²."""
    root = [1.0, 0.5, 0.375, 0.3125][:n]
    mechanism = BLT(n, buffers=2)
    error = np.sqrt(mechanism.error_factors().max()) * mechanism.sensitivity(2)
    assert error == pytest.approx(np.square(root).sum(), rel=1e-4)


def test_the_search_is_at_a_local_optimum() -> None:
    gaps, weights = map(np.array, optimum(1024, 3))
    least = squared_error(gaps, weights, 1024) * squared_sensitivity(gaps, weights, 1024)
    rng = np.random.default_rng(1)
    for _ in range(200):
        near = gaps * np.exp(0.01 * rng.normal(size=3)), weights * np.exp(0.01 * rng.normal(size=3))
        assert squared_error(*near, 1024) * squared_sensitivity(*near, 1024) > least * (1 - 1e-8)


def test_errors_are_those_that_jax_privacy_computes() -> None:
    """For the same parameters, with its own closed forms and matrices."""
    jax = pytest.importorskip("jax")
    toeplitz_of = pytest.importorskip("jax_privacy.matrix_factorization.buffered_toeplitz")
    mechanism = BLT(1000, buffers=3)
    with jax.enable_x64(True):
        peer = toeplitz_of.BufferedToeplitz.build(
            buf_decay=mechanism.decay, output_scale=mechanism.weights
        )
        norm = float(np.linalg.norm(peer.toeplitz_coefs(1000)))
        error = float(toeplitz_of.iteration_error(peer.inverse(), 999))
    assert mechanism.sensitivity(2) == pytest.approx(norm, rel=1e-9)
    assert mechanism.error_factors()[-1] == pytest.approx(error, rel=1e-9)


# --- streams ------------------------------------------------------------------------------


def test_without_noise_the_sums_are_exact() -> None:
    mechanism = BLT(300)
    rng = np.random.default_rng(1)
    events = rng.integers(-1000, 1001, (300, 3))
    stream = mechanism.stream(Lattice(30, 1000, 3))
    found = np.concatenate([stream.release(part, quiet) for part in np.split(events, [1, 1, 200])])
    assert abs(found - events.cumsum(axis=0)).max() <= stream.rounding


@pytest.mark.parametrize("n", [1, 2, 3, 50])
@pytest.mark.parametrize("bits", [0, 5, 30])
def test_the_bound_on_rounding_has_that_of_the_codes(n: int, bits: int) -> None:
    for mechanism in (BLT(n, decay=[0.9], weights=[0.3]), BLT(n, decay=[0.3], weights=[1.2])):
        stream = mechanism.stream(Lattice(bits, 1, 1))
        events = np.ones((n, 1), dtype=np.int64)
        error = abs(stream.release(events, quiet) - events.cumsum(axis=0)).max()
        assert error <= stream.rounding
        if n > 1 and bits == 0:
            assert error > 0.1


def test_codes_stay_within_their_deviation_of_the_exact_ones() -> None:
    """Exact rational arithmetic, at worst-case events and the finest codes."""
    n, bits, magnitude = 400, 12, 2**32
    mechanism = BLT(n, decay=[1 - 2.0**-12, 0.875, 0.25], weights=[0.25, 0.25, 0.125])
    stream: Any = mechanism.stream(Lattice(bits, magnitude, 2))
    events = np.full((n, 2), magnitude - 1)
    events[:, 1] = np.random.default_rng(1).integers(-magnitude, magnitude + 1, n)
    codes = codes_of(stream, events)
    decay = [Fraction(x) for x in mechanism.decay.tolist()]
    weights = [Fraction(x) for x in mechanism.weights.tolist()]
    worst = Fraction(0)
    for i in range(2):
        buffers = [Fraction(0)] * 3
        for t in range(n):
            x = int(events[t, i])
            exact = 2**bits * (x + sum(w * f for w, f in zip(weights, buffers, strict=True)))
            worst = max(worst, abs(int(codes[t, i]) - exact))
            buffers = [theta * f + x for theta, f in zip(decay, buffers, strict=True)]
    assert Fraction(1, 4) < worst <= Fraction(stream.deviation)
    assert stream.deviation < 4


def test_any_chunks_give_the_same_releases() -> None:
    events = np.random.default_rng(2).integers(0, 9, (200, 2))
    whole, parts = (
        ContinualSum("blt", 200, rho=0.5, bounds=([0, 0], [8, 8]), insecure_rng=7) for _ in "ab"
    )
    one = whole.update_many(events)
    two = np.concatenate([parts.update_many(part) for part in np.split(events, [3, 50, 199])])
    assert (one == two).all()


def test_a_state_goes_on_where_it_stopped() -> None:
    counter = ContinualSum("blt", 100, rho=1e12, bounds=(0, 5), insecure_rng=1)
    counter.update_many(np.full(40, 3))
    later = ContinualSum.from_state(counter.state(), released=40, insecure_rng=2)
    assert isinstance(later.mechanism, BLT)
    assert isinstance(counter.mechanism, BLT)
    assert (later.mechanism.decay == counter.mechanism.decay).all()
    assert later.update_many(np.full(60, 3))[-1] == pytest.approx(300, abs=1e-3)


def test_a_failed_draw_changes_nothing() -> None:
    stream = BLT(10).stream(Lattice(20, 5, 1))
    stream.release(np.full((3, 1), 4), quiet)
    before = stream.state()

    def fails(count: int) -> Any:
        raise OSError("no randomness")

    with pytest.raises(OSError, match="no randomness"):
        stream.release(np.full((2, 1), 5), fails)
    after = stream.state()
    assert all((before[name] == after[name]).all() for name in before)


def test_a_draw_that_fails_late_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("algos.privacy._toeplitz.CHUNK", 4)
    stream = BLT(100).stream(Lattice(20, 5, 2))
    stream.release(np.full((3, 2), 4), quiet)
    before, left = stream.state(), [3]

    def fails(count: int) -> Any:
        left[0] -= 1
        if not left[0]:
            raise OSError("no randomness")
        return quiet(count)

    with pytest.raises(OSError, match="no randomness"):
        stream.release(np.full((20, 2), 5), fails)
    after = stream.state()
    assert all((before[name] == after[name]).all() for name in before)
    assert stream.release(np.full((20, 2), 5), quiet)[-1] == pytest.approx(112, abs=1e-3)


def test_the_variance_is_the_one_stated() -> None:
    """4000 streams of 30 events: the mean of n squares has relative deviation √(2/n)."""
    counter = ContinualSum(
        "blt", 30, rho=0.5, bounds=(np.zeros(4000), np.ones(4000)), change=1, insecure_rng=5
    )
    noise = counter.update_many(np.ones((30, 4000), dtype=int)) - np.arange(1, 31)[:, None]
    ratios = (noise**2).mean(axis=1) / counter.error.standard_deviation**2
    assert abs(ratios - 1).max() < 6 * np.sqrt(2 / 4000)


def test_memory_is_what_a_stream_keeps() -> None:
    mechanism = BLT(1000, buffers=4)
    state = mechanism.stream(Lattice(20, 1, 7)).state()
    assert sum(part.size for part in state.values()) == 7 * mechanism.memory


@pytest.mark.parametrize("n", [1, 100, 2**24])
def test_a_mechanism_made_of_the_parameters_is_the_same(n: int) -> None:
    """A stream that goes on from a state: what both encode is one product with one matrix."""
    one = BLT(n)
    two = BLT(n, decay=one.decay, weights=one.weights)
    assert (one._gaps == two._gaps).all()
    assert (one._gaps == 1 - one.decay).all()  # encoder and decoder mean the same matrix
    assert one.sensitivity(2) == two.sensitivity(2)
    again = BLT(n, decay=[0.3, 2.0**-53], weights=[0.1, 0.1])
    assert [Fraction(g) + Fraction(t) for g, t in zip(again._gaps, again.decay, strict=True)] == [
        1,
        1,
    ]


def test_horizon_of_one() -> None:
    counter = ContinualSum("blt", 1, rho=1e12, bounds=(0, 5), insecure_rng=1)
    assert counter.update(4) == pytest.approx(4, abs=1e-3)
    with pytest.raises(ValueError, match="at most 1 events"):
        counter.update(4)

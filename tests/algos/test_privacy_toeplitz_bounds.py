"""The Toeplitz counters' theorems a second time, their errors in use, and misuse."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from algos.privacy import BandedToeplitz, ContinualSum, SquareRoot
from algos.privacy._banded_toeplitz import _optimised
from algos.privacy._mechanism import Lattice
from algos.privacy._online_convolution import OnlineConvolution
from algos.privacy._square_root import square_root_coefficients


def lower_bound(n: int) -> float:
    """The singular values of A, over n, by their formula."""
    angles = (2 * np.arange(1, n + 1) - 1) * (math.pi / (4 * n + 2))
    return float((0.5 / np.sin(angles)).mean())


def greatest(mechanism: Any) -> float:
    """The greatest standard deviation for a change of 1 at ρ = 1/2."""
    return float(mechanism.sensitivity(2) * np.sqrt(mechanism.error_factors()[-1]))


def test_closed_forms_of_the_square_roots_sums() -> None:
    f = [Fraction(math.comb(2 * k, k), 4**k) for k in range(41)]
    for n in range(1, 41):
        squares = [sum((value**2 for value in f[:t]), Fraction(0)) for t in range(1, n + 1)]
        assert sum(f[:n]) == 2 * n * f[n]
        assert sum(squares) / n == squares[-1] * (1 + Fraction(1, 4 * n)) - n * f[n] ** 2
        mechanism = SquareRoot(n)
        assert mechanism.gain() == pytest.approx(float(2 * n * f[n]), rel=1e-15)
        assert mechanism.error_factors()[-1] == pytest.approx(float(squares[-1]), rel=1e-15)


def test_landaus_constants_between_their_bounds() -> None:
    n = np.arange(1, 2**20 + 1)
    norms = np.cumsum(square_root_coefficients(2**20) ** 2)
    lower = (np.log(n - 0.25) + np.euler_gamma + 4 * math.log(2)) / math.pi
    excess = norms - lower
    assert (excess > -1e-11).all()
    assert (excess <= 11 / (192 * math.pi * (n - 0.25) ** 2) + 1e-11).all()
    assert (excess[:1000] > 0).all()
    assert (norms <= 1 + np.log((4 * n - 1) / 3) / math.pi + 1e-11).all()


def test_the_steps_of_landaus_bounds() -> None:
    y = sympy.Symbol("y")
    quarter, half = sympy.Rational(1, 4), sympy.Rational(1, 2)

    def step(q: Any) -> Any:
        return q.subs(y, y + 1) * (y + quarter) ** 2 - q * (y + 3 * quarter) ** 2

    assert sympy.expand(step(y)) == sympy.Rational(1, 16)
    assert sympy.simplify(step(y + 1 / (32 * y)) * 512 * y * (y + 1)) == -9
    a = sympy.Rational(11, 192)
    g = (
        32 * y / (32 * y**2 + 1)
        - sympy.log((y + half) / (y - half))
        - a / (y + half) ** 2
        + a / (y - half) ** 2
    )
    above, below = sympy.fraction(sympy.together(sympy.simplify(sympy.diff(g, y))))
    assert all(c < 0 for c in sympy.Poly(above.subs(y, y + 1), y).all_coeffs())
    assert all(c > 0 for c in sympy.Poly(sympy.expand(below.subs(y, y + 1)), y).all_coeffs())
    assert sympy.limit(g, y, sympy.oo) == 0


def test_the_bound_on_the_mean_is_no_bound_on_the_greatest_error() -> None:
    n = np.arange(1, 2**17 + 1)
    norms = np.cumsum(square_root_coefficients(2**17) ** 2)
    bound = 1 + np.log(4 * n / 5) / math.pi
    mean = np.sqrt(norms * np.cumsum(norms) / n)
    assert (n[mean > bound] == np.arange(1, 7)).all()  # it begins to hold at 7
    assert (norms > bound + 0.04).all()  # refuted for the greatest error, everywhere


@pytest.mark.parametrize("n", [1, 2, 7, 16, 100, 1024, 2**16])
def test_the_square_root_is_near_the_lower_bound(n: int) -> None:
    distance = greatest(SquareRoot(n)) - lower_bound(n)
    assert -1e-12 <= distance <= math.log(math.pi) / math.pi
    if n <= 100:
        values = np.linalg.svd(np.tri(n), compute_uv=False)
        assert values.sum() / n == pytest.approx(lower_bound(n), rel=1e-12)
    if n == 2**16:
        assert greatest(SquareRoot(n)) / lower_bound(n) == pytest.approx(1.0861, abs=1e-4)


def test_errors_at_65536() -> None:
    error = ContinualSum("square_root", 2**16, rho=0.5, bounds=(0, 1), insecure_rng=0).error
    assert error.max == pytest.approx(4.596, rel=1e-3)
    assert error.rms == pytest.approx(4.434, rel=1e-3)


@pytest.mark.parametrize("bands", [1, 2, 5, 16])
@pytest.mark.parametrize("n", [1, 2, 30, 1000])
def test_bands_cost_what_they_must_and_little_more(n: int, bands: int) -> None:
    mechanism = BandedToeplitz(n, bands=bands)
    assert mechanism.bands == min(n, bands)
    assert greatest(mechanism) >= max(math.sqrt(n / bands), lower_bound(n)) - 1e-9
    first = BandedToeplitz(n, coefficients=square_root_coefficients(mechanism.bands))
    assert greatest(mechanism) <= greatest(first) + 1e-9
    if n == 1000 and bands < 16:
        assert greatest(mechanism) <= 1.05 * math.sqrt(n / bands)


def test_all_bands_give_the_square_root() -> None:
    assert greatest(BandedToeplitz(40, bands=40)) == pytest.approx(greatest(SquareRoot(40)), 1e-6)


def test_the_optimised_coefficients_are_stationary() -> None:
    c = _optimised(200, 4)
    least = greatest(BandedToeplitz(200, coefficients=c))
    for k in (1, 2, 3):
        for step in (-1e-3, 1e-3):
            other = c.copy()
            other[k] += step
            assert greatest(BandedToeplitz(200, coefficients=other)) > least


@pytest.mark.parametrize("mechanism", [SquareRoot(40), BandedToeplitz(40, bands=3)], ids=repr)
def test_the_noise_of_every_release_has_the_stated_variance(mechanism: Any) -> None:
    streams = 20000
    for budget in ({"rho": 0.5}, {"epsilon": 1.0}):
        counter = ContinualSum(
            mechanism,
            40,
            bounds=(np.zeros(streams), np.ones(streams)),
            change=1.0,
            insecure_rng=5,
            **budget,  # type: ignore[arg-type]
        )
        events = np.random.default_rng(6).integers(0, 2, (40, streams))
        errors = counter.update_many(events) - events.cumsum(axis=0)
        # a mean of 20000 squares of kurtosis below 6: six standard errors are a tenth
        ratios = (errors**2).mean(axis=1) / counter.error.standard_deviation**2
        assert np.allclose(ratios, 1, atol=0.1)
        assert abs(errors.mean(axis=1) / counter.error.standard_deviation).max() < 6 / 141


def test_a_stream_goes_on_from_its_state() -> None:
    for mechanism in (SquareRoot(300), BandedToeplitz(300, coefficients=[1.0, 0.5])):
        counter = ContinualSum(mechanism, 300, rho=1e9, bounds=(0, 5), insecure_rng=1)
        events = np.random.default_rng(0).integers(0, 6, 300)
        counter.update_many(events[:170])
        state = counter.state()
        other = ContinualSum.from_state(state, released=170, insecure_rng=2)
        assert np.allclose(other.update_many(events[170:]), events.cumsum()[170:], atol=1e-2)
        assert (other.mechanism.error_factors() == mechanism.error_factors()).all()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"bands": 0}, ValueError, "bands must be an integer from 1"),
        ({"bands": -1}, ValueError, "bands must"),
        ({"bands": True}, ValueError, "bands must"),
        ({"bands": 2.5}, TypeError, "bands must be an integer"),
        ({"bands": "3"}, TypeError, "bands must be an integer"),
        ({"coefficients": []}, ValueError, "coefficients must"),
        ({"coefficients": [[1.0]]}, ValueError, "coefficients must have shape"),
        ({"coefficients": [0.0, 1.0]}, ValueError, "begin with one above 0"),
        ({"coefficients": [-1.0]}, ValueError, "begin with one above 0"),
        ({"coefficients": [1.0, np.nan]}, ValueError, "coefficients must be finite"),
        ({"coefficients": [np.inf]}, ValueError, "coefficients must be finite"),
        ({"coefficients": ["a"]}, TypeError, "coefficients must be an array of real"),
        ({"coefficients": [1j]}, TypeError, "coefficients must be an array of real"),
        ({"coefficients": np.array([1, None])}, TypeError, "coefficients must"),
        ({"coefficients": [1.0, 0.5], "bands": 3}, ValueError, "bands must be the 2"),
        ({"coefficients": [1.0, -1e4]}, ValueError, "inverse that float64 holds"),
        ({"coefficients": [1e-300, 1e300]}, ValueError, "inverse that float64 holds"),
    ],
)
def test_misuse_of_bands_raises(options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        BandedToeplitz(100, **options)


@pytest.mark.parametrize("horizon", [0, -1, True, 2**41])
def test_misuse_of_horizons_raises(horizon: Any) -> None:
    for mechanism in (SquareRoot, BandedToeplitz):
        with pytest.raises(ValueError, match="horizon must be an integer"):
            mechanism(horizon)
        with pytest.raises(TypeError, match="horizon must be an integer"):
            mechanism(1.5)  # type: ignore[arg-type]


def test_coefficients_are_copied_and_not_to_be_changed() -> None:
    given = np.array([1.0, 0.5, 0.25])
    mechanism = BandedToeplitz(2, coefficients=given)
    given[0] = 9.0
    assert mechanism.bands == 2
    assert mechanism.coefficients.tolist() == [1.0, 0.5]
    assert repr(mechanism) == "BandedToeplitz(2, bands=2)"
    with pytest.raises(ValueError, match="read-only"):
        mechanism.coefficients[0] = 2.0


def test_only_the_ratios_of_coefficients_matter() -> None:
    for scale in (1e-300, 1e300):
        mechanism = BandedToeplitz(50, coefficients=[scale, scale / 2])
        assert mechanism.coefficients == pytest.approx([1.0, 0.5], rel=1e-15)
        counter = ContinualSum(mechanism, 50, rho=0.5, bounds=(0, 1), insecure_rng=1)
        assert counter.error.max == pytest.approx(greatest(mechanism), rel=1e-6)


def test_huge_events_keep_their_deviation_below_a_thousandth() -> None:
    magnitude = 2**40
    stream = SquareRoot(2**12).stream(Lattice(3, magnitude, 1))
    events = np.full((2**12, 1), magnitude)
    releases = stream.release(events, lambda count: np.zeros(count, dtype=np.int64))
    assert abs(releases - events.cumsum(axis=0)).max() <= stream.rounding <= magnitude / 1000


@pytest.mark.parametrize("horizon", [1, 128, 129, 300, 5000, 2**16])
def test_the_bound_on_rounding_is_the_proofs(horizon: int) -> None:
    """One run after another, as the page has them, without its simplifications."""
    unit, stage = 2.0**-53, 6 * 2.0**-53
    convolution = OnlineConvolution(square_root_coefficients(horizon))
    c, runs, transformed = convolution.coefficients, 0, 0.0
    while 128 * 2**runs < horizon:
        length, stages = 128 * 2**runs, 8 + runs
        grown = 3 * stages * math.log1p(math.sqrt(2) * stage) + math.log1p(3 * unit)
        transformed += math.expm1(grown) * math.sqrt(length) * float(np.linalg.norm(c))
        runs += 1
    summed = math.expm1((128 + runs + 1) * math.log1p(unit)) * (float(c.sum()) + transformed)
    bound = convolution.rounding(7.0) / 7
    assert transformed + summed <= bound <= 1.011 * (transformed + summed)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_one_run_stays_within_its_bound(level: int) -> None:
    """Transforms of large integers, against exact sums; the premise on SciPy's transform."""
    length, size = 128 << level, 2**40
    c = square_root_coefficients(2 * length)
    rng = np.random.default_rng(level)
    inputs = rng.integers(-size, size + 1, (3, length))
    inputs[1], inputs[2] = size, size * (-1) ** np.arange(length)
    found = OnlineConvolution(c)._added(inputs.astype(float), 2**level, level)
    exact = [int(math.ldexp(one, 80)) for one in c]
    bound = 3 * (8 + level) * math.sqrt(2) * 6 * 2.0**-53 * math.sqrt(length) * size * 2
    for row, outputs in zip(inputs.tolist(), found, strict=True):
        for t in (0, 1, length // 2, length - 1):
            sums = sum(x * exact[length + t - s] for s, x in enumerate(row))
            assert abs(Fraction(float(outputs[t])) - Fraction(sums, 2**80)) <= bound


def test_memory_is_what_the_state_holds() -> None:
    banded = BandedToeplitz(100, bands=7)
    stream = banded.stream(Lattice(10, 1, 1))
    stream.release(np.ones((50, 1), dtype=np.int64), lambda count: np.zeros(count, dtype=np.int64))
    assert sum(part.size for part in stream.state().values()) == banded.memory == 13
    assert SquareRoot(100).memory == 400

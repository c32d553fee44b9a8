"""Square root and banded Toeplitz counters: dense factors, exact codes, any chunks, errors."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.linalg import toeplitz

from algos.privacy import BLT, BandedToeplitz, SquareRoot, _toeplitz
from algos.privacy._mechanism import Lattice
from algos.privacy._square_root import square_root_coefficients
from algos.privacy._toeplitz import Toeplitz, ToeplitzStream

MECHANISMS: list[Toeplitz] = [
    SquareRoot(300),
    SquareRoot(1),
    SquareRoot(64),
    BandedToeplitz(300, bands=7),
    BandedToeplitz(300, bands=1),
    BandedToeplitz(40),
    BandedToeplitz(1),
    BandedToeplitz(300, coefficients=[2.0, -0.5, 0.25]),
]


def factors(mechanism: Toeplitz) -> tuple[Any, Any]:
    """B and C as matrices."""
    n = mechanism.horizon
    first = np.zeros(n)
    first[: len(mechanism.encoding)] = mechanism.encoding
    return np.tril(toeplitz(mechanism.decoding)), np.tril(toeplitz(first))


def silent(count: int) -> Any:
    """No noise."""
    return np.zeros(count, dtype=np.int64)


def given(noise: Any) -> Any:
    """Noise that is given."""
    return lambda count: noise


def exact_codes(mechanism: Toeplitz, bits: int, events: Any) -> list[Fraction]:
    """2^bits C x in rational numbers."""
    c = [Fraction(float(value)) for value in mechanism.encoding]
    x = [int(value) for value in events]
    return [
        2**bits * sum((c[k] * x[t - k] for k in range(min(len(c), t + 1))), Fraction(0))
        for t in range(len(x))
    ]


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
def test_the_factors_multiply_to_the_prefix_sums(mechanism: Toeplitz) -> None:
    root, code = factors(mechanism)
    assert np.allclose(root @ code, np.tri(mechanism.horizon), rtol=0, atol=1e-13)
    assert np.allclose(mechanism.error_factors(), (root**2).sum(axis=1), rtol=1e-13)
    column = [abs(Fraction(float(value))) for value in code[:, 0]]
    assert 1 <= Fraction(mechanism.sensitivity(1)) / sum(column) <= 1 + 1e-14
    squares = sum(value**2 for value in column)
    assert 1 <= Fraction(mechanism.sensitivity(2)) ** 2 / squares <= 1 + 1e-14
    assert sum(column) <= Fraction(mechanism.gain())
    assert mechanism.largest_weight == np.abs(root).max()


def test_the_square_roots_coefficients_are_the_binomials() -> None:
    found = square_root_coefficients(5000)
    for k in (0, 1, 2, 126, 127, 128, 129, 200, 999, 4999):
        exact = Fraction(math.comb(2 * k, k), 4**k)
        assert abs(Fraction(float(found[k])) / exact - 1) <= 8 * Fraction(1, 2**53)
    for count in (1, 2, 127, 128, 129):
        assert (square_root_coefficients(count) == found[:count]).all()


def test_the_square_roots_coefficients_are_the_same_on_all_machines() -> None:
    """Operations that IEEE 754 fixes, one by one in Python's floats; its exp may differ."""
    found = square_root_coefficients(400)
    for k in (128.0, 200.0, 399.0):
        e = (-1 / 8 + (1 / 192 - 1 / (640 * k**2)) / k**2) / k
        taylor = 1 + e * (1 + e / 2 * (1 + e / 3 * (1 + e / 4)))
        assert found[int(k)] == taylor / math.sqrt(math.pi * k)


@pytest.mark.parametrize("mechanism", [BandedToeplitz(30, bands=4), BLT(30, buffers=2)], ids=repr)
@pytest.mark.parametrize("name", ["events", "codes"])
@pytest.mark.parametrize("less", [1, 2])
def test_a_state_of_another_size_is_refused(mechanism: Any, name: str, less: int) -> None:
    """Compiled loops would read beyond it."""
    stream = mechanism.stream(Lattice(20, 5, 2))
    state = stream.state()
    with pytest.raises(ValueError, match="reshape"):
        stream.restore({**state, name: state[name][:, less:]})


class Spied:
    """A decoder that writes down the codes."""

    def __init__(self, decoder: Any, bits: int) -> None:
        self.decoder, self.bits = decoder, bits
        self.codes: list[int] = []

    def follow(self, past: Any, fresh: Any) -> Any:
        self.codes.extend(int(code) for code in fresh[:, 0] * 2**self.bits)
        return self.decoder.follow(past, fresh)


@pytest.mark.parametrize("mechanism", [SquareRoot(3), BandedToeplitz(3), BLT(3)], ids=repr)
def test_noise_is_added_to_the_integer(mechanism: Any) -> None:
    """Beyond 2^53 floats skip integers; a sum of rounded numbers would not be noise on a code."""
    stream: Any = mechanism.stream(Lattice(0, 1, 1))
    stream._decoder = spied = Spied(stream._decoder, 0)
    stream.release(np.ones((1, 1), dtype=np.int64), given(np.array([2**53 + 1])))
    assert spied.codes == [2**53 + 2]


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
@pytest.mark.parametrize("bits", [0, 7, 30])
def test_codes_lie_within_the_deviation_of_exact_ones(mechanism: Toeplitz, bits: int) -> None:
    rng = np.random.default_rng(bits)
    for magnitude in (1, int(2 ** (49 - bits) / mechanism.gain())):
        for events in (
            rng.integers(-magnitude, magnitude + 1, mechanism.horizon),
            np.full(mechanism.horizon, magnitude),
        ):
            stream: Any = mechanism.stream(Lattice(bits, magnitude, 1))
            stream._decoder = spied = Spied(stream._decoder, bits)
            stream.release(events[:, None], silent)
            exact = exact_codes(mechanism, bits, events)
            worst = max(abs(code - value) for code, value in zip(spied.codes, exact, strict=True))
            assert worst <= Fraction(stream.deviation)
            if len(mechanism.encoding) > 100:
                assert worst > Fraction(9, 20)  # the rounding to integers alone
            if magnitude == 1:
                assert stream.deviation < 0.51


def packed(numbers: Any) -> int:
    """Write integers from 0 on side by side, in 160 bits each."""
    digits = b"".join(int(number).to_bytes(20, "little") for number in numbers)
    return int.from_bytes(digits, "little")


@pytest.mark.parametrize("bits", [0, 8, 30])
def test_codes_of_long_streams_lie_within_the_deviation(bits: int) -> None:
    steps, scale = 5000, 80
    mechanism = SquareRoot(steps)
    magnitude = int(2 ** (49 - bits) / mechanism.gain())
    c = packed(value * 2.0**scale for value in mechanism.encoding)
    events = np.random.default_rng(bits).integers(0, magnitude + 1, steps)
    for x in (events, np.full(steps, magnitude)):
        digits = (c * packed(x)).to_bytes(40 * steps, "little")  # one product of long integers
        exact = [int.from_bytes(digits[20 * k : 20 * k + 20], "little") for k in range(steps)]
        stream: Any = mechanism.stream(Lattice(bits, magnitude, 1))
        stream._decoder = spied = Spied(stream._decoder, bits)
        stream.release(x[:, None], silent)
        worst = max(
            abs((code << scale) - (value << bits))
            for code, value in zip(spied.codes, exact, strict=True)
        )
        assert 0.49 < worst / 2**scale <= stream.deviation


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
@pytest.mark.parametrize("seed", range(5))
def test_codes_and_releases_do_not_depend_on_chunks(mechanism: Toeplitz, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, lattice = mechanism.horizon, Lattice(25, 9, 3)
    events = rng.integers(-9, 10, (n, 3))
    noise = rng.integers(-(2**27), 2**27, (n, 3))
    whole = mechanism.stream(lattice).release(events, given(noise))
    stream, step, parts = mechanism.stream(lattice), 0, []
    while step < n:
        stop = min(n, step + int(rng.choice([0, 1, 2, 5, 63, 64, 65, 150])))
        parts.append(stream.release(events[step:stop], given(noise[step:stop])))
        step = stop
        if rng.random() < 0.3:
            state, stream = stream.state(), mechanism.stream(lattice)
            stream.restore(state)
    assert (np.concatenate(parts) == whole).all()
    B, _ = factors(mechanism)
    assert np.allclose(whole, events.cumsum(axis=0) + B @ noise / 2**25, rtol=0, atol=1e-6)


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
def test_silent_releases_are_the_sums_up_to_rounding(mechanism: Toeplitz) -> None:
    rng = np.random.default_rng(3)
    for bits, magnitude in ((30, 3), (3, 2**30)):
        events = rng.integers(-magnitude, magnitude + 1, (mechanism.horizon, 2))
        stream = mechanism.stream(Lattice(bits, magnitude, 2))
        error = abs(stream.release(events, silent) - events.cumsum(axis=0)).max()
        assert error <= stream.rounding
        assert stream.rounding <= 1e-3 * magnitude


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
def test_a_failed_draw_leaves_the_stream_as_it_was(mechanism: Toeplitz) -> None:
    def broken(count: int) -> Any:
        raise OSError("no randomness")

    stream, twin = (mechanism.stream(Lattice(20, 5, 1)) for _ in range(2))
    events = np.random.default_rng(0).integers(-5, 6, (mechanism.horizon, 1))
    half = mechanism.horizon // 2
    stream.release(events[:half], silent)
    with pytest.raises(OSError, match="no randomness"):
        stream.release(events[half:], broken)
    assert (stream.release(events[half:], silent) == twin.release(events, silent)[half:]).all()


@pytest.mark.parametrize("mechanism", [*MECHANISMS, BLT(20)], ids=repr)
def test_a_stream_changes_at_once(mechanism: Any) -> None:
    """One assignment: an interrupt between two would leave an event to be counted twice."""

    class Watched(ToeplitzStream):
        changes = 0

        def __setattr__(self, name: str, value: Any) -> None:
            self.__dict__[name] = value
            self.__dict__["changes"] += 1

    stream = mechanism.stream(Lattice(20, 5, 1))
    stream.__dict__["changes"] = 0
    stream.__class__ = Watched
    before = {name: part.copy() for name, part in stream.state().items()}
    past = stream._past
    stream.release(np.ones((1, 1), dtype=np.int64), silent)
    assert stream.changes == 1
    stream._past = past  # untouched by what followed
    assert all((stream.state()[name] == part).all() for name, part in before.items())


def test_long_streams_are_worked_on_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    events = np.random.default_rng(1).integers(-4, 5, (700, 3))
    noise = np.random.default_rng(2).integers(-99, 100, (700, 3))
    for mechanism in (SquareRoot(700), BandedToeplitz(700, bands=5)):
        whole = mechanism.stream(Lattice(20, 4, 3)).release(events, given(noise))
        left = iter(noise.ravel())
        with monkeypatch.context() as patch:
            patch.setattr(_toeplitz, "CHUNK", 3 * 90)
            parts = mechanism.stream(Lattice(20, 4, 3)).release(
                events,
                lambda count: np.array([next(left) for _ in range(count)]),  # noqa: B023
            )
        assert (whole == parts).all()

"""Tree-like counters: dense factors, errors, sums, any chunks, states, hostile input."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from algos.privacy import ContinualSum, HonakerTree, KAry, Mechanism, SmoothBinary, Tree
from algos.privacy._mechanism import Lattice, Reals

MECHANISMS: list[Mechanism] = [
    *(kind(n) for kind in (Tree, HonakerTree, SmoothBinary, KAry) for n in (1, 2, 3, 16, 45, 64)),
    *(kind(n, levels="least") for kind in (Tree, HonakerTree) for n in (7, 45, 64, 96)),
    *(kind(45, levels=levels) for kind in (Tree, HonakerTree) for levels in (1, 2, 4)),
    *(SmoothBinary(45, zeros=zeros) for zeros in (1, 2, 9, 45)),
    *(KAry(45, arity=arity) for arity in (3, 5, 13, 91)),
]


def silent(count: int) -> Any:
    """No noise."""
    return np.zeros(count, dtype=np.int64)


@cache
def decoder(mechanism: Mechanism) -> Reals:
    """B, from releases of streams of zeros in which one draw of noise is 1."""
    taken = 0

    def draw(one: int, count: int) -> Any:
        nonlocal taken
        taken += count
        return 2**20 * (np.arange(taken - count, taken) == one)

    def column(one: int) -> Reals:
        nonlocal taken
        taken = 0
        zeros = np.zeros((mechanism.horizon, 1), dtype=np.int64)
        return mechanism.stream(Lattice(20, 1, 1)).release(zeros, partial(draw, one))[:, 0]

    first = column(0)
    return np.array([first, *(column(one) for one in range(1, taken))]).T


def dyadic(mechanism: Tree) -> list[tuple[int, int]]:
    """All intervals (after, up to] that are complete within the horizon, by their ends."""
    return [
        (end - 2**level, end)
        for end in range(1, mechanism.horizon + 1)
        for level in range(mechanism.levels)
        if end % 2**level == 0
    ]


def longest(mechanism: Tree) -> list[tuple[int, int]]:
    """The longest that ends at each step."""
    return [
        max((one for one in dyadic(mechanism) if one[1] == end), key=lambda one: one[1] - one[0])
        for end in range(1, mechanism.horizon + 1)
    ]


def left_behind(mechanism: SmoothBinary) -> list[tuple[int, int]]:
    """Intervals of events between leaves: first the empty ones, then one a step."""
    height = mechanism.zeros + mechanism.ones
    every = sorted(
        sum(1 << place for place in one) for one in combinations(range(height), mechanism.ones)
    )
    leaves = every[: mechanism.horizon + 1]
    intervals = [(0, 0)] * (mechanism.ones - 1)
    for t in range(1, len(leaves)):
        place = (leaves[t - 1] ^ leaves[t]).bit_length() - 1
        subtree = leaves[t - 1] >> place
        intervals.append((next(s for s in range(t) if leaves[s] >> place == subtree), t))
    return intervals


def signed(mechanism: KAry) -> list[tuple[int, int]]:
    """Intervals in the order of their first use."""
    k, found = mechanism.arity, []
    for t in range(1, mechanism.horizon + 1):
        used, rest = [], t
        for level in range(mechanism.levels):
            digit = (rest + k // 2) % k - k // 2
            rest = (rest - digit) // k
            places = (
                range(rest * k, rest * k + digit)
                if digit > 0
                else range(rest * k + digit, rest * k)
            )
            used.append([(j * k**level, (j + 1) * k**level) for j in places])
        found += [one for level in reversed(used) for one in level if one not in found]
    return found


def encoder(mechanism: Any) -> Reals:
    """C, by the definition of the intervals."""
    kinds: dict[Any, Callable[[Any], list[tuple[int, int]]]] = {
        Tree: longest,
        HonakerTree: dyadic,
        SmoothBinary: left_behind,
        KAry: signed,
    }
    intervals = kinds[type(mechanism)]
    steps = np.arange(1, mechanism.horizon + 1)
    return np.array([(a < steps) & (steps <= b) for a, b in intervals(mechanism)], dtype=float)


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
def test_the_factors_multiply_to_the_prefix_sums(mechanism: Mechanism) -> None:
    B, codes = decoder(mechanism), encoder(mechanism)
    assert np.allclose(B @ codes, np.tri(mechanism.horizon), rtol=0, atol=1e-12)
    assert np.allclose(mechanism.error_factors(), (B**2).sum(axis=1), rtol=1e-13)
    assert mechanism.largest_weight == pytest.approx(np.abs(B).max())
    assert codes.sum(axis=1).max() <= mechanism.gain()


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
def test_the_sensitivity_is_the_longest_column(mechanism: Mechanism) -> None:
    most = encoder(mechanism).sum(axis=0).max()
    if isinstance(mechanism, SmoothBinary) and mechanism.zeros > mechanism.ones:
        assert most <= mechanism.sensitivity(1)  # the highest zeros never change
    else:
        assert most == mechanism.sensitivity(1)
    if not isinstance(mechanism, KAry):
        assert mechanism.sensitivity(2) == math.sqrt(mechanism.sensitivity(1))
        assert mechanism.stream(Lattice(3, 1, 1)).deviation == 0


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
def test_codes_are_drawn_when_their_events_are_there(mechanism: Mechanism) -> None:
    """C is lower triangular, but for the k-ary mechanism, as soon as it has two digits."""
    drawn: list[int] = []

    def draw(step: int, count: int) -> Any:
        drawn.extend([step] * count)
        return silent(count)

    stream = mechanism.stream(Lattice(20, 1, 1))
    for step in range(1, mechanism.horizon + 1):
        stream.release(np.zeros((1, 1), dtype=np.int64), partial(draw, step))
    last = [max(np.flatnonzero(row) + 1, default=0) for row in encoder(mechanism)]
    causal = len(drawn) == len(last) and (np.array(last) <= drawn).all()
    assert causal == (not isinstance(mechanism, KAry) or mechanism.levels == 1)


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
@pytest.mark.parametrize("dimension", [1, 3])
def test_releases_do_not_depend_on_chunks(mechanism: Mechanism, dimension: int) -> None:
    rng = np.random.default_rng(dimension)
    n, lattice = mechanism.horizon, Lattice(25, 9, dimension)
    events = rng.integers(-9, 10, (n, dimension))
    B = decoder(mechanism)
    noise = rng.integers(-(2**27), 2**27, (B.shape[1], dimension))
    taken = 0

    def draw(count: int) -> Any:
        nonlocal taken
        taken += count
        return noise.ravel()[taken - count : taken]

    whole = mechanism.stream(lattice).release(events, draw)
    assert taken == noise.size
    assert np.allclose(whole, events.cumsum(axis=0) + B @ noise / 2**25, rtol=0, atol=1e-6)
    stream, step, taken, parts = mechanism.stream(lattice), 0, 0, []
    while step < n:
        stop = min(n, step + int(rng.choice([0, 1, 2, 5, 17])))
        parts.append(stream.release(events[step:stop], draw))
        step = stop
        if rng.random() < 0.5:
            state, stream = stream.state(), mechanism.stream(lattice)
            stream.restore(state)
    assert (np.concatenate(parts) == whole).all()


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
def test_silent_releases_are_the_sums(mechanism: Mechanism) -> None:
    rng = np.random.default_rng(3)
    for bits, magnitude in ((30, 3), (0, int(2**50 / mechanism.gain()))):
        events = rng.integers(-magnitude, magnitude + 1, (mechanism.horizon, 2))
        stream = mechanism.stream(Lattice(bits, magnitude, 2))
        error = abs(stream.release(events, silent) - events.cumsum(axis=0)).max()
        assert error <= stream.rounding
        assert stream.rounding <= 1e-11 * magnitude


@pytest.mark.parametrize("name", ["honaker", "smooth_binary", "k_ary"])
def test_without_a_horizon(name: str) -> None:
    sums = ContinualSum(name, None, epsilon=1e9, bounds=(0, 1), insecure_rng=1)
    assert sums.update_many(np.ones(500))[-1] == pytest.approx(500, abs=1e-4)


def test_exact_noise_of_every_mechanism() -> None:
    for name in ("tree", "honaker", "smooth_binary", "k_ary"):
        sums = ContinualSum(name, 30, epsilon=1, bounds=(0, 1))
        assert np.isfinite(sums.update_many(np.ones(30))).all()


@pytest.mark.parametrize("budget", [{"rho": 1.0}, {"epsilon": 1.0, "delta": 1e-6}])
def test_k_ary_refuses_gaussian_noise(budget: dict[str, float]) -> None:
    for mechanism in ("k_ary", KAry(10)):
        with pytest.raises(ValueError, match=r"KAry is not; give epsilon alone"):
            ContinualSum(mechanism, 10, **budget, bounds=(0, 1), insecure_rng=1)  # type: ignore[arg-type]


def test_huge_bounds_do_not_wrap() -> None:
    for name in ("tree", "honaker", "smooth_binary", "k_ary"):
        high = 2**50 // 100
        sums = ContinualSum(name, 100, epsilon=0.5, bounds=(-high, high), insecure_rng=1)
        noise = 50 * sums.error.max
        releases = sums.update_many(np.full(100, high))
        assert abs(releases - high * np.arange(1, 101)).max() < noise < 2**63


@pytest.mark.parametrize(
    ("kind", "horizon", "options", "error", "words"),
    [
        (Tree, 0, {}, ValueError, "horizon must be"),
        (Tree, 2.5, {}, TypeError, "horizon must be"),
        (Tree, True, {}, ValueError, "horizon must be"),
        (Tree, math.nan, {}, TypeError, "horizon must be"),
        (Tree, 2**41, {}, ValueError, "horizon must be"),
        (Tree, 10, {"levels": 0}, ValueError, "levels must be an integer from 1 to 4"),
        (Tree, 10, {"levels": 5}, ValueError, "levels must be an integer from 1 to 4"),
        (Tree, 10, {"levels": "most"}, TypeError, "levels must be"),
        (HonakerTree, 10, {"levels": -1}, ValueError, "levels must be"),
        (HonakerTree, 10, {"levels": 2.0}, TypeError, "levels must be"),
        (HonakerTree, None, {}, TypeError, "horizon must be"),
        (SmoothBinary, -3, {}, ValueError, "horizon must be"),
        (SmoothBinary, 10, {"zeros": 0}, ValueError, "zeros must be an integer from 1 to 10"),
        (SmoothBinary, 10, {"zeros": 11}, ValueError, "zeros must be an integer from 1 to 10"),
        (SmoothBinary, 10, {"zeros": "a"}, TypeError, "zeros must be"),
        (KAry, 10, {"arity": 4}, ValueError, "arity must be odd, got 4"),
        (KAry, 10, {"arity": 1}, ValueError, "arity must be an integer from 3 to 21"),
        (KAry, 10, {"arity": 23}, ValueError, "arity must be an integer from 3 to 21"),
        (KAry, 10**5, {"arity": 101}, ValueError, "arity must be an integer from 3 to 99"),
        (KAry, 10, {"arity": True}, ValueError, "arity must be"),
        (KAry, [10], {}, TypeError, "horizon must be"),
    ],
)
def test_bad_arguments(
    kind: Any, horizon: Any, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        kind(horizon, **options)


def test_long_horizons_are_made_at_once() -> None:
    n = 2**40
    assert (Tree(n).levels, HonakerTree(n, levels="least").levels) == (41, 39)
    assert (SmoothBinary(n).zeros, SmoothBinary(n).ones) == (22, 22)
    assert SmoothBinary(n, zeros=1).ones == SmoothBinary(n, zeros=n).zeros == n
    assert (KAry(n).arity, KAry(n).levels) == (25, 9)

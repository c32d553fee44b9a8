"""Streams of tree-like counters: interrupts, states, noise drawn ahead, causality, huge noise."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from algos.privacy import (
    ContinualHistogram,
    ContinualSum,
    HonakerTree,
    KAry,
    Mechanism,
    SmoothBinary,
    Tree,
)
from algos.privacy._mechanism import Lattice, Stream
from algos.privacy._noise import LARGEST_SCALE, DiscreteLaplace

MOVED = [Tree(45), HonakerTree(45), SmoothBinary(45), SmoothBinary(45, zeros=2)]
MECHANISMS: list[Mechanism] = [*MOVED, KAry(45), KAry(45, arity=3)]
KERNELS: dict[type[Mechanism], str] = {
    Tree: "dyadic",
    HonakerTree: "from_below",
    SmoothBinary: "balanced",
    KAry: "signed_digits",
}


def silent(count: int) -> Any:
    """No noise."""
    return np.zeros(count, dtype=np.int64)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Compare states."""
    return one.keys() == other.keys() and all(np.array_equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
@pytest.mark.parametrize("before", [0, 1, 20])
def test_a_failed_draw_leaves_the_stream_as_it_was(mechanism: Mechanism, before: int) -> None:
    def broken(count: int) -> Any:
        raise OSError("no randomness")

    stream = mechanism.stream(Lattice(20, 5, 1))
    events = np.random.default_rng(0).integers(-5, 6, (45, 1))
    stream.release(events[:before], silent)
    state = stream.state()
    with pytest.raises(OSError, match="no randomness"):
        stream.release(events[before:], broken)
    assert same(stream.state(), state)


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
@pytest.mark.parametrize("before", [0, 1, 20])
@pytest.mark.parametrize("error", [KeyboardInterrupt, TypeError])
def test_an_interrupt_leaves_the_stream_as_it_was(
    error: type[BaseException], mechanism: Mechanism, before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = f"{type(mechanism).__module__}.{KERNELS[type(mechanism)]}"
    loop = getattr(__import__("accel.trees", fromlist=["_"]), KERNELS[type(mechanism)])

    def interrupted(*arguments: Any) -> Any:
        loop(*arguments)
        if error is KeyboardInterrupt:
            raise error
        # what comes cannot be scaled

    stream, twin = (mechanism.stream(Lattice(20, 5, 2)) for _ in range(2))
    events = np.random.default_rng(0).integers(-5, 6, (45, 2))
    stream.release(events[:before], silent)
    state = stream.state()
    with monkeypatch.context() as patch:
        patch.setattr(kernel, interrupted)
        with pytest.raises(error):
            stream.release(events[before:], lambda count: np.full(count, 77))
    assert same(stream.state(), state)
    rest = stream.release(events[before:], silent)
    assert (rest == twin.release(events, silent)[before:]).all()


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
def test_states_are_copies_and_keep_their_shapes(mechanism: Mechanism) -> None:
    stream, other = (mechanism.stream(Lattice(20, 5, 2)) for _ in range(2))
    stream.release(np.ones((10, 2), dtype=np.int64), silent)
    state = stream.state()
    other.restore(state)
    stream.release(np.ones((35, 2), dtype=np.int64), silent)
    assert same(other.state(), state)
    for name in state.keys() - {"step"}:
        for wrong in (state[name][:-1], state[name].ravel()[:0], state[name][None], 0):
            with pytest.raises(ValueError, match="its arrays do not fit the stream"):
                other.restore({**state, name: wrong})
    assert same(other.state(), state)


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
def test_memory_counts_what_a_state_keeps(mechanism: Mechanism) -> None:
    """But for rows that stay zero, and the sum of the events."""
    state = mechanism.stream(Lattice(20, 5, 1)).state()
    assert 0 <= sum(state[name].size for name in state.keys() - {"step"}) - mechanism.memory <= 3


def fresh_draws(mechanism: Mechanism) -> list[int]:
    """Count the draws step by step."""
    stream = mechanism.stream(Lattice(20, 1, 1))
    counts: list[int] = []

    def draw(count: int) -> Any:
        counts[-1] += count
        return silent(count)

    for _ in range(mechanism.horizon):
        counts.append(0)
        stream.release(np.zeros((1, 1), dtype=np.int64), draw)
    return counts


def own_noise(stream: Stream, step: int) -> float:
    """Give a release without events, for which alone noise is drawn that is not zero."""
    zeros = np.zeros((step, 1), dtype=np.int64)
    stream.release(zeros[1:], silent)
    return float(stream.release(zeros[:1], lambda count: np.full(count, 2**20))[0, 0])


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=repr)
def test_noise_is_drawn_ahead_where_a_stream_says_so(mechanism: Mechanism) -> None:
    """Otherwise each release takes a draw of its own step, so that no state shows a difference."""
    lattice = Lattice(20, 1, 1)
    ahead = mechanism.stream(lattice).draws_ahead
    assert ahead == isinstance(mechanism, KAry)
    assert ahead == (0 in fresh_draws(mechanism))
    if not ahead:
        for step in range(1, 46):
            assert own_noise(mechanism.stream(lattice), step) > 0


def test_k_ary_draws_one_number_a_step_and_those_ahead() -> None:
    for arity in (3, 5, 13):
        stream = KAry(1000, arity=arity).stream(Lattice(20, 1, 1))
        taken = 0

        def draw(count: int) -> Any:
            nonlocal taken
            taken += count
            return silent(count)

        for step in range(1, 1001):
            stream.release(np.zeros((1, 1), dtype=np.int64), draw)
            assert taken == step - np.minimum(stream.state()["digits"], 0).sum()


def test_two_streams_from_one_state_of_k_ary_would_give_events_away() -> None:
    """This is why such a state does not leave the counter."""
    noise = DiscreteLaplace(2.0**30, np.random.default_rng(1))
    streams = [KAry(45, arity=11).stream(Lattice(20, 9, 1)) for _ in range(2)]
    streams[0].release(np.zeros((6, 1), dtype=np.int64), noise.draw)
    streams[1].restore(streams[0].state())
    one, other = (
        stream.release(np.full((1, 1), event), noise.draw)
        for stream, event in zip(streams, (2, 9), strict=True)
    )
    assert other - one == 7


@pytest.mark.parametrize("horizon", [60, None])
@pytest.mark.parametrize("taken", [0, 1, 20])
def test_a_k_ary_counter_is_not_moved(horizon: int | None, taken: int) -> None:
    sums = ContinualSum("k_ary", horizon, epsilon=1, bounds=(0, 1), insecure_rng=1)
    sums.update_many(np.ones(taken))
    words = r"mechanism must not draw noise ahead .* got KAry\(.*; take SmoothBinary .*, or 'tree'"
    with pytest.raises(ValueError, match=words):
        sums.state()
    sums.update(1)
    assert sums.steps == taken + 1


def test_objects_on_a_k_ary_counter_are_not_moved() -> None:
    counts = ContinualHistogram(60, 2, mechanism="k_ary", epsilon=1, insecure_rng=1)
    with pytest.raises(ValueError, match="mechanism must not draw noise ahead"):
        counts.state()


def test_k_ary_epochs_are_taken_back_where_the_second_one_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(noise: DiscreteLaplace, rng: np.random.Generator, count: int) -> Any:
        if sums._epochs.start:
            raise OSError("no randomness")
        return drawn(noise, rng, count)

    drawn = DiscreteLaplace._simulated
    sums = ContinualSum("k_ary", None, epsilon=1e9, bounds=(0, 1), insecure_rng=1)
    sums.update_many(np.ones(20))
    before = sums._epochs.epoch.stream.state()
    with monkeypatch.context() as patch:
        patch.setattr(DiscreteLaplace, "_simulated", broken)
        with pytest.raises(OSError, match="no randomness"):
            sums.update_many(np.ones(100))
    assert sums.steps == 20
    assert sums._epochs.start == 0
    assert same(sums._epochs.epoch.stream.state(), before)
    assert sums.update_many(np.ones(180))[-1] == pytest.approx(200, abs=1e-4)


@pytest.mark.parametrize("mechanism", MOVED, ids=repr)
@pytest.mark.parametrize("cut", [0, 1, 30, 45])
def test_states_go_on(mechanism: Mechanism, cut: int) -> None:
    """Through JSON too, with as good as no noise."""

    def begun(seed: int) -> ContinualSum:
        bounds = np.full(2, -3), np.full(2, 3)
        return ContinualSum(mechanism, 45, epsilon=1e9, bounds=bounds, insecure_rng=seed)

    events = np.random.default_rng(2).integers(-3, 4, (45, 2))
    whole, sums = begun(1).update_many(events), begun(1)
    before = sums.update_many(events[:cut])
    text = json.dumps({key: np.asarray(value).tolist() for key, value in sums.state().items()})
    for state in (sums.state(), json.loads(text)):
        again = ContinualSum.from_state(state, released=cut, insecure_rng=3)
        assert repr(again.mechanism) == repr(mechanism)
        after = again.update_many(events[cut:])
        assert np.concatenate([before, after]) == pytest.approx(whole, abs=1e-5)


@pytest.mark.parametrize("arity", [3, 11, 99])
def test_the_largest_noise_does_not_wrap(arity: int) -> None:
    mechanism = KAry(1000, arity=arity)
    epsilon = 1.01 * mechanism.sensitivity(1) * 2.0**30 / LARGEST_SCALE
    sums = ContinualSum(mechanism, 1000, epsilon=epsilon, bounds=(0, 1), insecure_rng=1)
    assert sums._epochs.epoch.noise.scale > 0.98 * LARGEST_SCALE
    releases = sums.update_many(np.ones(1000))
    assert abs(releases).max() < sums.error.simultaneous(1e-9)
    jumps = abs(np.diff(releases)).max()
    assert jumps < 20 * math.sqrt(2 * mechanism.levels * arity) * LARGEST_SCALE / 2.0**30

"""States of continual sums: what goes on from them, and what is refused; no copies."""

import copy
import math
import os
import pickle
import signal
import warnings
from typing import Any

import numpy as np
import pytest

from algos.privacy import ContinualSum, Tree


def counter(horizon: int | None = 100, **options: Any) -> ContinualSum:
    """Make a small counter."""
    given = {"rho": 0.5, "bounds": (0, 1), "insecure_rng": 1, **options}
    return ContinualSum("tree", horizon, **given)


def test_a_state_goes_on_with_fresh_noise() -> None:
    sums = counter(clamped_rho=0.1)
    sums.update_many(np.arange(50))
    state = sums.state()
    one = ContinualSum.from_state(state, released=50, insecure_rng=5)
    other = ContinualSum.from_state(state, released=50, insecure_rng=6)
    assert one.privacy == sums.privacy
    assert one.steps == 50
    assert one.clamped == sums.clamped
    assert np.array_equal(one.error.standard_deviation, sums.error.standard_deviation)
    ahead = one.update_many(np.ones(50)) - other.update_many(np.ones(50))
    assert (ahead != 0).all()
    assert abs(one.update_many([])).size == 0


def test_the_same_seed_goes_on_behind_the_noise_of_before() -> None:
    sums = counter()
    first = sums.update_many(np.zeros(8))
    middle = ContinualSum.from_state(sums.state(), released=8, insecure_rng=1)
    second = middle.update_many(np.zeros(8)) - first[-1]
    last = ContinualSum.from_state(middle.state(), released=16, insecure_rng=1)
    third = last.update_many(np.zeros(8)) - middle.last[0]
    assert len({tuple(part) for part in (first, second, third)}) == 3
    again = ContinualSum.from_state(sums.state(), released=8, insecure_rng=1)
    assert np.array_equal(again.update_many(np.zeros(8)) - first[-1], second)


@pytest.mark.parametrize("horizon", [100, None])
def test_a_state_survives_savez(horizon: int | None, tmp_path: Any) -> None:
    sums = counter(horizon, bounds=([0, -3], [1, 3]), resolution=0.5, epsilon=1.0, rho=None)
    sums.update_many(np.ones((70, 2)))
    np.savez(tmp_path / "state.npz", **sums.state())
    with np.load(tmp_path / "state.npz") as stored:
        again = ContinualSum.from_state(dict(stored), released=70, insecure_rng=1)
    assert again.privacy == sums.privacy
    assert again.error.max == sums.error.max
    assert np.array_equal(again._epochs.before, sums._epochs.before)
    assert abs(again.update([1, 1]) - 71).max() < sums.error.simultaneous(1e-9)


def test_a_state_older_than_the_last_release_is_refused() -> None:
    sums = counter()
    state = sums.state()
    sums.update(1)
    with pytest.raises(ValueError, match="released must be the 0 releases that the state has seen"):
        ContinualSum.from_state(state, released=sums.steps)
    with pytest.raises(ValueError, match="it lacks kind"):
        ContinualSum.from_state({}, released=0)
    with pytest.raises(TypeError, match="released must be an integer"):
        ContinualSum.from_state(state, released=None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {"steps": 10**6},
        {"start": 99},
        {"start": -100},
        {"mechanism": "mine"},
        {"mechanism": "blt"},
        {"before": np.zeros(7)},
        {"last": 0.0},
        {"stream.more": 1},
        *({name: None} for name in ("levels", "stream.step")),
    ],
)
def test_a_state_that_was_changed_is_refused(changed: dict[str, Any]) -> None:
    sums = counter(None)
    sums.update_many(np.ones(70))
    state = {**sums.state(), **changed}
    state = {key: value for key, value in state.items() if value is not None}
    with pytest.raises(ValueError, match=r"state must be what state\(\) gave"):
        ContinualSum.from_state(state, released=state["steps"], insecure_rng=1)


def test_a_mechanism_of_ones_own_has_no_state() -> None:
    """Restored as the mechanism of its name, it would publish other codes than fit its noise."""

    class Mine(Tree):
        """A tree."""

    sums = ContinualSum(Mine(100), 100, rho=0.5, bounds=(0, 1), insecure_rng=1)
    sums.update(1)
    with pytest.raises(TypeError, match=r"must be the library's to have a state, got Mine\(100\)"):
        sums.state()


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_copies_are_refused(copied: Any) -> None:
    with pytest.raises(TypeError, match="two copies would spend its budget twice"):
        copied(counter())


@pytest.mark.parametrize("busy", [False, True])
def test_a_forked_process_is_refused(busy: bool) -> None:
    sums = counter()
    reading, writing = os.pipe()
    if busy:  # as another thread may be
        sums._lock.acquire()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other tests' libraries speak of their threads
        child = os.fork()
    if child == 0:
        signal.alarm(20)  # a child that waits for the lock ends
        try:
            sums.update(1)
        except RuntimeError as refused:
            os.write(writing, str(refused).encode()[:200])
        os._exit(0)
    if busy:
        sums._lock.release()
    os.waitpid(child, 0)
    os.close(writing)
    assert b"must be used in the process that made it" in os.read(reading, 200)
    os.close(reading)
    assert math.isfinite(sums.update(1))

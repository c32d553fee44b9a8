"""Games and probes of the auditor: adaptive adversaries, restarts, forks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from algos.privacy import ContinualSum, adaptive_game, audit, fork_probe, restart_game

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no os.fork")
Rng = np.random.Generator


def start(rng: Rng) -> Any:
    """Start a small counter."""
    return ContinualSum("tree", 4, epsilon=1.0, bounds=(0, 1), insecure_rng=rng).update


def asks(releases: Sequence[Any]) -> tuple[int, int]:
    """Differ in the second step, and follow the releases after it."""
    if len(releases) == 1:
        return 0, 1
    return (int(bool(releases) and releases[-1] > 0.5),) * 2


def test_an_adaptive_adversary_finds_no_more_than_the_claim() -> None:
    found = audit(adaptive_game(start, asks, 4), (0, 1), trials=1500, claim=1.0, rng=1)
    assert found.verdict == "consistent"
    assert found.epsilon_lower > 0


def test_an_adaptive_adversary_finds_a_mechanism_that_answers_back() -> None:
    """It tells its secret, the first event, to whoever asks 7."""

    def chatty(rng: Rng) -> Any:
        seen: list[Any] = []

        def update(event: Any) -> float:
            seen.append(event)
            return float(seen[0] if event == 7 else rng.integers(9))

        return update

    def adversary(releases: Any) -> tuple[int, int]:
        return ((0, 1), (7, 7))[len(releases)]

    game = adaptive_game(chatty, adversary, 2)
    assert audit(game, (0, 1), trials=200, claim=1.0, rng=1).verdict == "refuted"
    assert game(1, np.random.default_rng(1))[1] == 1


def test_worlds_differ_in_one_step_alone() -> None:
    game = adaptive_game(start, lambda releases: (0, 1), 4)
    with pytest.raises(ValueError, match="adversary must make the worlds differ in one step"):
        game(0, np.random.default_rng(1))
    with pytest.raises(ValueError, match="steps"):
        adaptive_game(start, asks, 0)


def test_an_event_that_is_no_number_is_the_same_in_both_worlds() -> None:
    game = adaptive_game(start, lambda releases: (np.nan,) * 2, 4)
    assert game(1, np.random.default_rng(1)).shape == (4,)


def begin(rng: Rng) -> Any:
    """Run a counter for three events."""
    counter = ContinualSum("tree", 8, epsilon=1.0, bounds=(0, 1), insecure_rng=rng)
    counter.update_many([1, 0, 1])
    return counter.state()


def resume(state: Any, event: Any, rng: Rng) -> Any:
    """Go on for one event."""
    return ContinualSum.from_state(state, released=3, insecure_rng=rng).update(event)


def test_a_restored_counter_has_fresh_noise() -> None:
    game = restart_game(begin, resume, 0)
    assert audit(game, (0, 1), trials=1000, claim=1.0, rng=1).verdict == "consistent"


def test_noise_that_is_issued_again_is_found() -> None:
    def again(state: Any, event: Any, rng: Rng) -> Any:
        return resume(state, event, np.random.default_rng(5))

    def same(rng: Rng) -> Any:
        return begin(np.random.default_rng(5))

    found = audit(restart_game(same, again, 0), (0, 1), trials=200, claim=1.0, rng=1)
    assert found.verdict == "refuted"
    random = audit(
        restart_game(lambda rng: {"seed": int(rng.integers(2**60))}, seeded, 0),
        (0, 1),
        trials=200,
        claim=1.0,
        rng=1,
    )
    assert random.verdict == "refuted"
    assert "[1]" in random.event  # the difference


def seeded(state: Any, event: Any, rng: Rng) -> Any:
    """Draw noise from a seed in the state."""
    return event + int(np.random.default_rng(state["seed"]).integers(-1000, 1000))


@forks
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forks() -> None:
    rng = np.random.default_rng(1)
    assert fork_probe(rng.normal) == "shared"
    assert fork_probe(lambda: os.urandom(16).hex()) == "fresh"
    assert fork_probe(lambda: np.random.default_rng().normal(size=3), children=4) == "fresh"
    counter = ContinualSum("tree", 8, epsilon=1.0, bounds=(0, 1), insecure_rng=1)
    assert fork_probe(lambda: counter.update(1)) == "refused"
    assert counter.steps == 1  # released here, to see that it can be


@forks
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_exact_noise_is_fresh_in_a_fork() -> None:
    pytest.importorskip("opendp")
    from algos.privacy._noise import DiscreteGaussian

    noise = DiscreteGaussian(1e6)
    assert fork_probe(lambda: noise.draw(4)) == "fresh"


@forks
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_children_that_fail_are_told() -> None:
    with pytest.raises(RuntimeError, match="without an answer"):
        fork_probe(lambda: os._exit(3))
    with pytest.raises(ValueError, match="children"):
        fork_probe(lambda: 1, children=1)
    with pytest.raises(ZeroDivisionError):  # a fault of the probe is no refusal
        fork_probe(lambda: 1 / 0)


def test_no_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork", raising=False)
    with pytest.raises(NotImplementedError, match="needs os"):
        fork_probe(lambda: 1)

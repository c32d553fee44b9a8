"""Attacks on counters, by audit: what is sent, and what is read off the releases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal

import numpy as np
from hypothesis import strategies as st

from algos.privacy import Audit, adaptive_game, audit, gaussian_statistic, restart_game
from algos.privacy._mechanism import Lattice, Mechanism, Reals
from algos.privacy._mechanisms import MECHANISMS, PURE
from proofs_checks.check import Instances

__all__ = ["Attack", "attacks", "batch", "noise_matrix", "shifts"]

Algorithm = Callable[..., Any]
Rng = np.random.Generator
ALL = {**MECHANISMS, **PURE}


@cache
def _mechanism(name: str, horizon: int) -> str | Mechanism:
    """Make what takes long to make once; the tree is named, so that faults reach it."""
    return name if name == "tree" else ALL[name](horizon)


def batch(counter: Algorithm, mechanism: Any, *, endless: bool = False, **budget: Any) -> Algorithm:
    """Run many streams at once: coordinates of a vector, of which one person changes one."""

    def run(events: Any, rng: Rng, count: int) -> Any:
        horizon = None if endless else len(events)
        stream = _stream(counter, mechanism, horizon, rng, count, **budget)
        return stream.update_many(np.repeat(np.asarray(events)[:, None], count, axis=1)).T

    return run


def _stream(
    counter: Algorithm, mechanism: Any, horizon: int | None, rng: Rng, count: int, **budget: Any
) -> Any:
    """Start so many streams; a person moves one coordinate by 1, as if it were alone."""
    return counter(
        mechanism,
        horizon,
        bounds=(np.zeros(count), np.ones(count)),
        change=1,
        insecure_rng=rng,
        **budget,
    )


@cache
def noise_matrix(name: str, horizon: int) -> Reals:
    """Compute B: what every release takes from each draw of noise, in order."""
    mechanism, taken = ALL[name](horizon), 0

    def draw(one: int, count: int) -> Any:
        nonlocal taken
        taken += count
        return 2**20 * (np.arange(taken - count, taken) == one)

    def column(one: int) -> Reals:
        nonlocal taken
        taken = 0
        stream, zeros = mechanism.stream(Lattice(20, 1, 1)), np.zeros((horizon, 1), dtype=np.int64)
        return stream.release(zeros, partial(draw, one))[:, 0]

    columns = [column(0)]
    columns += [column(one) for one in range(1, taken)]
    return np.array(columns).T


@cache
def shifts(name: str, horizon: int) -> Reals:
    """Compute √(aᵀ (B Bᵀ)⁻¹ a) for every column a of A: by noise of variance 1, each step's μ."""
    B, sums = noise_matrix(name, horizon), np.tri(horizon)
    return np.asarray(np.sqrt((sums * np.linalg.solve(B @ B.T, sums)).sum(axis=0)))


@dataclass(frozen=True)
class Attack:
    """A way to look at a counter: one event differs, at a step, and something is read off."""

    mechanism: str
    horizon: int
    at: int | None = None
    budget: float = 0.5
    way: Literal["statistic", "releases", "outside", "adaptive", "restart", "endless"] = "statistic"
    trials: int = 1000
    confidence: float = 0.8

    @property
    def step(self) -> int:
        """The step at which an event differs: by default the one that shows most."""
        if self.at is None:
            return int(shifts(self.mechanism, self.horizon).argmax())
        return self.at % self.horizon

    def found(self, algorithm: Algorithm, rng: Rng, pure: bool) -> Audit:
        """Audit a counter."""
        budget: dict[str, Any] = {"epsilon" if pure else "rho": self.budget}
        mechanism = _mechanism(self.mechanism, self.horizon)
        start = partial(_stream, algorithm, mechanism, self.horizon, **budget)
        events = np.zeros((2, self.horizon), dtype=int)
        events[1, self.step] = 50 if self.way == "outside" else 1
        statistic: Callable[[Any], Any] | None = None
        pair: tuple[Any, Any] = (events[0], events[1])
        game = batch(algorithm, mechanism, endless=self.way == "endless", **budget)
        if self.way == "statistic":
            statistic = self._statistic(pure)
        elif self.way == "endless":
            statistic = _last
        elif self.way == "adaptive":
            game, pair = self._adaptive(start), (0, 1)
        elif self.way == "restart":
            game, pair = self._restarted(start), (0, 1)
        return audit(
            game,
            pair,
            trials=self.trials,
            confidence=self.confidence,
            statistic=statistic,
            target="epsilon" if pure or self.way == "releases" else "rho",
            batched=True,
            rng=rng,
        )

    def _statistic(self, pure: bool) -> Callable[[Any], Any]:
        """Give the logarithm of the likelihood ratio, as if numbers were real."""
        B = noise_matrix(self.mechanism, self.horizon)
        shift = np.tri(self.horizon)[:, self.step]
        if not pure:
            return gaussian_statistic(shift, B @ B.T)
        inverse = np.linalg.pinv(B)
        moved = inverse @ shift

        def ratio(outputs: Any) -> Any:
            codes = outputs @ inverse.T
            return (abs(codes) - abs(codes - moved)).sum(axis=1)

        return ratio

    def _adaptive(self, start: Callable[..., Any]) -> Callable[..., Any]:
        """Send the sign of each release back, but in one step the bit in question."""

        def adversary(releases: Any) -> tuple[Any, Any]:
            if len(releases) == self.step:
                return 0, 1
            asked = (releases[-1] > 1).astype(int) if releases else 0
            return asked, asked

        def update_of(rng: Rng, count: int) -> Callable[[Any], Any]:
            stream = start(rng, count)
            return lambda event: stream.update(np.full(count, event))

        return adaptive_game(update_of, adversary, self.horizon)

    def _restarted(self, start: Callable[..., Any]) -> Callable[..., Any]:
        """Save after half of the events, go on for one."""
        half = self.horizon // 2

        def begin(rng: Rng, count: int) -> Any:
            stream = start(rng, count)
            if half:
                stream.update_many(np.zeros((half, count), dtype=int))
            return type(stream), stream.state(), count

        def resume(saved: Any, event: int, rng: Rng) -> Any:
            kind, state, count = saved
            stream = kind.from_state(state, released=half, insecure_rng=rng)
            return stream.update(np.full(count, event))

        return restart_game(begin, resume, 0)


def attacks(pure: bool) -> Instances:
    """Attack every mechanism; the tree in every way."""
    least, most = (1.0, 2.0) if pure else (0.5, 4.0)
    names = sorted(ALL if pure else MECHANISMS)
    sure = partial(Attack, confidence=0.95)  # what leaks here leaks a lot
    hard = [(f"{name}, 8 events", Attack(name, 8, None, most)) for name in names]
    hard += [
        ("tree, 1 event", sure("tree", 1, 0, least)),
        ("tree, 16 events", sure("tree", 16, None, least)),
        ("releases alone", sure("tree", 1, 0, least, "releases")),
        ("releases of two events", sure("tree", 2, 0, least, "releases")),
        ("an event outside the bounds", sure("tree", 2, 0, least, "outside")),
        ("an adversary", Attack("tree", 4, 1, most, "adaptive")),
        ("a restart", sure("tree", 4, 2, least, "restart")),
        ("a second epoch", Attack("tree", 66, 64, most, "endless", 400)),
    ]
    drawn = st.builds(
        Attack,
        st.sampled_from(names),
        st.integers(1, 6),
        st.none() | st.integers(0, 5),
        st.sampled_from([least, most]),
        st.sampled_from(["statistic", "adaptive", "releases"]),
    )
    return Instances(drawn, hard)


def _last(outputs: Any) -> Any:
    """Look at the last three releases."""
    return outputs[:, -3:]

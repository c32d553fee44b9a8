"""Checks of the auditor, and, by audit, of what the counters claim."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import ndtri

from algos.privacy import (
    Audit,
    ContinualSum,
    adaptive_game,
    audit,
    gaussian_statistic,
    restart_game,
)
from algos.privacy import theorems as claims
from algos.privacy._mechanism import Lattice, Mechanism, Reals
from algos.privacy._mechanisms import MECHANISMS
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited

Algorithm = Callable[..., Any]
Rng = np.random.Generator


# --- the auditor, on mechanisms whose privacy is known exactly --------------------------------


@dataclass(frozen=True)
class Known:
    """Randomised response or discrete Laplace noise, with a public label or a rare confession."""

    kind: Literal["response", "labelled", "laplace", "confession"]
    epsilon: float
    confidence: float
    trials: int = 400
    delta: float = 0.0

    def __call__(self, data: int, rng: Rng, count: int) -> Any:
        """Give outputs on 0 or 1."""
        if self.kind == "laplace":
            stop = -math.expm1(-self.epsilon)
            return data + rng.geometric(stop, count) - rng.geometric(stop, count)
        said = np.where(rng.random(count) < self.truth, data, 1 - data)
        if self.kind == "labelled":
            return said + 2 * rng.integers(8, size=count)
        return np.where(rng.random(count) < self.delta, 3 * data - 1, said)

    @property
    def truth(self) -> float:
        """Probability of the truth: odds e^ε."""
        return 1 / (1 + math.exp(-self.epsilon))

    @property
    def rho(self) -> float:
        """The greatest D_α / α of randomised response."""
        p, q = math.log(self.truth), math.log1p(-self.truth)

        def loss(log_order: float) -> float:
            a = 1 + math.exp(log_order)
            both = np.logaddexp(a * p + (1 - a) * q, a * q + (1 - a) * p)
            return -float(both) / (a * (a - 1))

        return -float(minimize_scalar(loss, bounds=(-15, 15), method="bounded").fun)

    @property
    def mu(self) -> float:
        """The Gaussian shift under whose trade-off randomised response just lies."""
        return 2 * float(ndtri(self.truth))

    def found(self, algorithm: Algorithm, rng: Rng, target: str) -> Audit:
        """Audit it."""
        found: Audit = algorithm(
            self,
            (0, 1),
            delta=self.delta,
            trials=self.trials,
            confidence=self.confidence,
            target=target,
            batched=True,
            rng=rng,
        )
        return found


def _known(*kinds: str) -> st.SearchStrategy[Known]:
    """Draw mechanisms."""
    return st.builds(
        Known,
        st.sampled_from(kinds),
        st.floats(0.1, 3.0),
        st.sampled_from([0.5, 0.8, 0.95]),
        st.sampled_from([100, 400, 1000]),
    )


RESPONSES = [
    ("response", Known("response", 1.0, 0.95)),
    ("response, many runs", Known("response", 1.0, 0.5, 20_000)),
    ("label and response", Known("labelled", 0.05, 0.5)),
    ("label and response, few runs", Known("labelled", 0.05, 0.5, 100)),
]
ON_RESPONSES = Instances(_known("response", "labelled"), RESPONSES)
AUDIT_FAULTS = [
    edited(
        audit,
        "tests_what_it_searched",
        "Tests the event on the runs on which it was found.",
        (
            "self.rng.spawn(1)[0], count",
            'np.random.default_rng([data, self.rng.bit_generator.state["state"]["state"]]), count',
        ),
    ),
    edited(
        audit,
        "shares_for_probabilities",
        "Takes the middle of the intervals.",
        ("miss = (1 - confidence) / 2", "miss = 0.5"),
    ),
]


@check(
    claims.AUDIT_EPSILON,
    on=Instances(
        _known("response", "labelled", "laplace"),
        [
            *RESPONSES,
            ("Laplace", Known("laplace", 0.5, 0.8)),
            ("confession", Known("confession", 0.2, 0.8, 2000, delta=0.2)),
        ],
    ),
    faults=[
        *AUDIT_FAULTS,
        edited(
            audit,
            "delta_forgotten",
            "Leaves δ out of the test.",
            ("losses(low, high, delta)", "losses(low, high, 0.0)"),
        ),
    ],
    trials=600,
)
def audited_epsilon(algorithm: Algorithm, one: Known, rng: Rng) -> Measurement:
    """Measure the bound on ε."""
    found = one.found(algorithm, rng, "epsilon")
    return Measurement(found.epsilon_lower, epsilon=one.epsilon, confidence=one.confidence)


@check(claims.AUDIT_RHO, on=ON_RESPONSES, faults=AUDIT_FAULTS, trials=1000)
def audited_rho(algorithm: Algorithm, one: Known, rng: Rng) -> Measurement:
    """Measure the bound on ρ."""
    found = one.found(algorithm, rng, "rho")
    return Measurement(found.rho_lower, rho=one.rho, confidence=one.confidence)


@check(claims.AUDIT_MU, on=ON_RESPONSES, faults=AUDIT_FAULTS, trials=1000)
def audited_mu(algorithm: Algorithm, one: Known, rng: Rng) -> Measurement:
    """Measure the bound on μ."""
    found = one.found(algorithm, rng, "mu")
    return Measurement(found.mu_lower, mu=one.mu, confidence=one.confidence)


# --- the counters -----------------------------------------------------------------------------


@cache
def _mechanism(name: str, horizon: int) -> str | Mechanism:
    """Make what takes long to make once; the tree is named, so that faults reach it."""
    return name if name == "tree" else MECHANISMS[name](horizon)


def batch(counter: Algorithm, mechanism: Any, **budget: Any) -> Algorithm:
    """Run many streams at once: coordinates of a vector, of which one person changes one."""

    def run(events: Any, rng: Rng, count: int) -> Any:
        stream = _stream(counter, mechanism, len(events), rng, count, **budget)
        return stream.update_many(np.repeat(np.asarray(events)[:, None], count, axis=1)).T

    return run


def _stream(
    counter: Algorithm, mechanism: Any, horizon: int, rng: Rng, count: int, **budget: Any
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
    mechanism, taken = MECHANISMS[name](horizon), 0

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


@dataclass(frozen=True)
class Attack:
    """A way to look at a counter: one event differs, at a step, and something is read off."""

    mechanism: str
    horizon: int
    step: int = 0
    budget: float = 0.5
    way: Literal["statistic", "releases", "outside", "adaptive", "restart"] = "statistic"
    trials: int = 1000
    confidence: float = 0.8

    def found(self, algorithm: Algorithm, rng: Rng, pure: bool) -> Audit:
        """Audit a counter."""
        budget: dict[str, Any] = {"epsilon" if pure else "rho": self.budget}
        mechanism = _mechanism(self.mechanism, self.horizon)
        start = partial(_stream, algorithm, mechanism, self.horizon, **budget)
        events = np.zeros((2, self.horizon), dtype=int)
        events[1, self.step % self.horizon] = 50 if self.way == "outside" else 1
        statistic: Callable[[Any], Any] | None = None
        pair: tuple[Any, Any] = (events[0], events[1])
        game = batch(algorithm, mechanism, **budget)
        if self.way == "statistic":
            statistic = self._statistic(pure)
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
        shift = np.tri(self.horizon)[:, self.step % self.horizon]
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
            if len(releases) == self.step % self.horizon:
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


def _attacks(pure: bool) -> Instances:
    """Attack every mechanism; the tree in every way."""
    least, most = (1.0, 2.0) if pure else (0.5, 4.0)
    hard = [
        (f"{name}, {horizon} events", Attack(name, horizon, 0, budget))
        for name in MECHANISMS
        for horizon, budget in ((3, least), (8, most))
    ]
    hard += [
        ("tree, 1 event", Attack("tree", 1, 0, least)),
        ("releases alone", Attack("tree", 1, 0, least, "releases")),
        ("releases of two events", Attack("tree", 2, 0, least, "releases")),
        ("an event outside the bounds", Attack("tree", 2, 0, least, "outside")),
        ("an adversary", Attack("tree", 4, 1, most, "adaptive")),
        ("a restart", Attack("tree", 4, 2, least, "restart")),
    ]
    drawn = st.builds(
        Attack,
        st.sampled_from(sorted(MECHANISMS)),
        st.integers(1, 12),
        st.integers(0, 11),
        st.sampled_from([least, most]),
        st.sampled_from(["statistic", "adaptive", "releases"]),
    )
    return Instances(drawn, hard)


EPOCH, EPOCHS, TREE = (f"algos.privacy.{name}" for name in ("_epoch", "_epochs", "_tree"))
STREAM_FAULTS = [
    edited(
        ContinualSum,
        "tree_too_low",
        "Counts the tree's levels without its root.",
        ("self.levels = self.horizon.bit_length()", "self.levels = self.horizon.bit_length() - 1"),
        module=TREE,
    ),
    edited(
        ContinualSum,
        "noise_issued_again",
        "Keeps the state of the noise's generator, and goes on from it.",
        ('"steps": self.steps,', '"steps": self.steps, "noise": self._fit[2].bit_generator.state,'),
        (
            "self._begin(made(state))",
            'self._fit[2].bit_generator.state = state["noise"]\n        self._begin(made(state))',
        ),
        module=EPOCHS,
    ),
    edited(
        ContinualSum,
        "clips_after_noise",
        "Takes events as they come, and moves the noisy sums to where sums can be.",
        (
            "clean, outside = self._events.clamped(events)",
            "clean, outside = self._events.clamped(events)\n"
            "        clean = np.asarray(events, dtype=np.int64).reshape(clean.shape)",
        ),
        (
            "releases = self._epochs.release(clean)",
            "releases = np.clip(self._epochs.release(clean), 0, self.steps * self._events.high)",
        ),
    ),
    edited(
        ContinualSum,
        "float_noise",
        "Adds to every exact sum its own noise, more than enough of it, in floating point.",
        (
            "self.stream.release(events, self.noise.draw) * self.resolution",
            "self.stream.release(events, lambda n: np.zeros(n, np.int64)) + self.noise.scale * "
            "2.0**-self.lattice.bits * self.mechanism.horizon * "
            "self.noise._insecure_rng.laplace(size=events.shape)",
        ),
        module=EPOCH,
    ),
]


@check(
    claims.ZCDP,
    on=_attacks(pure=False),
    faults=[
        *STREAM_FAULTS,
        edited(
            ContinualSum,
            "one_entry_for_the_column",
            "Fits the noise to one entry of a column of C, and not to its norm.",
            ("self.mechanism.sensitivity(2) * events", "events"),
            module=EPOCH,
        ),
        edited(
            ContinualSum,
            "variance_for_deviation",
            "Takes the variance 1 / (2 ρ) for a standard deviation.",
            ("math.sqrt(2 * privacy.rho)", "(2 * privacy.rho)"),
            module=EPOCH,
        ),
    ],
    trials=450,
)
def zcdp(algorithm: Algorithm, one: Attack, rng: Rng) -> Measurement:
    """Measure the audited ρ."""
    found = one.found(algorithm, rng, pure=False)
    return Measurement(found.rho_lower, rho=one.budget, confidence=one.confidence)


@check(
    claims.PURE,
    on=_attacks(pure=True),
    faults=[
        *STREAM_FAULTS,
        edited(
            ContinualSum,
            "one_entry_for_the_column",
            "Fits the noise to one entry of a column of C, and not to its norm.",
            ("self.mechanism.sensitivity(1) * events", "events"),
            module=EPOCH,
        ),
        edited(
            ContinualSum,
            "euclidean_norm",
            "Fits Laplace noise to the Euclidean norm.",
            ("self.mechanism.sensitivity(1)", "self.mechanism.sensitivity(2)"),
            module=EPOCH,
        ),
    ],
    trials=450,
)
def pure(algorithm: Algorithm, one: Attack, rng: Rng) -> Measurement:
    """Measure the audited ε."""
    found = one.found(algorithm, rng, pure=True)
    return Measurement(found.epsilon_lower, epsilon=one.budget, confidence=one.confidence)

"""Checks of the auditor, and, by audit, of what the counters claim."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import ndtri

from algos.privacy import Audit, ContinualSum, audit
from algos.privacy import theorems as claims
from algos.privacy._mechanisms import MECHANISMS
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.privacy.attacks import Attack, attacks, shifts

Algorithm = Callable[..., Any]
Rng = np.random.Generator


# --- the auditor, on mechanisms whose privacy is known exactly --------------------------------


@dataclass(frozen=True)
class Known:
    """Randomised response or discrete Laplace noise, with public coins or a rare confession."""

    kind: Literal["response", "coins", "laplace", "confession"]
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
        if self.kind == "coins":
            return np.column_stack([said, rng.integers(2, size=(count, 11))])
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
    ("coins", Known("coins", 0.02, 0.5, 200)),
    ("coins, few runs", Known("coins", 0.02, 0.5, 100)),
]
ON_RESPONSES = Instances(_known("response", "coins"), RESPONSES)
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
        _known("response", "coins", "laplace"),
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
            ("1 - event.likelier], delta)", "1 - event.likelier], 0.0)"),
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


EPOCH, EPOCHS, TREE = (f"algos.privacy.{name}" for name in ("_epoch", "_epochs", "_tree"))
STREAM_FAULTS = [
    edited(
        ContinualSum,
        "tree_too_low",
        "Counts the tree's levels without its root.",
        (
            "float(self.levels) if norm == 1 else float(np.sqrt(self.levels))",
            "float(self.levels - 1) if norm == 1 else float(np.sqrt(self.levels - 1))",
        ),
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
            "import numpy as np\n"
            "        clean, outside = self._events.clamped(events)\n"
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
            "self.stream.release(events, self.noise.draw)",
            "self.stream.release(events, lambda n: np.zeros(n, np.int64)) + self.noise.scale * "
            "2.0**-self.lattice.bits * self.mechanism.horizon * "
            "self.noise._insecure_rng.laplace(size=events.shape)",
        ),
        module=EPOCH,
    ),
]


GAUSSIAN_FAULTS = [
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
]


@check(
    claims.SHIFT,
    on=Instances(
        st.builds(
            Attack,
            st.sampled_from(sorted(MECHANISMS)),
            st.integers(1, 24),
            budget=st.sampled_from([0.1, 0.5, 4.0]),
        ),
        [(f"{name}, {n} events", Attack(name, n)) for name in MECHANISMS for n in (1, 3, 16)],
    ),
    faults=[*GAUSSIAN_FAULTS, STREAM_FAULTS[0]],
    trials=100,
)
def shift(algorithm: Algorithm, one: Attack, rng: Rng) -> Measurement:
    """Compute the shift of the best statistic from the stream's own B and its noise."""
    counter = algorithm(one.mechanism, one.horizon, rho=one.budget, bounds=(0, 1), insecure_rng=rng)
    epoch = counter._epochs.epoch
    deviation = epoch.noise.scale / 2.0**epoch.lattice.bits
    return Measurement(shifts(one.mechanism, one.horizon).max() / deviation, rho=one.budget)


@check(claims.ZCDP, on=attacks(pure=False), faults=[*STREAM_FAULTS, *GAUSSIAN_FAULTS], trials=720)
def zcdp(algorithm: Algorithm, one: Attack, rng: Rng) -> Measurement:
    """Measure the audited ρ."""
    found = one.found(algorithm, rng, pure=False)
    return Measurement(found.rho_lower, rho=one.budget, confidence=one.confidence)


@check(
    claims.PURE,
    on=attacks(pure=True),
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
            "root_of_the_norm",
            "Takes a root of the sum of absolute values, as of a sum of squares.",
            ("self.mechanism.sensitivity(1)", "math.sqrt(self.mechanism.sensitivity(1))"),
            module=EPOCH,
        ),
    ],
    trials=720,
)
def pure(algorithm: Algorithm, one: Attack, rng: Rng) -> Measurement:
    """Measure the audited ε."""
    found = one.found(algorithm, rng, pure=True)
    return Measurement(found.epsilon_lower, epsilon=one.budget, confidence=one.confidence)

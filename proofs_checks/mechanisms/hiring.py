"""Checks of contracts: other behaviour, the price of a right report, other payments."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.mechanisms import OnlineContracts, best_contract
from algos.mechanisms.theorems import hiring as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited

MOST = 2.0


@dataclass(frozen=True)
class Job:
    """States, signals and efforts, the first of which shows and costs nothing."""

    states: int
    signals: int
    efforts: int
    seed: int

    @cached_property
    def data(self) -> tuple[Any, Any, Any, Any]:
        """Prior, likelihoods, costs, the principal's utilities."""
        rng = np.random.default_rng(self.seed)
        shown = rng.dirichlet(np.full(self.signals, 0.5), (self.efforts, self.states))
        shown[0] = 1 / self.signals
        costs = np.append(0, rng.integers(1, 4, self.efforts - 1) / 20)
        utilities = 3 * np.eye(self.states) + rng.integers(0, 2, (self.states, self.states))
        return rng.dirichlet(np.full(self.states, 3)), shown, costs, utilities

    @property
    def joint(self) -> Any:
        """Probabilities of signals and states, by effort."""
        prior, shown = self.data[:2]
        return np.swapaxes(shown, 1, 2) * prior


@dataclass(frozen=True)
class Analyst:
    """Two states and two signals, one effort that is right with some probability."""

    accuracy: float
    cost: float

    @property
    def data(self) -> tuple[Any, Any, Any, Any]:
        """Prior, likelihoods, costs, utilities that make the work worth its payment."""
        r = self.accuracy
        work = [[r, 1 - r], [1 - r, r]]
        shown = np.array([np.full((2, 2), 0.5), work])
        return np.full(2, 0.5), shown, np.array([0, self.cost]), 1e4 * np.eye(2)

    @property
    def joint(self) -> Any:
        """Probabilities of signals and states, by effort."""
        return self.data[1] / 2

    def payment(self, algorithm: Any) -> Measurement:
        """Find what the work is paid."""
        paid = algorithm(*self.data, most=MOST).expected_payment
        return Measurement(paid, cost=self.cost, accuracy=self.accuracy, most=MOST)


ANALYSTS = st.builds(
    Analyst, st.integers(60, 100).map(lambda k: k / 100), st.integers(1, 10).map(lambda k: k / 50)
)
HARD_ANALYSTS = [
    ("an analyst", Analyst(0.75, 0.1)),
    ("an oracle", Analyst(1.0, 0.2)),
    ("at the limit", Analyst(0.6, 0.2)),
]
JOBS = st.builds(
    Job, st.integers(2, 3), st.integers(2, 3), st.integers(1, 3), st.integers(0, 2**32 - 1)
)
HARD_JOBS = [(f"job {k}", Job(2, 2 + k % 2, 3, k)) for k in range(6)]

DEARER = "np.minimum(costs, unit * top) / unit - 1"
NO_COSTS = edited(
    best_contract,
    "costs_forgotten",
    "Takes all efforts to cost the agent the same.",
    (DEARER, "0 * costs"),
)
TRUTHFUL_LIARS = edited(
    best_contract,
    "honest_idlers",
    "Lets an agent who takes another effort report its signals honestly.",
    ("rows[j, s, r, r * states", "rows[j, s, r, s * states"),
    ("(r + 1) * states", "(s + 1) * states"),
    ("if others.max() > np.trace", "if -1 > np.trace"),
)
MARGINAL = edited(
    best_contract,
    "double_costs",
    "Pays for twice the costs.",
    (DEARER, f"2 * ({DEARER})"),
)
DEAREST = edited(
    best_contract,
    "gross",
    "Chooses the effort of the greatest value, whatever it is paid.",
    ("int(profits.argmax())", "int(np.where(np.isfinite(profits), gross, -np.inf).argmax())"),
)
CHEAPEST = edited(
    best_contract, "idle", "Hires for the first effort.", ("int(profits.argmax())", "0")
)


@check(
    claims.HIRING_TRUTHFUL,
    on=Instances(JOBS, [*HARD_ANALYSTS, *HARD_JOBS]),
    faults=[NO_COSTS, TRUTHFUL_LIARS],
    trials=150,
)
def hiring_truthful(algorithm: Any, job: Any, rng: np.random.Generator) -> Measurement:
    """Let the agent take every effort and report best."""
    contract = algorithm(*job.data, most=MOST)
    reports = np.einsum("jsw,rw->jsr", job.joint, contract.payments)
    utilities = reports.max(axis=2).sum(axis=1) - job.data[2]
    honest = np.trace(reports[contract.effort]) - job.data[2][contract.effort]
    return Measurement(1 + utilities.max(), honest=1 + honest)


@check(
    claims.HIRING_ABOVE,
    on=Instances(ANALYSTS, HARD_ANALYSTS),
    faults=[MARGINAL],
    trials=150,
)
def hiring_above(algorithm: Any, analyst: Analyst, rng: np.random.Generator) -> Measurement:
    """Measure the payment."""
    return analyst.payment(algorithm)


@check(
    claims.HIRING_BELOW,
    on=Instances(ANALYSTS, HARD_ANALYSTS),
    faults=[NO_COSTS, CHEAPEST],
    trials=150,
)
def hiring_below(algorithm: Any, analyst: Analyst, rng: np.random.Generator) -> Measurement:
    """Measure the payment."""
    return analyst.payment(algorithm)


def profit(job: Job, payments: Any) -> float:
    """Find the best answer to payments, ties for the principal, and what it leaves."""
    joint, (_, _, costs, worth) = job.joint, job.data
    best = (-np.inf, -np.inf)
    for effort, told in itertools.product(
        range(job.efforts), itertools.product(range(job.signals), repeat=job.signals)
    ):
        heard = np.zeros((job.signals, job.states))
        np.add.at(heard, list(told), joint[effort])
        paid = float((heard * payments).sum())
        utility = round(paid - float(costs[effort]), 9)
        best = max(best, (utility, float((heard @ worth).max(axis=1).sum()) - paid))
    return best[1]


@check(
    claims.HIRING_BEST,
    on=Instances(JOBS, HARD_JOBS),
    faults=[DEAREST, CHEAPEST, MARGINAL],
    trials=150,
)
def hiring_best(algorithm: Any, job: Job, rng: np.random.Generator) -> Measurement:
    """Compare with no payments, and random ones."""
    others = [np.zeros((job.signals, job.states))]
    for scale in (0.1, 0.3, 1.0):
        drawn = rng.random((2, job.signals, job.states))
        others += list(np.minimum(MOST, scale * np.where(drawn < 0.5, 0, drawn)))
    # pay for a report by how much it speaks for the state
    for effort in range(job.efforts):
        by_state = job.joint[effort] / job.joint[effort].sum(axis=1, keepdims=True)
        best = by_state == by_state.max(axis=0)
        others += [scale * best for scale in (0.1, 0.2, 0.4, 0.8)]
    most = max(profit(job, payments) for payments in others)
    return Measurement(algorithm(*job.data, most=MOST).profit, other=most)


@dataclass(frozen=True)
class Stream:
    """Agents who find one of ten states, or guess, at costs in parts of the full payment."""

    costs: tuple[float, ...]
    payment: float = 0.2
    states: int = 10
    horizon: int = 800

    def profits(self, scale: float) -> Any:
        """What the principal gets from each agent on average, if that scale is offered."""
        gain = scale * self.payment * (1 - 1 / self.states)
        works = gain >= np.resize(self.costs, self.horizon) * self.payment - 1e-12
        return np.where(works, 1.0, 1 / self.states) * (1 - scale * self.payment)

    @property
    def best(self) -> float:
        """The best fixed scale: 0, or one at which somebody just works."""
        least = [cost / (1 - 1 / self.states) for cost in self.costs]
        return max(float(self.profits(one).sum()) for one in (0, *least) if one <= 1)


#: Random agents are dear, so that most instances show a learner that does not learn.
PARTS = st.integers(78, 89).map(lambda k: k / 100)
STREAMS = st.lists(PARTS, min_size=1, max_size=4).map(lambda costs: Stream(tuple(costs)))
UNLEARNED = edited(
    OnlineContracts,
    "unlearned",
    "Forgets what the offers have brought.",
    ("self._logs[self.open_arm] += self", "self._logs[self.open_arm] += 0 * self"),
    module="algos.mechanisms._exp3",
)
CONTRARY = edited(
    OnlineContracts,
    "contrary",
    "Offers less often what has brought more.",
    ("self._logs[self.open_arm] += self", "self._logs[self.open_arm] -= self"),
    module="algos.mechanisms._exp3",
)


@check(
    claims.ONLINE_HIRING,
    on=Instances(
        STREAMS,
        [
            ("dear", Stream((0.88,))),
            ("free", Stream((0.0,))),
            ("cheap or dear", Stream((0.2, 0.7))),
        ],
    ),
    faults=[UNLEARNED, CONTRARY],
    trials=180,
)
def online_hiring(algorithm: Any, stream: Stream, rng: np.random.Generator) -> Measurement:
    """Add the profits up, and compare with the best fixed scale."""
    full = stream.payment * np.eye(stream.states)
    learner = algorithm(full, stream.horizon, low=0, high=1, rng=rng)
    tables = {scale: stream.profits(scale) for scale in learner.scales.tolist()}
    lucky, total = rng.random(stream.horizon) < 1 / stream.states, 0.0
    for agent in range(stream.horizon):
        learner.offer()
        scale = learner.scale
        expected = tables[scale][agent]
        total += expected
        # right for sure after work, by luck without it: payment and profit come with it
        right = expected > 0.5 or lucky[agent]
        learner.observe((1 - scale * stream.payment) * right)
    return Measurement(
        total,
        best=stream.best,
        horizon=stream.horizon,
        payment=stream.payment,
        scales=len(tables),
        width=1.0,
    )

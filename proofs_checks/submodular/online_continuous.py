"""Checks of online DR-submodular maximisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos.submodular import (
    BanditDRMaximizer,
    Box,
    Budget,
    OnlineDRMaximizer,
    SemiBanditDRMaximizer,
)
from algos.submodular.theorems import online_continuous as claims
from proofs_checks.check import Measurement, Sizes, check
from proofs_checks.faults import Fault, edited

NO_NOISE = edited(
    OnlineDRMaximizer,
    "no_noise",
    "Follows the leader.",
    ("self.totals[learner] + noise", "self.totals[learner]"),
    module="algos.submodular._perturbed_leaders",
)
NEGATIVE = edited(
    OnlineDRMaximizer,
    "negative",
    "Learns from losses as if they were rewards.",
    ("self._rule.reward(x, found)", "-self._rule.reward(x, found)"),
)


def _deaf(algorithm: Any) -> Fault:
    """Break an algorithm so that its learners never learn."""
    return edited(
        algorithm,
        "deaf",
        "Never tells the learners.",
        ("        self.totals[learner] += reward\n", ""),
        module="algos.submodular._perturbed_leaders",
    )


@check(
    claims.ONLINE,
    on=Sizes("horizon", [16, 32, 64, 128, 256], slack=0.5),  # a linear regret has the power 2
    faults=[_deaf(OnlineDRMaximizer), NO_NOISE, NEGATIVE],
    trials=8,
)
def online_regret(algorithm: Any, horizon: int, rng: np.random.Generator) -> Measurement:
    """Add the regrets on [0, 1] to −x over and over, and to parts of −x / 2, x, −x, x, …"""
    lost = 0.0
    turns = 0.3 * np.where(np.arange(horizon) % 2, 1.0, -1.0)  # less random than whole ones
    turns[0] /= 2
    for slopes in (np.full(horizon, -1.0), turns):
        online = algorithm(Box([1.0]), horizon=horizon, gradient_bound=1, steps=5, rng=rng)
        for slope in slopes:
            lost -= slope * float(online.decide()[0])
            online.learn(lambda x, slope=slope: np.array([slope]))
        lost += max(0.0, float(slopes.sum()))
    return Measurement(lost, horizon=horizon)


def _regret(online: Any, horizon: int, *, values: bool) -> float:
    """Play x ↦ x_0 over and over; the best point is worth 1."""
    lost = float(horizon)
    for _ in range(horizon):
        reward = float(online.decide()[0])
        online.learn(reward if values else [1.0, 0.0])
        lost -= reward
    return lost


@check(
    claims.SEMI_BANDIT,
    on=Sizes("horizon", [81, 256, 625, 1296, 2401]),
    faults=[_deaf(SemiBanditDRMaximizer)],
    trials=12,
)
def semi_bandit_regret(algorithm: Any, horizon: int, rng: np.random.Generator) -> Measurement:
    """Measure the regret with horizons that are fourth powers."""
    online = algorithm(Budget(2, 1), horizon=horizon, gradient_bound=1, rng=rng)
    return Measurement(_regret(online, horizon, values=False), horizon=horizon)


@check(
    claims.BANDIT,
    on=Sizes("horizon", [512, 1331, 2744, 4913, 9261], slack=0.1),
    faults=[_deaf(BanditDRMaximizer)],
    trials=7,
)
def bandit_regret(algorithm: Any, horizon: int, rng: np.random.Generator) -> Measurement:
    """Measure the regret."""
    online = algorithm(
        Budget(2, 1), center=[0.25, 0.25], margin=0.25, horizon=horizon, value_bound=1, rng=rng
    )
    return Measurement(_regret(online, horizon, values=True), horizon=horizon)

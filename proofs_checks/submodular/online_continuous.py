"""Checks of online DR-submodular maximisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos.submodular import (
    BanditDRMaximizer,
    Box,
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


@check(
    claims.SEMI_BANDIT,
    on=Sizes("horizon", [81, 256, 625, 1296, 2401]),  # a linear regret has the power 1.33
    faults=[_deaf(SemiBanditDRMaximizer)],
    trials=12,
)
def semi_bandit_regret(algorithm: Any, horizon: int, rng: np.random.Generator) -> Measurement:
    """Add the regret to x ↦ 1 − x over and over; horizons are fourth powers."""
    online = algorithm(Box([1.0]), horizon=horizon, gradient_bound=1, rng=rng)
    lost = 0.0
    for _ in range(horizon):
        lost += float(online.decide()[0])
        online.learn([-1.0])
    return Measurement(lost, horizon=horizon)


ONE_WAY = edited(
    BanditDRMaximizer,
    "one_way",
    "Forgets which way it moved.",
    ("scale * surplus * self._sign", "scale * surplus * abs(self._sign)"),
)


@check(
    claims.BANDIT,
    on=Sizes("horizon", [64, 216, 512, 1000, 2197]),  # a linear regret has the power 1.2
    faults=[_deaf(BanditDRMaximizer), ONE_WAY],
    trials=12,
)
def bandit_regret(algorithm: Any, horizon: int, rng: np.random.Generator) -> Measurement:
    """Add the regret to x ↦ 1 − x over and over; horizons are third powers."""
    online = algorithm(
        Box([1.0]), center=[0.5], margin=0.5, horizon=horizon, value_bound=1, rng=rng
    )
    lost = 0.0
    for _ in range(horizon):
        x = float(online.decide()[0])
        online.learn(1 - x)
        lost += x
    return Measurement(lost, horizon=horizon)

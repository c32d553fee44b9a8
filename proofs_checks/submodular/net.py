"""Checks of the greedy rules for f − c, against every set."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos.submodular import (
    cost_scaled_greedy,
    distorted_greedy,
    roi_greedy,
    stochastic_distorted_greedy,
    unconstrained_distorted_greedy,
)
from algos.submodular.theorems import net as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited
from proofs_checks.submodular.priced import (
    DISTORTED,
    RETURNS,
    SAMPLED,
    SCALED,
    SINGLE,
    WEAK,
    Priced,
    priced,
)

RULES = "algos.submodular._score_rules"


def edit(algorithm: Any, name: str, description: str, *edits: tuple[str, str]) -> Fault:
    """Break the scores of an algorithm."""
    return edited(algorithm, name, description, *edits, module=RULES)


def exponents(algorithm: Any) -> list[Fault]:
    """Break the weights of a distorted greedy."""
    exponent, base = "self.rounds - 1 - step", "else ratio / rounds"
    return [
        edit(algorithm, "weights_fall", "Distorts late rounds most.", (exponent, "step")),
        edit(algorithm, "one_too_many", "Weighs even the last round.", (" - 1 - step", " - step")),
        edit(algorithm, "undistorted", "Weighs all rounds alike.", (exponent, "0")),
        edit(
            algorithm,
            "one_less",
            "Builds the weights of one element less.",
            (base, "else ratio / max(rounds - 1, 1)"),
        ),
    ]


def unchecked(algorithm: Any) -> Fault:
    """Break the lazy rounds."""
    return edited(
        algorithm,
        "not_checked_again",
        "Takes old marginals for new ones.",
        ("if not old[place]:", "if True:"),
        module="algos.submodular._lazy_net_rounds",
    )


def value_of_distorted(chosen: Any, one: Priced, ratio: float = 1.0) -> Measurement:
    """Compare with the set and the m that ask for most."""
    m = np.arange(one.k + 1)
    worst = one.worst(1 - (1 - ratio / one.k) ** m, m / one.k)
    return Measurement(
        one.net(chosen.elements),
        **worst,
        k=one.k,
        n=one.k,
        ratio=ratio,
        epsilon=one.epsilon,
        optimum=one.optimum,
    )


@check(
    claims.NET_DISTORTED,
    on=Instances(priced(), DISTORTED),
    faults=[unchecked(distorted_greedy), *exponents(distorted_greedy)],
)
def net_distorted(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the set and the m that ask for most."""
    return value_of_distorted(algorithm(*one.problem, one.k), one)


ALIKE = edited(
    distorted_greedy,
    "taken_for_submodular",
    "Weighs marginals as if f were submodular.",
    ("Distorted(k, ratio=ratio)", "Distorted(k)"),
)


@check(
    claims.NET_DISTORTED_WEAK,
    on=Instances(priced(5, ("power", "power", "coverage")), WEAK),
    faults=[ALIKE, *exponents(distorted_greedy)[:3]],
)
def net_distorted_weak(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the set and the m that ask for most, at the true submodularity ratio."""
    ratio = one.submodularity
    return value_of_distorted(algorithm(*one.problem, one.k, ratio=ratio), one, ratio)


DRAW = "(np.unique(rng.integers(oracle.size, size=drawn)) for _ in range(k))"
STOCHASTIC_FAULTS = [
    edited(
        stochastic_distorted_greedy,
        "few",
        "Draws n/k elements a round.",
        ("oracle.size / k * -math.log(epsilon)", "oracle.size / k"),
    ),
    edited(
        stochastic_distorted_greedy,
        "one_sample",
        "Draws once for all rounds.",
        (DRAW, "[np.unique(rng.integers(oracle.size, size=drawn))] * k"),
    ),
    edited(
        stochastic_distorted_greedy,
        "first_left_out",
        "Never draws the first element.",
        ("rng.integers(oracle.size", "rng.integers(min(1, oracle.size - 1), oracle.size"),
    ),
    *exponents(stochastic_distorted_greedy),
]


@check(
    claims.NET_STOCHASTIC,
    on=Instances(priced(dearest=3), SAMPLED),
    faults=STOCHASTIC_FAULTS,
    trials=2500,
)
def net_stochastic(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the set and the m that ask for most."""
    chosen = algorithm(*one.problem, one.k, epsilon=one.epsilon, rng=rng)
    return value_of_distorted(chosen, one)


DRAWS = "np.random.default_rng(rng).integers(oracle.size, size=(oracle.size, 1))"
UNCONSTRAINED_FAULTS = [
    edited(
        unconstrained_distorted_greedy,
        "in_turn",
        "Looks at every element once, in order.",
        (DRAWS, "np.arange(oracle.size)[:, None]"),
    ),
    edited(
        unconstrained_distorted_greedy,
        "one_draw",
        "Draws one element for all rounds.",
        (DRAWS, DRAWS.replace("(oracle.size, 1)", "(1, 1)") + ".repeat(oracle.size, axis=0)"),
    ),
    *exponents(unconstrained_distorted_greedy),
]


@check(
    claims.NET_UNCONSTRAINED,
    on=Instances(priced(whole=True, dearest=3), SINGLE),
    faults=UNCONSTRAINED_FAULTS,
    trials=2500,
)
def net_unconstrained(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the set and the m that ask for most."""
    return value_of_distorted(algorithm(*one.problem, rng=rng), one)


UNSCALED = edit(cost_scaled_greedy, "unscaled", "Takes costs once.", ("- 2 * costs", "- costs"))
TRIPLED = edit(cost_scaled_greedy, "tripled", "Takes costs thrice.", ("2 * costs", "3 * costs"))
DEAREST = edit(
    cost_scaled_greedy, "costs_forgotten", "Takes no costs.", ("- 2 * costs", "- 0 * costs")
)


@check(
    claims.NET_COST_SCALED,
    on=Instances(priced(), SCALED),
    faults=[UNSCALED, TRIPLED, DEAREST, unchecked(cost_scaled_greedy)],
)
def net_cost_scaled(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the set that asks for most."""
    worst = one.worst(np.array([0.5]), np.ones(1))
    return Measurement(one.net(algorithm(*one.problem, one.k).elements), **worst)


RETURN_FAULTS = [
    unchecked(roi_greedy),
    edit(roi_greedy, "stops_early", "Wants twice the costs.", ("floor = 1\n", "floor = 2\n")),
    edit(
        roi_greedy,
        "no_return",
        "Takes differences.",
        ("gains / np.where(paid, costs, 1)", "1 + gains - costs"),
    ),
    edit(roi_greedy, "stops_late", "Accepts a loss.", ("floor = 1\n", "floor = 0.9\n")),
    edit(
        roi_greedy,
        "free_left",
        "Leaves what costs nothing.",
        ("np.where(gains > 0, np.inf, 0.0)", "np.zeros(len(gains))"),
    ),
]


def returns(algorithm: Any, one: Priced, choices: Any) -> Measurement:
    """Compare with the set that asks for most, at its best β, out of some."""
    values, costs = one.values[choices], one.costs[choices]
    some = costs > 0
    beta = np.full(len(values), 50.0)
    beta[some] = np.log(np.maximum(values[some] / costs[some], 1))
    worst = np.argmax((1 - np.exp(-beta)) * values - beta * costs)
    return Measurement(
        one.net(algorithm(*one.problem).elements),
        value=values[worst],
        cost=costs[worst],
        beta=beta[worst],
    )


@check(claims.NET_ROI, on=Instances(priced(whole=True), RETURNS), faults=RETURN_FAULTS)
def net_roi(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the set and the β that ask for most."""
    return returns(algorithm, one, slice(None))


@check(claims.NET_ROI_BEST, on=Instances(priced(whole=True), RETURNS), faults=RETURN_FAULTS[1:3])
def net_roi_best(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the set that asks for most, of those that are worth what they cost."""
    apt = (one.costs > 0) & (one.values >= one.costs)
    return returns(algorithm, one, apt if apt.any() else slice(None))

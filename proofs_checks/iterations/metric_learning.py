"""Checks of metric learning: pairs along axes, whose optimum has a formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.iterations import metric_learning
from algos.iterations.theorems import project_and_forget as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited

Algorithm = Callable[..., Any]


@dataclass(frozen=True)
class Axes:
    """Pairs along coordinate axes, several of equal length along each: the axes do not interact."""

    lengths: tuple[float, ...]
    similar: tuple[bool, ...]
    copies: tuple[int, ...]
    slack_weight: float = 1.0
    near: float = 1.0
    far: float = 4.0
    max_sweeps: int = 30

    @property
    def optimum(self) -> float:
        """Solve the problem on every axis: 1/p + s z = 1/t - s z / (copies slack_weight)."""
        total = 0.0
        for length, similar, copies in zip(self.lengths, self.similar, self.copies, strict=True):
            square, target = length**2, self.near if similar else self.far
            weight = copies * self.slack_weight
            if (square > target) == similar and square != target:
                reached = (1 + weight) / (1 / square + weight / target)
                total += _part(reached / square) + weight * _part(reached / target)
        return total


def _part(ratio: float) -> float:
    """Give the LogDet divergence of a number from 1."""
    return ratio - float(np.log(ratio)) - 1


@st.composite
def axes(draw: st.DrawFn) -> Axes:
    """Draw axes of which the first matters."""
    n = draw(st.integers(1, 3))
    lengths = [draw(st.sampled_from([0.5, 1.5, 3.0])) for _ in range(n)]
    return Axes(
        (3.0, *lengths[1:]),
        (True, *(draw(st.booleans()) for _ in range(n - 1))),
        tuple(draw(st.integers(1, 3)) for _ in range(n)),
        draw(st.sampled_from([0.5, 1.0, 10.0])),
        max_sweeps=draw(st.sampled_from([1, 3, 30])),
    )


LEARNING = [
    ("one pair", Axes((3.0,), (True,), (1,))),
    ("three equal pairs", Axes((3.0,), (True,), (3,))),
    ("near and far", Axes((3.0, 1.0), (True, False), (2, 2), 10.0)),
]
LEARNING_NO_CORRECTION = edited(
    metric_learning,
    "no_correction",
    "Goes back all the way to a hyperplane, not by the multiplier at most.",
    ("step = min(multipliers[i], step)", "pass"),
)
LEARNING_SIGN = edited(
    metric_learning,
    "slack_sign",
    "Takes the slack's part of the dual value away.",
    ("dual = slack_weight *", "dual = -slack_weight *"),
)


@check(
    claims.LEARNING_DUAL,
    on=Instances(axes(), LEARNING),
    faults=[LEARNING_NO_CORRECTION, LEARNING_SIGN],
    trials=200,
)
def learning_dual(algorithm: Algorithm, one: Axes, rng: np.random.Generator) -> Measurement:
    """Compare the dual value with the sum of the axes' optima."""
    points = [np.zeros(len(one.lengths))]
    pairs: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    for k, (length, similar) in enumerate(zip(one.lengths, one.similar, strict=True)):
        pairs[similar] += [(0, len(points))] * one.copies[k]
        points.append(length * np.eye(len(one.lengths))[k])
    result = algorithm(
        points,
        pairs[True],
        pairs[False],
        near=one.near,
        far=one.far,
        slack_weight=one.slack_weight,
        max_sweeps=one.max_sweeps,
    )
    return Measurement(result.dual_value, optimum=one.optimum)

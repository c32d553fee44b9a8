"""The family's tight theorems attain their bounds on the instances that they name."""

from __future__ import annotations

import pytest

from proofs_checks import Check, verify
from proofs_checks.iterations import (
    averaged_residual,
    cocoercive_residual,
    fast_residual,
    halpern_inexact,
    halpern_is_optimal,
    halpern_residual,
    proximal_residual,
)


@pytest.mark.parametrize(
    ("check", "instances"),
    [
        (halpern_residual, ["a fold", "a signed shift"]),
        (halpern_is_optimal, ["two coordinates", "eight coordinates"]),
        (halpern_inexact, ["minus the identity, errors that alternate"]),
        (averaged_residual, ["a rotation of the plane"]),
        (proximal_residual, ["a fold"]),
        (
            cocoercive_residual,
            ["a Huber function, half the step", "a Huber function, the full step"],
        ),
        (fast_residual, [f"a bilinear saddle, {k} steps" for k in ("two", "six", "ten")]),
    ],
    ids=lambda value: value.key if isinstance(value, Check) else "",
)
def test_the_ratio_is_one(check: Check, instances: list[str]) -> None:
    points = {point.instance: point for point in verify(check, with_faults=False).points}
    for name in instances:
        assert points[name].ratio == pytest.approx(1, abs=1e-9), name

"""How many draws a distortion takes, and what draws guarantee."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.sketching import sample_size, sensitivity_sample
from algos.sketching._sample_size import guaranteed_distortion, guaranteed_error
from proofs_checks.sketching.matrices import Tall


@pytest.mark.parametrize("p", [0.5, 1.0, 1.5, 2.0, 3.0])
def test_the_size_suffices_by_hand(p: float) -> None:
    """The net's constants, looked through one by one."""
    eps, delta, total, d = 0.4, 0.1, 5.0, 3
    power = max(p, 1.0)
    best = math.inf
    for e in np.linspace(0.005, 0.995, 400):
        for eta in eps * np.geomspace(1e-3, 0.5, 150):
            upper = (1 + e) ** (1 / power) / (1 - eta)
            if upper <= 1 + eps and (1 - e) ** (1 / power) - eta * upper >= 1 - eps:
                points = d / min(p, 1) * math.log(1 + 2 / eta)
                best = min(best, 2 * total * (1 + e / 3) / e**2 * (points + math.log(2 / delta)))
    if p == 2:
        e = 2 * eps - eps**2
        best = 2 * total * (1 + e / 3) / e**2 * math.log(2 * d / delta)
    size = sample_size(total, d, p, distortion=eps, failure_probability=delta)
    assert size == pytest.approx(best, rel=0.02)


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 3.0])
def test_the_guarantee_inverts_the_size(p: float) -> None:
    size = sample_size(4.0, 3, p, distortion=0.3, failure_probability=0.01)
    assert guaranteed_distortion(4.0, 3, p, size, 0.01) == pytest.approx(0.3, abs=2e-3)
    assert guaranteed_distortion(4.0, 3, p, 2, 0.01) == math.inf
    error = guaranteed_error(4.0, size, 0.01)
    tail = 2 * math.exp(-size * error**2 / (8 * (1 + error / 3)))
    assert tail == pytest.approx(0.01)


def test_a_wanted_distortion_sets_the_size() -> None:
    A = Tall("gaussian", 100, 3).array
    sample = sensitivity_sample(A, 1, distortion=0.5, rng=1)
    assert sample.size == sample_size(sample.total, 3, 1, distortion=0.5)
    assert sample.distortion == pytest.approx(0.5, abs=1e-2)
    assert sample.size > 100  # with replacement: more draws than rows


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"total": 0.5}, "total must lie in"),
        ({"dimension": 0}, "dimension must be an integer"),
        ({"p": 0}, "p must lie in"),
        ({"distortion": 1}, "distortion must lie in"),
        ({"failure_probability": 1.0}, "failure_probability must lie in"),
        ({"distortion": 1e-200}, "fewer than 2\\^62 draws"),
        ({"distortion": 1e-308}, "fewer than 2\\^62 draws"),
        ({"total": 1e300}, "fewer than 2\\^62 draws"),
    ],
)
def test_bad_sizes_are_refused(changes: dict[str, Any], words: str) -> None:
    options: dict[str, Any] = {"total": 3, "dimension": 3, "p": 1, "distortion": 0.5, **changes}
    with pytest.raises(ValueError, match=words):
        sample_size(**options)

"""What the benchmarks of sensitivities compare with: peers that solve the same problem."""

from __future__ import annotations

import numpy as np
import pytest

from algos.sketching import lp_sensitivities
from experiments.sketching.sensitivity_pairs import by_cones, by_linear_programs, draw, same


def test_peers_lie_between_the_bounds() -> None:
    A = draw(12, np.random.default_rng(0))
    exact = lp_sensitivities(A, 1)
    found = by_linear_programs(A)
    assert (exact.lower * (1 - 1e-9) <= found).all()
    assert (found <= exact.upper * (1 + 1e-9)).all()
    assert same(A, exact.upper, found)
    assert not same(A, exact.upper, 1.001 * found)


def test_cones() -> None:
    pytest.importorskip("cvxpy")
    A = draw(8, np.random.default_rng(1))
    exact = lp_sensitivities(A, 1.5)
    assert by_cones(A, 1.5) == pytest.approx(exact.upper, rel=1e-5)

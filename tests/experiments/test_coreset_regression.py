"""The experiment on coresets of real tables: what a trial measures, and the finding."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.sketching.coreset_regression import CORESETS


@pytest.mark.parametrize("p", [1.0, 3.0])
def test_ten_times_the_rows_leave_a_fraction_of_the_excess(p: float) -> None:
    for module in CORESETS.requires:
        pytest.importorskip(module)
    excess = {}
    for size in (300, 3000):
        trials = [
            CORESETS.trial({"table": "RAND", "p": p, "size": size}, np.random.default_rng(seed))
            for seed in range(5)
        ]
        assert all(one["certified"] and 0 <= one["distortion"] <= 1 for one in trials)
        assert all(0 < one["rows"] <= size / 20_000 for one in trials)
        excess[size] = np.median([one["excess"] for one in trials])
    assert -1e-6 <= excess[3000] < excess[300] / 3

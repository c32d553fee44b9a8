"""The experiment on active regression: what a trial measures, and the finding."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.sketching.active import ACTIVE, active_trial, independent_coins, study


@pytest.mark.parametrize("sampling", ACTIVE.grid["sampling"])
def test_trials_measure_the_excess(sampling: str) -> None:
    parameters: dict[str, str | int] = {"sampling": sampling, "columns": 20, "budget": 60}
    first = active_trial(parameters, np.random.default_rng(3))
    assert first == active_trial(parameters, np.random.default_rng(3))
    assert 0 < first["excess"] < 10


def test_coins_that_are_certain_give_least_squares() -> None:
    _, design, labels, least = study(5)
    x = independent_coins(design, labels, len(design), np.random.default_rng(0))
    assert np.linalg.norm(labels - design @ x) ** 2 == pytest.approx(least)


def test_pivotal_draws_need_fewer_labels() -> None:
    """At twice as many labels as polynomials the excess is several times smaller."""
    medians = {
        sampling: np.median(
            [
                active_trial(
                    {"sampling": sampling, "columns": 20, "budget": 40},
                    np.random.default_rng(seed),
                )["excess"]
                for seed in range(60)
            ]
        )
        for sampling in ("pivotal", "coins")
    }
    assert medians["pivotal"] < medians["coins"] / 4

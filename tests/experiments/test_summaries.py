"""The experiment on summaries of real data: what is read, what a trial measures, the finding."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.experiment import Parameters
from experiments.submodular import summaries
from experiments.submodular.summaries import METHODS, SUMMARIES, manual_pages

DATA = SUMMARIES.grid["data"]


@pytest.fixture(autouse=True)
def needed() -> None:
    """Skip where the data are not installed."""
    for module in SUMMARIES.requires:
        pytest.importorskip(module)


def test_the_data_are_what_they_are_said_to_be() -> None:
    shapes = {str(data): summaries.features(str(data)).shape for data in DATA}
    assert shapes["digits"] == (1797, 64)
    assert shapes["MNIST"] == (2500, 784)
    assert shapes["words"] == shapes["counts of words"]
    assert len(manual_pages()) == shapes["words"][0] == 2293
    assert "measurements in" in manual_pages()["datasets/iris"]


@pytest.mark.parametrize("data", DATA)
def test_greedy_is_above_its_guarantee_and_above_random(data: str) -> None:
    shares = {
        method: SUMMARIES.trial(
            {"data": data, "method": method, "k": 10}, np.random.default_rng(0)
        )["share"]
        for method in METHODS
    }
    assert 1 - 0.9**10 <= shares["greedy"] <= 1
    assert shares["greedy"] >= max(shares["stochastic"], shares["usual"]) - 1e-9
    assert shares["stochastic"] > 1 - np.exp(-1) - 0.1
    assert shares["sieve"] >= 0.4
    assert shares["random"] < min(shares["greedy"], shares["sieve"])
    assert all(0 < share <= 1 for share in shares.values())


def test_values_are_those_of_the_function() -> None:
    """By hand: how many logarithms of rarity ten random pages cover."""
    trial: Parameters = {"data": "words", "method": "random", "k": 10}
    share = SUMMARIES.trial(trial, np.random.default_rng(5))["share"]
    has = np.asarray((summaries.features("words") > 0).todense())
    pages = np.random.default_rng(5).permutation(len(has))[:10]
    covered = np.log(len(has) / has.sum(axis=0))[has[pages].any(axis=0)].sum()
    assert share == pytest.approx(covered / summaries.bound("words", 10))


def test_calls_are_counted() -> None:
    calls = {
        method: SUMMARIES.trial(
            {"data": "digits", "method": method, "k": 30}, np.random.default_rng(0)
        )["calls"]
        for method in METHODS
    }
    assert calls["random"] == calls["usual"] == 0
    assert 1 <= calls["greedy"] < 30
    assert 0 < calls["stochastic"] < calls["greedy"]
    assert calls["sieve"] > 1

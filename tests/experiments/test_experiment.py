"""The declaration: what is refused, which points there are, what a change of the grid does."""

from __future__ import annotations

import math
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import algos
from experiments.catalog import experiment, experiments
from experiments.experiment import Figure, Statistic
from experiments.trials import Work, canonical, seed_of, source_hash
from tests.experiments.toys import TOY, made, trial


def test_points_are_the_grid_with_the_last_parameter_fastest() -> None:
    one = made(grid={"n": (1, 2), "method": ("a", "b")})
    assert [tuple(point.values()) for point in one.points()] == [
        (1, "a"),
        (1, "b"),
        (2, "a"),
        (2, "b"),
    ]


def test_a_change_of_the_grid_keeps_the_rest_and_the_types() -> None:
    one = made(grid={"n": (1, 2), "rate": (0.5, 1), "method": ("a", "b")})
    changed = one.on(n=(1000.0,), rate=(2,), method=("b",))
    assert [canonical(point) for point in changed.points()] == [
        '{"method": "b", "n": 1000, "rate": 2.0}'
    ]
    assert changed.trial is one.trial
    assert len(list(one.points())) == 8


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"methods": (1,)}, "has no parameter 'methods'; did you mean method"),
        ({"n": (1.5,)}, "must be like 1, got 1.5"),
        ({"n": (True,)}, "must be like 1, got True"),
        ({"n": ("a",)}, "must be like 1, got 'a'"),
        ({"n": ()}, "at least one value"),
        ({"n": (3, 3)}, "a value twice"),
        ({"rate": (math.nan,)}, "must be"),
        ({"rate": (math.inf,)}, "must be finite"),
        ({"method": ("aaa",)}, "must be one of aa, b, got 'aaa'; did you mean aa"),
    ],
)
def test_bad_grid_values_are_refused(changes: dict[str, Any], message: str) -> None:
    one = made(grid={"n": (1, 2), "rate": (0.5,), "method": ("aa", "b")})
    with pytest.raises(ValueError, match=message):
        one.on(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "toy"}, "family/what"),
        ({"trials": 0}, "at least 1"),
        ({"trial": lambda parameters, rng: {}}, "a function of a module"),
        ({"grid": {"n": (1, "a")}}, "all text, numbers or bools"),
        ({"grid": {"n": (None,)}}, "all text, numbers or bools"),
        ({"grid": {"n": (1,), "x": (2,)}}, "a parameter and a metric"),
        ({"figure": Figure(x="m", y="x", x_label="", y_label="")}, "needs one of"),
        ({"figure": Figure(x="n", y="n", x_label="", y_label="")}, "needs one of"),
        ({"figure": Figure(x="n", y="x", x_label="", y_label="", lines="x")}, "needs one of"),
    ],
)
def test_a_declaration_that_does_not_fit_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        made(**changes)


@pytest.mark.parametrize("kind", ["modus", ""])
def test_statistics_are_known_ones(kind: Any) -> None:
    with pytest.raises(ValueError, match="kind must be"):
        Statistic(kind)
    with pytest.raises(ValueError, match="confidence must lie"):
        Statistic("mean", confidence=1.0)


def test_seeds_differ_in_every_part_and_never_change() -> None:
    point = canonical({"n": 5, "a": "x"})
    assert point == canonical({"a": "x", "n": 5})
    seeds = {
        seed_of(name, at, k) for name in ("a/b", "a/c") for at in (point, "{}") for k in range(5)
    }
    assert len(seeds) == 20
    assert seed_of("toy/plain", '{"n": 1}', 0) == 0xA9486304E0B5BAD4FBD04AC0431D2A42
    assert 0 <= min(seeds) <= max(seeds) < 2**128


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "must return a dict of x"),
        ({}, "must return a dict of x"),
        ({"x": 1.0, "y": 2.0}, "must return a dict of x"),
        ({"x": math.nan}, "must be a finite number; the trial returned nan"),
        ({"x": "1"}, "must be a finite number"),
        ({"x": 1j}, "must be a finite number"),
    ],
)
def test_a_trial_that_returns_something_else_has_failed(returned: Any, message: str) -> None:
    def bad(parameters: Any, rng: np.random.Generator) -> Any:
        return returned

    (outcome,) = Work(bad, "toy/bad", ("x",), {"n": 1}).run([3])
    assert outcome.result is None
    assert outcome.error is not None
    assert message in outcome.error
    assert outcome.index == 3


def test_a_trial_that_exits_has_failed() -> None:
    def leaves(parameters: Any, rng: np.random.Generator) -> dict[str, float]:
        raise SystemExit(3)

    (outcome,) = Work(leaves, "toy/leaves", ("x",), {"n": 1}).run([0])
    assert outcome.error is not None
    assert "SystemExit: 3" in outcome.error


def test_a_trial_cannot_change_the_next_ones_parameters() -> None:
    def greedy(parameters: Any, rng: np.random.Generator) -> dict[str, float]:
        parameters["n"] += 1
        return {"x": float(np.float32(parameters["n"]))}

    outcomes = Work(greedy, "toy/greedy", ("x",), {"n": 1}).run([0, 1])
    assert [one.result for one in outcomes] == ['{"x": 2.0}'] * 2


def test_the_source_hash_sees_the_functions_and_constants_that_a_trial_uses(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    text = """
RATE = 2
OTHER = 3
TABLE = {}
TABLE["a"] = 1
if RATE:
    SWITCH = 5
def same(function):
    return function
@same
def help(x):
    return x * RATE + TABLE["a"] + SWITCH
def trial(p, rng):
    return {'x': help(1)}
"""
    changes = {
        "plain": ("", ""),
        "other": ("OTHER = 3", "OTHER = 4"),
        "constant": ("RATE = 2", "RATE = 2.5"),
        "helper": ("x * RATE", "x + RATE"),
        "body": ("help(1)", "help(2)"),
        "entry": ('["a"] = 1', '["a"] = 7'),
        "branch": ("SWITCH = 5", "SWITCH = 6"),
        "decorator": ("return function", "return lambda x: 0"),
        "undecorated": ("@same", "# not"),
    }
    hashes = {}
    for name, (old, new) in changes.items():
        (tmp_path / f"toy_{name}.py").write_text(text.replace(old, new) if old else text)
        hashes[name] = source_hash(__import__(f"toy_{name}").trial)
    assert hashes["plain"] == hashes.pop("other")
    assert len(set(hashes.values())) == len(hashes) == 8


def test_a_trial_without_source_is_refused() -> None:
    space: dict[str, Any] = {"__name__": "no_such_file"}
    exec("def trial(p, rng):\n    return {'x': 1}\n", space)
    sys.modules["no_such_file"] = ModuleType("no_such_file")
    with pytest.raises(ValueError, match="put the experiment into a file"):
        source_hash(space["trial"])
    del sys.modules["no_such_file"]


def test_every_declared_experiment_names_real_theorems_and_runs_once() -> None:
    shown = experiments()
    assert len(shown) == len({one.name for one in shown}) >= 6
    for one in shown:
        assert experiment(one.name) is one
        assert all(algos.theorem(key).key == key for key in one.claims)
        point = next(iter(one.points()))
        (outcome,) = Work(one.trial, one.name, tuple(one.summary), point).run([0])
        assert outcome.error is None, outcome.error


def test_unknown_names_suggest_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean search/tumours"):
        experiment("search/tumors")
    assert experiment("tests.experiments.toys:TOY") is TOY
    with pytest.raises(ValueError, match="cannot be imported"):
        experiment("no_such_module:TOY")
    with pytest.raises(ValueError, match="is no Experiment, but str"):
        experiment("tests.experiments.toys:__doc__")
    assert trial.__module__ == "tests.experiments.toys"

"""Theorem objects: evaluation, inversion, printing, registry, errors."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import sympy

import algos
from algos import (
    InExpectation,
    Need,
    NoSolutionError,
    Source,
    Surely,
    Theorem,
    Tightness,
)

n = sympy.Symbol("n", integer=True, positive=True)
tolerance, x = sympy.symbols("tolerance x", positive=True)
SOURCE = Source(authors="A. Author", title="T", year=2000, venue="V", locator="Theorem 1")


def make(formula: Any, **more: Any) -> Theorem:
    defaults = {
        "key": "demo/thing/cost",
        "algorithm": len,
        "quantity": "flips",
        "formula": formula,
        "direction": "<=",
        "holds": Surely(),
        "constants": "exact",
        "statement": "A claim.",
        "source": SOURCE,
    }
    return Theorem(**{**defaults, **more})


COST = make(sympy.log(n, 2) / tolerance**2, domain={"tolerance": (1e-6, 0.5)})


def test_bound_of_scalars_and_arrays() -> None:
    value = COST.bound(n=1024, tolerance=0.1)
    assert isinstance(value, float)
    assert value == pytest.approx(1000)
    sizes = np.array([2, 4, 8])
    array = COST.bound(n=sizes, tolerance=0.5)
    np.testing.assert_allclose(array, [4, 8, 12])
    assert sizes.tolist() == [2, 4, 8]
    assert COST.bound(n=[2, 4], tolerance=[[0.5], [0.25]]).shape == (2, 2)


def test_a_constant_bound_broadcasts() -> None:
    assert make(sympy.Integer(3)).bound() == 3.0
    assert COST.parameters == ("n", "tolerance")


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"n": 10}, TypeError, "lacks tolerance"),
        ({"n": 10, "tolerance": 0.1, "m": 2}, TypeError, "knows no m"),
        ({"n": 10, "tolerance": 0.7}, ValueError, r"tolerance must lie in \[1e-06, 0.5\], got 0.7"),
        ({"n": 0, "tolerance": 0.1}, ValueError, "n must lie in"),
        ({"n": math.nan, "tolerance": 0.1}, ValueError, "n must lie in"),
        ({"n": "ten", "tolerance": 0.1}, ValueError, "n must be a number or an array"),
        (
            {"n": np.ma.masked_array([2, 4], [False, True]), "tolerance": 0.1},
            TypeError,
            "must not be mask",
        ),
    ],
)
def test_bound_errors_name_the_argument(
    values: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        COST.bound(**values)


def test_a_bound_without_a_real_value_is_an_error() -> None:
    with pytest.raises(ValueError, match="no real value"):
        make(sympy.sqrt(x - 2)).bound(x=1)


def test_solve_returns_the_extreme_feasible_value() -> None:
    largest = COST.solve("n", at_most=1000, tolerance=0.1)
    assert isinstance(largest, int)
    assert COST.bound(n=largest, tolerance=0.1) <= 1000 < COST.bound(n=largest + 1, tolerance=0.1)
    smallest = COST.solve("tolerance", at_most=1000, n=1024)
    assert smallest == pytest.approx(0.1, rel=1e-12)
    assert COST.bound(n=1024, tolerance=smallest) <= 1000
    needed = COST.solve("n", at_least=1000, tolerance=0.1)
    assert COST.bound(n=needed, tolerance=0.1) >= 1000 > COST.bound(n=needed - 1, tolerance=0.1)


def test_solve_spans_many_orders_of_magnitude() -> None:
    tiny = make(x**3)
    assert tiny.solve("x", at_most=1e-24) == pytest.approx(1e-8, rel=1e-9)
    assert tiny.solve("x", at_most=1e48) == pytest.approx(1e16, rel=1e-9)
    huge = COST.solve("n", at_most=6000, tolerance=0.1)
    assert huge == pytest.approx(2**60, rel=1e-9)


def test_solve_looks_at_the_ends_of_a_range() -> None:
    bounded = make(n, domain={"n": (5.0, 100.0)})
    assert bounded.solve("n", at_most=98) == 98
    assert bounded.solve("n", at_most=5.5) == 5
    assert make(n, domain={"n": (0.0, 2.0**53)}).solve("n", at_most=0) == 0
    y = sympy.Symbol("y", real=True)
    anywhere = make(y, domain={"y": (-math.inf, math.inf)})
    assert anywhere.solve("y", at_least=-20) == pytest.approx(-20)


@pytest.mark.parametrize(
    ("formula", "level", "words"),
    [
        (1 + x, 0.5, "no x in"),
        (x / (1 + x), 2.0, "every x in"),
        ((x - 1) ** 2, 0.5, "more than once"),
    ],
)
def test_solve_says_why_there_is_no_solution(formula: Any, level: float, words: str) -> None:
    with pytest.raises(NoSolutionError, match=words):
        make(formula).solve("x", at_most=level)


def test_solve_rejects_bad_questions() -> None:
    with pytest.raises(TypeError, match="exactly one of"):
        COST.solve("n", tolerance=0.1)
    with pytest.raises(TypeError, match="no symbol 'm'"):
        COST.solve("m", at_most=1)
    with pytest.raises(TypeError, match="lacks tolerance"):
        COST.solve("n", at_most=100)
    with pytest.raises(ValueError, match="at_most must be finite, got inf"):
        COST.solve("n", at_most=math.inf, tolerance=0.1)
    with pytest.raises(TypeError, match="at_least must be a number, got 'much'"):
        COST.solve("n", at_least="much", tolerance=0.1)  # type: ignore[arg-type]


def test_latex_uses_the_house_names() -> None:
    assert r"\varepsilon" in COST.latex()
    assert COST.latex().startswith(r"\text{flips} \le")
    mean = make(n, holds=InExpectation(10 * n), direction=">=")
    assert mean.latex() == r"\mathbb{E}[\text{flips}] \ge n"
    assert "n \\, t" in make(n * sympy.Symbol("t")).latex()  # not one word
    assert make(n, constants="unspecified").latex() == r"\text{flips} = O\left(n\right)"


def test_needs_are_evaluated() -> None:
    gated = make(n, needs=(Need(x <= 2, "x is at most 2"),))
    assert gated.met_needs(n=3, x=2)
    assert not gated.met_needs(n=3, x=2.5)


def test_declarations_are_validated() -> None:
    with pytest.raises(ValueError, match="family/algorithm/what"):
        make(n, key="short")
    with pytest.raises(ValueError, match="direction must be"):
        make(n, direction="<")
    with pytest.raises(ValueError, match="constants must be"):
        make(n, constants="some")
    with pytest.raises(ValueError, match="rtol must be"):
        make(n, rtol=-1.0)


def test_registry_finds_every_theorem_once() -> None:
    found = algos.theorems()
    keys = [theorem.key for theorem in found]
    assert keys == sorted(set(keys))
    assert keys
    for theorem in found:
        assert algos.theorem(theorem.key) is theorem
        assert theorem.statement.endswith(".")
        assert theorem.latex()
        assert isinstance(theorem.tightness, Tightness) or theorem.tightness == "unknown"
    with pytest.raises(ValueError, match="family must be one of"):
        algos.theorems("serach")
    with pytest.raises(KeyError, match="did you mean"):
        algos.theorem(keys[0] + "x")
    with pytest.raises(ValueError, match=r"family must be one of .* got 3"):
        algos.theorems(3)  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="no theorem 3"):
        algos.theorem(3)  # type: ignore[arg-type]


def test_import_is_light() -> None:
    heavy = "numba", "sympy", "cvxpy", "scipy", "hypothesis"
    code = f"import sys, algos, algos.search; print([m for m in {heavy!r} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"

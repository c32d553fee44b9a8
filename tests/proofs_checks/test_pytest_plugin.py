"""The pytest plugin in a user's own suite."""

from __future__ import annotations

import subprocess
import sys

import pytest

SUITE = '''
import sympy
from hypothesis import strategies as st
from algos import InExpectation, Source, Theorem
from proofs_checks import Instances, Measurement, check
from proofs_checks.search import information  # imported, so not collected here

def coin(rate, rng):
    return float(rng.random() < rate)

def thrice(rate, rng):
    """Fail three times as often."""
    return float(rng.random() < 3 * rate)

def unharmed(rate, rng):
    """Change nothing."""
    return coin(rate, rng)

rate = sympy.Symbol("rate", positive=True)
CLAIM = Theorem(
    key="mine/coin/failure", algorithm=coin, quantity="failures", formula=rate, direction="<=",
    holds=InExpectation(1), constants="exact", statement="The coin fails at most at its rate.",
    source=Source(authors="A. User", title="Coins", year=2026, venue="-", locator="Lemma 1"),
)

@check(CLAIM, on=Instances(st.sampled_from([0.1, 0.2])), faults=[FAULTS], trials=TRIALS, ALGORITHM)
def failure(algorithm, instance, rng):
    return Measurement(algorithm(instance, rng), rate=instance)
'''


def suite(faults: str = "thrice", trials: int = 600, algorithm: str = "") -> str:
    text = SUITE.replace("FAULTS", faults).replace("TRIALS", str(trials))
    return text.replace("ALGORITHM", algorithm)


def test_one_item_for_the_theorem_and_one_for_each_fault(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine=suite("thrice, thrice"))
    result = pytester.runpytest("-v")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*failure::theorem PASSED*", "*failure::fault-thrice PASSED*"])
    pytester.runpytest("-k", "fault").assert_outcomes(passed=2, deselected=1)


def test_a_refuted_theorem_is_read_without_a_traceback(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine=suite(algorithm="algorithm=thrice"))
    result = pytester.runpytest()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["mine/coin/failure is refuted", "*replay(failure, *"])
    assert "Traceback" not in result.stdout.str()
    assert "pytest_plugin.py" not in result.stdout.str()


def test_a_useless_fault_fails_its_item(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine=suite("unharmed"))
    result = pytester.runpytest()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*planted fault unharmed was not caught*", "*Change nothing.*"])


def test_too_small_a_budget_is_skipped_and_time_can_replace_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine=suite(trials=10))
    pytester.runpytest("-k", "theorem").assert_outcomes(skipped=1, deselected=1)
    result = pytester.runpytest("-k", "theorem", "--lemmata-budget", "3", "--lemmata-seed", "7")
    result.assert_outcomes(passed=1, deselected=1)


def test_the_plugin_imports_nothing_heavy() -> None:
    heavy = ("numpy", "sympy", "hypothesis", "numba", "scipy")
    code = (
        "import sys, proofs_checks.pytest_plugin; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"

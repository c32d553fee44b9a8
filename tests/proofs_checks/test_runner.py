"""Runs of several checks: chosen, in parallel, within a budget, and reproducible."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import algos
from proofs_checks import CheckResult, checks, run_checks
from proofs_checks.runner import matching


def test_every_theorem_has_exactly_one_check() -> None:
    assert [one.key for one in checks()] == [theorem.key for theorem in algos.theorems()]


def test_every_check_names_a_witness_that_it_tries() -> None:
    for one in checks():
        tightness = one.theorem.tightness
        if tightness != "unknown":
            assert tightness.witness in [name for name, _ in getattr(one.on, "hard", ())]


def test_patterns_choose_families_keys_and_parts() -> None:
    families = ("iterations", "mechanisms", "privacy", "search", "sketching", "submodular")
    assert matching(None) == tuple(one for family in families for one in matching(family))
    assert [one.key for one in matching("search/side-test/failure")] == ["search/side-test/failure"]
    assert {one.key for one in matching("*vote*flips")} == {"search/repeated-vote/flips"}
    assert len(matching("sharp-crossing")) == 4
    with pytest.raises(ValueError, match="did you mean search/side-test/failure"):
        matching("side_test_failure")


def test_same_results_on_any_number_of_cores() -> None:
    def stripped(result: CheckResult) -> tuple[object, ...]:
        faults = [(fault.name, fault.caught, fault.detail) for fault in result.faults]
        return result.key, result.verdict, result.points, result.detail, faults

    seen: list[str] = []
    one = run_checks("side-test", seed=4, jobs=1, on_result=lambda r: seen.append(r.key))
    two = run_checks("side-test", seed=4, jobs=2)
    assert [stripped(r) for r in one.results] == [stripped(r) for r in two.results]
    assert seen == ["search/side-test/failure"]
    assert not one.failed


def test_a_worker_takes_one_thread_of_blas() -> None:
    code = (
        "import threadpoolctl; from proofs_checks import runner; runner._settle();"
        "print({library['num_threads'] for library in threadpoolctl.threadpool_info()})"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "OMP_NUM_THREADS": "2"},
    )  # fmt: skip
    assert shown.stdout.strip() == "{1}"


def test_numbers_out_of_range_are_refused() -> None:
    for options in ({"jobs": 0}, {"seed": -1}, {"budget": 0.0}, {"budget": float("nan")}):
        with pytest.raises(ValueError, match="must be"):
            run_checks("side-test", **options)

"""The command as a user meets it: output, one-line errors, exit codes."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest


def lemmata(
    *words: str, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    code = "from experiments.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100", **environment},
        check=False,
    )


def test_list_names_every_theorem() -> None:
    import algos

    shown = lemmata("list", "search")
    assert shown.returncode == 0
    assert all(one.key in shown.stdout for one in algos.theorems("search"))


def test_show_evaluates_and_inverts() -> None:
    key = "search/sharp-crossing/flips"
    sets = ("--set", "target=0.5", "--set", "tolerance=0.1", "--set", "failure_probability=0.01")
    shown = lemmata("show", key, *sets, "--set", "n=1e6")
    assert shown.returncode == 0
    assert "1018.11" in shown.stdout
    inverse = lemmata("show", key, *sets, "--solve", "n", "--at-most", "1000")
    assert "bound ≤ 1000 for n up to 694467" in inverse.stdout
    error = ("sketching/sensitivity-sample/error", "--set", "total=3")
    more = (*error, "--set", "failure_probability=0.05", "--solve", "size")
    assert "bound ≤ 0.2 for size from 591" in lemmata("show", *more, "--at-most", "0.2").stdout
    assert "bound ≥ 0.2 for size up to 590" in lemmata("show", *more, "--at-least", "0.2").stdout
    assert "--set n=" in lemmata("show", key, *sets).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", "search/sharp-crosing/flips"), "did you mean search/sharp-crossing/flips"),
        (("show", "search/sharp-crossing/flips", "--set", "n"), "--set takes NAME=VALUE"),
        (("show", "search/sharp-crossing/flips", "--solve", "n"), "exactly one of"),
        (("show", "search/sharp-crossing/flips", "--set", "m=1"), "tolerance, got m"),
        (("show", "sketching"), "lemmata list sketching"),
        (("list", "serach"), "family must be one of iterations, mechanisms, privacy"),
        (("check", "nothing-like-it"), "no check matches"),
        (("check", "side-test", "--budget", "-1"), "budget must be a positive number"),
        (("check", "side-test", "--jobs", "0"), "jobs must be at least 1"),
        (("check", "side-test", "--html", "/no/such/folder/r.html"), "there is no folder"),
        (("nonsense",), "No such command"),
    ],
)
def test_errors_are_one_readable_line_and_exit_2(words: tuple[str, ...], message: str) -> None:
    shown = lemmata(*words)
    assert shown.returncode == 2
    assert message in shown.stderr
    assert "Traceback" not in shown.stderr
    assert shown.stdout.strip() == ""


def test_check_writes_its_reports_and_exits_0(tmp_path: Path) -> None:
    files = {kind: tmp_path / f"run.{kind}" for kind in ("html", "junit", "json")}
    options = [word for kind, path in files.items() for word in (f"--{kind}", str(path))]
    shown = lemmata("check", "repeated-vote/flips", "--jobs", "1", *options, folder=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert sorted(tmp_path.iterdir()) == sorted(files.values())  # and leaves nothing else
    assert "consistent" in shown.stdout
    assert "1 theorems, 0 failed" in shown.stdout
    assert all(path.stat().st_size > 300 for path in files.values())
    assert json.loads(files["json"].read_text())["results"][0]["verdict"] == "consistent"


def test_an_undecided_check_is_shown_and_does_not_fail() -> None:
    shown = lemmata("check", "sharp-crossing/flips", "--budget", "0.05", "--jobs", "1")
    assert "undecided, raise the budget: search/sharp-crossing/flips" in shown.stdout
    assert shown.returncode == 0


def test_doctor_and_version() -> None:
    doctor = lemmata("doctor")
    assert doctor.returncode == 0
    for word in ("numpy", "numba", "cores", "GPU", "compiled kernels"):
        assert word in doctor.stdout
    assert lemmata("--version").stdout.startswith("lemmata ")


def test_completion_knows_keys() -> None:
    words = {"_LEMMATA_COMPLETE": "complete_bash", "COMP_CWORD": "2"}
    shown = subprocess.run(
        [str(Path(sys.executable).parent / "lemmata")],
        capture_output=True,
        text=True,
        env={**os.environ, **words, "COMP_WORDS": "lemmata show search/sharp-crossing/f"},
        check=True,
    )
    assert shown.stdout.split() == ["search/sharp-crossing/failure", "search/sharp-crossing/flips"]


def test_import_is_light_and_quick() -> None:
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import algos"], check=True)
        times.append(time.perf_counter() - start)
    bare = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        bare.append(time.perf_counter() - start)
    assert statistics.median(times) - statistics.median(bare) < 0.3

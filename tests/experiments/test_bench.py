"""Benchmarks: they measure what they say, and git does what is simulated."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest

from experiments.bench import benchmarks
from experiments.bisect_bench import flaky_table, git_bisect, published_table, real_table
from experiments.search import JUMP


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *words], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("commits", [6, 23])
def test_git_itself_chooses_as_simulated(tmp_path: Path, commits: int) -> None:
    git(tmp_path, "init", "-q")
    log = tmp_path / "log"
    for number in range(-1, commits):
        (tmp_path / "number").write_text(str(number))
        git(tmp_path, "add", "number")
        git(tmp_path, "commit", "-q", "-m", f"number {number}")
    for culprit in (0, commits // 3, commits - 1):
        log.write_text("")
        test = f'read n < number; echo "$n" >> {shlex.quote(str(log))}; test "$n" -lt {culprit}'
        git(tmp_path, "bisect", "start", "HEAD", f"HEAD~{commits}")
        said = git(tmp_path, "bisect", "run", "sh", "-c", test)
        git(tmp_path, "bisect", "reset")
        asked: list[int] = []

        def fails(commit: int, asked: list[int] = asked, culprit: int = culprit) -> int:
            asked.append(commit)
            return int(commit >= culprit)

        found, tests = git_bisect(fails, commits)
        assert found == culprit
        assert f"number {found}" in said
        assert log.read_text().split() == [str(k) for k in asked]
        assert tests == len(asked)


def test_ours_needs_fewer_runs_at_higher_accuracy_than_votes() -> None:
    table = flaky_table(400, np.random.default_rng(0))
    rows = {str(name): (float(runs or 0), float(right or 0)) for name, runs, right in table.rows}
    runs, right = rows["lemmata bisect, 0.01"]
    assert right >= 0.98
    for name, (other_runs, other_right) in rows.items():
        if name.startswith("git") and other_right >= right - 0.02:
            assert runs < other_runs
    for votes in (7, 9, 11):
        other_runs, other_right = rows[f"git bisect, best of {votes}"]
        assert runs < other_runs
        assert right > other_right


def test_published_comparison_beats_both_rows() -> None:
    table = published_table(600, np.random.default_rng(1))
    rows = {str(name): (float(runs or 0), float(right or 0)) for name, runs, right in table.rows}
    for ours, target in (("0.002", "0.99"), ("0.01", "0.9")):
        runs, right = rows[f"lemmata bisect, {ours}"]
        published = rows[f"published: robust-git-bisect, target {target}"]
        assert runs < published[0]
        assert right > published[1]
    steps, _ = rows["git bisect"]
    assert steps == pytest.approx(16.19, abs=0.2)


def test_baselines_are_measured_on_the_same_lines_and_checked() -> None:
    table = JUMP.run(1, np.random.default_rng(0))
    json.dumps(table.rows)
    assert {row[1] for row in table.rows} == {"1e2", "1e3", "1e6", "1e9"}
    ours = [row for row in table.rows if row[2] == "noisy binary"]
    assert all(row[5] == 1.0 for row in ours)
    assert [one.name for one in benchmarks("search/ramp")] == ["search/ramp"]


def test_real_git_is_measured_with_real_runs() -> None:
    table = real_table(2, np.random.default_rng(3))
    rows = {str(name): float(runs or 0) for name, runs, _ in table.rows}
    assert rows["git bisect, best of 1"] == 6.0
    assert 6 * 5 <= rows["git bisect, best of 9"] <= 6 * 9
    assert 10 < rows["lemmata bisect, 0.05"] < 54

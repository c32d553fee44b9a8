"""Flaky bisection in real repositories: answers, interrupts, and the user's checkout."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from experiments._git import PREFIX, GitError
from experiments.bisect import BisectError, BisectResult, bisect

CULPRIT = 21
COMMITS = 30
IDENTITY = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")

# Fails at 20% before the culprit and at 80% from it on, by a hash of the commit's number and
# a counter that lives outside of the worktree: the same runs in every session.
TEST = """
import hashlib, os, pathlib, sys, time
number = int(pathlib.Path("number").read_text())
counter = pathlib.Path(os.environ["COUNTER"])
seen = len(counter.read_text()) if counter.exists() else 0
counter.write_text("x" * (seen + 1))
time.sleep(float(os.environ.get("PAUSE", "0")))
if number in map(int, os.environ.get("SKIP", "").split()):
    sys.exit(125)
digest = hashlib.sha256(f"{number} {seen}".encode()).digest()
sys.exit(digest[0] / 256 < (0.8 if number >= CULPRIT else 0.2))
""".replace("CULPRIT", str(CULPRIT))


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *IDENTITY, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a history of numbered commits, in a folder with a space."""
    folder = tmp_path_factory.mktemp("made") / "a repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for number in range(COMMITS):
        (folder / "number").write_text(str(number))
        git(folder, "add", "number")
        git(folder, "commit", "-q", "-m", f"number {number}")
    return folder


@pytest.fixture
def repository(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "a clone"
    git(tmp_path, "clone", "-q", str(template), str(folder))
    (tmp_path / "test.py").write_text(TEST)
    monkeypatch.setenv("COUNTER", str(tmp_path / "counter"))
    return folder


def command(repository: Path) -> list[str]:
    return [sys.executable, str(repository.parent / "test.py")]


RATES: dict[str, Any] = {"good_fails": 0.2, "bad_fails": 0.8}


def search(repository: Path, **options: Any) -> BisectResult:
    given = {**RATES, **options}
    first = f"HEAD~{COMMITS - 1}"
    return bisect(first, "HEAD", command(repository), folder=repository, **given)


def snapshot(folder: Path) -> tuple[str, ...]:
    """What a user would notice: branch, commit, status, index, worktrees."""
    words = [
        "rev-parse HEAD",
        "branch --show-current",
        "status --porcelain --ignored",
        "ls-files -s",
        "stash list",
        "worktree list",
    ]
    return tuple(git(folder, *w.split()) for w in words)


def make_dirty(folder: Path) -> None:
    (folder / "number").write_text("edited")
    (folder / "staged").write_text("staged")
    git(folder, "add", "staged")
    (folder / "untracked").write_text("untracked")


def test_it_finds_the_culprit_and_leaves_the_checkout_alone(repository: Path) -> None:
    make_dirty(repository)
    before = snapshot(repository)
    result = search(repository, failure_probability=0.001)
    assert result.subject == f"number {CULPRIT}"
    assert result.commit == git(repository, "rev-parse", f"HEAD~{COMMITS - 1 - CULPRIT}")
    assert result.probability >= 0.999
    assert result.status == "found"
    assert (repository.parent / "counter").stat().st_size == result.runs
    assert snapshot(repository) == before


def test_a_second_call_runs_nothing_and_a_restart_runs_all(repository: Path) -> None:
    first = search(repository)
    counter = repository.parent / "counter"
    assert search(repository) == first
    assert counter.stat().st_size == first.runs
    search(repository, restart=True)
    assert counter.stat().st_size > first.runs


def test_rates_are_measured_where_they_are_not_given(repository: Path) -> None:
    result = search(repository, good_fails=None, bad_fails=None, failure_probability=0.001)
    assert result.subject == f"number {CULPRIT}"
    assert result.good_fails < 0.45 < 0.55 < result.bad_fails
    for always in ("true", "false"):
        with pytest.raises(BisectError, match="not clearly more often"):
            bisect("HEAD~20", "HEAD", [always], folder=repository, restart=True)


def test_an_untestable_commit_is_named_beside_the_answer(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKIP", str(CULPRIT - 1))
    result = search(repository, failure_probability=0.001)
    assert result.subject == f"number {CULPRIT}"
    assert result.alternatives == (git(repository, "rev-parse", f"{result.commit}~1"),)


def test_the_runs_can_be_limited(repository: Path) -> None:
    result = search(repository, max_runs=3)
    assert (result.status, result.runs) == ("budget exhausted", 3)
    full = search(repository)
    assert full.status == "found"


def script(repository: Path) -> list[str]:
    first = f"HEAD~{COMMITS - 1}"
    options = ["--good-fails", "0.2", "--bad-fails", "0.8", "--failure-probability", "0.02"]
    code = "from experiments.cli import main; main()"
    return [sys.executable, "-c", code, "bisect", first, "HEAD", "--json", *options, "--",
            *command(repository)]  # fmt: skip


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("nothing happened for 30 seconds")


@pytest.mark.parametrize(
    "how", ["SIGINT", "SIGKILL", "SIGTERM", pytest.param("SIGHUP", marks=pytest.mark.nightly)]
)
def test_an_interrupt_loses_nothing(repository: Path, how: str) -> None:
    make_dirty(repository)
    before = snapshot(repository)
    counter = repository.parent / "counter"
    slow = {**os.environ, "PAUSE": "0.1"}
    process = subprocess.Popen(script(repository), cwd=repository, env=slow, stderr=subprocess.PIPE)
    wait_for(lambda: counter.exists() and counter.stat().st_size >= 4)
    process.send_signal(signal.Signals[how])
    _, complaint = process.communicate(timeout=30)
    state = repository / ".git" / "lemmata-bisect.jsonl"
    finished = len(state.read_text().splitlines()) - 1
    assert finished >= 3
    if how != "SIGKILL":
        assert process.returncode == 130
        assert b"goes on from the finished runs" in complaint
        assert snapshot(repository) == before
    time.sleep(0.3)
    counter.write_text("x" * finished)  # the run that was cut off counts as never begun
    done = subprocess.run(script(repository), cwd=repository, capture_output=True, check=True)
    resumed = json.loads(done.stdout)
    assert snapshot(repository) == before
    state.unlink()
    counter.unlink()
    whole = asdict(search(repository, failure_probability=0.02))
    assert {**whole, "alternatives": list(whole["alternatives"])} == resumed


def test_half_a_line_in_the_state_file_is_forgotten(repository: Path) -> None:
    search(repository, max_runs=2)
    state = repository / ".git" / "lemmata-bisect.jsonl"
    state.write_text(state.read_text().splitlines()[0][:20])  # killed while writing the header
    (repository.parent / "counter").unlink()
    first = search(repository)
    lines = state.read_text().splitlines(keepends=True)
    state.write_text("".join(lines[:-1]) + lines[-1][:9])
    counter = repository.parent / "counter"
    counter.write_text("x" * (first.runs - 1))
    assert search(repository) == first


@pytest.mark.parametrize(
    ("words", "options", "message"),
    [
        (("HEAD", "HEAD"), {}, "are the same commit"),
        (("HEAD", "HEAD~3"), {}, "not on the first-parent line"),
        (("nonsense", "HEAD"), {}, "names no commit"),
        (("HEAD~3", "HEAD"), {"good_fails": 0.8, "bad_fails": 0.2}, "must be less than"),
        (("HEAD~3", "HEAD"), {"good_fails": 2}, r"must lie in \[0, 1\]"),
        (("HEAD~3", "HEAD"), {"failure_probability": 1}, "must lie in"),
        (("HEAD~3", "HEAD"), {"max_runs": 0}, "at least 1"),
        (("HEAD~3", "HEAD"), {"timeout": -1}, "positive number of seconds"),
    ],
)
def test_bad_input_is_one_clear_error(
    repository: Path, words: tuple[str, str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        bisect(*words, command(repository), folder=repository, **options)
    assert not (repository.parent / "counter").exists()


def test_other_errors(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not in a git checkout"):
        bisect("a", "b", ["true"], folder=tmp_path)
    with pytest.raises(BisectError, match="cannot be run"):
        bisect("HEAD~9", "HEAD", ["/no/such/program"], folder=repository, **RATES)
    with pytest.raises(BisectError, match="ended with exit code 130"):
        bisect("HEAD~9", "HEAD", ["sh", "-c", "exit 130"], folder=repository, restart=True, **RATES)
    with pytest.raises(BisectError, match="add --restart"):
        bisect("HEAD~8", "HEAD", ["true"], folder=repository, **RATES)
    state = repository / ".git" / "lemmata-bisect.jsonl"
    for corrupt in ("nonsense\n", state.read_text() + "[1]\n"):
        state.write_text(corrupt)
        with pytest.raises(BisectError, match="not a bisection's state file"):
            bisect("HEAD~9", "HEAD", ["true"], folder=repository, **RATES)
    precious = tmp_path / "notes.txt"
    precious.write_text("one line of mine")
    with pytest.raises(BisectError, match="not a bisection's state file"):
        bisect("HEAD~9", "HEAD", ["true"], folder=repository, state=precious, **RATES)
    assert precious.read_text() == "one line of mine"
    with pytest.raises(BisectError, match="not enough to measure the rates"):
        bisect("HEAD~9", "HEAD", ["true"], folder=repository, restart=True, max_runs=2)
    with pytest.raises(GitError, match="checkout failed"):  # the command broke its worktree
        bisect("HEAD~9", "HEAD", ["rm", ".git"], folder=repository, restart=True, **RATES)
    with pytest.raises(BisectError, match="give the command"):
        bisect("HEAD~8", "HEAD", [], folder=repository)
    assert git(repository, "worktree", "list").count("\n") == 0


def test_two_at_once_need_two_state_files(repository: Path, tmp_path: Path) -> None:
    slow = {**os.environ, "PAUSE": "0.2"}
    process = subprocess.Popen(script(repository), cwd=repository, env=slow, stderr=subprocess.PIPE)
    state = repository / ".git" / "lemmata-bisect.jsonl"
    wait_for(lambda: state.exists() and state.read_text().count("\n") >= 2)
    with pytest.raises(BisectError, match="another bisection is using"):
        search(repository)
    other = bisect("HEAD~3", "HEAD", ["true"], folder=repository, state=tmp_path / "s", **RATES)
    assert other.status == "found"
    before = state.read_text().count("\n")
    wait_for(lambda: state.read_text().count("\n") >= before + 2)  # its worktree is still there
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130


def test_only_its_own_worktrees_are_removed(template: Path, tmp_path: Path) -> None:
    mine = tmp_path / f"{PREFIX}mine" / "checkout"  # named as those of the bisection
    mine.parent.mkdir()
    git(tmp_path, "clone", "-q", str(template), str(mine))
    beside = tmp_path / f"{PREFIX}beside" / "checkout"
    git(mine, "worktree", "add", "-q", "--detach", str(beside))
    (beside / "notes").write_text("mine")
    offline = tmp_path / "offline"
    git(mine, "worktree", "add", "-q", "--detach", str(offline))
    offline.rename(tmp_path / "elsewhere")  # as on a disk that is not mounted
    make_dirty(mine)
    before = snapshot(mine)
    bisect("HEAD~3", "HEAD", ["true"], folder=mine, **RATES)
    assert snapshot(mine) == before
    assert (beside / "notes").read_text() == "mine"


def test_git_in_the_environment_and_hooks_do_not_lead_to_the_checkout(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_dirty(repository)
    hook = repository / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch '{tmp_path}/hooked'\n")
    hook.chmod(0o755)
    before = snapshot(repository)
    seen = tmp_path / "seen"
    probe = f"git rev-parse HEAD >> '{seen}'; echo $LEMMATA_COMMIT >> '{seen}'; pwd >> '{seen}'"
    with monkeypatch.context() as patch:
        patch.setenv("GIT_DIR", str(repository / ".git"))
        patch.setenv("GIT_WORK_TREE", str(repository))
        patch.setenv("GIT_INDEX_FILE", str(repository / ".git" / "index"))
        bisect("HEAD~3", "HEAD", ["sh", "-c", probe], folder=repository, max_runs=1, **RATES)
    assert snapshot(repository) == before
    assert (repository / "number").read_text() == "edited"
    assert not (tmp_path / "hooked").exists()
    at, told, where = seen.read_text().splitlines()
    assert at == told != git(repository, "rev-parse", "HEAD")
    assert Path(where).name == "checkout"
    assert not Path(where).exists()


def test_a_range_without_testable_commits_is_named_whole(repository: Path) -> None:
    skip = ["sh", "-c", "exit 125"]
    result = bisect("HEAD~4", "HEAD", skip, folder=repository, **RATES)
    hashes = git(repository, "rev-list", "-4", "HEAD").split()
    assert [result.commit, *result.alternatives] == hashes
    assert result.probability == pytest.approx(1)
    assert result.runs == 3
    with pytest.raises(BisectError, match=r"cannot test .* an end of the range"):
        bisect("HEAD~4", "HEAD", skip, folder=repository, restart=True)


def test_merges_a_single_commit_and_a_slow_command(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "side", "HEAD~5")
    (repository / "other").write_text("1")
    git(repository, "add", "other")
    git(repository, "commit", "-q", "-m", "on the side")
    git(repository, "checkout", "-q", "main")
    git(repository, "merge", "-q", "--no-ff", "-m", "merge", "side")
    merged = bisect("HEAD~7", "HEAD", ["test", "-e", "other"], folder=repository,
                    good_fails=0.1, bad_fails=0.9)  # fmt: skip
    assert len(merged.commit) == 40
    single = bisect("HEAD~1", "HEAD", ["true"], folder=repository, restart=True, **RATES)
    assert (single.subject, single.runs, single.probability) == ("merge", 0, 1.0)
    slow = bisect("HEAD~4", "HEAD", ["sleep", "60"], folder=repository, restart=True,
                  timeout=0.1, max_runs=2, **RATES)  # fmt: skip
    assert slow.runs == 2

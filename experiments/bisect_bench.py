"""Flaky bisection against `git bisect`: runs of the test, and how often the answer is right."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from algos.search import CoinLine, sharp_crossing_search
from experiments._git import git
from experiments.bench import Table
from experiments.bisect import bisect

#: README of robust-binary-search 0.1.1: git's own history, a test that is wrong 5% of the
#: time; method, runs of the test, share of right answers.
PUBLISHED = (
    ("robust-git-bisect, target 0.99", 29.6558, 0.995392),
    ("robust-git-bisect, target 0.9", 26.1828, 0.988950),
    ("git bisect", 16.1907, 0.317972),
    ("git bisect, tests repeated", 35.0465, 0.866359),
    ("git bisect, repeated", 72.3674, 0.861751),
)
#: A line on which plain bisection takes as many steps as published: 2^16.1907 commits.
PUBLISHED_COMMITS = round(2**16.1907)


def git_bisect(fails: Callable[[int], int], commits: int) -> tuple[int, int]:
    """Follow git's choices on a linear history of commits 0 … n−1, the last one bad.

    Parameters
    ----------
    fails : callable
        ``fails(commit)`` runs the test once.
    commits : int
        Number of candidates.

    Returns
    -------
    (int, int)
        The commit that git names, and the number of tests.
    """
    first, last, tests = 0, commits - 1, 0
    while first < last:
        left = last - first + 1
        middle = first + (left // 2 if left != 3 else 2) - 1  # git takes the second of three
        tests += 1
        if fails(middle):
            last = middle
        else:
            first = middle + 1
    return first, tests


def _voting(votes: int) -> Callable[..., tuple[int, int]]:
    """Let git decide by the majority of several runs, which end once it is clear."""

    def method(fails: Callable[[int], int], commits: int, _: float) -> tuple[int, int]:
        runs = 0

        def majority(commit: int) -> int:
            nonlocal runs
            counts = [0, 0]
            while 2 * max(counts) < votes:
                counts[fails(commit)] += 1
            runs += sum(counts)
            return int(counts[1] > counts[0])

        found, _tests = git_bisect(majority, commits)
        return found, runs

    return method


def _posterior(failure_probability: float) -> Callable[..., tuple[int, int]]:
    """Search as `lemmata bisect` does."""

    def method(fails: Callable[[int], int], commits: int, noise: float) -> tuple[int, int]:
        result = sharp_crossing_search(
            fails,
            commits - 1,
            tolerance=0.5 - noise,
            failure_probability=failure_probability,
        )
        return result.index, result.samples

    return method


def _rows(
    methods: dict[str, Callable[..., tuple[int, int]]],
    commits: int,
    noise: float,
    repetitions: int,
    rng: np.random.Generator,
) -> list[tuple[str | float | None, ...]]:
    """Run every method on the same culprits."""
    culprits = rng.integers(0, commits, repetitions)
    rows: list[tuple[str | float | None, ...]] = []
    for name, method in methods.items():
        right = runs = 0
        for culprit in culprits:
            line = CoinLine.sharp(commits, index=int(culprit), low=noise, high=1 - noise)
            found, tests = method(line.flipper(rng), commits, noise)
            right += found == culprit
            runs += tests
        rows.append((name, runs / repetitions, right / repetitions))
    return rows


def flaky_table(repetitions: int, rng: np.random.Generator) -> Table:
    """Compare on 100 commits with a test that is wrong 20% of the time.

    Parameters
    ----------
    repetitions : int
        Culprits, the same for every method.
    rng : numpy.random.Generator
        Randomness.

    Returns
    -------
    Table
        Mean runs and accuracy of each method.
    """
    methods = {
        **{f"git bisect, best of {k}": _voting(k) for k in (1, 3, 5, 7, 9, 11)},
        **{f"lemmata bisect, {d}": _posterior(d) for d in (0.05, 0.01)},
    }
    return Table(
        title=f"100 commits, a test that is wrong 20% of the time, {repetitions} culprits",
        columns=("method", "mean runs", "right"),
        rows=tuple(_rows(methods, 100, 0.2, repetitions, rng)),
        note="the decision rules simulated; votes end once the majority is clear",
    )


def published_table(repetitions: int, rng: np.random.Generator) -> Table:
    """Compare with the published table of robust-git-bisect.

    Parameters
    ----------
    repetitions : int
        Culprits, the same for every method.
    rng : numpy.random.Generator
        Randomness.

    Returns
    -------
    Table
        Measured rows, then the published ones.
    """
    methods = {
        "git bisect": _voting(1),
        "git bisect, best of 3": _voting(3),
        **{f"lemmata bisect, {d}": _posterior(d) for d in (0.1, 0.02, 0.01, 0.005, 0.002)},
    }
    measured = _rows(methods, PUBLISHED_COMMITS, 0.05, repetitions, rng)
    published = [(f"published: {name}", runs, share) for name, runs, share in PUBLISHED]
    return Table(
        title=f"{PUBLISHED_COMMITS:,} commits in a line, a test that is wrong 5% of the time, "
        f"{repetitions} culprits",
        columns=("method", "mean runs", "right"),
        rows=(*measured, *published),
        note="published on git's history, which is no line; this line takes plain bisection as "
        "many steps. robust-git-bisect estimates how often the test is wrong; ours is told",
    )


#: A test that is wrong 20% of the time, by a hash of the commit and a count of all runs.
FLAKY_TEST = """
import hashlib, pathlib, subprocess, sys
counter = pathlib.Path(sys.argv[1])
seen = counter.stat().st_size if counter.exists() else 0
with counter.open("a") as file:
    file.write("x")
number = int(pathlib.Path("number").read_text())
digest = hashlib.sha256(f"{sys.argv[2]} {number} {seen}".encode()).digest()
sys.exit((number >= int(sys.argv[3])) ^ (digest[0] < 0.2 * 256))
"""
#: Run it until more than half of k runs agree, as a user of `git bisect run` would.
MAJORITY = (
    "f=0; p=0; while [ $((2*f)) -lt {k} ] && [ $((2*p)) -lt {k} ]; "
    "do if {test}; then p=$((p+1)); else f=$((f+1)); fi; done; [ $f -lt $p ]"
)


def real_table(repetitions: int, rng: np.random.Generator) -> Table:
    """Compare on a made repository of 64 commits, with git itself.

    Parameters
    ----------
    repetitions : int
        Culprits, the same for every method.
    rng : numpy.random.Generator
        Randomness.

    Returns
    -------
    Table
        Mean runs of the test and accuracy of each method.
    """
    commits = 64
    votes = (1, 5, 9)
    names = [*(f"git bisect, best of {k}" for k in votes), "lemmata bisect, 0.05"]
    runs, right = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    with tempfile.TemporaryDirectory() as folder:
        root, script = Path(folder) / "made", Path(folder) / "flaky.py"
        script.write_text(FLAKY_TEST)
        _make_repository(root, commits)
        for trial in range(repetitions):
            culprit = int(rng.integers(0, commits))
            for name, k in zip(names, (*votes, 0), strict=True):
                counter = Path(folder) / f"count {trial} {k}"
                words = [sys.executable, str(script), str(counter), f"{trial} {k}", str(culprit)]
                if k:
                    test = MAJORITY.format(k=k, test=shlex.join(words))
                    git(root, "bisect", "start", "HEAD", f"HEAD~{commits}")
                    said = git(root, "bisect", "run", "sh", "-c", test)
                    git(root, "bisect", "reset")
                    found = f"number {culprit}\n" in said
                else:
                    subject = bisect(
                        f"HEAD~{commits}",
                        "HEAD",
                        words,
                        folder=root,
                        restart=True,
                        good_fails=0.2,
                        bad_fails=0.8,
                    ).subject
                    found = subject == f"number {culprit}"
                runs[name] += counter.stat().st_size
                right[name] += found
    rows = tuple((name, runs[name] / repetitions, right[name] / repetitions) for name in names)
    return Table(
        title=f"A repository of {commits} commits, a test that is wrong 20% of the time, "
        f"{repetitions} culprits, with git itself",
        columns=("method", "mean runs", "right"),
        rows=rows,
    )


def _make_repository(root: Path, commits: int) -> None:
    """Make a history of numbered commits after a first good one."""
    root.mkdir()
    git(root, "init", "-q")
    for key, value in (("user.name", "A"), ("user.email", "a@example.org")):
        git(root, "config", key, value)
    for number in range(-1, commits):
        (root / "number").write_text(str(number))
        git(root, "add", "number")
        git(root, "commit", "-q", "--no-gpg-sign", "-m", f"number {number}")

"""Benchmark pairs of the family `search`: time and flips, and bisection with git itself."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from algos.search import (
    CoinLine,
    SearchResult,
    noisy_binary_search,
    sharp_crossing_search,
)
from experiments._git import git
from experiments.bench import Pair
from experiments.bisect import bisect
from experiments.search.baselines import METHODS, draw_line

__all__ = ["FLIPS", "GIT", "NOISY_TIME", "SHARP_TIME", "TIMES"]

FAILURE_PROBABILITY = 0.01
SIZES = (10**2, 10**3, 10**6, 10**9)
REPETITIONS = 11


@dataclass(frozen=True)
class Search:
    """A line, and the seed of its flips."""

    line: CoinLine
    tolerance: float
    seed: int

    def by(self, method: Any) -> SearchResult:
        """Search with fresh flips."""
        result: SearchResult = method(
            self.line.flipper(self.seed),
            self.line.n,
            tolerance=self.tolerance,
            failure_probability=FAILURE_PROBABILITY,
        )
        return result


def _draws(shape: str, tolerance: float) -> Callable[[int, np.random.Generator], Search]:
    """Draw lines of one shape."""

    def draw(n: int, rng: np.random.Generator) -> Search:
        line = draw_line({"shape": shape, "n": n, "tolerance": tolerance}, rng)
        return Search(line, tolerance, int(rng.integers(2**32)))

    return draw


def _right(work: Search, ours: Any, peer: Any) -> bool:
    return all(
        work.line.is_answer(one.index, target=0.5, tolerance=work.tolerance) for one in (ours, peer)
    )


def _pair(
    name: str, method: Any, peer: str, shape: str = "jump", tolerance: float = 0.1, **options: Any
) -> Pair:
    """Compare two searches on the same lines; each may be wrong once in a hundred times."""
    return Pair(
        name=f"search/{name}",
        peer_name=peer,
        sizes=SIZES,
        size_name=f"coins, one {shape}",
        workload=_draws(shape, tolerance),
        ours=lambda work: work.by(method),
        peer=lambda work: work.by(METHODS[peer]),
        agree=_right,
        failure=2 * FAILURE_PROBABILITY,
        repetitions=REPETITIONS,
        **options,
    )


SHARP_TIME = _pair("sharp crossing", sharp_crossing_search, "burnashev-zigangirov")
NOISY_TIME = _pair("noisy search", noisy_binary_search, "burnashev-zigangirov", "ramp")
#: The search against every baseline, at two tolerances: its time, and its flips.
AGAINST = [
    (peer, tolerance)
    for tolerance in (0.05, 0.2)
    for peer in ("burnashev-zigangirov", "multiplicative-weights", "vote", "backtracking")
]
TIMES = tuple(
    _pair(f"time at {tolerance} against {peer}", noisy_binary_search, peer, tolerance=tolerance)
    for peer, tolerance in AGAINST
)
FLIPS = tuple(
    _pair(
        f"flips at {tolerance} against {peer}",
        noisy_binary_search,
        peer,
        tolerance=tolerance,
        cost=lambda result: float(result.samples),
        cost_name="flips",
    )
    for peer, tolerance in AGAINST
)


#: How often the test is wrong.  Six votes of 11 are then wrong on the way through 64
#: commits with probability 3.5e-5, which is what ours is asked for.
WRONG, FAILURE = 0.05, 3e-5
#: The test is wrong by a hash of the commit and a count of all runs.
TEST = """
import hashlib, pathlib, sys
counter = pathlib.Path(sys.argv[1])
seen = counter.stat().st_size if counter.exists() else 0
with counter.open("a") as file:
    file.write("x")
number = int(pathlib.Path("number").read_text())
digest = hashlib.sha256(f"{sys.argv[2]} {number} {seen}".encode()).digest()
draw = int.from_bytes(digest[:4], "big") / 2**32
sys.exit((number >= int(sys.argv[3])) ^ (draw < float(sys.argv[4])))
"""
#: Run it until more than half of 11 runs agree, as a user of `git bisect run` would.
MAJORITY = (
    "f=0; p=0; while [ $f -lt 6 ] && [ $p -lt 6 ]; "
    "do if {test}; then p=$((p+1)); else f=$((f+1)); fi; done; [ $f -lt $p ]"
)


@dataclass(frozen=True)
class Hunt:
    """A culprit in a repository of numbered commits."""

    root: Path
    commits: int
    culprit: int
    seed: int

    def test(self, side: str) -> tuple[list[str], Path]:
        """Give the test's command, and the file that counts its runs."""
        counter = self.root.parent / f"{side} {self.culprit} {self.seed}"
        script = self.root.parent / "test.py"
        words = [sys.executable, str(script), str(counter), f"{self.seed} {side}"]
        return [*words, str(self.culprit), str(WRONG)], counter


@cache
def _repository(commits: int) -> tuple[tempfile.TemporaryDirectory[str], Path]:
    """Make a history of numbered commits after a first good one."""
    folder = tempfile.TemporaryDirectory()
    root = Path(folder.name) / "made"
    root.mkdir()
    (root.parent / "test.py").write_text(TEST)
    git(root, "init", "-q")
    for key, value in (("user.name", "A"), ("user.email", "a@example.org")):
        git(root, "config", key, value)
    for number in range(-1, commits):
        (root / "number").write_text(str(number))
        git(root, "add", "number")
        git(root, "commit", "-q", "--no-gpg-sign", "-m", f"number {number}")
    return folder, root


def _hunt(commits: int, rng: np.random.Generator) -> Hunt:
    culprit = int(rng.integers(0, commits))
    return Hunt(_repository(commits)[1], commits, culprit, int(rng.integers(2**32)))


def _ours(hunt: Hunt) -> tuple[str, int]:
    """Give the subject of the commit that `lemmata bisect` names, and the runs."""
    words, counter = hunt.test("ours")
    found = bisect(
        f"HEAD~{hunt.commits}",
        "HEAD",
        words,
        folder=hunt.root,
        restart=True,
        good_fails=WRONG,
        bad_fails=1 - WRONG,
        failure_probability=FAILURE,
    )
    return found.subject, counter.stat().st_size


def _git(hunt: Hunt) -> tuple[str, int]:
    """Give the same for `git bisect run` with votes."""
    words, counter = hunt.test("git")
    git(hunt.root, "bisect", "start", "HEAD", f"HEAD~{hunt.commits}")
    said = git(hunt.root, "bisect", "run", "sh", "-c", MAJORITY.format(test=shlex.join(words)))
    git(hunt.root, "bisect", "reset")
    wanted = f"number {hunt.culprit}"
    return wanted if f"    {wanted}\n" in f"{said}\n" else "another", counter.stat().st_size


GIT = Pair(
    name="search/bisection in a repository",
    peer_name="git bisect run, best of 11",
    sizes=(16, 64),
    size_name="commits",
    workload=_hunt,
    ours=_ours,
    peer=_git,
    agree=lambda hunt, ours, peer: ours[0] == peer[0] == f"number {hunt.culprit}",
    programs=("git",),
    cost=lambda answer: float(answer[1]),
    cost_name="runs of the test",
    repetitions=5,
)

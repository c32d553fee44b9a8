"""Bisection with a flaky test: runs of the test, and how often the answer is right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from algos.search import CoinLine, sharp_crossing_search
from algos.theorem import Source
from experiments.experiment import Experiment, Figure, Parameters, Published, Statistic

#: Votes of git, and failure probabilities of ours, from the least effort to the most.
VOTES = (1, 3, 5, 7, 9, 11)
FAILURES = (0.2, 0.1, 0.05, 0.01, 0.005, 0.002)
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


def voting_bisect(fails: Callable[[int], int], commits: int, votes: int) -> tuple[int, int]:
    """Let git decide by the majority of several runs, which end once it is clear.

    Parameters
    ----------
    fails : callable
        ``fails(commit)`` runs the test once.
    commits : int
        Number of candidates.
    votes : int
        Runs of the test a commit, at most; odd.

    Returns
    -------
    (int, int)
        The commit that git names, and the number of runs.
    """
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


def bisection_trial(parameters: Parameters, rng: np.random.Generator) -> dict[str, float]:
    """Look for one culprit, with git's votes or as `lemmata bisect` does."""
    commits, wrong = int(parameters["commits"]), float(parameters["wrong"])
    effort = int(parameters["effort"])
    culprit = int(rng.integers(0, commits))
    line = CoinLine.sharp(commits, index=culprit, low=wrong, high=1 - wrong)
    fails = line.flipper(rng)
    if parameters["tool"] == "git bisect":
        found, runs = voting_bisect(fails, commits, VOTES[effort])
    else:
        result = sharp_crossing_search(
            fails,
            commits - 1,  # the last one is known to be bad
            tolerance=0.5 - wrong,
            failure_probability=FAILURES[effort],
        )
        found, runs = result.index, result.samples
    return {"runs": runs, "right": found == culprit}


SUMMARY = {"runs": Statistic("mean"), "right": Statistic("proportion")}
CLAIMS = ("search/sharp-crossing/flips", "search/sharp-crossing/failure")
TOOLS = ("lemmata bisect", "git bisect")
NAMES = {
    "lemmata bisect": "lemmata bisect, wrong 20 % to 0.2 %",
    "git bisect": "git bisect, best of 1 to 11",
}

FLAKY = Experiment(
    name="search/flaky-bisection",
    description="How many runs of a test that is wrong in 20% find one of 100 commits?",
    claims=CLAIMS,
    source=Source(
        authors="The lemmata developers",
        title="lemmata",
        year=2026,
        venue="this library",
        locator="docs/bisect.md",
    ),
    grid={"commits": (100,), "wrong": (0.2,), "tool": TOOLS, "effort": tuple(range(len(VOTES)))},
    trial=bisection_trial,
    summary=SUMMARY,
    figure=Figure(
        x="runs",
        y="right",
        x_label="runs of the test (mean)",
        y_label="share of right answers",
        lines="tool",
        names=NAMES,
        title="100 commits, a test that is wrong in 20 % of its runs",
    ),
    trials=2000,
)

ROBUST = Experiment(
    name="search/robust-bisection",
    description="The same against the published numbers of robust-git-bisect, 5% wrong",
    claims=CLAIMS,
    source=Source(
        authors="robust-binary-search developers",
        title="robust-binary-search, README",
        year=2021,
        venue="crate robust-binary-search 0.1.1",
        locator="table of methods on git's own history, a test that is wrong 5% of the time",
        url="https://crates.io/crates/robust-binary-search",
    ),
    grid={
        "commits": (PUBLISHED_COMMITS,),
        "wrong": (0.05,),
        "tool": TOOLS,
        "effort": tuple(range(len(VOTES))),
    },
    trial=bisection_trial,
    summary=SUMMARY,
    figure=Figure(
        x="runs",
        y="right",
        x_label="runs of the test (mean)",
        y_label="share of right answers",
        lines="tool",
        names=NAMES,
        # On a history with merges, where ours is a line; their method estimates how often
        # the test is wrong, ours is told.
        published=(
            Published(
                "published: robust-git-bisect, 0.9 and 0.99",
                ((26.1828, 0.988950), (29.6558, 0.995392)),
            ),
            Published(
                "published: git bisect, once and repeated",
                ((16.1907, 0.317972), (35.0465, 0.866359), (72.3674, 0.861751)),
            ),
        ),
        title=f"{PUBLISHED_COMMITS:,} commits, a test that is wrong in 5 % of its runs",
    ),
    trials=2000,
)

"""`lemmata bisect`: find the commit that made a flaky test worse."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from algos.search import CrossingPosterior
from experiments._bisect_runs import BisectError, Runs, kept_runs, run
from experiments._git import check_out, commits_between, git, root_of, subject_of, worktree

__all__ = ["BisectError", "BisectResult", "bisect"]

CALIBRATION = 20  # runs at each end where no rates are given
CLEARANCE = 0.25  # a calibrated pair of rates must differ by this much
SKIP = 125  # as in `git bisect run`


@dataclass(frozen=True)
class BisectResult:
    """The commit that made the test worse.

    Attributes
    ----------
    commit : str
        Its full hash.
    subject : str
        First line of its message.
    probability : float
        Posterior probability that it is the culprit, given the two rates.
    alternatives : tuple of str
        Untestable commits right before it, which no run can tell from it.
    runs : int
        Runs of the command, those for calibration and of earlier sessions included.
    good_fails, bad_fails : float
        How often the command fails before the culprit, and from it on.
    status : str
        ``"found"``, or ``"budget exhausted"`` where the runs ran out first.
    """

    commit: str
    subject: str
    probability: float
    alternatives: tuple[str, ...]
    runs: int
    good_fails: float
    bad_fails: float
    status: str


def bisect(
    good: str,
    bad: str,
    command: Sequence[str],
    *,
    folder: Path | None = None,
    good_fails: float | None = None,
    bad_fails: float | None = None,
    failure_probability: float = 0.05,
    max_runs: int | None = None,
    timeout: float | None = None,
    state: Path | None = None,
    restart: bool = False,
    on_run: Callable[[int, str, float], None] | None = None,
) -> BisectResult:
    """Find the commit after which a command fails more often.

    Parameters
    ----------
    good, bad : str
        Two commits on one first-parent line, ``good`` the older one.
    command : sequence of str
        Program and arguments; run in a checkout of its own.  Exit code 0 is a
        pass, 125 says that the commit cannot be tested, any other up to 125 is a
        fail, and more aborts the search.
    folder : Path, optional
        A folder of the repository; the current one by default.
    good_fails, bad_fails : float, optional
        Probability in [0, 1] that the command fails before the culprit, and from
        it on, good_fails < bad_fails.  Measured at both ends if not given.
    failure_probability : float, optional
        Stop when one commit has at least 1 − this posterior probability.
    max_runs : int, optional
        Stop after this many runs in all.
    timeout : float, optional
        Seconds after which a run is killed and counts as a fail.
    state : Path, optional
        Where the runs are kept; in the git directory by default.
    restart : bool, optional
        Forget the runs of an earlier session.
    on_run : callable, optional
        Called with the number of runs, the likeliest commit and its probability.

    Returns
    -------
    BisectResult
        The culprit.

    Raises
    ------
    BisectError, GitError
        With one line that says why; every finished run is kept.
    """
    _check_options(command, good_fails, bad_fails, failure_probability, max_runs, timeout)
    root = root_of(folder or Path.cwd())
    first, commits = commits_between(root, good, bad)
    path = state or Path(git(root, "rev-parse", "--absolute-git-dir")) / "lemmata-bisect.jsonl"
    header: dict[str, Any] = {"good": first, "bad": commits[-1], "command": list(command)}
    header |= {"good_fails": good_fails, "bad_fails": bad_fails}
    with kept_runs(path, header, restart) as runs, worktree(root, first) as checkout:
        search = _Search(root, checkout, [first, *commits], list(command), timeout, runs, max_runs)
        rates = search.rates(good_fails, bad_fails)
        return search.find(rates, failure_probability, on_run)


class _BudgetError(Exception):
    """No further run is allowed."""


class _Search:
    """One search: it replays the runs on file first, and makes new ones after them."""

    def __init__(
        self,
        root: Path,
        checkout: Path,
        line: list[str],
        command: list[str],
        timeout: float | None,
        runs: Runs,
        limit: int | None,
    ) -> None:
        self.root, self.checkout, self.line = root, checkout, line
        self.command, self.timeout, self.runs, self.limit = command, timeout, runs, limit
        self.used = 0
        self.skipped: set[int] = set()
        self._replay = iter(list(runs.known))

    def rates(self, good_fails: float | None, bad_fails: float | None) -> tuple[float, float]:
        """Take the two rates as given, or measure those that are not."""
        try:
            low = self._measured(self.line[0]) if good_fails is None else good_fails
            high = self._measured(self.line[-1]) if bad_fails is None else bad_fails
        except _BudgetError:
            raise BisectError(
                f"--max-runs {self.limit} is not enough to measure the rates, {CALIBRATION} runs "
                "each; allow more, or give --good-fails and --bad-fails"
            ) from None
        if high - low < CLEARANCE and None in (good_fails, bad_fails):
            raise BisectError(
                f"the command fails in {low:.0%} of the runs at the good commit and in {high:.0%} "
                "at the bad one, which is not clearly more often; give both --good-fails and "
                "--bad-fails, or a command that differs more"
            )
        return low, high

    def _measured(self, commit: str) -> float:
        fails = sum(self._fails(commit) for _ in range(CALIBRATION))
        return (fails + 0.5) / (CALIBRATION + 1)  # never 0 or 1: a few runs cannot prove that

    def find(
        self,
        rates: tuple[float, float],
        failure_probability: float,
        on_run: Callable[[int, str, float], None] | None,
    ) -> BisectResult:
        """Search until one commit is likely enough."""
        commits = self.line[1:]  # coin k is commits[k]; heads: it fails
        start, end, probability, status = 0, 0, 1.0, "found"
        try:
            # The last commit is known to be bad, so it needs no coin; a single one is the answer.
            posterior = CrossingPosterior(max(len(commits) - 1, 1), low=rates[0], high=rates[1])
            while len(commits) > 1:
                probability, start, end = self._likeliest(posterior)
                if on_run is not None:
                    on_run(self.used, commits[end], probability)
                coin = self._testable(posterior)
                if probability >= 1 - failure_probability or coin is None:
                    break
                try:
                    posterior.tell(coin, self._fails(commits[coin]))
                except _SkipError:
                    self.skipped.add(coin)
        except _BudgetError:
            status = "budget exhausted"
        subject = subject_of(self.root, commits[end])
        others = tuple(reversed(commits[start:end]))
        return BisectResult(commits[end], subject, probability, others, self.used, *rates, status)

    def _likeliest(self, posterior: CrossingPosterior) -> tuple[float, int, int]:
        """Give the likeliest culprit with the untestable commits right before it."""

        def group(k: int) -> tuple[float, int, int]:
            start = end = k
            while end in self.skipped:
                end += 1
            while start - 1 in self.skipped:
                start -= 1
            return posterior.probability(start, end), start, end

        return max(group(k) for k in (posterior.best()[0], *self.skipped))

    def _testable(self, posterior: CrossingPosterior) -> int | None:
        """Give the wanted commit, or of its testable neighbours the one that tells more."""
        wanted = posterior.ask()
        before = (k for k in range(wanted, -1, -1) if k not in self.skipped)
        after = (k for k in range(wanted, posterior.n) if k not in self.skipped)
        sides = [k for k in (next(before, None), next(after, None)) if k is not None]
        return min(
            sides,
            key=lambda k: abs(posterior.probability(0, k) - posterior.quantile),
            default=None,
        )

    def _fails(self, commit: str) -> int:
        """Run the command at a commit, or take the run from the file."""
        known = next(self._replay, None)
        if known is not None and known[0] != commit:
            raise BisectError(
                "the runs on file do not fit this search; start afresh with --restart"
            )
        if known is None and self.used == self.limit:
            raise _BudgetError
        code = self._run(commit) if known is None else known[1]
        if known is None:
            self.runs.add(commit, code)
        self.used += 1
        if code == SKIP:
            if commit in (self.line[0], self.line[-1]):
                raise BisectError(f"the command cannot test {commit[:12]}, an end of the range")
            raise _SkipError
        return int(code != 0)

    def _run(self, commit: str) -> int:
        check_out(self.checkout, commit)
        variables = {"LEMMATA_COMMIT": commit, "LEMMATA_REPOSITORY": str(self.root)}
        code = run(self.command, self.checkout, variables, self.timeout)
        if code is None:
            return 1  # too slow is a fail
        if code in (126, 127) or code >= 128 or code < 0:
            what = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
            raise BisectError(
                f"the command {what} at {commit[:12]}; the finished runs are kept, and the same "
                "command line goes on from them"
            )
        return code


class _SkipError(Exception):
    """The commit cannot be tested."""


def _check_options(
    command: Sequence[str],
    good_fails: float | None,
    bad_fails: float | None,
    failure_probability: float,
    max_runs: int | None,
    timeout: float | None,
) -> None:
    """Reject what cannot work before anything is run."""
    if not command:
        raise BisectError("give the command to run after --, for example: -- pytest -x")
    for name, rate in (("good-fails", good_fails), ("bad-fails", bad_fails)):
        if rate is not None and not 0 <= rate <= 1:
            raise BisectError(f"--{name} must lie in [0, 1], got {rate!r}")
    if good_fails is not None and bad_fails is not None and not good_fails < bad_fails:
        raise BisectError(
            f"--good-fails must be less than --bad-fails, got {good_fails!r} and {bad_fails!r}; "
            "for a test that became better swap what counts as failing"
        )
    if not 0 < failure_probability < 1:
        raise BisectError(f"--failure-probability must lie in (0, 1), got {failure_probability!r}")
    if max_runs is not None and max_runs < 1:
        raise BisectError(f"--max-runs must be at least 1, got {max_runs!r}")
    if timeout is not None and not 0 < timeout < math.inf:
        raise BisectError(f"--timeout must be a positive number of seconds, got {timeout!r}")

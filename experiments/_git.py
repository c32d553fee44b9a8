"""The little of git that a bisection needs: a history, and a worktree of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "lemmata-bisect-"


class GitError(ValueError):
    """Git cannot do what was asked; the message says what and how to go on."""


def git(repository: Path, *words: str) -> str:
    """Run git and give its output, or raise with its complaint."""
    try:
        done = subprocess.run(
            ["git", "-C", str(repository), *words], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise GitError("git is not installed, or not on the PATH") from None
    if done.returncode:
        reason = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise GitError(f"git {words[0]} failed: {reason}")
    return done.stdout.strip()


def root_of(folder: Path) -> Path:
    """Give the root of the checkout that holds a folder."""
    try:
        return Path(git(folder, "rev-parse", "--show-toplevel"))
    except GitError as error:
        raise GitError(f"{folder} is not in a git checkout: {error}") from None


def commits_between(repository: Path, good: str, bad: str) -> tuple[str, list[str]]:
    """Give the good commit and, oldest first, those after it up to the bad one."""
    try:
        first, last = (
            git(repository, "rev-parse", "--verify", f"{r}^{{commit}}") for r in (good, bad)
        )
    except GitError:
        raise GitError(f"{good!r} or {bad!r} names no commit of {repository}") from None
    if first == last:
        raise GitError(f"{good!r} and {bad!r} are the same commit; there is nothing to search")
    line = git(repository, "rev-list", "--first-parent", last).splitlines()
    if first not in line:
        raise GitError(
            f"{good!r} is not on the first-parent line of {bad!r}; give an ancestor of it, "
            "for example from git merge-base"
        )
    return first, line[: line.index(first)][::-1]


@contextmanager
def worktree(repository: Path) -> Iterator[Path]:
    """Lend a checkout of its own, and remove it; leftovers of killed runs go first."""
    _sweep(repository)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX)) / "checkout"
    git(repository, "worktree", "add", "--detach", "--force", str(folder), "HEAD")
    try:
        yield folder
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)
        git(repository, "worktree", "prune")


def check_out(folder: Path, commit: str) -> None:
    """Put a commit into a worktree, as a fresh clone would have it."""
    git(folder, "checkout", "--quiet", "--force", "--detach", commit)
    git(folder, "clean", "--quiet", "-ffdx")


def _sweep(repository: Path) -> None:
    """Remove worktrees that earlier runs could not remove."""
    for line in git(repository, "worktree", "list", "--porcelain").splitlines():
        path = Path(line.removeprefix("worktree "))
        if line.startswith("worktree ") and path.parent.name.startswith(PREFIX):
            shutil.rmtree(path.parent, ignore_errors=True)
    git(repository, "worktree", "prune")

"""The little of git that a bisection needs: a history, and a worktree of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

PREFIX = "lemmata-bisect-"
#: Where one is set, as inside a hook, git would work on the user's checkout from any folder.
BINDING = ("DIR", "WORK_TREE", "INDEX_FILE", "COMMON_DIR", "OBJECT_DIRECTORY", "PREFIX")


class GitError(ValueError):
    """Git cannot do what was asked; the message says what and how to go on."""


def environment() -> dict[str, str]:
    """Give the environment without what ties git to a repository other than the folder's."""
    tied = {f"GIT_{name}" for name in BINDING}
    return {name: value for name, value in os.environ.items() if name not in tied}


def git(repository: Path, *words: str) -> str:
    """Run git without the repository's hooks; give its output, or raise with its complaint."""
    command = ["git", "-c", f"core.hooksPath={os.devnull}", "-C", str(repository), *words]
    try:
        done = subprocess.run(command, capture_output=True, env=environment(), check=False)
    except FileNotFoundError:
        raise GitError("git is not installed, or not on the PATH") from None
    if done.returncode:
        complaint = os.fsdecode(done.stderr).strip() or f"exit code {done.returncode}"
        raise GitError(f"git {words[0]} failed: {complaint.splitlines()[-1]}")
    return os.fsdecode(done.stdout).strip()


def root_of(folder: Path) -> Path:
    """Give the root of the checkout that holds a folder."""
    try:
        return Path(git(folder, "rev-parse", "--show-toplevel"))
    except GitError as error:
        raise GitError(f"{folder} is not in a git checkout: {error}") from None


def commits_between(repository: Path, good: str, bad: str) -> tuple[str, list[str]]:
    """Give the good commit and, oldest first, those after it up to the bad one."""
    first, last = _commit(repository, good), _commit(repository, bad)
    if first == last:
        raise GitError(f"{good!r} and {bad!r} are the same commit; there is nothing to search")
    line = git(repository, "rev-list", "--first-parent", last).splitlines()
    if first not in line:
        raise GitError(
            f"{good!r} is not on the first-parent line of {bad!r}; give an ancestor of it, "
            "for example from git merge-base"
        )
    return first, line[: line.index(first)][::-1]


def _commit(repository: Path, name: str) -> str:
    try:
        return git(repository, "rev-parse", "--verify", f"{name}^{{commit}}")
    except GitError:
        raise GitError(f"{name!r} names no commit of {repository}") from None


def subject_of(repository: Path, commit: str) -> str:
    """Give the first line of a commit's message; bytes that are no UTF-8 become ``?``."""
    words = ("show", "-s", "--no-show-signature", "--encoding=UTF-8", "--format=%s", commit)
    return git(repository, *words).encode(errors="replace").decode()


@contextmanager
def worktree(repository: Path, commit: str) -> Iterator[Path]:
    """Lend an empty worktree, and remove it; leftovers of killed runs go first."""
    _sweep(repository)
    home = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    try:
        # The system drops the lock however this process ends; _sweep looks at nothing else.
        with _lock_of(home).open("w") as file:
            lock(file)
            words = ("--no-checkout", "--detach", "--force")
            git(repository, "worktree", "add", *words, str(home / "checkout"), commit)
            yield home / "checkout"
    finally:
        _remove(repository, home)


def check_out(folder: Path, commit: str) -> None:
    """Put a commit into a worktree, as a fresh clone would have it."""
    git(folder, "checkout", "--quiet", "--force", "--no-recurse-submodules", "--detach", commit)
    git(folder, "clean", "--quiet", "-ffdx")


def lock(file: IO[Any]) -> bool:
    """Take an open file for this process alone, and say whether that was possible."""
    try:
        import fcntl
    except ImportError:
        raise GitError("lemmata bisect needs a POSIX system") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_of(home: Path) -> Path:
    return home / "in use"


def _sweep(repository: Path) -> None:
    """Remove the worktrees that killed bisections left behind, and no other."""
    for line in git(repository, "worktree", "list", "--porcelain").splitlines():
        path = Path(line.removeprefix("worktree "))
        home = path.parent
        if path.name != "checkout" or not home.name.startswith(PREFIX):
            continue
        if not home.exists():  # the system emptied its temporary folder
            _remove(repository, home)
        elif _lock_of(home).is_file():  # else it is not ours
            with _lock_of(home).open("a") as file:
                if lock(file):
                    _remove(repository, home)


def _remove(repository: Path, home: Path) -> None:
    """Delete a worktree and git's record of it; other records are the user's."""
    shutil.rmtree(home, ignore_errors=True)
    with suppress(GitError):
        git(repository, "worktree", "remove", "--force", "--force", str(home / "checkout"))

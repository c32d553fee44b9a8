"""The runs of a bisection: how one is made, and how they are kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from experiments._git import environment, lock


class BisectError(ValueError):
    """The bisection cannot go on; the message says why and how to resume."""


class Runs:
    """The finished runs, each safe on disk before the next begins."""

    def __init__(self, file: IO[bytes], known: list[tuple[str, int]]) -> None:
        self.known = known
        self._file = file

    def add(self, commit: str, code: int) -> None:
        """Keep a run: the commit and the command's exit code."""
        _append(self._file, {"commit": commit, "code": code})
        self.known.append((commit, code))


@contextmanager
def kept_runs(path: Path, header: dict[str, Any], restart: bool) -> Iterator[Runs]:
    """Open the state file, alone, and read the runs it holds."""
    with path.open("a+b") as file:
        if not lock(file):
            raise BisectError(f"another bisection is using {path}; wait for it to end")
        if restart:
            file.truncate(0)
        file.seek(0)
        whole, newline, rest = file.read().rpartition(b"\n")  # a killed run may leave half a line
        try:
            lines = [json.loads(line) for line in whole.splitlines()]
            known = [(line["commit"], int(line["code"])) for line in lines[1:]]
            if not lines and not json.dumps(header).encode().startswith(rest):
                raise ValueError(rest)
        except (ValueError, TypeError, KeyError):
            raise BisectError(
                f"{path} is not a bisection's state file; move it away, or add --restart"
            ) from None
        if lines and lines[0] != header:
            raise BisectError(
                f"{path} holds a bisection of other commits, rates or command; add --restart to "
                "forget it"
            )
        file.truncate(len(whole + newline))
        if not lines:
            _append(file, header)
        yield Runs(file, known)


def _append(file: IO[bytes], line: dict[str, Any]) -> None:
    file.write(json.dumps(line).encode() + b"\n")
    file.flush()
    os.fsync(file.fileno())


def run(
    command: list[str], folder: Path, variables: dict[str, str], timeout: float | None
) -> int | None:
    """Run a command in a folder, end what it leaves running, and give its exit code.

    A run that takes longer than the timeout gives None.
    """
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment(), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise BisectError(
            f"{command[0]!r} cannot be run: {error.strerror}; a program that is not committed "
            "needs its absolute path"
        ) from None
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End whatever of the command's process group still runs."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()

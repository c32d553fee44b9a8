"""Signals that ask a long command to end, all treated as Ctrl-C."""

from __future__ import annotations

import signal

__all__ = ["end_as_interrupted"]


def end_as_interrupted() -> None:
    """Let termination and a closed terminal unwind the program as Ctrl-C does."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a background job may have them ignored
        signal.signal(number, _interrupt)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup would have it
        signal.signal(signal.SIGHUP, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt

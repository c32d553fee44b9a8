"""What an audit can play with a mechanism: adaptive adversaries, restarts, forks."""

from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from algos._arguments import checked_count

__all__ = ["adaptive_game", "fork_probe", "restart_game"]

#: ``update(event)`` gives the next release.
Update = Callable[[Any], Any]


def adaptive_game(
    start: Callable[..., Update],
    adversary: Callable[[Sequence[Any]], tuple[Any, Any]],
    steps: int,
) -> Callable[..., Any]:
    """Let an adversary choose each event from the releases before it.

    Parameters
    ----------
    start : callable
        ``start(rng)`` starts a mechanism and gives its ``update(event) -> release``; where the
        audit is ``batched``, ``start(rng, count)``, and events and releases have that many rows.
    adversary : callable
        ``adversary(releases)`` gives a pair: the next event in either world. In one step,
        whichever it chooses, the two may be neighbouring events; in all others they must be equal,
        or one object.
    steps : int
        Number of events.

    Returns
    -------
    callable
        For `audit`, with the neighbours (0, 1), the two worlds: it gives all releases.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; when played, the adversary made the worlds differ in
        two steps.

    Examples
    --------
    >>> from algos.privacy import ContinualSum, adaptive_game, audit
    >>> def start(rng):
    ...     counter = ContinualSum("tree", 4, epsilon=1.0, bounds=(0, 1), insecure_rng=rng)
    ...     return counter.update
    >>> def adversary(releases):
    ...     if not releases:
    ...         return (0, 1)
    ...     return (int(releases[-1] > 0.5),) * 2
    >>> game = adaptive_game(start, adversary, 4)
    >>> audit(game, (0, 1), trials=400, claim=1.0, rng=1).verdict
    'consistent'
    """
    checked_count("steps", steps)

    def play(world: int, rng: np.random.Generator, *count: int) -> Any:
        update, differing = start(rng, *count), 0
        releases: list[Any] = []
        for _ in range(steps):
            pair = adversary(tuple(releases))
            differing += pair[0] is not pair[1] and not np.array_equal(pair[0], pair[1])
            if differing > 1:
                raise ValueError("adversary must make the worlds differ in one step, got two steps")
            releases.append(update(pair[world]))
        return np.stack([np.asarray(release) for release in releases], axis=-1)

    return play


def restart_game(
    begin: Callable[..., Any], resume: Callable[[Any, Any, np.random.Generator], Any], first: Any
) -> Callable[..., Any]:
    """Save a mechanism's state once, and go on from it twice.

    Parameters
    ----------
    begin : callable
        ``begin(rng)`` starts a mechanism, runs it, and gives its saved state; where the audit is
        ``batched``, ``begin(rng, count)``.
    resume : callable
        ``resume(state, data, rng)`` restores a mechanism and gives what it then releases.
    first : object
        The data with which it first goes on, in both worlds.

    Returns
    -------
    callable
        For `audit`, with neighbours that stand for the second data: what was released last, and its
        difference from what was released before.

    Notes
    -----
    The person in question is in the second data alone, and is owed what one run promises. Where
    noise is issued again the difference is free of noise, and tells the two worlds apart. A
    mechanism whose state holds noise to come is refuted, even if one run after it is private.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.privacy import audit, restart_game
    >>> def begin(rng):
    ...     return rng.bit_generator.state  # keeps the noise to come
    >>> def resume(state, data, rng):
    ...     rng.bit_generator.state = state
    ...     return data + rng.laplace()
    >>> game = restart_game(begin, resume, 0)
    >>> audit(game, (0, 1), trials=400, claim=1.0, rng=1).verdict
    'refuted'
    """

    def play(data: Any, rng: np.random.Generator, *count: int) -> Any:
        before, one, two = rng.spawn(3)
        state = begin(before, *count)
        released = np.asarray(resume(state, first, one))
        again = np.asarray(resume(state, data, two))
        return np.stack([again, again - released], axis=-1)

    return play


def fork_probe(
    draw: Callable[[], Any], *, children: int = 2
) -> Literal["fresh", "shared", "refused"]:
    """Tell whether copies of a process issue the same noise.

    Parameters
    ----------
    draw : callable
        Gives a release of a mechanism that stands ready, on the same data each time, with noise
        enough that two independent releases hardly ever are equal.
    children : int, optional
        Copies of the process, at least 2.

    Returns
    -------
    {"fresh", "shared", "refused"}
        Whether all children's releases differ, two are equal, or the mechanism raised an
        exception in every child, and released in the process itself.

    Raises
    ------
    NotImplementedError
        The system knows no ``os.fork``.
    RuntimeError
        A child ended without an answer, or some raised and others did not.
    Exception
        What ``draw`` raises in every child and in the process itself.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.privacy import fork_probe
    >>> rng = np.random.default_rng(1)
    >>> fork_probe(rng.normal)
    'shared'
    """
    checked_count("children", children, least=2, most=64)
    if not hasattr(os, "fork"):
        raise NotImplementedError("fork_probe needs os.fork, which this system has not")
    answers = [_in_child(draw) for _ in range(children)]
    refused = [answer is None for answer in answers]
    if all(refused):
        draw()  # an exception that has nothing to do with forks is no refusal
        return "refused"
    if any(refused):
        raise RuntimeError("some children released, others raised an exception")
    return "fresh" if len(set(answers)) == children else "shared"


def _in_child(draw: Callable[[], Any]) -> bytes | None:
    """Draw in a fork of the process; None where that raised an exception."""
    back, there = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads, which the child does not need
        child = os.fork()
    if child == 0:  # pragma: no cover - not in the process that counts lines
        try:
            try:
                answer = pickle.dumps((True, np.asarray(draw()).tolist()))
            except Exception:
                answer = pickle.dumps((False, None))
            with os.fdopen(there, "wb") as pipe:
                pipe.write(answer)
        finally:
            os._exit(0)
    os.close(there)
    with os.fdopen(back, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    if not answer:
        raise RuntimeError("a child ended without an answer")
    drawn, value = pickle.loads(answer)
    return repr(value).encode() if drawn else None

"""All checks of a run: chosen by a pattern, in parallel, within a budget."""

from __future__ import annotations

import fnmatch
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from difflib import get_close_matches

import threadpoolctl

from proofs_checks.check import Check, checks
from proofs_checks.engine import FALSE_ALARM, assemble, find, run_algorithm, run_fault
from proofs_checks.results import CheckResult, FaultResult, Outcome

__all__ = ["Run", "matching", "run_checks"]


@dataclass(frozen=True)
class Run:
    """Every result of one run.

    Parameters
    ----------
    results : tuple of CheckResult
        Sorted by key.
    seed : int
        Seed of the run.
    alpha : float
        Probability that the run refutes anything true, at most; growth fits
        stand outside of it.
    budget : float or None
        Seconds given, or None for the standard numbers of trials.
    seconds : float
        Wall time.
    """

    results: tuple[CheckResult, ...]
    seed: int
    alpha: float
    budget: float | None
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether any check failed."""
        return any(result.failed for result in self.results)


def matching(pattern: str | None) -> tuple[Check, ...]:
    """Choose checks.

    Parameters
    ----------
    pattern : str or None
        A family, a key, a part of a key, or a glob; None for all checks.

    Returns
    -------
    tuple of Check
        At least one.

    Raises
    ------
    ValueError
        Nothing matches; the message names the nearest key.
    """
    everything = checks()
    if pattern is None:
        return everything
    chosen = tuple(one for one in everything if one.key == pattern or one.theorem.family == pattern)
    if not chosen:
        globbed = f"*{pattern}*"
        chosen = tuple(one for one in everything if fnmatch.fnmatchcase(one.key, globbed))
    if not chosen:
        near = get_close_matches(pattern, [one.key for one in everything], n=1, cutoff=0.3)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"no check matches {pattern!r}{hint}")
    return chosen


def run_checks(
    pattern: str | None = None,
    *,
    seed: int = 0,
    budget: float | None = None,
    jobs: int | None = None,
    on_result: Callable[[CheckResult], None] | None = None,
) -> Run:
    """Run the library's checks and their faults.

    Parameters
    ----------
    pattern : str, optional
        Which checks, as for :func:`matching`.
    seed : int, optional
        Same seed, same verdicts, on any number of cores.
    budget : float, optional
        Seconds for the whole run in place of the standard numbers of trials.  A check
        whose faults would need more than their share is undecided.
    jobs : int, optional
        Processes; as many as there are cores by default.
    on_result : callable, optional
        Called with each result as it completes.

    Returns
    -------
    Run
        All results.

    Raises
    ------
    ValueError
        Nothing matches, or a number is out of range.
    ChildProcessError
        A process was killed.
    """
    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {jobs!r}")
    if seed < 0:
        raise ValueError(f"seed must be at least 0, got {seed!r}")
    if budget is not None and not 0 < budget < float("inf"):
        raise ValueError(f"budget must be a positive number of seconds, got {budget!r}")
    start = time.monotonic()
    chosen = matching(pattern)
    alpha = FALSE_ALARM / len(chosen)
    tasks = [(one.key, k) for one in chosen for k in range(-1, len(one.faults))]
    if budget is not None:  # faults are mostly caught early and leave time to the rest
        tasks.sort(key=lambda task: task[1] < 0)
    workers = min(jobs or os.cpu_count() or 1, len(tasks))
    end = None if budget is None else start + budget
    done: dict[str, dict[int, Outcome | FaultResult]] = {one.key: {} for one in chosen}
    spent = dict.fromkeys(done, 0.0)
    results = []
    for (key, k), answer, took in _answers(tasks, workers, seed, alpha, end):
        done[key][k] = answer
        spent[key] += took
        one = find(key)
        if len(done[key]) == 1 + len(one.faults):
            outcome = done[key][-1]
            assert isinstance(outcome, Outcome)
            faults = [done[key][j] for j in range(len(one.faults))]
            caught = tuple(fault for fault in faults if isinstance(fault, FaultResult))
            result = assemble(one, outcome, caught, seed=seed, budget=budget, seconds=spent[key])
            results.append(result)
            if on_result is not None:
                on_result(result)
    return Run(
        results=tuple(sorted(results, key=lambda result: result.key)),
        seed=seed,
        alpha=FALSE_ALARM,
        budget=budget,
        seconds=time.monotonic() - start,
    )


Task = tuple[str, int]
Answer = tuple[Task, Outcome | FaultResult, float]


def _answers(
    tasks: list[Task], workers: int, seed: int, alpha: float, end: float | None
) -> Iterator[Answer]:
    """Run the tasks in processes, or in this one where there is only one worker.

    Each task gets its share of the time that is left when it starts, so that what the
    quick ones leave over goes to the others.
    """

    def share(left: int) -> float | None:
        if end is None:
            return None
        return max(end - time.monotonic(), 0.0) * min(workers, left) / left

    if workers == 1:
        for k, task in enumerate(tasks):
            yield _run(task, seed, alpha, share(len(tasks) - k))
        return
    context = multiprocessing.get_context("spawn")  # numba's threads do not survive a fork
    with ProcessPoolExecutor(workers, context, _settle) as pool:
        waiting, running = list(reversed(tasks)), set[Future[Answer]]()
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    seconds = share(len(waiting) + len(running))
                    running.add(pool.submit(_run, waiting.pop(), seed, alpha, seconds))
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        except BrokenProcessPool as error:
            raise ChildProcessError(
                "a process of the checks was killed, most often for lack of memory: try fewer jobs"
            ) from error
        except BaseException:  # leaving the pool would wait for what still runs
            for process in list(pool._processes.values()):
                process.terminate()
            raise


def _settle() -> None:
    """Take one thread of BLAS a process, and leave Ctrl-C, which reaches all, to the first one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpoolctl.threadpool_limits(1)  # several spin for each other where the cores are taken


def _run(task: Task, seed: int, alpha: float, seconds: float | None) -> Answer:
    """Run a check on the shipped algorithm (-1) or on one of its faults."""
    key, k = task
    one = find(key)
    start = time.monotonic()
    answer: Outcome | FaultResult
    if k < 0:
        answer = run_algorithm(one, one.algorithm, seed=seed, alpha=alpha, seconds=seconds)
    else:
        answer = run_fault(one, one.faults[k], seed=seed, alpha=alpha, seconds=seconds)
    return task, answer, time.monotonic() - start

"""Runs the trials that a store does not have yet, in parallel, on one machine or many."""

from __future__ import annotations

import os
import random
import time
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from typing import Any

from joblib import Parallel, effective_n_jobs, parallel_config
from joblib.externals.loky.process_executor import BrokenProcessPool, TerminatedWorkerError

from experiments._batches import LARGEST_BATCH, PIECES, Answer, Piece, Queue
from experiments.experiment import Experiment
from experiments.store import Store
from experiments.stored import Failure, failures, points_of
from experiments.trials import Work, canonical, source_hash

__all__ = ["RunError", "RunReport", "run"]


class RunError(ValueError):
    """The run cannot go on; the message says why, and finished trials are kept."""


@dataclass(frozen=True)
class RunReport:
    """What a run did.

    Parameters
    ----------
    ran : int
        Trials that it ran, failed ones included.
    finished : int
        Trials of the asked points with a result, those of earlier runs included.
    failures : tuple of Failure
        Trials of the asked points that raised, in earlier runs included.
    seconds : float
        Wall time.
    """

    ran: int
    finished: int
    failures: tuple[Failure, ...]
    seconds: float


def run(
    experiment: Experiment,
    store: Store,
    *,
    trials: int | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    batch: int | None = None,
    only_failed: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> RunReport:
    """Run an experiment's missing trials and store each as soon as it is done.

    Parameters
    ----------
    experiment : Experiment
        On the grid that is wanted.
    store : Store
        Where finished trials are and go.
    trials : int, optional
        Trials a point; the experiment's own number by default.
    jobs : int, optional
        Processes; as many as there are cores by default.  With a cluster its workers'
        threads decide.
    cluster : str, optional
        Address of a Dask scheduler, such as ``tcp://host:8786``.
    batch : int, optional
        Trials that are sent, run and stored together; by default as many as take
        a tenth of a second.
    only_failed : bool, optional
        Run the failed trials again, and no others.
    on_progress : callable, optional
        Called with the number of trials run so far, and of all that this run has to do.

    Returns
    -------
    RunReport
        The failed trials among others.

    Raises
    ------
    ValueError
        A number out of range.
    RunError
        A module is missing, workers died, or have another version of the trial function.
    StoreError
        The store failed; what it holds stays.
    """
    for name, value in (("trials", trials), ("jobs", jobs), ("batch", batch)):
        if value is not None and value < 1:
            raise ValueError(f"{name} must be at least 1, got {value!r}")
    lacking = [name for name in experiment.requires if find_spec(name) is None]
    if lacking:
        raise RunError(
            f"{experiment.name} needs {', '.join(lacking)}; pip install 'lemmata[peers]'"
        )
    start = time.monotonic()
    source, ours = source_hash(experiment.trial), metadata.version("lemmata")
    count = trials or experiment.trials
    pieces = _pieces(experiment, store, source, count, only_failed)
    todo, ran = sum(len(piece.indices) for piece in pieces), 0
    queue = Queue(store, pieces, batch, recheck=not only_failed)
    origins: dict[tuple[str, str, str], int] = {}
    answers = _answers(queue, jobs, cluster)
    try:
        for answer in answers:
            version, _, machine = answer.origin
            if answer.source not in (None, source) or version != ours:
                raise RunError(
                    f"a worker on {machine} has another version of lemmata, or of the trial "
                    f"function of {experiment.name}; install the same one there, and run again"
                )
            if answer.origin not in origins:
                origins[answer.origin] = store.origin(*answer.origin)
            store.add(answer.point, origins[answer.origin], answer.outcomes)
            queue.learn(answer)
            ran += len(answer.outcomes)
            if on_progress is not None:
                on_progress(ran + queue.skipped, todo)
    finally:
        with warnings.catch_warnings():  # joblib's, of work that an error made useless
            warnings.simplefilter("ignore", UserWarning)
            answers.close()
    if queue.error is not None:
        raise queue.error
    wanted = {canonical(point) for point in experiment.points()}
    stored = [
        one
        for one in points_of(store, experiment.name)
        if one.source == source and canonical(one.parameters) in wanted
    ]
    return RunReport(
        ran=ran,
        finished=sum(one.finished for one in stored),
        failures=tuple(
            one
            for one in failures(store, experiment.name, source)
            if canonical(one.parameters) in wanted
        ),
        seconds=time.monotonic() - start,
    )


def _pieces(
    experiment: Experiment, store: Store, source: str, count: int, only_failed: bool
) -> list[Piece]:
    """Cut the trials that this run has to do into pieces, in random order."""
    metrics = tuple(experiment.summary)
    waiting = []
    for parameters in experiment.points():
        point = store.point(experiment.name, parameters, source)
        work = Work(experiment.trial, experiment.name, metrics, parameters)
        gaps = store.failed(point) if only_failed else store.missing(point, count)
        waiting += [Piece(point, work, gap) for gap in gaps]
    size = max(1, min(LARGEST_BATCH, sum(len(one.indices) for one in waiting) // PIECES))
    pieces = [
        Piece(one.point, one.work, one.indices[k : k + size])
        for one in waiting
        for k in range(0, len(one.indices), size)
    ]
    random.SystemRandom().shuffle(pieces)  # the order changes no trial's seed
    return pieces


def _answers(queue: Queue, jobs: int | None, cluster: str | None) -> Generator[Answer, None, None]:
    """Have the tasks done, and give the answers as they come."""
    with _workers(jobs, cluster):
        workers = effective_n_jobs(-1 if cluster else jobs or -1)
        try:
            with Parallel(batch_size=1, return_as="generator_unordered") as pool:
                drawn = -1
                while drawn < queue.drawn:  # a round without tasks is the last
                    drawn = queue.drawn
                    yield from pool(queue.round(workers))
        except TerminatedWorkerError:
            raise RunError(
                "a worker process ended, perhaps for lack of memory; finished trials are kept: "
                "run again with fewer --jobs"
            ) from None
        except BrokenProcessPool as error:
            told = str(error.__cause__ or error).strip().strip('"').strip().splitlines()[-1]
            raise RunError(f"a worker cannot load the trial function: {told}") from None


@contextmanager
def _workers(jobs: int | None, cluster: str | None) -> Iterator[None]:
    """Choose where joblib works."""
    if cluster is None:
        with parallel_config(backend="loky", n_jobs=jobs or os.cpu_count() or 1):
            yield
        return
    try:
        import distributed
        from distributed.comm.core import CommClosedError

        from experiments._dask import ClusterBackend
    except ModuleNotFoundError:
        raise RunError("Dask is not installed; pip install 'lemmata[cluster]'") from None
    try:
        client: Any = distributed.Client(cluster, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise RunError(
            f"no Dask scheduler answers at {cluster!r} ({type(error).__name__}); start one with "
            "`dask scheduler` and workers with `dask worker`"
        ) from None
    try:
        with client, parallel_config(ClusterBackend(client=client, wait_for_workers_timeout=30)):
            yield
    except distributed.KilledWorker:
        raise RunError(
            "a trial ended one worker of the cluster after another, perhaps for lack of memory; "
            "finished trials are kept: look at the workers' logs"
        ) from None
    except (distributed.CancelledError, CommClosedError):
        raise RunError(
            f"the Dask scheduler at {cluster} went away; finished trials are kept: the same "
            "command goes on when it is back"
        ) from None

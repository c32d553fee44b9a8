"""joblib's Dask backend, made to end when a task cannot be run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from joblib._dask import DaskDistributedBackend

__all__ = ["ClusterBackend"]


class ClusterBackend(DaskDistributedBackend):  # type: ignore[misc]  # joblib has no types
    """Tell joblib of the tasks that Dask gives up, which it would else wait for for ever."""

    def submit(self, func: Any, callback: Callable[[Any], None] | None = None) -> Future[Any]:
        """Send a task; an error reaches the callback as a result would.

        Parameters
        ----------
        func, callback : callable
            As joblib gives them.

        Returns
        -------
        Future
            Of the task.
        """

        def tell(done: Future[Any]) -> None:
            error = done.exception()
            if error is not None and callback is not None:
                callback(error)

        future: Future[Any] = super().submit(func, callback)
        future.add_done_callback(tell)
        return future

    def retrieve_result_callback(self, out: Any) -> Any:
        """Give a result, or raise the error that came in its place.

        Parameters
        ----------
        out : object
            What the callback was called with.

        Returns
        -------
        object
            The result.
        """
        if isinstance(out, BaseException):
            raise out
        return super().retrieve_result_callback(out)

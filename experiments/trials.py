"""One trial: its seed, its outcome, and the version of the code that made it."""

from __future__ import annotations

import ast
import inspect
import json
import math
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from numbers import Real
from types import FunctionType
from typing import Any

import numpy as np

from experiments.experiment import Parameters, Trial

__all__ = ["Outcome", "Work", "canonical", "seed_of", "source_hash"]


@dataclass(frozen=True)
class Outcome:
    """What came of one trial.

    Parameters
    ----------
    index : int
        Which trial of its point.
    seed : str
        Its seed in 32 hexadecimal digits.
    result : str or None
        The metrics as JSON, or None where the trial failed.
    error : str or None
        The traceback of a failed trial.
    seconds : float
        How long it took.
    """

    index: int
    seed: str
    result: str | None
    error: str | None
    seconds: float


def canonical(parameters: Parameters) -> str:
    """Write a point's parameters in one way only.

    Parameters
    ----------
    parameters : mapping
        Names and values.

    Returns
    -------
    str
        JSON with sorted names.
    """
    return json.dumps(dict(parameters), sort_keys=True, allow_nan=False)


def seed_of(name: str, point: str, index: int) -> int:
    """Derive a trial's seed from what it is, so that any machine draws the same numbers.

    Parameters
    ----------
    name : str
        The experiment's.
    point : str
        The parameters, as :func:`canonical` writes them.
    index : int
        Which trial of the point.

    Returns
    -------
    int
        128 bits for :func:`numpy.random.default_rng`.
    """
    text = f"{name}\n{point}\n{index}".encode()
    return int.from_bytes(blake2b(text, digest_size=16).digest(), "big")


@dataclass(frozen=True)
class Work:
    """What a worker needs of an experiment at one point.

    Parameters
    ----------
    trial : callable
        The experiment's.
    name : str
        The experiment's.
    metrics : tuple of str
        What the trial must return.
    parameters : mapping
        The point's.
    """

    trial: Trial
    name: str
    metrics: tuple[str, ...]
    parameters: Parameters

    def run(self, indices: Sequence[int]) -> list[Outcome]:
        """Run some trials, whatever they do.

        Parameters
        ----------
        indices : sequence of int
            Which trials of the point.

        Returns
        -------
        list of Outcome
            Metrics or a traceback for each.
        """
        point = canonical(self.parameters)
        return [self._run(point, index) for index in indices]

    def _run(self, point: str, index: int) -> Outcome:
        start = time.perf_counter()
        seed = seed_of(self.name, point, index)
        result = error = None
        try:
            result = self._written(self.trial(dict(self.parameters), np.random.default_rng(seed)))
        except (Exception, SystemExit):  # a trial cannot end the run
            error = traceback.format_exc()
        return Outcome(index, f"{seed:032x}", result, error, time.perf_counter() - start)

    def _written(self, metrics: Any) -> str:
        """Write the metrics down, or say what is wrong with them."""
        if not isinstance(metrics, Mapping) or set(metrics) != set(self.metrics):
            wanted = ", ".join(self.metrics)
            raise TypeError(f"the trial must return a dict of {wanted}; it returned {metrics!r}")
        for name, value in metrics.items():
            if not isinstance(value, Real | np.bool_) or not math.isfinite(value):
                raise ValueError(f"{name} must be a finite number; the trial returned {value!r}")
        return json.dumps({name: float(metrics[name]) for name in self.metrics})


@lru_cache(maxsize=256)
def source_hash(trial: FunctionType) -> str:
    """Hash a trial function with everything of its module that it uses.

    Parameters
    ----------
    trial : function
        An experiment's trial.

    Returns
    -------
    str
        16 hexadecimal digits.

    Raises
    ------
    ValueError
        There is no source, as in an interactive session.
    """
    try:
        source = inspect.getsource(sys.modules[trial.__module__])
    except (OSError, TypeError):
        raise ValueError(
            f"the source of {trial.__name__} cannot be read; put the experiment into a file"
        ) from None
    named: dict[str, list[ast.stmt]] = {}
    for node in ast.parse(source).body:
        for name in _touched(node):
            named.setdefault(name, []).append(node)
    wanted, used = [trial.__name__], set[ast.stmt]()
    while wanted:
        for node in named.pop(wanted.pop(), []):
            used.add(node)
            wanted += [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]
    lines = source.splitlines()
    text = "\n".join(
        line
        for node in sorted(used, key=lambda node: node.lineno)
        for line in lines[_first_line(node) - 1 : node.end_lineno]
    )
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _touched(node: ast.stmt) -> set[str]:
    """Give the names of a module that one of its statements gives a meaning to, or changes."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    names = set()
    for one in ast.walk(node):
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            names.add(one.name)
        elif isinstance(one, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in one.names}
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            names.add(one.id)
        elif isinstance(one, ast.Subscript | ast.Attribute) and isinstance(one.ctx, ast.Store):
            names |= {base.id for base in ast.walk(one.value) if isinstance(base, ast.Name)}
    return names


def _first_line(node: ast.stmt) -> int:
    """Give where a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])

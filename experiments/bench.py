"""Benchmarks: tables that are measured when asked for, never stored."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

__all__ = ["Benchmark", "Table", "bench_command", "benchmarks"]


@dataclass(frozen=True)
class Table:
    """What a benchmark measured.

    Parameters
    ----------
    title : str
        What was compared, with its parameters.
    columns : tuple of str
        Names, with units.
    rows : tuple of tuple
        Strings, numbers, or None where there is nothing to measure.
    note : str, optional
        How to read it: what agreed, what was published.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Benchmark:
    """A measurement that `lemmata bench` runs.

    Parameters
    ----------
    name : str
        ``family/what``.
    run : callable
        ``(repetitions, rng) -> Table``; it checks the answers that it times.
    repetitions : int
        The standard number.
    """

    name: str
    run: Callable[[int, np.random.Generator], Table]
    repetitions: int


def benchmarks(pattern: str | None = None) -> tuple[Benchmark, ...]:
    """Gather the benchmarks that the families declare.

    Parameters
    ----------
    pattern : str, optional
        A family, a name, or a part of one; all by default.

    Returns
    -------
    tuple of Benchmark
        At least one, in the order of declaration.

    Raises
    ------
    ValueError
        Nothing matches.
    """
    package = importlib.import_module("experiments")
    modules = [
        importlib.import_module(f"experiments.{info.name}")
        for info in pkgutil.iter_modules(package.__path__)
        if info.name in importlib.import_module("algos.theorem").families()
    ]
    found = [
        one
        for module in modules
        for value in vars(module).values()
        for one in (value if isinstance(value, tuple) else (value,))
        if isinstance(one, Benchmark)
    ]
    chosen = tuple(one for one in found if pattern is None or pattern in one.name)
    if not chosen:
        near = get_close_matches(str(pattern), [one.name for one in found], n=1, cutoff=0.3)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"no benchmark matches {pattern!r}{hint}")
    return chosen


def bench_command(
    pattern: Annotated[
        str | None, typer.Argument(help="A family, or a part of a benchmark's name.")
    ] = None,
    repetitions: Annotated[
        int | None, typer.Option(min=1, help="Runs of each cell; each benchmark has its own.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same instances.")] = 0,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the tables to this file.")
    ] = None,
) -> None:
    """Measure the library against its baselines and print the tables."""
    from rich.console import Console

    console = Console()
    tables = []
    for benchmark in benchmarks(pattern):
        rng = np.random.default_rng(seed)
        with console.status(f"measuring {benchmark.name}"):
            table = benchmark.run(repetitions or benchmark.repetitions, rng)
        tables.append(asdict(table))
        console.print(_rendered(table))
    if json_file is not None:
        json_file.write_text(json.dumps(tables, indent=2, allow_nan=False) + "\n")


def _rendered(table: Table) -> object:
    """Lay a table out for a terminal."""
    from rich.table import Table as RichTable

    shown = RichTable(title=table.title, caption=table.note or None, title_justify="left")
    numeric = [any(isinstance(row[k], (int, float)) for row in table.rows) for k in _range(table)]
    for name, right in zip(table.columns, numeric, strict=True):
        shown.add_column(name, justify="right" if right else "left", no_wrap=not right)
    for row in table.rows:
        shown.add_row(*(_cell(value) for value in row))
    return shown


def _range(table: Table) -> Iterable[int]:
    return range(len(table.columns))


def _cell(value: str | float | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:.3g}"

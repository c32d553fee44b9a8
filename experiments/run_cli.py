"""`lemmata run`, `results`, `figure` and `experiments`."""

from __future__ import annotations

import csv
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from experiments.experiment import Experiment, Value
    from experiments.runner import RunReport
    from experiments.store import Store
    from experiments.stored import StoredPoint

__all__ = ["experiments_command", "figure_command", "results_command", "run_command"]

DEFAULT_STORE = "lemmata.db"
WIDTH = 160  # of a table that goes into a file or a pipe


def _names(incomplete: str) -> Iterable[str]:
    """Complete an experiment's name."""
    from experiments.catalog import experiments

    return [one.name for one in experiments() if one.name.startswith(incomplete)]


Name = Annotated[
    str,
    typer.Argument(
        help="An experiment of `lemmata experiments`, or MODULE:NAME for your own.",
        autocompletion=_names,
    ),
]
Place = Annotated[str, typer.Option("--store", help="A SQLite file or a postgresql:// URL.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE,...", help="Other values of a parameter."),
]


def run_command(
    name: Name,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Trials a point, the stored ones included.")
    ] = None,
    settings: Settings = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes [one a core].")] = None,
    store: Place = DEFAULT_STORE,
    cluster: Annotated[
        str | None, typer.Option(metavar="tcp://HOST:PORT", help="A Dask scheduler.")
    ] = None,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Trials stored at once [0.1 s of them].")
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Run the failed trials again, and no others.")
    ] = False,
) -> None:
    """Run an experiment's missing trials; after an interrupt the same command goes on."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from experiments._signals import end_as_interrupted
    from experiments.runner import run
    from experiments.store import Store

    chosen = _chosen(name, settings)
    end_as_interrupted()
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    with Store(store) as opened:
        with Progress(*columns, *times, console=console, transient=True) as progress:
            task = progress.add_task(chosen.name, total=None)

            def tell(done: int, todo: int) -> None:
                progress.update(task, completed=done, total=todo)

            try:
                report = run(
                    chosen,
                    opened,
                    trials=trials,
                    jobs=jobs,
                    cluster=cluster,
                    batch=batch,
                    only_failed=failed,
                    on_progress=tell,
                )
            except KeyboardInterrupt:
                console.print("[dim]finished trials are kept; the same command goes on[/dim]")
                raise
        _tell(console, report, opened)
    if report.failures:
        words = ["lemmata", "run", name, "--failed"]
        for text in settings or ():
            words += ["--set", text]
        if store != DEFAULT_STORE:
            words += ["--store", opened.place]
        typer.echo(f"{len(report.failures)} trials failed; once mended: {shlex.join(words)}")
        raise typer.Exit(1)


def _tell(console: object, report: RunReport, store: Store) -> None:
    """Say what a run did, and show the first failure."""
    seconds = f"{report.seconds:.1f} s"
    typer.echo(f"{report.ran} trials in {seconds}; {report.finished} finished in {store.place}")
    if report.failures:
        first = report.failures[0]
        point = ", ".join(f"{key} = {value}" for key, value in first.parameters.items())
        typer.echo(f"trial {first.index} at {point} (seed 0x{first.seed}):", err=True)
        typer.echo(first.error, err=True)


def results_command(
    name: Name,
    settings: Settings = None,
    store: Place = DEFAULT_STORE,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values.")] = False,
    as_parquet: Annotated[bool, typer.Option("--parquet", help="Parquet; needs -o.")] = False,
    trials: Annotated[
        bool, typer.Option("--trials", help="Every trial, in place of the summary.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A file in place of the terminal.")
    ] = None,
) -> None:
    """Show what the stored trials of an experiment say."""
    from rich.console import Console

    from experiments._show import left_out, table_of
    from experiments.export import check_folder, summary_rows, trial_rows, write_csv, write_parquet
    from experiments.store import Store
    from experiments.summary import summarise

    if as_csv and as_parquet:
        raise ValueError("--csv and --parquet exclude each other; give one of them")
    if (output is not None or trials) and not (as_csv or as_parquet):
        raise ValueError("--trials and --output need --csv or --parquet")
    if as_parquet and output is None:
        raise ValueError("--parquet is no text; give a file with --output")
    if output is not None:
        check_folder(output)
    chosen = _chosen(name, settings)
    with Store(store, create=False) as opened:
        summary = summarise(chosen, opened, exactly=bool(settings))
        if not (as_csv or as_parquet):
            terminal = Console()
            wide = terminal if terminal.is_terminal else Console(width=WIDTH)
            wide.print(table_of(summary))
        else:
            rows = trial_rows(summary, opened) if trials else summary_rows(summary)
            (write_parquet if as_parquet else write_csv)(rows, output)
        for note in left_out(summary, opened):
            typer.echo(note, err=True)


def figure_command(
    name: Name,
    output: Annotated[Path, typer.Option("-o", "--output", help="An .svg, .png or .pdf file.")],
    settings: Settings = None,
    store: Place = DEFAULT_STORE,
) -> None:
    """Draw an experiment's figure; `lemmata results` says the same in numbers."""
    from experiments._show import left_out
    from experiments.figures import draw, save
    from experiments.store import Store
    from experiments.style import check_path
    from experiments.summary import summarise

    check_path(output)
    chosen = _chosen(name, settings)
    with Store(store, create=False) as opened:
        summary = summarise(chosen, opened, exactly=bool(settings))
        save(draw(summary), output, summary)
        typer.echo(f"{output}: {sum(one.finished for one in summary.points)} trials")
        for note in left_out(summary, opened):
            typer.echo(note, err=True)


def experiments_command(store: Place = DEFAULT_STORE) -> None:
    """List the experiments, and how many of their trials are stored."""
    from rich.console import Console
    from rich.table import Table

    from experiments.catalog import experiments
    from experiments.store import Store
    from experiments.stored import names, points_of
    from experiments.trials import source_hash

    table = Table()
    table.add_column("experiment", no_wrap=True)
    table.add_column("asks", min_width=30)
    for column in ("points", "asked for", "finished", "failed", "stale"):
        table.add_column(column, justify="right")
    there = "://" in store or Path(store).exists()
    opened = Store(store, create=False) if there else None
    declared = {one.name: one for one in experiments()}
    others = [name for name in (names(opened) if opened else ()) if name not in declared]
    for name, one in declared.items():
        stored = points_of(opened, name) if opened else []
        current = [p for p in stored if p.source == source_hash(one.trial)]
        stale = [p for p in stored if p not in current]
        points = sum(1 for _ in one.points())
        asked = (str(points), str(points * one.trials))
        table.add_row(name, one.description, *asked, *_counts(current), str(_all(stale)))
    for name in others:
        assert opened is not None
        table.add_row(name, "declared elsewhere", "", "", *_counts(points_of(opened, name)), "")
    console = Console()
    (console if console.is_terminal else Console(width=WIDTH)).print(table)
    if opened is None:
        typer.echo(f"there is no store at {store} yet", err=True)


def _counts(points: list[StoredPoint]) -> tuple[str, str]:
    """Count finished and failed trials."""
    return str(sum(p.finished for p in points)), str(sum(p.failed for p in points))


def _all(points: list[StoredPoint]) -> int:
    return sum(p.finished + p.failed for p in points)


def _chosen(name: str, settings: list[str] | None) -> Experiment:
    """Find the experiment and put the user's values on its grid."""
    from experiments.catalog import experiment

    found = experiment(name)
    grid: dict[str, tuple[Value, ...]] = {}
    for text in settings or ():
        key, equals, values = text.partition("=")
        if not equals or not values:
            raise ValueError(f"--set takes KEY=VALUE,..., got {text!r}")
        (words,) = csv.reader([values], skipinitialspace=True)  # so that "a,b" may be one value
        grid[key] = tuple(_value(one) for one in words)
    return found.on(**grid)


def _value(text: str) -> Value:
    """Read a parameter's value as a user writes it."""
    words: dict[str, Value] = {"true": True, "false": False}
    if text.lower() in words:
        return words[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text

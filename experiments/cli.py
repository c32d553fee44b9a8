"""The `lemmata` command."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.bench_cli import bench_command
from experiments.run_cli import (
    experiments_command,
    figure_command,
    results_command,
    run_command,
)
from proofs_checks.cli import check_command, list_command, show_command

__all__ = ["app", "main"]

app = typer.Typer(
    help="Algorithms with proven guarantees, their theorems, and checks that try to refute them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("list")(list_command)
app.command("show")(show_command)
app.command("check")(check_command)
app.command("experiments")(experiments_command)
app.command("run")(run_command)
app.command("results")(results_command)
app.command("figure")(figure_command)
app.command("bench")(bench_command)


@app.command()
def doctor() -> None:
    """Tell what this machine has: versions, cores, GPU, caches."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(show_header=False)
    table.add_row("python", sys.version.split()[0])
    for name in ("lemmata", "numpy", "scipy", "numba", "sympy", "hypothesis", "typer"):
        table.add_row(name, metadata.version(name))
    table.add_row("cores", str(os.cpu_count()))
    table.add_row("GPU", escape(_gpu()))
    table.add_row("compiled kernels", escape(_cache()))
    Console().print(table)


@app.command("bisect")
def bisect_command(
    good: Annotated[str, typer.Argument(help="A commit where the test fails less.")],
    bad: Annotated[str, typer.Argument(help="A later one where it fails more.")],
    command: Annotated[list[str] | None, typer.Argument(help="After --: what to run.")] = None,
    good_fails: Annotated[
        float | None, typer.Option(help="How often it fails before the culprit [measured].")
    ] = None,
    bad_fails: Annotated[
        float | None, typer.Option(help="How often it fails from the culprit on [measured].")
    ] = None,
    failure_probability: Annotated[
        float, typer.Option(help="Accepted probability of naming a wrong commit.")
    ] = 0.05,
    max_runs: Annotated[int | None, typer.Option(help="Stop after so many runs.")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds; a longer run fails.")] = None,
    state: Annotated[
        Path | None, typer.Option(help="Where the runs are kept [in the git directory].")
    ] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Forget earlier runs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find the commit that made a flaky test worse, by noisy search over the history.

    Your checkout is never touched: commits are tested in a worktree of their own.
    After an interrupt the same command line goes on where it stopped.
    """
    from rich.console import Console

    from experiments._signals import end_as_interrupted
    from experiments.bisect import bisect

    console = Console(stderr=True)
    end_as_interrupted()
    with console.status("starting") as status:

        def tell(runs: int, commit: str, probability: float) -> None:
            status.update(f"{runs} runs, likeliest {commit[:12]} ({probability:.1%})")

        try:
            result = bisect(
                good,
                bad,
                command or [],
                good_fails=good_fails,
                bad_fails=bad_fails,
                failure_probability=failure_probability,
                max_runs=max_runs,
                timeout=timeout,
                state=state,
                restart=restart,
                on_run=tell,
            )
        except KeyboardInterrupt:
            console.print("stopped; the same command line goes on from the finished runs")
            raise
    if as_json:
        typer.echo(json.dumps(asdict(result)))
    else:
        typer.echo(f"{result.commit} {result.subject}")
        typer.echo(
            f"probability {result.probability:.4f} after {result.runs} runs; fails "
            f"{result.good_fails:.0%} of the runs before it, {result.bad_fails:.0%} from it on"
        )
        for commit in result.alternatives:
            typer.echo(f"or {commit}, which could not be tested")
    if result.status != "found":
        typer.echo("the runs were used up before the probability was reached", err=True)
        raise typer.Exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lemmata {metadata.version('lemmata')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Carry the options that stand before a command."""


def main() -> None:
    """Run the command; an error is one line on stderr and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        _complain("interrupted")
        sys.exit(130)
    except typer.TyperException as error:
        _complain(getattr(error, "format_message", error.__str__)())  # empty after bare help
        sys.exit(2)
    except (ValueError, TypeError, KeyError, OSError) as error:
        if os.environ.get("LEMMATA_DEBUG"):
            raise
        _complain(str(error.args[0] if isinstance(error, KeyError) and error.args else error))
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)


def _complain(text: str) -> None:
    """Write one line to stderr."""
    if text:
        typer.echo(f"lemmata: {' '.join(text.split())}", err=True)


def _gpu() -> str:
    """Say whether kernels can run on a GPU, and why not."""
    from accel import GpuUnavailableError
    from accel._gpu import require_gpu

    try:
        cupy = require_gpu()
    except GpuUnavailableError as error:
        return f"none ({error})"
    return str(cupy.cuda.runtime.getDeviceProperties(0)["name"].decode())


def _cache() -> str:
    """Say where numba keeps its compiled kernels."""
    from accel.wealth import _wealth

    compiled: Any = _wealth.compiled
    path = getattr(getattr(compiled, "stats", None), "cache_path", None)
    return f"cached in {path}" if path else "not cached: no folder to write to"

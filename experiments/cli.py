"""The `lemmata` command."""

from __future__ import annotations

import os
import sys
from importlib import metadata
from typing import Annotated, Any

import typer

from experiments.bench import bench_command
from experiments.bisect import bisect_command
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
app.command("bench")(bench_command)
app.command("bisect")(bisect_command)


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
        app()
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        sys.exit(130)
    except (ValueError, TypeError, KeyError, OSError) as error:
        if os.environ.get("LEMMATA_DEBUG"):
            raise
        text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
        typer.echo(f"lemmata: {' '.join(text.split())}", err=True)
        sys.exit(2)


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

"""`lemmata bench`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from experiments.bench import Cell, Pair, PairResult

__all__ = ["bench_command", "pairs"]

#: Modules that declare pairs of no family.
ROOMS = ("experiments.runner_bench", "experiments.accel_bench")
SMALL = 2  # sizes with --quick
WIDTH = 140  # of a table that goes into a file or a pipe


def bench_command(
    pattern: Annotated[
        str | None, typer.Argument(help="A family, or a part of a benchmark's name.")
    ] = None,
    repetitions: Annotated[
        int | None, typer.Option(min=1, help="Instances a size; each benchmark has its own.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same instances.")] = 0,
    quick: Annotated[
        bool, typer.Option("--quick", help="The smallest two sizes of each benchmark.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the numbers to this file.")
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Draw cost against size: .svg, .png or .pdf."),
    ] = None,
) -> None:
    """Measure the library against what a user would pick instead."""
    from rich.console import Console

    from experiments.bench_figure import draw
    from experiments.style import check_path, write

    chosen = pairs(pattern)
    if figure is not None:
        check_path(figure)
    for path in (figure, json_file):
        if path is not None:
            _check_writable(path)
    console = Console()
    wide = console if console.is_terminal else Console(width=WIDTH)
    results: list[PairResult] = []
    for pair in chosen:
        with console.status(f"measuring {pair.name}"):
            results.append(_measured(pair, repetitions, seed, SMALL if quick else None))
        wide.print(_table(results[-1], pair.per_unit))
        if json_file is not None:  # after every pair, so that an interrupt loses one
            shown = [asdict(one) for one in results]
            json_file.write_text(json.dumps(shown, indent=2, allow_nan=False) + "\n", "utf-8")
    _tell(results)
    if figure is not None:
        title = f"{', '.join(one.name for one in results)}: cost against size"
        write(draw(results), figure, pattern or "benchmarks", title)
    if any(one.status.startswith("failed") for one in results):
        raise typer.Exit(1)


def pairs(pattern: str | None = None) -> tuple[Pair, ...]:
    """Gather the pairs whose name holds a pattern.

    Parameters
    ----------
    pattern : str, optional
        A family, a name, or a part of one; all by default.

    Returns
    -------
    tuple of Pair
        At least one, in the order of declaration.

    Raises
    ------
    ValueError
        Nothing matches.
    """
    from experiments.bench import Pair
    from experiments.catalog import declared
    from experiments.experiment import hint

    everything = declared(Pair, *ROOMS)
    chosen = tuple(one for one in everything if pattern is None or pattern in one.name)
    if not chosen:
        names = [one.name for one in everything]
        families = sorted({name.split("/")[0] for name in names})
        raise ValueError(
            f"no benchmark matches {pattern!r}{hint(str(pattern), [*families, *names])}; "
            f"there are {', '.join(families)}"
        )
    return chosen


def _check_writable(path: Path) -> None:
    """Reject a file that cannot be written, before anything is measured."""
    from experiments.export import check_folder

    check_folder(path)
    fresh = not path.exists()
    try:
        path.open("ab").close()  # permissions alone do not tell
    except OSError as error:
        reason = error.strerror
        raise ValueError(f"{path} cannot be written: {reason}; give another file") from None
    if fresh:
        path.unlink()


def _measured(pair: Pair, repetitions: int | None, seed: int, sizes: int | None) -> PairResult:
    """Measure a pair; one whose sides do not agree does not stop the others."""
    from experiments.bench import BenchError, measure, unmeasured

    try:
        return measure(pair, repetitions=repetitions, seed=seed, sizes=sizes)
    except BenchError as error:
        return unmeasured(pair, f"failed: {error}")


def _tell(results: Sequence[PairResult]) -> None:
    """Name what was not measured, and every target that was missed."""
    for one in results:
        if one.status != "measured":
            typer.echo(f"{one.name}: {one.status}", err=True)
        elif one.missed:
            at = ", ".join(f"{size:,}" for size in one.missed)
            typer.echo(f"{one.name}: target missed at {at}: {one.target}", err=True)


def _table(result: PairResult, per_unit: bool) -> Table:
    """Lay one pair's result out for a terminal."""
    from rich.markup import escape
    from rich.table import Table

    caption = [] if result.status == "measured" else [escape(result.status)]
    if result.exponents is not None:
        ours, peer = (f"{slope:.2f} ± {half:.2f}" for slope, half in result.exponents)
        caption.append(f"exponents {ours} and {peer}")
    if result.disagreed:
        caption.append(f"{result.disagreed} instances with a wrong answer, as the guarantee allows")
    if result.target:
        caption.append(f"target: {result.target}: {result.verdict}")
    title = f"{result.name}, {result.cost}"
    table = Table(title=title, caption="; ".join(caption) or None)
    table.title_justify = table.caption_justify = "left"
    ends = ("extra per unit",) if per_unit else ()
    ratio = ("ours / peer", "quartiles", "least … greatest")
    for name in (result.size_name, "ours", result.peer, *ratio, *ends):
        table.add_column(name, justify="right")
    for cell in result.cells:
        table.add_row(*_row(cell, result.cost == "seconds", per_unit))
    return table


def _row(cell: Cell, seconds: bool, per_unit: bool) -> list[str]:
    """Write one size's numbers."""
    shown = _seconds if seconds else _number
    spreads = (cell.ratio_quartiles, (cell.low, cell.high))
    return [
        f"{cell.size:,}",
        shown(cell.ours),
        shown(cell.peer),
        _number(cell.ratio),
        *(f"{_number(low)} … {_number(high)}" for low, high in spreads),
        *([shown(cell.extra)] if per_unit else []),
    ]


def _number(value: float) -> str:
    """Write three digits, or all of a greater number's."""
    return f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:.3g}"


def _seconds(value: float) -> str:
    """Write a time in the largest unit of which there is one."""
    for unit, scale in (("s", 1.0), ("ms", 1e3)):
        if abs(value) * scale >= 0.9995:
            return f"{_number(value * scale)} {unit}"
    return f"{_number(value * 1e6)} µs"

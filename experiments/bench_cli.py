"""`lemmata bench`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from experiments.bench import PairResult

__all__ = ["bench_command"]


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

    from experiments.bench import SMALL, measure, pairs
    from experiments.bench_figure import draw
    from experiments.export import check_folder
    from experiments.figures import check_path, write

    chosen = pairs(pattern)
    if figure is not None:
        check_path(figure)
    if json_file is not None:
        check_folder(json_file)
    console = Console()
    wide = console if console.is_terminal else Console(width=140)
    results = []
    for pair in chosen:
        with console.status(f"measuring {pair.name}"):
            sizes = SMALL if quick else None
            results.append(measure(pair, repetitions=repetitions, seed=seed, sizes=sizes))
        wide.print(_table(results[-1], pair.per_unit))
    if json_file is not None:
        shown = [asdict(one) for one in results]
        json_file.write_text(json.dumps(shown, indent=2, allow_nan=False) + "\n", "utf-8")
    if figure is not None:
        title = f"{', '.join(one.name for one in results)}: cost against size"
        write(draw(results), figure, pattern or "benchmarks", title)
    for one in results:
        if one.status != "measured":
            typer.echo(f"{one.name}: {one.status}; pip install 'lemmata[peers]'", err=True)
        elif one.missed:
            at = ", ".join(f"{size:,}" for size in one.missed)
            typer.echo(f"{one.name}: target missed at {at}: {one.target}", err=True)


def _table(result: PairResult, per_unit: bool) -> Table:
    """Lay one pair's result out for a terminal."""
    from rich.table import Table

    caption = [result.status] if result.status != "measured" else []
    if result.exponents is not None:
        ours, peer = (f"{slope:.2f} ± {half:.2f}" for slope, half in result.exponents)
        caption.append(f"exponents {ours} and {peer}")
    if result.target:
        caption.append(f"target: {result.target}: {'missed' if result.missed else 'met'}")
    title = f"{result.name}, {result.cost}"
    table = Table(title=title, caption="; ".join(caption) or None, title_justify="left")
    ends = ("extra per unit",) if per_unit else ()
    head = (result.size_name, "ours", result.peer, "ours / peer", "least … greatest", *ends)
    for name in head:
        table.add_column(name, justify="right")
    for cell in result.cells:
        row = [f"{cell.size:,}", f"{cell.ours:.3g}", f"{cell.peer:.3g}", f"{cell.ratio:.3g}"]
        row.append(f"{cell.low:.3g} … {cell.high:.3g}")
        table.add_row(*row, *([f"{cell.extra:.3g}"] if per_unit else []))
    return table

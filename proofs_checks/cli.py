"""`lemmata list`, `lemmata show` and `lemmata check`."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from algos.theorem import Theorem

__all__ = ["check_command", "list_command", "show_command"]


def _keys(incomplete: str) -> Iterable[str]:
    """Complete a theorem's key."""
    import algos

    return [one.key for one in algos.theorems() if one.key.startswith(incomplete)]


def _patterns(incomplete: str) -> Iterable[str]:
    """Complete a family or a key."""
    from algos.theorem import families

    return [name for name in families() if name.startswith(incomplete)] + list(_keys(incomplete))


def list_command(
    family: Annotated[
        str | None, typer.Argument(help="A family; all by default.", autocompletion=_patterns)
    ] = None,
) -> None:
    """List the theorems: key, what is bounded, source."""
    from rich.console import Console
    from rich.table import Table

    import algos

    found = algos.theorems(family)
    table = Table(box=None, pad_edge=False)
    table.add_column("theorem", no_wrap=True, min_width=max(len(one.key) for one in found))
    for name in ("bounds", "holds", "constants", "source"):
        table.add_column(name, no_wrap=True)  # one line each, cut where the terminal is narrow
    for one in found:
        table.add_row(one.key, one.quantity, str(one.holds), one.constants, one.source.short)
    Console().print(table)


def show_command(
    key: Annotated[str, typer.Argument(help="The theorem's key.", autocompletion=_keys)],
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A symbol's value; n=1e6 is understood."),
    ] = None,
    solve: Annotated[
        str | None, typer.Option(metavar="NAME", help="Invert the bound in this symbol.")
    ] = None,
    at_most: Annotated[float | None, typer.Option(help="With --solve: the budget.")] = None,
    at_least: Annotated[float | None, typer.Option(help="With --solve: the floor.")] = None,
) -> None:
    """Show a theorem, evaluate its bound and invert it."""
    import sympy
    from rich.console import Console

    import algos

    one = algos.theorem(key)
    given = dict(_assignment(text) for text in values or ())
    wanted = {} if solve is None else {"at_most": at_most, "at_least": at_least}
    lines = [one.statement, ""]
    relation = "≤" if one.direction == "<=" else "≥"
    pretty = sympy.pretty(one.formula, use_unicode=True)
    head = (
        f"{one.quantity} {relation} " if one.constants == "exact" else f"{one.quantity} grows as "
    )
    lines += [head, *(f"    {line}" for line in pretty.splitlines()), ""]
    lines += [f"holds      {one.holds}", f"source     {one.source}"]
    lines += [f"assumes    {need.text}" for need in one.needs]
    if one.tightness != "unknown":
        lines.append(
            f"tightness  {one.tightness.ratio:g} of the bound is reached at {one.tightness.witness}"
        )
    if solve is not None:
        answer = one.solve(solve, **{k: v for k, v in wanted.items() if v is not None}, **given)
        lines.append(f"inverse    {_inverse(one, solve, answer, at_most, at_least, given)}")
    elif set(one.parameters) <= set(given):
        lines.append(f"bound      {one.bound(**given):.6g}")
    else:
        unknown = [name for name in given if name not in one.parameters]
        if unknown:
            raise ValueError(
                f"--set must name symbols of {one.key}, {', '.join(one.parameters)}, got "
                f"{', '.join(unknown)}"
            )
        missing = [name for name in one.parameters if name not in given]
        options = " ".join(f"--set {name}=…" for name in missing)
        lines.append(f"bound      add {options} to evaluate it")
    console = Console(highlight=False)
    console.print(f"[bold]{one.key}[/]")
    console.print("\n".join(lines), markup=False)


def _inverse(
    one: Theorem,
    name: str,
    answer: float,
    at_most: float | None,
    at_least: float | None,
    given: dict[str, float],
) -> str:
    """Say on which side of the answer the wanted values lie."""
    step = 1.0 if float(answer).is_integer() else 1e-6 * abs(answer)
    try:
        beyond = float(one.bound(**given, **{name: answer + step}))
    except ValueError:  # the domain ends here
        beyond = math.nan
    if at_most is not None:
        wanted, text = beyond <= at_most, f"bound ≤ {at_most:g}"
    else:
        wanted, text = at_least is not None and beyond >= at_least, f"bound ≥ {at_least:g}"
    return f"{text} for {name} {'from' if wanted else 'up to'} {answer:.10g}"


def check_command(
    pattern: Annotated[
        str | None,
        typer.Argument(help="A family, a key or a part of one.", autocompletion=_patterns),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Time for the run, in place of fixed trials."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same verdicts.")] = 0,
    jobs: Annotated[int | None, typer.Option(help="Processes; one a core by default.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report here.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write JSON here.")] = None,
) -> None:
    """Try to refute the theorems, and show that each check catches its planted faults.

    Exits with 1 if anything is refuted, a check misses a fault, or a check is
    undecided without a --budget that explains it.
    """
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

    from proofs_checks import report
    from proofs_checks.runner import matching, run_checks

    for path in (html, junit, json):
        if path is not None and not path.resolve().parent.is_dir():
            raise ValueError(f"{path} cannot be written: there is no folder {path.parent}")
    console = Console()
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeElapsedColumn())
    with (
        TemporaryDirectory() as folder,
        Progress(*columns, console=console, transient=True) as progress,
    ):
        # Hypothesis would leave its notes in the current folder.
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", folder)
        task = progress.add_task("checking", total=len(matching(pattern)))
        run = run_checks(
            pattern,
            seed=seed,
            budget=budget,
            jobs=jobs,
            on_result=lambda _: progress.advance(task),
        )
    console.print(report.table(run.results))
    for one in run.results:
        for problem in one.problems:
            console.print(f"[bold red]{one.key}[/] ", end="")
            console.print(problem, markup=False, highlight=False)
        if one.witness:
            console.print(one.witness, markup=False, highlight=False)
            console.print(f"repeat with: {one.reproduce}", markup=False, highlight=False)
    undecided = [one.key for one in run.results if one.verdict == "undecided"]
    if undecided:
        remedy = "its check needs more trials" if budget is None else "raise the budget"
        console.print(f"undecided, {remedy}: {', '.join(undecided)}", highlight=False)
    for path, write in (
        (html, report.write_html),
        (junit, report.write_junit),
        (json, report.write_json),
    ):
        if path is not None:
            write(run, path)
            console.print(f"wrote {path}", highlight=False)
    failed = sum(one.failed for one in run.results)
    console.print(
        f"{len(run.results)} theorems, {failed} failed, {run.seconds:.0f} s", highlight=False
    )
    if run.failed or (undecided and budget is None):
        raise typer.Exit(1)


def _assignment(text: str) -> tuple[str, float]:
    """Read NAME=VALUE."""
    name, sign, value = text.partition("=")
    try:
        if not sign:
            raise ValueError
        return name.strip(), float(value)
    except ValueError:
        raise ValueError(f"--set takes NAME=VALUE with a number, got {text!r}") from None

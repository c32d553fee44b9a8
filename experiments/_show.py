"""A summary as a user of the terminal reads it."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from experiments.experiment import Value
from experiments.store import Store
from experiments.stored import origins_of
from experiments.summary import Summary
from experiments.trials import source_hash


def table_of(summary: Summary) -> Table:
    """Lay a summary out for a terminal."""

    one = summary.experiment
    fixed = {k: v[0] for k, v in one.grid.items() if _is_fixed(summary, k)}
    title = ", ".join([one.description, *(f"{key} = {_shown(v)}" for key, v in fixed.items())])
    table = Table(
        title=title, caption=str(one.source), title_justify="left", caption_justify="left"
    )
    varied = [key for key in one.grid if key not in fixed]
    for key in varied:
        table.add_column(key, overflow="fold")
    table.add_column("trials", justify="right", no_wrap=True)
    for name, statistic in one.summary.items():
        head = f"{statistic.kind} {name} [{statistic.confidence:.0%}]"
        table.add_column(escape(head), justify="right", overflow="fold")
    for point in summary.points:
        cells = [_shown(point.parameters[key]) for key in varied]
        failed = f" ({point.failed} failed)" if point.failed else ""
        estimates = [point.estimates.get(name) for name in one.summary]
        shown = [f"{e.value:.4g} [{e.low:.4g}, {e.high:.4g}]" if e else "-" for e in estimates]
        table.add_row(*cells, f"{point.finished:,}{failed}", *map(escape, shown))
    return table


def _is_fixed(summary: Summary, key: str) -> bool:
    """Whether a parameter has one value at every point."""
    values = summary.experiment.grid[key]
    return len(values) == 1 and all(p.parameters[key] == values[0] for p in summary.points)


def _shown(value: Value) -> str:
    return f"{value:,}" if type(value) is int else str(value)


def left_out(summary: Summary, store: Store) -> list[str]:
    """Name what is stored and not shown, and what is shown but was not made alike."""

    one = summary.experiment
    notes = []
    if not summary.points:
        notes.append(f"no finished trials of {one.name}; `lemmata run {one.name}` makes them")
    if summary.stale:
        notes.append(
            f"{summary.stale} stale trials are left out: they were made by another version of the "
            f"trial function; `lemmata run {one.name}` makes new ones"
        )
    failed = sum(point.failed for point in summary.points)
    if failed:
        notes.append(f"{failed} trials failed; `lemmata run {one.name} --failed` runs them again")
    origins = origins_of(store, one.name, source_hash(one.trial))
    codes = {(version, revision) for version, revision, _, _ in origins}
    if len(codes) > 1:
        shown = ", ".join(f"{version} {revision}".strip() for version, revision in sorted(codes))
        notes.append(f"the trials were made by {len(codes)} versions of the library: {shown}")
    return notes

"""Draws an experiment's figure in the house's style."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import algos
from experiments.experiment import Curve, Experiment, Parameters, Published, Value
from experiments.style import (
    COLOURS,
    DASHES,
    HEIGHT,
    HOLLOW,
    LINE,
    MARKERS,
    MEASURED,
    WIDTH,
    style,
    wrapped,
    write,
)
from experiments.summary import Estimate, PointSummary, Summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw", "save"]


def draw(summary: Summary) -> Figure:
    """Draw what an experiment declares.

    Parameters
    ----------
    summary : Summary
        The numbers, at least one point of them.

    Returns
    -------
    Figure
        Of matplotlib, one panel a value of the panels' parameters.

    Raises
    ------
    ValueError
        There is nothing to draw, one line would hold several values at one place, or
        something that is declared has no place in the figure.
    """
    from matplotlib.figure import Figure

    one = summary.experiment
    points = [point for point in summary.points if point.estimates]
    if not points:
        stale = f" ({summary.stale} stale ones are left out)" if summary.stale else ""
        way = f"`lemmata run {one.name}` makes them"
        raise ValueError(f"no finished trials of {one.name}{stale}; {way}")
    _check_free(one, points)
    _check_places(one)
    _check_logarithms(one, points)
    columns, rows = _panels(one, points)
    width, height = WIDTH * max(1, 0.8 * len(columns)), HEIGHT * max(1, 0.8 * len(rows))
    title = wrapped(one.figure.title, width)
    x_label, y_label = wrapped(one.figure.x_label, 2.5), wrapped(one.figure.y_label, 2)
    with style():
        extra = LINE * (title.count("\n") + x_label.count("\n"))
        figure = Figure(figsize=(width, height + extra), layout="constrained")
        grid = figure.subplots(len(rows), len(columns), sharex=True, sharey=True, squeeze=False)
        for (r, row), (c, column) in itertools.product(enumerate(rows), enumerate(columns)):
            panel = {**row, **column}
            inside = [p for p in points if panel.items() <= p.parameters.items()]
            _draw_panel(grid[r][c], one, panel, inside)
            if panel:
                name = ", ".join(f"{key}: {value}" for key, value in panel.items())
                grid[r][c].set_title(wrapped(name if inside else f"{name} (no trials yet)", 2.5))
            if c == 0:
                grid[r][c].set_ylabel(y_label)
            if r == len(rows) - 1:
                grid[r][c].set_xlabel(x_label)
        if title:
            figure.suptitle(title)
        _draw_legend(figure)
    return figure


def save(figure: Figure, path: Path, summary: Summary) -> None:
    """Write an experiment's figure to a file.

    Parameters
    ----------
    figure : Figure
        As :func:`draw` gives it.
    path : Path
        Its suffix, .svg, .png or .pdf, says in which form.
    summary : Summary
        What the figure shows; it becomes the alternative text.

    Raises
    ------
    ValueError
        Another suffix, no such folder, or a file that cannot be written.
    """
    one = summary.experiment
    text = f"{one.description} {one.figure.y_label} against {one.figure.x_label}, "
    text += f"{sum(point.finished for point in summary.points)} trials."
    write(figure, path, one.name, text)


def _check_free(one: Experiment, points: list[PointSummary]) -> None:
    """See that a parameter without a place in the figure has one value."""
    placed = {one.figure.x, one.figure.lines, *one.figure.panels}
    if one.figure.x in one.summary:
        return  # the points of a line are then in the grid's order
    for key in one.grid:
        values = {point.parameters[key] for point in points}
        if key not in placed and len(values) > 1:
            shown = ", ".join(map(str, sorted(values)))
            raise ValueError(
                f"{key} has the values {shown} in the store, and the figure of {one.name} shows "
                f"one; choose it with --set {key}=VALUE"
            )


def _check_places(one: Experiment) -> None:
    """See that every curve and published number belongs to some panel and axis."""
    what = one.figure
    extras: list[Curve | Published] = [*what.curves, *what.published]
    for extra in extras:
        if not set(extra.panel) <= set(what.panels):
            raise ValueError(
                f"{extra.label!r} in the figure of {one.name} belongs to panels of "
                f"{', '.join(extra.panel)}; declare panels of that, or leave its panel out"
            )
    numbers = what.x in one.grid and not isinstance(one.grid[what.x][0], str | bool)
    if what.curves and not numbers:
        raise ValueError(
            f"{what.curves[0].label!r} in the figure of {one.name} is a theorem's curve, which "
            f"needs a parameter with numbers on the x axis, and {what.x} is none; leave it out"
        )
    for published in what.published:
        for place in published.points:
            for axis, value in zip("xy", place, strict=True):
                if not math.isfinite(value) or (axis in what.log and value <= 0):
                    raise ValueError(
                        f"{published.label!r} in the figure of {one.name} has {axis} = {value!r}, "
                        f"which has no place on the {axis} axis"
                    )


def _check_logarithms(one: Experiment, points: list[PointSummary]) -> None:
    """See that every value has a place on a logarithmic axis."""
    for axis, name in (("x", one.figure.x), ("y", one.figure.y)):
        for point in points:
            value = point.estimates[name].value if name in one.summary else point.parameters[name]
            if axis in one.figure.log and not (isinstance(value, int | float) and value > 0):
                raise ValueError(
                    f"{name} is {value!r} somewhere, which has no place on the logarithmic {axis} "
                    f"axis of {one.name}; leave it out with --set, or declare a linear axis"
                )


def _draw_legend(figure: Figure) -> None:
    """Name every line once, below the panels, the measured first, in as many columns as fit."""
    from matplotlib.container import ErrorbarContainer

    named: dict[str, Any] = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            named.setdefault(label, handle)
    if set(named) <= {MEASURED}:
        return
    width, height = figure.get_size_inches()
    named = {wrapped(label, width - 0.45): handle for label, handle in named.items()}
    longest = max(len(line) for label in named for line in label.splitlines())
    columns = max(1, int(width / (0.45 + 0.055 * longest)))
    lines = sum(1 + label.count("\n") for label in named)
    figure.set_size_inches(width, height + LINE * -(-lines // columns))
    order = sorted(named, key=lambda label: not isinstance(named[label], ErrorbarContainer))
    handles = [named[label] for label in order]
    figure.legend(handles, order, loc="outside lower center", ncols=columns)


def _panels(
    one: Experiment, points: list[PointSummary]
) -> tuple[list[Parameters], list[Parameters]]:
    """Give the parameters of the columns, and of the rows."""
    axes: list[list[Parameters]] = [[{}], [{}]]
    for k, key in enumerate(one.figure.panels):
        values = dict.fromkeys(point.parameters[key] for point in points)
        axes[k] = [{key: value} for value in values]
    return axes[0], axes[1]


def _draw_panel(axes: Axes, one: Experiment, panel: Parameters, points: list[PointSummary]) -> None:
    """Draw measured lines, theorems and published numbers of one panel."""
    what = one.figure
    axes.set_xscale("log" if "x" in what.log else "linear")
    axes.set_yscale("log" if "y" in what.log else "linear")
    if "x" not in what.log and what.x in one.grid and type(one.grid[what.x][0]) is int:
        axes.locator_params(axis="x", integer=True)
    declared = list(one.grid[what.lines]) if what.lines else [None]
    others = dict.fromkeys(p.parameters[what.lines] for p in points) if what.lines else {}
    for k, value in enumerate(dict.fromkeys([*declared, *others])):
        mine = [p for p in points if not what.lines or p.parameters[what.lines] == value]
        if mine:
            label = what.names.get(value, str(value)) if what.lines else MEASURED
            marker = MARKERS[(k + k // 7) % 7]  # another one when the colours come again
            _draw_line(axes, one, mine, COLOURS[k % 7], marker, label)
    curves = [c for c in what.curves if points and c.panel.items() <= panel.items()]
    for k, curve in enumerate(curves):
        _draw_curve(axes, one, curve, points, DASHES[k % 3])
    for k, published in enumerate(p for p in what.published if p.panel.items() <= panel.items()):
        _draw_published(axes, published, "*hpd"[k % 4])


def _draw_line(
    axes: Axes, one: Experiment, points: list[PointSummary], colour: str, marker: str, label: str
) -> None:
    """Draw one line with its band, or points with error bars where x is measured too."""
    what = one.figure
    y = [point.estimates[what.y] for point in points]
    values = [e.value for e in y]
    depth = 2 - COLOURS.index(colour) / 10  # small markers on wide ones, hollow ones on both,
    look: dict[str, Any] = {"color": colour, "marker": marker, "label": label, "zorder": depth}
    if marker in HOLLOW:  # so that lines that coincide are all seen
        look |= {"markerfacecolor": "none", "markersize": 5, "zorder": 3}
    if what.x in one.summary:
        x = [point.estimates[what.x] for point in points]
        axes.errorbar(
            [e.value for e in x],
            values,
            xerr=_errors(x),
            yerr=_errors(y),
            elinewidth=0.8,
            linewidth=0.6,
            **look,
        )
        return
    if isinstance(points[0].parameters[what.x], str | bool):
        names = [str(point.parameters[what.x]) for point in points]
        axes.errorbar(names, values, yerr=_errors(y), linestyle="none", **look)
        return
    places = np.array([point.parameters[what.x] for point in points], float)
    order = np.argsort(places, kind="stable")
    places, y = places[order], [y[k] for k in order]
    low, height, high = np.array([(e.low, e.value, e.high) for e in y]).T
    known = np.isfinite(high - low)
    low, high = np.where(known, low, np.nan), np.where(known, high, np.nan)
    axes.fill_between(places, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.plot(places, height, **look)
    beside = np.concatenate(([False], known, [False]))
    for k in np.flatnonzero(known & ~beside[:-2] & ~beside[2:]):  # a band of no width
        axes.plot([places[k]] * 2, [low[k], high[k]], color=colour, linewidth=0.8)


def _errors(estimates: list[Estimate]) -> np.ndarray:
    """Give the two lengths of each error bar; none where the interval is infinite."""
    lengths = np.array([(e.value - e.low, e.high - e.value) for e in estimates]).T
    return np.where(np.isfinite(lengths), np.maximum(lengths, 0), 0)


def _draw_curve(
    axes: Axes, one: Experiment, curve: Curve, points: list[PointSummary], dashes: Any
) -> None:
    """Draw a theorem's bound over the places that were measured."""
    what = one.figure
    places = np.array([float(point.parameters[what.x]) for point in points])
    space = np.geomspace if "x" in what.log else np.linspace
    x = space(places.min(), places.max(), 100)
    if isinstance(points[0].parameters[what.x], int):
        x = np.round(x)
    x = np.unique(x)
    bound = algos.theorem(curve.theorem).bound
    fixed = {key: value for key, value in points[0].parameters.items() if key != what.lines}
    y = [bound(**curve.values({**fixed, what.x: _like(fixed[what.x], value)})) for value in x]
    look = {"linestyle": dashes, "marker": "_" if len(x) == 1 else "", "markersize": 12}
    axes.plot(x, y, color="#444444", label=curve.label, zorder=1, **look)


def _like(example: Value, value: float) -> Value:
    return int(value) if isinstance(example, int) else float(value)


def _draw_published(axes: Axes, published: Published, marker: str) -> None:
    """Draw printed numbers as hollow markers, never joined."""
    x, y = zip(*published.points, strict=True)
    axes.plot(
        x,
        y,
        linestyle="none",
        marker=marker,
        markersize=6,
        markerfacecolor="none",
        color="#000000",
        label=published.label,
    )

"""Draws an experiment's figure in the house's style."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import algos
from experiments.experiment import Curve, Experiment, Parameters, Published, Value
from experiments.export import check_folder
from experiments.summary import Estimate, PointSummary, Summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["check_path", "draw", "save", "style", "write"]

#: Okabe and Ito's colours, which colour-blind readers can tell apart, the dark ones first.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS, HOLLOW = "osD^vPX", "s^P"
DASHES: tuple[Any, ...] = ("--", (0, (2, 1.5)), (0, (8, 3)))
#: Inches; a column of a paper is about 3.5 wide.
WIDTH, HEIGHT = 3.5, 2.6
STYLE: dict[Any, Any] = {
    "axes.grid": True,
    "axes.labelsize": 8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 8,
    "figure.titlesize": 8.5,
    "font.size": 8,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "pdf.fonttype": 42,
    "savefig.dpi": 300,
    "svg.fonttype": "none",
    "svg.hashsalt": "lemmata",
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw and save in the house's style.

    Yields
    ------
    None
        While it holds.
    """
    import matplotlib

    with matplotlib.rc_context(STYLE):
        yield


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
        There is nothing to draw, or one line would hold several values at one place.
    """
    from matplotlib.figure import Figure

    one = summary.experiment
    points = [point for point in summary.points if point.estimates]
    if not points:
        raise ValueError(f"no finished trials of {one.name}; `lemmata run {one.name}` makes them")
    _check_free(one, points)
    _check_logarithms(one, points)
    columns, rows = _panels(one, points)
    with style():
        figure = Figure(
            figsize=(WIDTH * max(1, 0.8 * len(columns)), HEIGHT * max(1, 0.8 * len(rows))),
            layout="constrained",
        )
        grid = figure.subplots(len(rows), len(columns), sharex=True, sharey=True, squeeze=False)
        for (r, row), (c, column) in itertools.product(enumerate(rows), enumerate(columns)):
            panel = {**row, **column}
            inside = [p for p in points if panel.items() <= p.parameters.items()]
            _draw_panel(grid[r][c], one, panel, inside)
            if panel:
                grid[r][c].set_title(", ".join(f"{key}: {value}" for key, value in panel.items()))
            if c == 0:
                grid[r][c].set_ylabel(one.figure.y_label)
            if r == len(rows) - 1:
                grid[r][c].set_xlabel(one.figure.x_label)
        if one.figure.title:
            figure.suptitle(one.figure.title)
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
        Another suffix, or no such folder.
    """
    one = summary.experiment
    text = f"{one.description} {one.figure.y_label} against {one.figure.x_label}, "
    text += f"{sum(point.finished for point in summary.points)} trials."
    write(figure, path, one.name, text)


def write(figure: Figure, path: Path, title: str, text: str) -> None:
    """Write a figure to a file, the same bytes for the same numbers.

    Parameters
    ----------
    figure : Figure
        Of matplotlib.
    path : Path
        Its suffix, .svg, .png or .pdf, says in which form.
    title, text : str
        Its name, and what stands in for it where it cannot be seen.

    Raises
    ------
    ValueError
        Another suffix, or no such folder.
    """
    check_path(path)
    dated: dict[str, Any] = {
        ".svg": {"Title": title, "Description": text, "Date": None},
        ".png": {"Title": title, "Description": text, "Software": None},
        ".pdf": {"Title": title, "Subject": text, "CreationDate": None},
    }
    with style():
        figure.savefig(path, metadata=dated[path.suffix])


def check_path(path: Path) -> None:
    """Reject a file that a figure cannot be written to.

    Parameters
    ----------
    path : Path
        Where it shall go.

    Raises
    ------
    ValueError
        The suffix is unknown, or there is no such folder.
    """
    if path.suffix not in (".svg", ".png", ".pdf"):
        raise ValueError(f"a figure is an .svg, .png or .pdf file, got {str(path)!r}")
    check_folder(path)


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
    """Name every line once, below the panels, in as many columns as fit."""
    named: dict[str, Any] = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            named.setdefault(label, handle)
    if len(named) < 2:
        return
    width, height = figure.get_size_inches()
    columns = max(1, int(width / (0.45 + 0.055 * max(map(len, named)))))
    lines = -(-len(named) // columns)
    figure.set_size_inches(width, height + 0.14 * lines)
    measured_first = sorted(named, key=lambda label: "Line2D" in type(named[label]).__name__)
    order = measured_first if figure.axes[0].containers else list(named)
    figure.legend(
        [named[label] for label in order], order, loc="outside lower center", ncols=columns
    )


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
    declared = list(one.grid[what.lines]) if what.lines else [None]
    others = dict.fromkeys(p.parameters[what.lines] for p in points) if what.lines else {}
    for k, value in enumerate(dict.fromkeys([*declared, *others])):
        mine = [p for p in points if not what.lines or p.parameters[what.lines] == value]
        if mine:
            label = what.names.get(value, str(value)) if what.lines else "measured"
            _draw_line(axes, one, mine, COLOURS[k % 7], MARKERS[k % 7], label)
    for k, curve in enumerate(c for c in what.curves if c.panel.items() <= panel.items()):
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
    look: dict[str, Any] = {"color": colour, "marker": marker, "label": label}
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
    places: list[Value] = [point.parameters[what.x] for point in points]
    if not isinstance(places[0], str):
        order = np.argsort(np.array(places, float), kind="stable")
        points = [points[k] for k in order]
        places, values, y = ([some[k] for k in order] for some in (places, values, y))
        low = [e.low if np.isfinite(e.low) else np.nan for e in y]
        high = [e.high if np.isfinite(e.high) else np.nan for e in y]
        axes.fill_between(np.array(places, float), low, high, color=colour, alpha=0.2, linewidth=0)
        axes.plot(places, values, **look)
    else:
        axes.errorbar(places, values, yerr=_errors(y), linestyle="none", **look)


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
        x = np.unique(np.round(x))
    bound = algos.theorem(curve.theorem).bound
    fixed = points[0].parameters
    y = [bound(**curve.values({**fixed, what.x: _like(fixed[what.x], value)})) for value in x]
    axes.plot(x, y, linestyle=dashes, color="#444444", label=curve.label, zorder=1)


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

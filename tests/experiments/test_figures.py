"""Figures: what is drawn is what was measured, proven and published."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.text import Text

import algos
from experiments.experiment import Curve, Figure, Published, Statistic
from experiments.figures import draw, save
from experiments.summary import Estimate, PointSummary, Summary
from tests.experiments.toys import made

KEY = "search/sharp-crossing/flips"
FIXED = {"target": 0.5, "tolerance": 0.1, "failure_probability": 0.01}
BOUND = Curve(KEY, "bound", lambda p: {**FIXED, "n": float(p["n"])})


def summary(
    places: tuple[int, ...] = (10, 100, 1000), methods: tuple[str, ...] = ("a", "b"), **changes: Any
) -> Summary:
    """Make up a summary: method a at 10 n, b at 20 n, 10% up and down."""
    parts: dict[str, Any] = {"x": "n", "y": "x", "x_label": "coins", "y_label": "flips"}
    parts |= {"lines": "method", "log": "xy", "title": "A toy", **changes}
    one = made(grid={"n": places, "method": methods}, figure=Figure(**parts))
    points = []
    for point in one.points():
        value = 10.0 * int(point["n"]) * (1 + methods.index(str(point["method"])))
        estimates = {
            "x": Estimate(value, 0.9 * value, 1.1 * value),
            "small": Estimate(0.5, 0.4, 0.7),
        }
        points.append(PointSummary(point, 20, 0, estimates))
    return Summary(one, tuple(points), 0)


def labelled(axes: Any) -> dict[str, Line2D]:
    return {str(line.get_label()): line for line in axes.get_lines()}


def xs(line: Line2D) -> list[float]:
    return [float(x) for x in np.asarray(line.get_xdata(), float)]


def ys(line: Line2D) -> list[float]:
    return [float(y) for y in np.asarray(line.get_ydata(), float)]


def test_lines_and_bands_are_the_estimates() -> None:
    (axes,) = draw(summary()).axes
    lines = labelled(axes)
    assert xs(lines["a"]) == [10, 100, 1000]
    assert ys(lines["b"]) == [200.0, 2000.0, 20000.0]
    assert lines["a"].get_marker() != lines["b"].get_marker()
    assert lines["a"].get_color() != lines["b"].get_color()
    bands = [one for one in axes.collections if isinstance(one, PolyCollection)]
    corners = np.vstack([np.asarray(path.vertices) for path in bands[0].get_paths()])
    for corner in ((10, 90), (10, 110), (1000, 11000)):
        assert np.isclose(corners, corner, rtol=1e-12).all(axis=1).any()
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("coins", "flips")


def test_lines_are_in_the_order_of_x_even_where_the_points_are_not() -> None:
    (axes,) = draw(summary(places=(1000, 10, 100))).axes
    assert xs(labelled(axes)["a"]) == [10, 100, 1000]


def test_an_infinite_interval_leaves_the_point_without_a_band() -> None:
    one = summary(methods=("a",))
    bare = {"x": Estimate(7.0, -np.inf, np.inf), "small": Estimate(0.5, 0.4, 0.7)}
    points = (PointSummary(one.points[0].parameters, 1, 0, bare), *one.points[1:])
    (axes,) = draw(Summary(one.experiment, points, 0)).axes
    assert ys(labelled(axes)["a"]) == [7.0, 1000.0, 10000.0]
    assert np.isfinite(axes.dataLim.bounds).all()


def test_a_band_of_no_width_is_a_bar() -> None:
    one = summary(places=(1, 2, 3, 4), methods=("a",), log="")
    bare = {"x": Estimate(20.0, -np.inf, np.inf), "small": Estimate(0.5, 0.4, 0.7)}
    points = list(one.points)
    points[1] = PointSummary(points[1].parameters, 1, 0, bare)
    (axes,) = draw(Summary(one.experiment, tuple(points), 0)).axes
    bars = [line for line in axes.get_lines() if str(line.get_label()).startswith("_")]
    assert [(xs(bar), ys(bar)) for bar in bars] == [([1, 1], [9.0, 11.0])]


def test_one_place_shows_its_interval_and_its_bound() -> None:
    (axes,) = draw(summary(places=(100,), curves=(BOUND,))).axes
    assert [900.0, 1100.0] in [pytest.approx(ys(line)) for line in axes.get_lines()]
    bound = labelled(axes)["bound"]
    assert ys(bound) == [algos.theorem(KEY).bound(n=100, **FIXED)]
    assert bound.get_marker() == "_"


def test_lines_are_told_apart_when_the_colours_come_again() -> None:
    (axes,) = draw(summary(methods=tuple("abcdefghijklmnop"))).axes
    looks = {(line.get_color(), line.get_marker()) for line in axes.get_lines()}
    assert len(looks) == 16


def test_whole_numbers_have_whole_ticks() -> None:
    (axes,) = draw(summary(places=(1, 2, 3), log="")).axes
    assert all(float(tick).is_integer() for tick in axes.get_xticks())


def test_a_curve_does_not_see_the_lines() -> None:
    seen: list[dict[str, Any]] = []

    def values(parameters: Any) -> dict[str, float]:
        seen.append(dict(parameters))
        return {**FIXED, "n": float(parameters["n"])}

    draw(summary(curves=(Curve(KEY, "bound", values),)))
    assert {tuple(one) for one in seen} == {("n",)}
    assert {type(one["n"]) for one in seen} == {int}


def test_curves_are_the_theorem_dashed() -> None:
    (axes,) = draw(summary(curves=(BOUND,))).axes
    line = labelled(axes)["bound"]
    assert line.get_linestyle() == "--"
    x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
    assert (x[0], x[-1]) == (10, 1000)
    assert np.array_equal(x, np.round(x))
    np.testing.assert_allclose(y, algos.theorem(KEY).bound(n=x, **FIXED), rtol=1e-12)


def test_published_numbers_are_hollow_and_not_joined() -> None:
    published = Published("they", ((20.0, 3.0), (30.0, 4.0)))
    (axes,) = draw(summary(published=(published,))).axes
    line = labelled(axes)["they"]
    assert xs(line) == [20.0, 30.0]
    assert line.get_linestyle() == "None"
    assert line.get_markerfacecolor() == "none"


def test_panels_hold_their_own_points_curves_and_numbers() -> None:
    curve = Curve(KEY, "bound", BOUND.values, panel={"method": "b"})
    numbers = Published("they", ((20.0, 3.0),), panel={"method": "a"})
    one = summary(panels=("method",), lines=None, curves=(curve,), published=(numbers,))
    left, right = draw(one).axes
    assert (left.get_title(), right.get_title()) == ("method: a", "method: b")
    assert set(labelled(left)) == {"measured", "they"}
    assert set(labelled(right)) == {"measured", "bound"}
    assert ys(labelled(right)["measured"]) == [200.0, 2000.0, 20000.0]


def test_a_panel_without_trials_is_said_to_be() -> None:
    parts: dict[str, Any] = {"x": "n", "y": "x", "x_label": "n", "y_label": "x"}
    what = Figure(**parts, panels=("method", "k"), curves=(BOUND,))
    one = made(grid={"n": (10, 100), "method": ("a", "b"), "k": (1, 2)}, figure=what)
    known = {"x": Estimate(9.0, 8.0, 10.0), "small": Estimate(0.5, 0.4, 0.6)}
    points = [
        PointSummary(p, 5, 0, known) for p in one.points() if (p["method"], p["k"]) != ("b", 2)
    ]
    panels = draw(Summary(one, tuple(points), 0)).axes
    assert [axes.get_title() for axes in panels] == [
        "k: 1, method: a",
        "k: 1, method: b",
        "k: 2, method: a",
        "k: 2, method: b (no trials yet)",
    ]
    assert [len(axes.get_lines()) for axes in panels] == [2, 2, 2, 0]


def test_a_measured_x_has_error_bars_both_ways() -> None:
    (axes,) = draw(summary(x="x", y="small", log="")).axes
    bars = [one for one in axes.containers if isinstance(one, ErrorbarContainer)]
    assert [bar.get_label() for bar in bars] == ["a", "b"]
    assert all(bar.has_xerr and bar.has_yerr for bar in bars)
    across = bars[0].lines[2][0].get_segments()[0]
    np.testing.assert_allclose(across, [[90, 0.5], [110, 0.5]])


def test_text_on_the_horizontal_axis_is_not_joined() -> None:
    one = summary(places=(10,), x="method", lines=None, log="")
    (axes,) = draw(one).axes
    (bar,) = axes.containers
    assert isinstance(bar, ErrorbarContainer)
    assert [t.get_text() for t in axes.get_xticklabels()] == ["a", "b"]


def test_the_legend_names_every_line_once() -> None:
    figure = draw(summary(panels=(), names={"a": "the first", "b": "the second"}))
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["the first", "the second"]


def test_a_long_legend_takes_nothing_from_the_panel() -> None:
    short, long = draw(summary()), draw(summary(methods=tuple(f"method {k}" for k in range(16))))
    for figure in (short, long):
        figure.draw_without_rendering()
    assert long.axes[0].bbox.height > 0.9 * short.axes[0].bbox.height


def test_lines_that_coincide_are_all_seen() -> None:
    lines = labelled(draw(summary(methods=("a", "b", "c"))).axes[0])
    assert lines["b"].get_markerfacecolor() == "none"
    assert lines["b"].get_zorder() > lines["a"].get_zorder() > lines["c"].get_zorder()


def test_one_line_is_named_unless_it_is_all_that_was_measured() -> None:
    (legend,) = draw(summary(methods=("a",))).legends
    assert [text.get_text() for text in legend.get_texts()] == ["a"]
    assert not draw(summary(methods=("a",), lines=None)).legends


@pytest.mark.parametrize("panels", [(), ("method",)])
def test_long_words_are_broken_and_stay_on_the_page(panels: tuple[str, ...]) -> None:
    words = "a rather long finding that says in full what was seen and what it means to "
    long: dict[str, Any] = {"title": 2 * words, "x_label": words, "y_label": words}
    figure = draw(summary(panels=panels, curves=(BOUND,), names={"a": 2 * words}, **long))
    figure.draw_without_rendering()
    (legend,) = figure.legends
    texts: list[Text] = [*figure.texts, *legend.get_texts()]
    for axes in figure.axes:
        texts += [axes.title, axes.xaxis.label, axes.yaxis.label]
    boxes = [text.get_window_extent() for text in texts if text.get_text()]
    assert sum("\n" in text.get_text() for text in texts) >= 4
    for box in boxes:
        assert 0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert 0 <= box.y0 < box.y1 <= figure.bbox.y1
    assert all(legend.get_window_extent().y1 <= axes.bbox.y0 for axes in figure.axes)


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_the_same_numbers_give_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    one = summary()
    for name in ("a", "b"):
        save(draw(one), tmp_path / f"{name}.{suffix}", one)
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_an_svg_carries_its_text(tmp_path: Path) -> None:
    one = summary()
    save(draw(one), tmp_path / "a.svg", one)
    text = (tmp_path / "a.svg").read_text()
    assert "Does it run? flips against coins, 120 trials." in text


def test_what_cannot_be_drawn_is_said(tmp_path: Path) -> None:
    one = summary()
    with pytest.raises(ValueError, match=r"no finished trials of toy/plain; `lemmata run"):
        draw(Summary(one.experiment, (), 0))
    with pytest.raises(ValueError, match=r"toy/plain \(7 stale ones are left out\); `lemmata run"):
        draw(Summary(one.experiment, (), 7))
    with pytest.raises(ValueError, match=r"an \.svg, \.png or \.pdf file"):
        save(draw(one), tmp_path / "a.jpg", one)
    with pytest.raises(ValueError, match="there is no folder"):
        save(draw(one), tmp_path / "no" / "a.svg", one)
    with pytest.raises(ValueError, match="method has the values a, b in the store"):
        draw(summary(lines=None))


def test_a_file_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = summary()
    figure = draw(one)
    (tmp_path / "a.svg").mkdir()
    with pytest.raises(ValueError, match=r"a\.svg is a folder; give another file"):
        save(figure, tmp_path / "a.svg", one)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Canvas, "savefig", full)
    with pytest.raises(ValueError, match=r"b\.svg: No space left on device; give another file"):
        save(figure, tmp_path / "b.svg", one)


def test_what_is_declared_is_drawn_or_refused() -> None:
    elsewhere = Curve(KEY, "bound", BOUND.values, panel={"methd": "a"})
    with pytest.raises(ValueError, match=r"'bound'.* belongs to panels of methd"):
        draw(summary(curves=(elsewhere,)))
    for x in ("small", "method"):
        with pytest.raises(ValueError, match=f"numbers on the x axis, and {x} is none"):
            draw(summary(places=(10,), x=x, log="", curves=(BOUND,)))
    for point, log in (((20.0, 0.0), "y"), ((20.0, float("nan")), "")):
        published = Published("they", (point,))
        with pytest.raises(ValueError, match=r"'they'.* has no place on the y axis"):
            draw(summary(published=(published,), log=log))
    assert draw(summary(published=(Published("they", ((20.0, 0.0),)),), log="x")).axes


def test_a_value_without_a_logarithm_is_not_dropped_silently() -> None:
    with pytest.raises(ValueError, match=r"n is 0 somewhere.*logarithmic x axis of toy/plain"):
        draw(summary(places=(0, 10)))
    assert draw(summary(places=(0, 10), log="")).axes


def test_a_statistic_is_taken_where_it_is_declared() -> None:
    assert made().summary["small"] == Statistic("proportion")


def test_the_module_loads_no_matplotlib_and_drawing_no_pyplot() -> None:
    code = """
import sys
from experiments.figures import draw
assert "matplotlib" not in sys.modules
from tests.experiments.test_figures import summary
draw(summary())
assert "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

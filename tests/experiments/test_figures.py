"""Figures: what is drawn is what was measured, proven and published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.container import ErrorbarContainer
from matplotlib.lines import Line2D

import algos
from experiments.experiment import Curve, Figure, Published, Statistic
from experiments.figures import draw, save
from experiments.summary import Estimate, PointSummary, Summary
from tests.experiments.toys import made

KEY = "search/sharp-crossing/flips"
FIXED = {"target": 0.5, "tolerance": 0.1, "failure_probability": 0.01}


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


def test_curves_are_the_theorem_dashed() -> None:
    curve = Curve(KEY, "bound", lambda p: {**FIXED, "n": float(p["n"])})
    (axes,) = draw(summary(curves=(curve,))).axes
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
    curve = Curve(KEY, "bound", lambda p: {**FIXED, "n": float(p["n"])}, panel={"method": "b"})
    numbers = Published("they", ((20.0, 3.0),), panel={"method": "a"})
    one = summary(panels=("method",), lines=None, curves=(curve,), published=(numbers,))
    left, right = draw(one).axes
    assert (left.get_title(), right.get_title()) == ("method: a", "method: b")
    assert set(labelled(left)) == {"measured", "they"}
    assert set(labelled(right)) == {"measured", "bound"}
    assert ys(labelled(right)["measured"]) == [200.0, 2000.0, 20000.0]


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
    with pytest.raises(ValueError, match=r"an \.svg, \.png or \.pdf file"):
        save(draw(one), tmp_path / "a.jpg", one)
    with pytest.raises(ValueError, match="there is no folder"):
        save(draw(one), tmp_path / "no" / "a.svg", one)
    with pytest.raises(ValueError, match="method has the values a, b in the store"):
        draw(summary(lines=None))


def test_a_value_without_a_logarithm_is_not_dropped_silently() -> None:
    with pytest.raises(ValueError, match=r"n is 0 somewhere.*logarithmic x axis of toy/plain"):
        draw(summary(places=(0, 10)))
    assert draw(summary(places=(0, 10), log="")).axes


def test_a_statistic_is_taken_where_it_is_declared() -> None:
    assert made().summary["small"] == Statistic("proportion")

"""What a family declares about an experiment, and nothing of how it is run."""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, Literal

import numpy as np

from algos.theorem import Source

__all__ = ["Curve", "Experiment", "Figure", "Published", "Statistic", "Value"]

#: What a parameter may be.
Value = str | int | float | bool
#: Parameters of one point of the grid.
Parameters = Mapping[str, Value]
Trial = Callable[[Parameters, np.random.Generator], Mapping[str, float]]


@dataclass(frozen=True)
class Statistic:
    """What is said of a metric over the trials of one point.

    Parameters
    ----------
    kind : {"mean", "median", "proportion"}
        The mean with Student's interval (right for many trials), the median with the
        interval of its order statistics (right for every distribution), or the share
        of trials with 1, the others 0, with the interval of Clopper and Pearson.
    confidence : float, optional
        Level of the interval, in (0, 1).
    """

    kind: Literal["mean", "median", "proportion"]
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if self.kind not in ("mean", "median", "proportion"):
            raise ValueError(f"kind must be mean, median or proportion, got {self.kind!r}")
        if not 0 < self.confidence < 1:
            raise ValueError(f"confidence must lie in (0, 1), got {self.confidence!r}")


@dataclass(frozen=True)
class Curve:
    """A theorem's bound, drawn over a figure's horizontal axis.

    Parameters
    ----------
    theorem : str
        Its key.
    label : str
        What the legend says.
    values : callable
        Turns a panel's parameters with the horizontal one into the theorem's symbols.
    panel : mapping, optional
        The parameters of the panels that it belongs to; by default every panel.
    """

    theorem: str
    label: str
    values: Callable[[Parameters], Mapping[str, float]]
    panel: Parameters = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """Numbers as the source prints them, drawn as markers and never joined with ours.

    Parameters
    ----------
    label : str
        Who published them, and for what.
    points : tuple of (float, float)
        Horizontal and vertical value.
    panel : mapping, optional
        The parameters of the panels that they belong to; by default every panel.
    """

    label: str
    points: tuple[tuple[float, float], ...]
    panel: Parameters = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """What the figure shows; how it looks is the house's.

    Parameters
    ----------
    x, y : str
        A parameter or a metric of the experiment; the vertical one is a metric.
    x_label, y_label : str
        What the axes say, with units.
    lines : str, optional
        The parameter whose values are told apart by colour and marker.
    panels : tuple of str, optional
        At most two parameters that get a panel for each value: columns, then rows.
    log : {"", "x", "y", "xy"}, optional
        Logarithmic axes.
    curves : tuple of Curve, optional
        Theorems, dashed.
    published : tuple of Published, optional
        Published numbers, as markers.
    names : mapping, optional
        What the legend calls the values of ``lines``.
    title : str, optional
        The finding, in a few words.
    """

    x: str
    y: str
    x_label: str
    y_label: str
    lines: str | None = None
    panels: tuple[str, ...] = ()
    log: Literal["", "x", "y", "xy"] = ""
    curves: tuple[Curve, ...] = ()
    published: tuple[Published, ...] = ()
    names: Mapping[Any, str] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True, eq=False)
class Experiment:
    """A simulation: what is drawn, what is measured, what is said of it.

    Parameters
    ----------
    name : str
        ``family/what``.
    description : str
        One sentence: the question that it answers.
    claims : tuple of str
        Keys of the theorems that it looks at.
    source : Source
        The paper, and in its locator the table or figure that is compared with.
    grid : mapping
        Each parameter's values; the points are all combinations.
    trial : callable
        ``(parameters, rng) -> {metric: number}``, a module's function without state
        of its own.  Same parameters and generator, same numbers, all of them finite.
    summary : mapping
        The statistic of each metric.
    figure : Figure
        What is drawn.
    trials : int
        Trials a point unless the user says otherwise.
    requires : tuple of str, optional
        Modules of the extra ``peers`` that the trial imports.

    Raises
    ------
    ValueError
        A part that does not fit the others.
    """

    name: str
    description: str
    claims: tuple[str, ...]
    source: Source
    grid: Mapping[str, tuple[Value, ...]]
    trial: Trial
    summary: Mapping[str, Statistic]
    figure: Figure
    trials: int
    requires: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked = {key: _checked_grid(self.name, key, v) for key, v in self.grid.items()}
        object.__setattr__(self, "grid", checked)
        if "/" not in self.name or any(c.isspace() for c in self.name):
            raise ValueError(f"name must be family/what without spaces, got {self.name!r}")
        if not (inspect.isfunction(self.trial) and "<" not in self.trial.__qualname__):
            raise ValueError(
                f"trial of {self.name} must be a function of a module, got {self.trial!r}; "
                "workers import it by its name"
            )
        if self.trials < 1:
            raise ValueError(f"trials of {self.name} must be at least 1, got {self.trials!r}")
        if set(self.grid) & set(self.summary):
            both = ", ".join(sorted(set(self.grid) & set(self.summary)))
            raise ValueError(f"{both} of {self.name} is a parameter and a metric; rename one")
        drawn = {self.figure.lines, *self.figure.panels} - {None}
        for name, among in (
            (self.figure.x, {*self.grid, *self.summary}),
            (self.figure.y, set(self.summary)),
            *((name, set(self.grid)) for name in drawn),
        ):
            if name not in among:
                raise ValueError(f"the figure of {self.name} needs one of {sorted(among)}: {name}")

    @property
    def family(self) -> str:
        """The part of the name before the slash."""
        return self.name.split("/")[0]

    def points(self) -> Iterator[dict[str, Value]]:
        """Give the grid's points, the last parameter running fastest.

        Yields
        ------
        dict
            One value a parameter.
        """
        for values in itertools.product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))

    def on(self, **grid: tuple[Value, ...]) -> Experiment:
        """Change the values of some parameters.

        Parameters
        ----------
        **grid : tuple
            The new values of a parameter.  Where the declared values are strings the
            new ones must be among them.

        Returns
        -------
        Experiment
            The same experiment on other points; a point's trials stay the same.

        Raises
        ------
        ValueError
            A name that is no parameter, or a value of another type.
        """
        for key in grid:
            if key not in self.grid:
                raise ValueError(
                    f"{self.name} has no parameter {key!r}{hint(key, self.grid)}; "
                    f"it has {', '.join(self.grid)}"
                )
        fitting = {key: self._fitting(key, values) for key, values in grid.items()}
        return replace(self, grid={**self.grid, **fitting})

    def _fitting(self, key: str, values: tuple[Value, ...]) -> tuple[Value, ...]:
        """Give values the type of the declared ones, or say why they cannot be taken."""
        declared = self.grid[key]
        kind = type(declared[0])
        if kind is str:
            for value in values:
                if value not in declared:
                    known = [str(one) for one in declared]
                    raise ValueError(
                        f"{key} of {self.name} must be one of {', '.join(known)}, got {value!r}"
                        f"{hint(str(value), known)}"
                    )
            return values
        for value in values:
            whole = type(value) is int or (type(value) is float and value.is_integer())
            if not (type(value) is kind or (whole and kind in (int, float))):
                raise ValueError(
                    f"{key} of {self.name} must be like {declared[0]!r}, got {value!r}"
                )
        return tuple(kind(value) for value in values)


def _checked_grid(name: str, key: str, values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Give a parameter's values one type; reject what cannot be told apart or written down."""
    if not values:
        raise ValueError(f"{key} of {name} needs at least one value")
    kinds = {type(value) for value in values}
    if kinds == {int, float}:
        values, kinds = tuple(float(value) for value in values), {float}
    if len(kinds) > 1 or not kinds <= {str, int, float, bool}:
        raise ValueError(f"{key} of {name} must be all text, numbers or bools, got {values!r}")
    if float in kinds and not all(math.isfinite(float(value)) for value in values):
        raise ValueError(f"{key} of {name} must be finite, got {values!r}")
    if len(set(values)) < len(values):
        raise ValueError(f"{key} of {name} has a value twice in {values!r}")
    return values


def hint(name: str, known: Iterable[str]) -> str:
    """Suggest the nearest of the known names, if one is near."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""

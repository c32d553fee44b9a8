"""Cost against size, one panel a pair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.bench import PairResult
from experiments.figures import COLOURS, HEIGHT, WIDTH, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw"]


def draw(results: Sequence[PairResult]) -> Figure:
    """Draw the measured pairs.

    Parameters
    ----------
    results : sequence of PairResult
        Skipped ones get no panel.

    Returns
    -------
    Figure
        Of matplotlib; the fitted exponents stand in the legends.

    Raises
    ------
    ValueError
        Nothing was measured.
    """
    from matplotlib.figure import Figure

    measured = [one for one in results if one.cells]
    if not measured:
        raise ValueError("nothing was measured, so there is nothing to draw")
    columns = min(3, len(measured))
    rows = -(-len(measured) // columns)
    with style():
        figure = Figure(figsize=(WIDTH * columns, HEIGHT * rows), layout="constrained")
        for k, one in enumerate(measured):
            axes = figure.add_subplot(rows, columns, k + 1)
            sizes = [cell.size for cell in one.cells]
            slopes = one.exponents or (None, None)
            sides = (("ours", [c.ours for c in one.cells]), (one.peer, [c.peer for c in one.cells]))
            for j, ((name, costs), slope) in enumerate(zip(sides, slopes, strict=True)):
                fitted = f", exponent {slope[0]:.2f}" if slope else ""
                axes.plot(sizes, costs, color=COLOURS[j], marker="os"[j], label=f"{name}{fitted}")
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set_title(one.name)
            axes.set_xlabel(one.size_name)
            axes.set_ylabel(one.cost)
            axes.legend(loc="best")
    return figure

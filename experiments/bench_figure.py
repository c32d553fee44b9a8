"""Cost against size, one panel a pair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.bench import PairResult
from experiments.style import COLOURS, HEIGHT, WIDTH, style

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
        Of matplotlib: medians, bands between the quartiles, and the fitted exponents in
        the legends.

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
        figure = Figure(figsize=(WIDTH * columns, 1.15 * HEIGHT * rows), layout="constrained")
        for k, one in enumerate(measured):
            axes = figure.add_subplot(rows, columns, k + 1)
            sizes = [cell.size for cell in one.cells]
            slopes = one.exponents or (None, None)
            ours = [(c.ours, *c.ours_quartiles) for c in one.cells]
            peer = [(c.peer, *c.peer_quartiles) for c in one.cells]
            sides = zip(("ours", one.peer), (ours, peer), slopes, strict=True)
            for j, (name, costs, slope) in enumerate(sides):
                fitted = f", exponent {slope[0]:.2f} ± {slope[1]:.2f}" if slope else ""
                median, low, high = zip(*costs, strict=True)
                axes.plot(sizes, median, color=COLOURS[j], marker="os"[j], label=f"{name}{fitted}")
                axes.fill_between(sizes, low, high, color=COLOURS[j], alpha=0.2, linewidth=0)
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set_title(one.name)
            axes.set_xlabel(one.size_name)
            axes.set_ylabel(one.cost)
            axes.legend(loc="upper left", bbox_to_anchor=(0, -0.2))  # clear of the lines
    return figure

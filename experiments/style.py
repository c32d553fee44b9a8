"""The house's style of figures, and how they are written."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.export import check_folder

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "HEIGHT", "WIDTH", "check_path", "style", "wrapped", "write"]

#: Okabe and Ito's colours, which colour-blind readers can tell apart, the dark ones first.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS, HOLLOW = "osD^vPX", "s^P"
MEASURED = "measured"  # what a figure of one line calls it
DASHES: tuple[Any, ...] = ("--", (0, (2, 1.5)), (0, (8, 3)))
#: Inches; a column of a paper is about 3.5 wide.
WIDTH, HEIGHT = 3.5, 2.6
#: Inches that a character and a line of text take, with the space around them.
CHARACTER, LINE = 0.06, 0.14
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
        Another suffix, no such folder, or a file that cannot be written.
    """
    check_path(path)
    dated: dict[str, Any] = {
        ".svg": {"Title": title, "Description": text, "Date": None},
        ".png": {"Title": title, "Description": text, "Software": None},
        ".pdf": {"Title": title, "Subject": text, "CreationDate": None},
    }
    try:
        with style():
            figure.savefig(path, metadata=dated[path.suffix])
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}; give another file") from error


def check_path(path: Path) -> None:
    """Reject a file that a figure cannot be written to.

    Parameters
    ----------
    path : Path
        Where it shall go.

    Raises
    ------
    ValueError
        The suffix is unknown, there is no such folder, or it cannot be written to.
    """
    if path.suffix not in (".svg", ".png", ".pdf"):
        raise ValueError(f"a figure is an .svg, .png or .pdf file, got {str(path)!r}")
    check_folder(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder; give another file")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ValueError(f"{path} cannot be written to; give another file")


def wrapped(text: str, inches: float) -> str:
    """Break text into lines of a length.

    Parameters
    ----------
    text : str
        One line.
    inches : float
        How long a line may be.

    Returns
    -------
    str
        With line breaks.
    """
    return textwrap.fill(text, int(inches / CHARACTER))

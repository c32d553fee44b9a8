"""Gives the gallery the figures that examples hold under the name ``figure``."""

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from sphinx_gallery.scrapers import figure_rst


def scrape(_block: Any, variables: dict[str, Any], settings: dict[str, Any]) -> str:
    """Save the figure that a block made, once, and take the name away."""
    figure = variables["example_globals"].pop("figure", None)
    if not isinstance(figure, Figure):
        return ""
    path = Path(next(variables["image_path_iterator"]))
    figure.savefig(path, dpi=200)
    text: str = figure_rst([str(path)], settings["src_dir"])
    return text

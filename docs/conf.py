"""The site: pages by hand, a page a theorem from the registry, the API from docstrings."""

import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "lemmata"
author = "the lemmata developers"
project_copyright = "2026, the lemmata developers"
release = metadata.version("lemmata")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
    "theorem_pages",
]
exclude_patterns = ["_build", "gallery", "auto_examples/*.ipynb"]
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3
templates_path = ["_templates"]
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"/plot_",
    "image_scrapers": ("matplotlib", "figure_scraper.scrape"),
    "show_memory": False,
    "download_all_examples": False,
    "abort_on_example_error": True,
}

html_theme = "pydata_sphinx_theme"
html_title = "lemmata"
html_theme_options = {"navigation_with_keys": False, "show_toc_level": 2}
html_sidebars = {"index": []}

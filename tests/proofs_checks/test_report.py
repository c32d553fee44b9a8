"""Reports of a run that holds every kind of result, and hostile text."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from proofs_checks import CheckResult, FaultResult, Point, Run, Verdict
from proofs_checks.report import table, write_html, write_json, write_junit

GOOD = CheckResult(
    key="search/sharp-crossing/flips",
    claim="A claim.",
    latex="x",
    source="A. Author, T (V, 2000), Theorem 1",
    cited="Author 2000",
    quantity="flips",
    direction="<=",
    verdict=Verdict.CONSISTENT,
    detail="fine",
    tightest=0.87,
    tight_enough=True,
    points=(Point("one", 3.0, 4.0, 0.75, 10, 0.01), Point("two", 1e-3, 4.0, 2.5e-4, 10)),
    trials=20,
    vacuous=0,
    detectable=1.5,
    witness="",
    reproduce="lemmata check search/sharp-crossing/flips --seed 0",
    faults=(FaultResult("late", "Stops late.", True, Verdict.REFUTED, "seen", 0.5),),
    seconds=2.0,
)
HOSTILE = replace(
    GOOD,
    key="mine/<b>bold</b>/&amp",
    claim="<script>alert(1)</script>",
    verdict=Verdict.REFUTED,
    detail="found",
    tightest=math.inf,
    points=(),
    witness="replay('<i>', 1)",
    vacuous=15,
    faults=(FaultResult("none", "<u>", False, Verdict.CONSISTENT, "-", 0.1),),
)
QUIET = replace(GOOD, key="search/side-test/failure", verdict=Verdict.UNDECIDED, tightest=math.nan)
RUN = Run(results=(GOOD, HOSTILE, QUIET), seed=3, alpha=1e-6, budget=None, seconds=6.0)


class Outline(HTMLParser):
    """Collect the tags and what they refer to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [v or "" for k, v in attrs if k in ("href", "src", "xlink:href")]


def test_html_is_one_file_that_needs_no_network(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_html(RUN, path)
    text = path.read_text("utf-8")
    outline = Outline()
    outline.feed(text)
    assert outline.tags.count("article") == 3
    assert "script" not in outline.tags
    assert outline.links
    assert all(link.startswith("#") for link in outline.links)
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org)", text)
    assert outline.tags.count("math") == 2  # the registry knows two of the three
    assert outline.tags.count("svg") == 2
    assert "&lt;script&gt;alert(1)" in text
    assert "<b>bold" not in text
    assert "More than a fifth of the instances said nothing." in text
    assert "1 failed." in text


def test_json_is_strict(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_json(RUN, path)
    loaded = json.loads(path.read_text(), parse_constant=pytest.fail)
    assert [one["tightest"] for one in loaded["results"]] == [0.87, None, None]
    assert loaded["results"][0]["points"][0]["instance"] == "one"


def test_junit_counts_theorems_and_faults(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    write_junit(RUN, path)
    suite = ElementTree.parse(path).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("6", "2", "1")
    assert len(suite.findall("testcase")) == 6
    assert len(suite.findall("testcase/failure")) == 2


@pytest.mark.parametrize("width", [60, 80, 140])
def test_table_keeps_keys_and_verdicts(width: int) -> None:
    console = Console(width=width, record=True, force_terminal=False)
    with console.capture() as capture:
        console.print(table((GOOD, QUIET)))
    text = capture.get()
    for words in ("sharp-crossing", "consistent", "undecided", "0.87", "1/1"):
        assert words in text

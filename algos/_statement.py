"""What a theorem's statement is made of: its source, quantifier, hypotheses and tightness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sympy import Basic


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a theorem stands in print.

    Parameters
    ----------
    authors, title : str
        As printed.
    year : int
        Year of publication.
    venue : str
        Journal, conference or preprint number.
    locator : str
        Theorem number, equation or section; ``"this library"`` style locators
        point at the page in ``docs/theory`` that carries our proof.
    url : str, optional
        A stable address (DOI or arXiv).
    """

    authors: str
    title: str
    year: int
    venue: str
    locator: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.authors}, {self.title} ({self.venue}, {self.year}), {self.locator}"

    @property
    def short(self) -> str:
        """Family names and year: ``"Gretta, Price 2023"``, ``"Zhang et al. 2023"``."""
        names = [name.split()[-1] for name in self.authors.split(",")]
        shown = ", ".join(names) if len(names) < 3 else f"{names[0]} et al."
        return f"{shown} {self.year}"


def here(page: str, section: str) -> Source:
    """Point at a proof of this library.

    Parameters
    ----------
    page : str
        Name of the page in ``docs/theory``, without its suffix.
    section : str
        The heading of the proof there.

    Returns
    -------
    Source
        The source.
    """
    return Source(
        authors="lemmata",
        title="proof of this library",
        year=2026,
        venue=f"docs/theory/{page}.md",
        locator=section,
    )


@dataclass(frozen=True)
class Surely:
    """The bound holds in every run."""

    def __str__(self) -> str:
        return "surely"


@dataclass(frozen=True)
class WithProbability:
    """The bound holds with at least the given probability in each run.

    Parameters
    ----------
    probability : sympy.Expr or float
        May contain the theorem's symbols, such as ``1 - failure_probability``.
    """

    probability: Any

    def __str__(self) -> str:
        return f"with probability at least {self.probability}"


@dataclass(frozen=True)
class InExpectation:
    """The bound holds for the mean over the algorithm's randomness.

    Parameters
    ----------
    spread : sympy.Expr or float
        The quantity lies in ``[0, spread]`` surely; a bounded range is what
        makes a mean testable from finitely many runs.
    """

    spread: Any

    def __str__(self) -> str:
        return "in expectation"


Quantifier = Surely | WithProbability | InExpectation


@dataclass(frozen=True)
class Need:
    """A hypothesis of a theorem, as data.

    Parameters
    ----------
    condition : sympy.Basic
        A relation in the theorem's symbols or in further values that the
        check's measurement reports.
    text : str
        The same in words.
    """

    condition: Basic
    text: str


@dataclass(frozen=True)
class Tightness:
    """A named instance on which measured / bound comes close to 1.

    Parameters
    ----------
    ratio : float
        What the instance reaches at least.
    witness : str
        The instance's name in the check.
    """

    ratio: float
    witness: str

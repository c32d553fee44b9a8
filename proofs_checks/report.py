"""What a run leaves behind: a table, one HTML file, JUnit and JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from importlib import metadata, resources
from pathlib import Path
from xml.etree import ElementTree

from jinja2 import Environment
from markupsafe import Markup, escape
from rich.markup import escape as escape_markup
from rich.table import Table

from algos.theorem import LATEX_NAMES, InExpectation, Theorem, theorem
from proofs_checks.results import CheckResult, Point, Verdict
from proofs_checks.runner import Run

__all__ = ["table", "write_html", "write_json", "write_junit"]

TONES = {
    Verdict.CONSISTENT: "good",
    Verdict.FITS: "good",
    Verdict.UNDECIDED: "wait",
    Verdict.REFUTED: "bad",
    Verdict.DOES_NOT_FIT: "bad",
}
STYLES = {"good": "green", "wait": "yellow", "bad": "bold red"}


def table(results: Iterable[CheckResult]) -> Table:
    """Lay results out for a terminal.

    Parameters
    ----------
    results : iterable of CheckResult
        In the order of the rows.

    Returns
    -------
    rich.table.Table
        Theorem with its source, verdict, tightest ratio, faults caught, time.
    """
    shown = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    shown.add_column("theorem, source", no_wrap=True)
    shown.add_column("verdict", no_wrap=True)
    for name in ("ratio", "faults", "time"):
        shown.add_column(name, justify="right", no_wrap=True)
    for one in results:
        style = STYLES["bad" if one.failed else TONES[one.verdict]]
        shown.add_row(
            f"{escape_markup(one.key)}\n  [dim]{escape_markup(one.cited)}[/]",
            f"[{style}]{one.verdict}[/]",
            _ratio(one),
            _caught(one),
            f"{one.seconds:.1f}s",
        )
    return shown


def write_html(run: Run, path: Path) -> None:
    """Write the report: one file that needs no network.

    Parameters
    ----------
    run : Run
        What to report.
    path : Path
        Where to.
    """
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    source = resources.files("proofs_checks").joinpath("report.html.j2").read_text("utf-8")
    text = environment.from_string(source).render(
        run=run,
        results=[_shown(one) for one in run.results],
        bad=sum(one.failed for one in run.results),
        version=metadata.version("lemmata"),
    )
    path.write_text(text + "\n", encoding="utf-8")


def write_json(run: Run, path: Path) -> None:
    """Write everything as JSON; numbers that JSON lacks become null.

    Parameters
    ----------
    run : Run
        What to report.
    path : Path
        Where to.
    """
    path.write_text(json.dumps(_plain(asdict(run)), indent=2, allow_nan=False) + "\n")


def write_junit(run: Run, path: Path) -> None:
    """Write a test suite with a case for each theorem and each fault.

    Parameters
    ----------
    run : Run
        What to report.
    path : Path
        Where to.
    """
    suite = ElementTree.Element("testsuite", name="lemmata", time=f"{run.seconds:.3f}")
    counts = {"tests": 0, "failures": 0, "skipped": 0}
    for one in run.results:
        spent = one.seconds - sum(fault.seconds for fault in one.faults)
        own = [p for p in one.problems if "planted fault" not in p]
        case = _case(suite, one.key, "theorem", spent)
        counts["tests"] += 1 + len(one.faults)
        if own:
            ElementTree.SubElement(case, "failure", message=own[0]).text = one.witness
            counts["failures"] += 1
        elif one.verdict is Verdict.UNDECIDED:
            ElementTree.SubElement(case, "skipped", message=one.detail)
            counts["skipped"] += 1
        for fault in one.faults:
            case = _case(suite, one.key, f"fault {fault.name}", fault.seconds)
            if not fault.caught:
                message = f"not caught: {fault.description} ({fault.detail})"
                ElementTree.SubElement(case, "failure", message=message)
                counts["failures"] += 1
    for name, count in counts.items():
        suite.set(name, str(count))
    ElementTree.indent(suite)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _case(suite: ElementTree.Element, key: str, name: str, seconds: float) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite, "testcase", classname=key, name=name, time=f"{seconds:.3f}"
    )


def _shown(one: CheckResult) -> dict[str, object]:
    """Gather what the template shows of a result."""
    return {
        **{name: getattr(one, name) for name in ("key", "claim", "source", "detail", "trials")},
        **{name: getattr(one, name) for name in ("vacuous", "witness", "reproduce", "faults")},
        "verdict": str(one.verdict),
        "tone": "bad" if one.failed else TONES[one.verdict],
        "tightest": _ratio(one),
        "caught": _caught(one),
        "seconds": one.seconds,
        "problems": one.problems,
        "mostly_vacuous": one.vacuous > 0.2 * one.trials,
        "formula": _formula(one),
        "plot": _plot(one),
    }


def _ratio(one: CheckResult) -> str:
    return "-" if math.isnan(one.tightest) else f"{one.tightest:.3g}"


def _caught(one: CheckResult) -> str:
    return f"{sum(fault.caught for fault in one.faults)}/{len(one.faults)}"


def _formula(one: CheckResult) -> Markup:
    """Render the claim as MathML; a user's own theorem, not in the registry, as LaTeX source."""
    try:
        claim = theorem(one.key)
    except KeyError:
        return Markup("<code>{}</code>").format(one.latex)
    return _mathml(claim)


def _mathml(claim: Theorem) -> Markup:
    """Render quantity, relation and formula with the house's Greek letters."""
    import sympy
    from sympy.printing.mathml import MathMLPresentationPrinter

    class Printer(MathMLPresentationPrinter):  # type: ignore[misc]  # sympy is untyped
        """Sympy's printer, but for the names of functions, which it would put in lower case."""

        def mathml_tag(self, e: object) -> str:
            own = isinstance(e, sympy.Function) and hasattr(e, "_imp_")
            return str(type(e).__name__ if own else super().mathml_tag(e))

    greek = {
        symbol: sympy.Symbol(LATEX_NAMES[symbol.name].lstrip("\\").removeprefix("var"))
        for symbol in claim.formula.free_symbols
        if symbol.name in LATEX_NAMES
    }
    formula = Markup(Printer().doprint(claim.formula.xreplace(greek)))
    relation = "≤" if claim.direction == "<=" else "≥"
    if claim.constants == "unspecified":
        order = "O" if claim.direction == "<=" else "Ω"
        relation, formula = "=", Markup(f"<mi>{order}</mi><mo>(</mo>{formula}<mo>)</mo>")
    quantity = Markup("<mtext>{}</mtext>").format(claim.quantity)
    if isinstance(claim.holds, InExpectation):
        quantity = Markup("<mi>E</mi><mo>[</mo>{}<mo>]</mo>").format(quantity)
    return Markup(
        '<math display="block" style="text-align: left"><mrow>{}<mo>{}</mo>{}</mrow></math>'
    ).format(quantity, relation, formula)


def _plot(one: CheckResult) -> Markup:
    """Draw measured / bound of every instance on a line, with the bound at 1."""
    points = [p for p in one.points if 0 < p.ratio < math.inf]
    if not points:
        return Markup("")
    low = min(0.5, min(p.ratio for p in points))
    high = max(1.2, max(p.ratio for p in points))
    log = high / low > 20

    def place(ratio: float) -> float:
        if log:
            return 20 + 560 * math.log(ratio / low) / math.log(high / low)
        return 20 + 560 * ratio / high

    if log:
        decades = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
        ticks = sorted({10.0**k for k in decades} | {1.0})
    else:
        ticks = [t for t in (0.0, 0.25, 0.5, 0.75, 1.0) if t <= high]
    marks = [
        f'<line x1="{place(t) if t else 20:.1f}" x2="{place(t) if t else 20:.1f}" y1="44" y2="50" '
        f'stroke="currentColor" opacity=".5"/>'
        f'<text x="{place(t) if t else 20:.1f}" y="64" text-anchor="middle">{t:g}</text>'
        for t in ticks
    ]
    dots = [_dot(p, place(p.ratio)) for p in points]
    title = f"measured / bound on {len(points)} instances, tightest {_ratio(one)}"
    return Markup(
        f'<svg viewBox="0 0 600 70" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>"
        f'<line x1="20" x2="580" y1="44" y2="44" stroke="currentColor" opacity=".5"/>'
        f'<line x1="{place(1):.1f}" x2="{place(1):.1f}" y1="6" y2="44" stroke="var(--bad)" '
        f'stroke-dasharray="4 3"/>{"".join(marks)}{"".join(dots)}</svg>'
        '<p class="dim">measured / bound, one mark an instance; the dashed line is the bound</p>'
    )


def _dot(point: Point, x: float) -> str:
    label = escape(f"{point.instance}: {point.measured:.4g} against {point.bound:.4g}")
    return (
        f'<circle cx="{x:.1f}" cy="30" r="4.5" fill="var(--mark)" fill-opacity=".55">'
        f"<title>{label}</title></circle>"
    )


def _plain(value: object) -> object:
    """Replace what JSON cannot hold."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value

"""Write docs/theorems: an index and a page for each theorem of the registry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import algos
from algos import Theorem
from proofs_checks import Check, checks


def page(theorem: Theorem, check: Check) -> str:
    """Write a theorem's page in MyST."""
    name = theorem.algorithm.__name__
    values = {"n": "10**6", "target": "0.5", "tolerance": "0.1", "failure_probability": "0.01"}
    values |= {"horizon": "10**6", "lipschitz": "1.0"}
    given = ", ".join(f"{symbol}={values.get(symbol, '1')}" for symbol in theorem.parameters)
    lines = [
        f"# {theorem.key}",
        "",
        theorem.statement,
        "",
        "$$",
        theorem.latex(),
        "$$",
        "",
        f"- **Algorithm**: {{func}}`{name} <algos.{theorem.family}.{name}>`",
        f"- **Holds**: {theorem.holds}",
        f"- **Constants**: {theorem.constants}",
        f"- **Source**: {theorem.source}",
    ]
    if theorem.source.url:
        lines[-1] += f" ([link]({theorem.source.url}))"
    lines += [f"- **Assumes**: {need.text}" for need in theorem.needs]
    if theorem.tightness != "unknown":
        reached, witness = theorem.tightness.ratio, theorem.tightness.witness
        lines.append(f"- **Tightness**: at least {reached:g} of the bound at “{witness}”")
    lines += ["", "## Evaluate", "", "```python", "import algos", ""]
    lines += [f'algos.theorem("{theorem.key}").bound({given})', "```", ""]
    lines += ["## Check", "", f"`lemmata check {theorem.key}` must catch these planted faults:", ""]
    lines += [f"- `{fault.name}`: {fault.description}" for fault in check.faults]
    hard = getattr(check.on, "hard", ())
    if hard:
        lines += ["", "Hard instances: " + ", ".join(label for label, _ in hard) + "."]
    return "\n".join(lines) + "\n"


def write_pages(app: Any) -> None:
    """Write every page whose text changed."""
    folder = Path(app.srcdir) / "theorems"
    folder.mkdir(exist_ok=True)
    of = {check.key: check for check in checks()}
    pages = {}
    index = ["# Theorems", "", "| theorem | bounds | source |", "|---|---|---|"]
    for theorem in algos.theorems():
        name = theorem.key.replace("/", "--")
        pages[name] = page(theorem, of[theorem.key])
        index.append(
            f"| [{theorem.key}]({name}.md) | {theorem.quantity} | {theorem.source.short} |"
        )
    index += ["", "```{toctree}", ":hidden:", *pages, "```", ""]
    pages["index"] = "\n".join(index)
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    for path in folder.glob("*.md"):
        if path.stem not in pages:
            path.unlink()


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}

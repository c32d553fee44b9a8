"""What the README and the pages of the site tell users to run, run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = "from experiments.cli import main; main()"
ROOT = Path(__file__).parent.parent


def blocks(page: str, language: str) -> list[str]:
    """Take the fenced blocks of one language out of a page."""
    text = (ROOT / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/quickstart.md",
        "docs/index.md",
        "docs/experiments.md",
        "docs/families/iterations.md",
        "docs/families/mechanisms.md",
        "docs/families/privacy.md",
        "docs/families/sketching.md",
        "docs/families/submodular.md",
    ],
)
def test_python_blocks_run(page: str, tmp_path: Path) -> None:
    script = tmp_path / "page.py"
    script.write_text("\n".join(blocks(page, "python")))
    done = run(str(script), folder=tmp_path)
    assert done.returncode == 0, done.stderr


def run(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run this Python."""
    return subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False
    )


def lines() -> list[str]:
    """Take the README's commands of ours."""
    shown = "\n".join(blocks("README.md", "console"))
    return [line[2:] for line in shown.splitlines() if line.startswith("$ lemmata ")]


def test_commands_run_one_after_the_other(tmp_path: Path) -> None:
    for line in lines():
        if " bench " not in line:
            done = run("-c", MAIN, *shlex.split(line)[1:], folder=tmp_path)
            assert done.returncode == 0, (line, done.stderr)


@pytest.mark.nightly
def test_the_bench_command_runs() -> None:
    done = run("-c", MAIN, "bench", "search/sharp", "--repetitions", "5")
    assert done.returncode == 0, done.stderr


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    commands = "\n".join(blocks("README.md", "console"))
    targets = re.findall(r"^\$ make (\S+)", commands, re.MULTILINE)
    assert targets == ["check", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)

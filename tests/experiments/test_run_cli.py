"""`lemmata run`, `results`, `figure` and `experiments` as a user meets them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from experiments.cli import main
from tests.experiments.test_cli import lemmata
from tests.experiments.test_runner import expected

TOY = "tests.experiments.toys:TOY"
ROOT = str(Path(__file__).parents[2])


def toy(folder: Path, *words: str, **environment: str) -> CompletedProcess[str]:
    """Call the command with the toys within reach."""
    return lemmata(*words, folder=folder, PYTHONPATH=ROOT, **environment)


def test_run_then_results_in_three_forms(tmp_path: Path) -> None:
    done = toy(tmp_path, "run", TOY, "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("60 trials in ")
    assert "60 finished in lemmata.db" in done.stdout
    shown = toy(tmp_path, "results", TOY)
    assert "Does it run?" in shown.stdout
    assert "mean x [95%]" in shown.stdout
    table = list(csv.DictReader(io.StringIO(toy(tmp_path, "results", TOY, "--csv").stdout)))
    assert [row["n"] for row in table] == ["1", "2", "4"]
    means = {json.loads(k)["n"]: sum(v) / len(v) for k, v in expected(20).items()}
    for row in table:
        mean = means[int(row["n"])]
        assert float(row["mean_x"]) == pytest.approx(mean, rel=1e-12)
        assert float(row["low_x"]) < mean < float(row["high_x"])
        assert f"{mean:.4g}" in shown.stdout
    trials = toy(tmp_path, "results", TOY, "--csv", "--trials", "-o", "t.csv")
    assert trials.returncode == 0
    with (tmp_path / "t.csv").open() as file:
        values = [float(row["x"]) for row in csv.DictReader(file) if row["n"] == "2"]
    assert values == expected(20)['{"n": 2}']


def test_results_as_parquet(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    toy(tmp_path, "run", TOY, "--jobs", "1", TOY_FAILS="2")
    assert toy(tmp_path, "results", TOY, "--parquet", "-o", "a.parquet").returncode == 0
    assert pq.read_table(tmp_path / "a.parquet").column("n").to_pylist() == [1, 2, 4]
    words = ("results", TOY, "--parquet", "--trials", "-o", "b.parquet")
    assert toy(tmp_path, *words).returncode == 0
    table = pq.read_table(tmp_path / "b.parquet")
    assert table.num_rows == 60
    lost = [x is None for x in table.column("x").to_pylist()]
    assert [e is not None for e in table.column("error").to_pylist()] == lost
    assert 0 < sum(lost) < 20


def test_a_failed_trial_is_told_and_the_command_to_repeat_it_works(tmp_path: Path) -> None:
    words = ("--set", "n=2,4", "--jobs", "1", "--store", "my store.db")
    done = toy(tmp_path, "run", TOY, *words, TOY_FAILS="2")
    assert done.returncode == 1
    assert "40 trials in" in done.stdout
    assert "RuntimeError: as asked" in done.stderr
    assert "at n = 2 (seed 0x" in done.stderr
    again = done.stdout.splitlines()[-1].split("once mended: ")[1]
    assert again == f"lemmata run {TOY} --failed --set n=2,4 --store 'my store.db'"
    mended = toy(tmp_path, "run", TOY, "--failed", "--store", "my store.db", "--jobs", "1")
    assert mended.returncode == 0
    assert "40 finished" in mended.stdout
    results = toy(tmp_path, "results", TOY, "--set", "n=4", "--store", "my store.db", "--csv")
    assert [line.split(",")[0] for line in results.stdout.splitlines()] == ["n", "4"]


def test_the_list_counts_what_is_stored(tmp_path: Path) -> None:
    empty = toy(tmp_path, "experiments")
    assert empty.returncode == 0
    assert "no store at lemmata.db yet" in empty.stderr
    assert list(tmp_path.iterdir()) == []
    toy(tmp_path, "run", "search/flaky-bisection", "--trials", "2", "--jobs", "1")
    toy(tmp_path, "run", TOY, "--trials", "2", "--jobs", "1")
    rows = [line.split("│") for line in toy(tmp_path, "experiments").stdout.splitlines()]
    cells = {row[1].strip(): [cell.strip() for cell in row[3:]] for row in rows if len(row) > 5}
    assert cells["search/flaky-bisection"][:5] == ["12", "24000", "24", "0", "0"]
    assert cells["toy/plain"][:5] == ["", "", "6", "0", ""]


def test_a_figure_is_drawn_from_the_store(tmp_path: Path) -> None:
    toy(tmp_path, "run", TOY, "--jobs", "1")
    for suffix, start in {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}.items():
        done = toy(tmp_path, "figure", TOY, "-o", f"a.{suffix}")
        assert done.returncode == 0, done.stderr
        assert (tmp_path / f"a.{suffix}").read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "search/tumors"), "did you mean search/tumours"),
        (("run", "no_module:X"), "cannot be imported"),
        (("run", TOY, "--set", "n"), "--set takes KEY=VALUE"),
        (("run", TOY, "--set", "m=1"), "has no parameter 'm'"),
        (("run", TOY, "--set", "n=a"), "must be like 1, got 'a'"),
        (("run", TOY, "--set", "n=nan"), "must be like 1"),
        (("run", TOY, "--trials", "0"), "Invalid value for '--trials'"),
        (("run", TOY, "--store", "no/such/a.db"), "no folder"),
        (("run", TOY, "--store", "postgresql://127.0.0.1:1/x"), "check the address"),
        (("results", TOY), "there is no store at lemmata.db"),
        (("results", TOY, "--csv", "--parquet"), "exclude each other"),
        (("results", TOY, "--parquet"), "give a file"),
        (("results", TOY, "--trials"), "need --csv or --parquet"),
        (("results", TOY, "--csv", "-o", "no/a.csv"), "there is no folder no"),
        (("figure", TOY, "-o", "a.svg"), "there is no store"),
        (("figure", TOY, "-o", "a.gif"), "an .svg, .png or .pdf file"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["lemmata", *words])
    with pytest.raises(SystemExit) as stopped:
        main()
    shown = capsys.readouterr()
    assert stopped.value.code == 2
    assert message in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""
    assert list(tmp_path.iterdir()) == []


def test_stale_and_missing_trials_are_told(tmp_path: Path) -> None:
    module = "from tests.experiments.toys import made\nRATE = {}\n"
    module += "def trial(p, rng):\n    return {{'x': RATE, 'small': 0}}\nE = made(trial=trial)\n"
    (tmp_path / "mine.py").write_text(module.format(1))
    assert toy(tmp_path, "run", "mine:E", "--jobs", "1").returncode == 0
    (tmp_path / "mine.py").write_text(module.format(2.0))  # longer, or old bytecode would do
    shown = toy(tmp_path, "results", "mine:E")
    assert "60 stale trials are left out" in shown.stderr
    assert "no finished trials of toy/plain" in shown.stderr
    assert toy(tmp_path, "run", "mine:E", "--jobs", "1", "--trials", "3").returncode == 0
    assert ",2.0," in toy(tmp_path, "results", "mine:E", "--csv").stdout

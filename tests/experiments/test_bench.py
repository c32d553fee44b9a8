"""Benchmarks: they measure what they say, and git does what is simulated."""

from __future__ import annotations

import json
import shlex
import subprocess
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from experiments.bench import BenchError, Pair, measure
from experiments.bench_cli import _check_writable, _measured, _number, _seconds, _table, pairs
from experiments.bench_figure import draw
from experiments.catalog import experiment
from experiments.runner import run
from experiments.runner_bench import SUMMARY
from experiments.search.bisection import git_bisect
from experiments.search.pairs import FLIPS, GIT
from experiments.store import Store
from experiments.summary import summarise
from tests.experiments.test_cli import lemmata


def toy(**changes: Any) -> Pair:
    """Make a pair that spins: ours costs n, the peer n squared, in made-up units."""
    parts: dict[str, Any] = {
        "name": "toy/square",
        "peer_name": "the square",
        "sizes": (10, 100, 1000),
        "size_name": "things",
        "workload": lambda size, rng: size,
        "ours": lambda n: n,
        "peer": lambda n: n**2,
        "agree": lambda n, ours, peer: ours**2 == peer,
        "cost": float,
        "cost_name": "units",
    }
    return Pair(**{**parts, **changes})


def test_costs_ratios_and_exponents_are_those_of_the_answers() -> None:
    result = measure(toy(target="less", met=lambda cell: cell.size < 1000, per_unit=True))
    assert [(c.ours, c.peer) for c in result.cells] == [(10, 100), (100, 1e4), (1000, 1e6)]
    assert [c.ratio for c in result.cells] == [0.1, 0.01, 0.001]
    assert [c.extra for c in result.cells] == pytest.approx([-9, -99, -999])
    assert result.exponents is not None
    (ours, _), (peer, half) = result.exponents
    assert (ours, peer) == pytest.approx((1, 2))
    assert half < 1e-6
    assert (result.verdict, result.missed) == ("missed", (1000,))


def test_medians_and_quartiles_are_those_of_the_paired_ratios() -> None:
    answers = iter([(1.0, 1.0), *((a, 10.0) for a in (5.0, 1.0, 2.0, 4.0, 3.0))])
    pair = toy(
        sizes=(7,),
        repetitions=5,
        workload=lambda size, rng: next(answers),
        ours=lambda work: work[0],
        peer=lambda work: work[1],
        agree=lambda *_: True,
        per_unit=True,
    )
    (cell,) = measure(pair).cells  # the first instance warms up
    assert (cell.ours, cell.ours_quartiles) == (3, (2, 4))
    assert (cell.peer, cell.peer_quartiles) == (10, (10, 10))
    assert (cell.low, *cell.ratio_quartiles, cell.high) == pytest.approx((0.1, 0.2, 0.4, 0.5))
    assert cell.extra == pytest.approx(-1)


def test_a_target_is_met_only_where_its_sizes_were_measured() -> None:
    pair = toy(target="less", met=lambda cell: cell.size == 1000, target_from=1000)
    assert measure(pair).verdict == "met"
    small = measure(pair, sizes=2)
    assert (small.verdict, small.missed) == ("not measured", ())
    assert measure(toy()).verdict == ""


@pytest.mark.parametrize("cost", [np.nan, np.inf, 0.0, -1.0])
def test_a_cost_that_is_no_positive_number_is_refused(cost: float) -> None:
    with pytest.raises(BenchError, match="toy/square: a cost at size 10 is not positive"):
        measure(toy(cost=lambda _: cost))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "square"}, "name must be family/what, got 'square'"),
        ({"sizes": ()}, "sizes of toy/square must rise"),
        ({"sizes": (10, 10)}, "sizes of toy/square must rise"),
        ({"sizes": (0, 10)}, "sizes of toy/square must rise"),
        ({"repetitions": 0}, "repetitions of toy/square must be at least 1, got 0"),
        ({"target": "less"}, "needs both target and met"),
        ({"met": lambda cell: True}, "needs both target and met"),
    ],
)
def test_a_pair_whose_parts_do_not_fit_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        toy(**changes)


@pytest.mark.parametrize("name", ["repetitions", "sizes"])
@pytest.mark.parametrize("value", [0, -1])
def test_measuring_nothing_is_refused(name: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got {value}"):
        measure(toy(), **{name: value})


def test_sides_that_do_not_agree_are_not_compared() -> None:
    wrong = toy(ours=lambda n: n + (n == 100))
    with pytest.raises(BenchError, match="do not agree at size 100"):
        measure(wrong)
    result = _measured(wrong, None, 0, None)  # the command goes on with the others
    assert result.status.startswith("failed: toy/square: the two sides do not agree")
    assert result.cells == ()


def test_numbers_are_written_in_the_unit_that_suits_them() -> None:
    times = (2.5, 0.9999, 0.1523, 0.00999, 9.99e-4, 2.3e-7, -3e-6)
    shown = ["2.5 s", "1 s", "152 ms", "9.99 ms", "999 µs", "0.23 µs", "-3 µs"]
    assert [_seconds(one) for one in times] == shown
    assert [_number(one) for one in (0.12345, 1, 99.96, 1823.4)] == ["0.123", "1", "100", "1,823"]


def test_sides_that_may_fail_disagree_as_often_as_they_may_and_no_more() -> None:
    def fails(share: float) -> Any:
        rng = np.random.default_rng(5)
        return lambda *_: bool(rng.random() >= share)

    allowed = measure(toy(agree=fails(0.1), failure=0.1, repetitions=50))
    assert 3 <= allowed.disagreed <= 33
    with pytest.raises(BenchError, match="do not agree"):
        measure(toy(agree=fails(0.6), failure=0.1, repetitions=50))
    assert measure(toy()).disagreed == 0


def test_time_is_measured_in_alternation_and_quick_sides_are_repeated() -> None:
    calls: list[str] = []

    def side(name: str, seconds: float) -> Any:
        def work(_: Any) -> int:
            calls.append(name)
            time.sleep(seconds)
            return 0

        return work

    pair = toy(
        ours=side("ours", 0.002),
        peer=side("peer", 0.006),
        agree=lambda *_: True,
        cost=None,
        sizes=(1,),
        repetitions=6,
    )
    (cell,) = measure(pair).cells
    assert 0.1 < cell.ratio < 0.9  # sleeping takes longer on a busy machine
    assert cell.low <= cell.ratio <= cell.high
    assert calls.count("ours") == calls.count("peer") >= 2 * 6  # more than one a timing
    changes = sum(a != b for a, b in pairwise(calls))
    assert changes >= 6


def test_a_slow_side_is_not_repeated_for_long() -> None:
    calls = 0

    def slow(_: Any) -> int:
        nonlocal calls
        calls += 1
        time.sleep(0.2)
        return 0

    changes = {"ours": lambda n: 0, "peer": slow, "agree": lambda *_: True, "cost": None}
    (cell,) = measure(toy(**changes, sizes=(1,), repetitions=1)).cells
    assert calls == 2 + 2  # two to warm up, and twice in the timing
    assert cell.peer == pytest.approx(0.2, rel=0.3)  # of one call


def test_a_missing_peer_is_skipped_by_name() -> None:
    pair = toy(requires=("numpy", "no_such.module"), target="less", met=lambda cell: True)
    result = measure(pair)
    way_out = "skipped: no_such.module is not installed; pip install 'lemmata[peers]'"
    assert (result.status, result.cells, result.verdict) == (way_out, (), "not measured")
    printed = Console(width=140).render_str(str(_table(result, False).caption)).plain
    assert printed.startswith(way_out)
    program = measure(toy(programs=("no-such-program",)))  # a module of that name is none
    assert program.status == "skipped: no-such-program is not on the PATH; install it"
    assert measure(toy(programs=("json",))).status.startswith("skipped: json is not on the PATH")
    with pytest.raises(ValueError, match="nothing was measured"):
        draw([result])


def test_the_same_seed_gives_the_same_instances() -> None:
    def drawn(seed: int) -> list[int]:
        seen: list[int] = []

        def workload(size: int, rng: np.random.Generator) -> int:
            seen.append(int(rng.integers(1000)))
            return size

        measure(toy(workload=workload, repetitions=2), seed=seed)
        return seen

    assert drawn(3) == drawn(3) != drawn(4)


@pytest.mark.parametrize(
    "pair",
    [one for one in pairs() if one not in (GIT, *FLIPS)],
    ids=lambda pair: str(pair.name),
)
def test_every_pair_agrees_at_its_smallest_size(pair: Pair) -> None:
    result = measure(pair, repetitions=1, sizes=1)
    assert result.status == "measured"
    (cell,) = result.cells
    assert cell.ours > 0
    assert cell.peer > 0


@pytest.mark.parametrize("pair", FLIPS, ids=lambda pair: str(pair.name))
def test_ours_takes_the_fewest_flips_on_a_million_coins(pair: Pair) -> None:
    few = measure(replace(pair, sizes=(10**6,)), repetitions=3)
    assert few.cells[0].ratio < 1


def test_bisection_with_git_itself_takes_more_runs_than_ours() -> None:
    (cell,) = measure(GIT, repetitions=2, sizes=1).cells
    assert 4 * 6 <= cell.peer <= 4 * 11
    assert 4 <= cell.ours < cell.peer


@pytest.mark.nightly
def test_a_million_rows_are_summarised_in_two_seconds() -> None:
    result = measure(SUMMARY)
    assert result.missed == ()
    assert result.cells[-1].size == 10**6


def test_the_command_prints_tables_and_writes_numbers_and_a_figure(tmp_path: Path) -> None:
    files = ("--json", "a.json", "-o", "a.svg")
    done = lemmata("bench", "accel/bern", "--repetitions", "2", *files, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    numbers = json.loads((tmp_path / "a.json").read_text())
    assert [one["status"] for one in numbers] == ["measured"]
    for one in numbers:
        assert one["name"] in done.stdout
        assert one["peer"].split()[0] in done.stdout
        assert len(one["cells"]) == 3
        assert f"{one['exponents'][0][0]:.2f} ±" in done.stdout
    drawing = (tmp_path / "a.svg").read_text()
    assert drawing.count(", exponent ") == 2 * len(numbers)


def test_the_figure_has_both_sides_with_their_bands() -> None:
    figure = draw([measure(toy())])
    (axes,) = figure.axes
    _, labels = axes.get_legend_handles_labels()
    assert labels == ["ours, exponent 1.00 ± 0.00", "the square, exponent 2.00 ± 0.00"]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    np.testing.assert_array_equal(axes.lines[1].get_ydata(), [1e2, 1e4, 1e6])
    assert len(axes.collections) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("bench", "nothing"), "no benchmark matches 'nothing'"),
        (("bench", "serach"), "did you mean search?"),
        (("bench", "accel", "-o", "a.jpg"), "an .svg, .png or .pdf file"),
        (("bench", "accel", "--json", "no/a.json"), "there is no folder"),
        (("bench", "accel", "--json", "."), ". cannot be written: Is a directory"),
        (("bench", "accel", "-o", "d.svg"), "d.svg is a folder; give another file"),
        (("bench", "accel", "--repetitions", "0"), "--repetitions"),
    ],
)
def test_bad_input_is_refused_before_anything_is_measured(
    words: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    (tmp_path / "d.svg").mkdir()
    done = lemmata(*words, folder=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_looking_whether_a_file_can_be_written_leaves_everything_as_it_was(tmp_path: Path) -> None:
    _check_writable(tmp_path / "new.json")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "old.json").write_text("[]")
    _check_writable(tmp_path / "old.json")
    assert (tmp_path / "old.json").read_text() == "[]"


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *words], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("commits", [6, 23])
def test_git_itself_chooses_as_simulated(tmp_path: Path, commits: int) -> None:
    git(tmp_path, "init", "-q")
    log = tmp_path / "log"
    for number in range(-1, commits):
        (tmp_path / "number").write_text(str(number))
        git(tmp_path, "add", "number")
        git(tmp_path, "commit", "-q", "-m", f"number {number}")
    for culprit in (0, commits // 3, commits - 1):
        log.write_text("")
        test = f'read n < number; echo "$n" >> {shlex.quote(str(log))}; test "$n" -lt {culprit}'
        git(tmp_path, "bisect", "start", "HEAD", f"HEAD~{commits}")
        said = git(tmp_path, "bisect", "run", "sh", "-c", test)
        git(tmp_path, "bisect", "reset")
        asked: list[int] = []

        def fails(commit: int, asked: list[int] = asked, culprit: int = culprit) -> int:
            asked.append(commit)
            return int(commit >= culprit)

        found, tests = git_bisect(fails, commits)
        assert found == culprit
        assert f"number {found}" in said
        assert log.read_text().split() == [str(k) for k in asked]
        assert tests == len(asked)


def measured(name: str, folder: Path, trials: int) -> dict[tuple[str, int], tuple[float, float]]:
    """Give runs and share of right answers by tool and effort."""
    one = experiment(name)
    with Store(folder / "a.db") as store:
        run(one, store, trials=trials, jobs=1)
        points = summarise(one, store).points
    return {
        (str(p.parameters["tool"]), int(p.parameters["effort"])): (
            p.estimates["runs"].value,
            p.estimates["right"].value,
        )
        for p in points
    }


def test_ours_needs_fewer_runs_at_higher_accuracy_than_votes(tmp_path: Path) -> None:
    cells = measured("search/flaky-bisection", tmp_path, 400)
    runs, right = cells["lemmata bisect", 3]
    assert right >= 0.98
    for effort in (3, 4, 5):
        other_runs, other_right = cells["git bisect", effort]
        assert runs < other_runs
        assert right > other_right


def test_ours_needs_fewer_runs_at_higher_accuracy_than_published(tmp_path: Path) -> None:
    cells = measured("search/robust-bisection", tmp_path, 600)
    robust, _ = experiment("search/robust-bisection").figure.published
    for effort, (runs, right) in zip((3, 5), robust.points, strict=True):
        ours = cells["lemmata bisect", effort]
        assert ours[0] < runs
        assert ours[1] > right
    assert cells["git bisect", 0][0] == pytest.approx(16.19, abs=0.2)

"""Distributed greedy: every set, any number of workers, any parts."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import joblib
import numpy as np
import pytest

from algos.submodular import (
    Coverage,
    FacilityLocation,
    GraphCut,
    OracleError,
    SetFunction,
    distributed_greedy,
    from_callable,
    greedy,
)
from proofs_checks.submodular.instances import KINDS, all_values, by_size


def covers(size: int = 200) -> Coverage:
    """Draw sets."""
    return Coverage(np.random.default_rng(0).random((size, 60)) < 0.1)


@pytest.mark.parametrize("parts", [1, 2, 5])
@pytest.mark.parametrize("seed", range(25))
def test_against_every_set(seed: int, parts: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 8))
    function = KINDS[sorted(KINDS)[seed % 2]](size, rng)
    values, k = all_values(function), int(rng.integers(1, size + 1))
    optimum = by_size(values, k)
    chosen = distributed_greedy(function, k, parts=parts, rng=rng)
    place = sum(1 << int(e) for e in chosen.elements)
    assert len(set(chosen.elements.tolist())) == len(chosen.elements) <= k
    assert chosen.value == pytest.approx(values[place])
    assert chosen.value >= max((1 - (1 - 1 / k) ** k) / parts, 1 / k) * optimum - 1e-9
    assert chosen.upper_bound >= optimum - 1e-9


def test_one_part_is_greedy() -> None:
    one, other = distributed_greedy(covers(), 10, parts=1), greedy(covers(), 10)
    assert one.elements.tolist() == other.elements.tolist()
    assert one.value == other.value
    assert one.upper_bound <= other.upper_bound


def test_workers_do_not_change_the_answer() -> None:
    here = distributed_greedy(covers(), 10, parts=6, rng=3)
    with joblib.parallel_config(backend="threading", n_jobs=2):
        there = distributed_greedy(covers(), 10, parts=6, rng=3)
    assert here.elements.tolist() == there.elements.tolist()
    assert (here.value, here.upper_bound) == (there.value, there.upper_bound)
    assert here.oracle_calls == there.oracle_calls


@pytest.mark.parametrize("workers", [1, 2])
def test_dask(workers: int) -> None:
    distributed = pytest.importorskip("distributed")
    here = distributed_greedy(covers(), 10, parts=4, rng=3)
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        there = distributed_greedy(covers(), 10, parts=4, client=client, rng=3)
    assert here.elements.tolist() == there.elements.tolist()
    assert (here.value, here.upper_bound) == (there.value, there.upper_bound)


def test_more_parts_than_elements() -> None:
    function = FacilityLocation(np.random.default_rng(1).random((8, 5)))
    chosen = distributed_greedy(function, 2, parts=40, rng=0)
    whole = greedy(function, 2)
    assert chosen.elements.tolist() == whole.elements.tolist()


def test_marginals_are_counted() -> None:
    assert distributed_greedy(Coverage(np.eye(4)), 1, parts=1).oracle_calls == 4 + 1 + 4


def test_importing_loads_no_dask() -> None:
    code = (
        "import sys, algos.submodular as s; s.distributed_greedy; "
        "sys.exit(any(m in sys.modules for m in ('dask', 'distributed', 'joblib', 'sympy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"k": 0}, "k must be an integer from 1 to 3"),
        ({"k": 4}, "k must be an integer from 1 to 3"),
        ({"parts": 0}, "parts must be an integer"),
        ({"parts": True}, "parts must be an integer"),
        ({"function": GraphCut([[0.0, 1], [1, 0]]), "k": 1}, "function must be monotone"),
    ],
)
def test_bad_arguments_are_refused(changes: dict[str, Any], words: str) -> None:
    options: dict[str, Any] = {"function": Coverage(np.eye(3)), "k": 2, "parts": 2, **changes}
    with pytest.raises(ValueError, match=words):
        distributed_greedy(options.pop("function"), options.pop("k"), **options)


def test_growing_marginals_are_named() -> None:
    squares = from_callable(lambda S: len(S) ** 2.0, 9, verify=0)
    with pytest.raises(OracleError, match=r"submodular.*within a part here, this one being \{\d"):
        distributed_greedy(squares, 4, parts=2, rng=0)


class Late(SetFunction):
    """Has marginals that are no numbers once something was chosen."""

    def start(self) -> list[int]:
        return []

    def gains(self, state: list[int], candidates: Any) -> Any:
        return np.full(len(candidates), np.nan if state else 1.0)

    def push(self, state: list[int], element: int) -> None:
        state.append(element)


def test_workers_name_what_is_no_number() -> None:
    distributed = pytest.importorskip("distributed")
    function = Late(4)
    with pytest.raises(OracleError, match="finite marginals, got nan for element"):
        distributed_greedy(function, 3, parts=1, rng=0)
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
        pytest.raises(OracleError, match="finite marginals, got nan for element"),
    ):
        distributed_greedy(function, 3, parts=1, client=client, rng=0)


def test_wrong_types_are_refused() -> None:
    with pytest.raises(TypeError, match=r"client must be a dask.distributed.Client, got 3"):
        distributed_greedy(Coverage(np.eye(3)), 1, parts=1, client=3)
    with pytest.raises(TypeError, match="SetFunction"):
        distributed_greedy(len, 1, parts=1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="parts must be an integer"):
        distributed_greedy(Coverage(np.eye(3)), 1, parts=1.5)  # type: ignore[arg-type]

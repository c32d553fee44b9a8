"""Coresets of streams: order, merging, weights, memory and hostile input."""

from __future__ import annotations

import io
import itertools
import json
import math
import pickle
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from algos.sketching import Coreset, CoresetResult
from proofs_checks.sketching.matrices import KINDS, Tall

A = Tall("gaussian", 400, 3).array


def stream(rows: Any, p: float, size: int, *, step: int = 37, rng: Any = 1) -> Coreset:
    """Feed rows in blocks."""
    coreset = Coreset(p, size, rng=rng)
    for first in range(0, len(rows), step):
        coreset.update(rows[first : first + step])
    return coreset


def same(one: CoresetResult, other: CoresetResult) -> bool:
    """Compare bit by bit."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("rows", "weights", "matrix", "count", "levels", "total")
    )


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 3.0])
def test_blocks_do_not_matter(p: float) -> None:
    results = [stream(A, p, 30, step=step).result() for step in (1, 7, 30, 64, 400)]
    assert all(same(results[0], other) for other in results[1:])
    assert len(results[0].rows) <= 30
    assert (results[0].matrix == A[results[0].rows]).all()
    assert (np.diff(results[0].rows) > 0).all()


@pytest.mark.parametrize("p", [1.0, 2.0])
@pytest.mark.parametrize("borders", [[0, 120, 240, 400], [0, 1, 217, 399, 400]])
def test_the_order_of_merges_does_not_matter(p: float, borders: list[int]) -> None:
    """Any tree of merges of any parts gives the bits of the whole stream."""
    whole = stream(A, p, 30).result()
    parts = list(itertools.pairwise(borders))
    for order in itertools.permutations(range(len(parts))):
        coresets = []
        for k in order:
            coreset = Coreset(p, 30, rng=1)
            coreset.update(A[slice(*parts[k])], at=parts[k][0])
            coresets.append(coreset)
        while len(coresets) > 1:
            coresets[0].merge(coresets[-1])
            coresets = coresets[1:-1] + coresets[:1]
        assert same(coresets[0].result(), whole)


def test_a_merged_coreset_is_left_alone() -> None:
    one, other = Coreset(1, 30, rng=1), Coreset(1, 30, rng=1)
    one.update(A[:200])
    other.update(A[200:], at=200)
    before = other.result()
    one.merge(other)
    other.merge(stream(A[:200], 1, 30))
    assert same(one.result(), other.result())
    fresh = Coreset(1, 30, rng=1)
    fresh.update(A[200:], at=200)
    assert same(before, fresh.result())
    one.merge(Coreset(1, 30, rng=1))
    assert same(one.result(), other.result())


def test_a_result_may_be_taken_between_updates() -> None:
    coreset = Coreset(1, 30, rng=1)
    for first in range(0, 400, 50):
        coreset.update(A[first : first + 50])
        coreset.result()
    assert same(coreset.result(), stream(A, 1, 30).result())


def test_up_to_size_rows_are_kept_as_they_are() -> None:
    for n in (1, 29, 30):
        result = stream(A[:n], 1, 30).result()
        assert result.rows.tolist() == list(range(n))
        assert result.weights.tolist() == [1.0] * n
        assert result.levels == 0
        assert result.relative_variance == 0
    assert stream(A[:31], 1, 30).result().levels == 1


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("kind", KINDS)
def test_the_mean_over_seeds_is_the_norm(p: float, kind: str) -> None:
    rows = Tall(kind, 200, 2).array
    x = np.array([1.0, -0.5]) / np.abs(rows).max(axis=0)
    whole = (np.abs(rows @ x) ** p).sum()
    estimates = []
    for seed in range(150):
        result = stream(rows, p, 40, step=200, rng=seed).result()
        estimates.append(result.weights @ np.abs(result.matrix @ x) ** p / whole)
    spread = np.std(estimates) / math.sqrt(150)
    assert np.mean(estimates) == pytest.approx(1, abs=4.5 * spread + 1e-9)
    assert np.mean((np.array(estimates) - 1) ** 2) <= 1.3 * result.relative_variance


@pytest.mark.parametrize("rows", [1, 30, 59, 60, 61, 1000, 1024 * 5])
def test_memory_and_levels_are_bounded(rows: int) -> None:
    coreset, most = Coreset(1, 30, rng=1), 0
    for row in np.random.default_rng(0).normal(size=(rows, 1, 2)):
        coreset.update(row)
        most = max(most, coreset.held)
    assert most <= 30 * (2 + math.log2(max(rows / 30, 1)))
    assert coreset.result().levels <= 2 + math.log2(max(rows / 30, 0.25))
    assert coreset.count == rows


def test_the_relative_variance_by_hand() -> None:
    result = stream(A, 1, 100).result()  # 4 leaves: 2 levels
    assert result.levels == 2
    assert result.relative_variance == pytest.approx((1 + (1.05 * 3 - 1) / 100) ** 2 - 1)
    assert result.total <= 1.05 * 3


@pytest.mark.parametrize(
    "form",
    [np.asfortranarray, sparse.csr_array, lambda a: iter([a[:9], a[9:]]), lambda a: a.tolist()],
)
def test_forms_of_rows(form: Any) -> None:
    coreset = Coreset(1, 30, rng=1)
    coreset.update(form(np.array(A)))
    assert same(coreset.result(), stream(A, 1, 30).result())


def test_single_precision_stays() -> None:
    result = stream(A.astype(np.float32), 1, 30).result()
    assert result.matrix.dtype == np.float32
    assert result.weights.dtype == np.float64


def test_the_callers_rows_are_copied() -> None:
    rows = A[:20].copy()
    coreset = Coreset(1, 30, rng=1)
    coreset.update(rows)
    rows[:] = math.nan
    assert np.isfinite(coreset.result().matrix).all()


@pytest.mark.parametrize("scale", [1e-150, 1e150])
@pytest.mark.parametrize("p", [0.5, 1.0, 3.0])
def test_scales_do_not_matter(scale: float, p: float) -> None:
    one, other = (stream(rows, p, 30).result() for rows in (A, A * scale))
    assert (one.rows == other.rows).all()
    assert other.weights == pytest.approx(one.weights)


def test_zero_rows_are_dropped() -> None:
    rows = np.zeros((300, 2))
    assert stream(rows, 1, 20).result().matrix.any() == np.False_
    rows[123], rows[299] = [1.0, 0.0], [0.0, 2.0]
    result = stream(rows, 1, 20).result()
    x = np.array([1.0, 1.0])
    assert result.weights @ np.abs(result.matrix @ x) >= 1
    assert (np.sort(result.rows[np.abs(result.matrix).sum(axis=1) > 0]) == [123, 299]).all()


def test_it_can_be_sent() -> None:
    coreset = stream(A[:200], 1, 30)
    sent = pickle.loads(pickle.dumps(coreset))
    for one in (coreset, sent):
        one.update(A[200:])
    assert same(coreset.result(), sent.result())


def numpy_file(state: dict[str, Any]) -> Any:
    """Send arrays through a file."""
    file = io.BytesIO()
    np.savez(file, **state)
    file.seek(0)
    return np.load(file)


def json_text(state: dict[str, Any]) -> Any:
    """Send lists through text."""
    lists = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in state.items()}
    return json.loads(json.dumps(lists))


@pytest.mark.parametrize("sent", [dict, numpy_file, json_text])
@pytest.mark.parametrize("single", [False, True])
def test_a_state_goes_on_as_the_coreset_would(sent: Any, single: bool) -> None:
    rows = A.astype(np.float32) if single else A
    coreset = Coreset(1.5, 30, rng=1)
    coreset.update(rows[:95])
    coreset.update(rows[200:207], at=200)
    again = Coreset.from_state(sent(coreset.state))
    assert same(again.result(), coreset.result())
    for one in (coreset, again):
        one.update(rows[207:])
        one.update(rows[95:200], at=95)
    assert same(again.result(), stream(rows, 1.5, 30).result())
    assert again.result().matrix.dtype == coreset.result().matrix.dtype == rows.dtype
    assert again.covered == coreset.covered


def test_the_state_of_no_rows() -> None:
    again = Coreset.from_state(json_text(Coreset(1, 30, rng=1).state))
    again.update(A)
    assert same(again.result(), stream(A, 1, 30).result())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "SRHT"}, "state must be of a Coreset, got one of a SRHT"),
        ({"dtype": "int8"}, "state's dtype must be float32 or float64"),
        ({"p": 0.0}, "p must lie in"),
        ({"size": 0}, "size must be an integer"),
        ({"seed": -1}, "seed must be an integer"),
        ({"weights": np.ones(3)}, "state's arrays must fit each other"),
        ({"places": np.array([[0, -1], [-1, 30]])}, "state's arrays must fit each other"),
        (
            {"places": np.array([[0, 1], [-1, 30]]), "rows": np.arange(30, 65)},
            "no row may be added twice",
        ),
        ({"places": np.array([[2**40, 0], [-1, 30]])}, "state's arrays must fit each other"),
        ({"places": np.array([[0, 7], [-1, 30]])}, "rows at the place .0, 7. must be at most 30"),
        ({"rows": np.arange(35)[::-1]}, "at most 30 of 0 to 29, increasing, and are not"),
        ({"rows": ["a"] * 35}, "state's rows must hold numbers"),
        ({"levels": np.array([-1, 0])}, "state's arrays must fit each other"),
        ({"totals": np.array([math.nan, 0.0])}, "state's arrays must fit each other"),
        ({"size": 20}, "rows at the place .0, 0. must be at most 20"),
        ({"matrix": np.full((35, 3), math.nan)}, "state's matrix and weights must be finite"),
        ({"weights": np.zeros(35)}, "state's matrix and weights must be finite"),
    ],
)
def test_bad_states_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Coreset.from_state({**stream(A[:35], 1, 30).state, **changes})
    with pytest.raises(ValueError, match="it lacks p, size, seed, dtype"):
        Coreset.from_state({"kind": "Coreset"})


def test_the_levels_do_not_depend_on_chance() -> None:
    rows = Tall("one dominating row", 1000, 1).array
    levels = [stream(rows, 2, 5, step=1000, rng=seed).result().levels for seed in range(30)]
    assert set(levels) == {8}  # 200 leaves


def test_no_variance_is_promised_where_it_overflows() -> None:
    with np.errstate(all="raise", under="ignore"):
        result = stream(Tall("gaussian", 300, 20).array, 64, 1, step=300).result()
    assert result.relative_variance == math.inf


def test_single_rows_are_put_together() -> None:
    coreset = Coreset(1, 10**6, rng=1)
    for row in A:
        coreset.update(row[None])
    assert sum(map(len, coreset._parts.values())) <= math.log2(len(A)) + 1


def test_a_failed_update_or_merge_changes_nothing() -> None:
    coreset = stream(A, 1, 30)
    before = coreset.result()
    bad = np.ones((200, 3))
    bad[150, 2] = math.nan
    with pytest.raises(ValueError, match=r"rows must be finite, got nan at \(150, 2\)"):
        coreset.update(iter([bad[:100], bad[100:]]))
    with pytest.raises(ValueError, match="rows must have 3 columns as before, got 2"):
        coreset.update(np.ones((2, 2)))
    with pytest.raises(ValueError, match="no row may be added twice"):
        coreset.merge(stream(A[:10], 1, 30))
    with pytest.raises(ValueError, match="no row may be added twice"):
        coreset.update(A, at=399)
    other = Coreset(1, 30, rng=1)
    other.update(np.ones((1, 2)), at=1000)
    with pytest.raises(ValueError, match="rows must have 3 columns as before, got 2"):
        coreset.merge(other)
    assert same(coreset.result(), before)


@pytest.mark.parametrize(
    ("other", "kind", "words"),
    [
        (Coreset(1, 30, rng=2), ValueError, "other must have the same p, size and seed"),
        (Coreset(1, 31, rng=1), ValueError, "other must have the same p, size and seed"),
        (Coreset(2, 30, rng=1), ValueError, "other must have the same p, size and seed"),
        (3, TypeError, "other must be a Coreset, got int"),
    ],
)
def test_only_like_coresets_are_merged(other: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        Coreset(1, 30, rng=1).merge(other)


@pytest.mark.parametrize(
    ("p", "size", "rows", "kind", "words"),
    [
        (0, 5, [[1.0]], ValueError, "p must lie in"),
        (math.inf, 5, [[1.0]], ValueError, "p must lie in"),
        (1, 0, [[1.0]], ValueError, "size must be an integer from 1"),
        (1, 1.5, [[1.0]], TypeError, "size must be an integer"),
        (1, 5, [1.0], ValueError, "rows must be a matrix"),
        (1, 5, np.zeros((0, 2)), ValueError, "rows must have at least one row"),
        (1, 5, [[1j]], TypeError, "rows must be a matrix of real numbers"),
        (1, 5, [[object()]], TypeError, "rows must be a matrix of real numbers"),
        (1, 5, [["1"]], TypeError, "rows must be a matrix of real numbers"),
    ],
)
def test_bad_arguments_are_refused(
    p: Any, size: Any, rows: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        Coreset(p, size).update(rows)


def test_rows_are_numbered_from_zero_on() -> None:
    with pytest.raises(ValueError, match="at must be an integer from 0"):
        Coreset(1, 5).update([[1.0]], at=-1)
    Coreset(1, 5).update([[1.0]], at=2**62 - 1)
    with pytest.raises(ValueError, match=r"rows must be numbered below 2\^62, got row 46"):
        Coreset(1, 5).update([[1.0], [2.0]], at=2**62 - 1)
    with pytest.raises(ValueError, match="the coreset must have seen rows, got none"):
        Coreset(1, 5).result()

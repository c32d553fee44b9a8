"""Sketches: what they refuse, and that a refusal changes nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from algos.sketching import SRHT, CountSketch, GaussianSketch, SparseSignSketch, TensorSketch
from tests.algos.test_sketches import MAKERS, every, matrix

MASKED = np.ma.masked_array(np.ones((2, 2)), mask=np.eye(2, dtype=bool))
KINDS: list[Callable[..., Any]] = [
    CountSketch, SparseSignSketch, GaussianSketch, TensorSketch,
    lambda size, rng=None: SRHT(size, rows=100, rng=rng),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("size", "error"),
    [(0, ValueError), (-1, ValueError), (2**31, ValueError), (True, ValueError), (2.0, TypeError),
     ("5", TypeError), (None, TypeError)],
)  # fmt: skip
def test_sizes(kind: Callable[..., Any], size: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="size must be an integer"):
        kind(size, rng=0)


def test_options() -> None:
    for nonzeros in (0, 6, -1):
        with pytest.raises(ValueError, match="nonzeros must be an integer from 1 to 5"):
            SparseSignSketch(5, nonzeros=nonzeros)
    with pytest.raises(ValueError, match="degree must be an integer from 1"):
        TensorSketch(5, degree=0)
    with pytest.raises(ValueError, match="rows must be an integer from 1"):
        SRHT(5, rows=0)
    with pytest.raises(ValueError, match="size must be at most 8, the power of two from rows = 5"):
        SRHT(9, rows=5)
    assert SRHT(8, rows=5).apply(np.eye(5)).shape == (8, 5)


@every
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_not_finite_is_found_in_every_form(
    make: Callable[..., Any], value: float, dtype: Any
) -> None:
    A = matrix().astype(dtype)
    A[123, 4] = value
    A[900, 4] = -value
    where = rf"A must be finite, got {value} at \(123, 4\)"
    for form in (
        A,
        np.asfortranarray(A),
        lambda: iter(np.array_split(A, 3)),
        iter(np.array_split(A, 3)),
    ):
        with pytest.raises(ValueError, match=where):
            make().apply(form)
    for form in (sparse.csr_array(A), sparse.csc_array(A), sparse.coo_array(A)):
        with pytest.raises(ValueError, match=where):
            make().apply(form)


@every
def test_an_infinity_and_its_opposite_in_one_bucket(make: Callable[..., Any]) -> None:
    A = np.zeros((40, 1))
    A[3], A[4] = math.inf, -math.inf
    with pytest.raises(ValueError, match=r"A must be finite, got inf at \(3, 0\)"):
        make(size=1).apply(A)


@every
def test_finite_sums_that_overflow(make: Callable[..., Any]) -> None:
    A = np.full((64, 2), 1.7e308)
    with pytest.raises(ValueError, match=r"the sums of A must be finite|S A in float64 must be"):
        make(size=2).apply(A)
    single = np.full((300, 1), 3e38, dtype=np.float32)
    with pytest.raises(ValueError, match="S A in float32 must be finite, but overflow"):
        make(size=2).apply(single)


def test_merged_sums_that_overflow() -> None:
    one, two = CountSketch(1, rng=0), CountSketch(1, rng=0)
    signs = CountSketch(1, rng=0).apply(np.eye(2)).ravel()
    one.update([[1.7e308 * signs[0]]])
    two.update([[1.7e308 * signs[1]]], at=1)
    with pytest.raises(ValueError, match="the merged sums must be finite"):
        one.merge(two)
    assert one.result().tolist() == [[1.7e308]]


@every
@pytest.mark.parametrize(
    ("A", "error", "words"),
    [
        ([], ValueError, "must be a matrix"),
        (np.zeros((0, 3)), ValueError, "at least one row"),
        (np.zeros((3, 0)), ValueError, "at least one column"),
        (np.zeros(3), ValueError, "must be a matrix"),
        (np.zeros((2, 2, 2)), ValueError, "must be a matrix"),
        (np.zeros((2, 2), complex), TypeError, "real numbers"),
        (np.array([["a"]]), TypeError, "real numbers"),
        (np.array([[None]]), TypeError, "real numbers"),
        ([[1.0], [1.0, 2.0]], TypeError, "matrix of numbers"),
        (MASKED, TypeError, "must not be masked"),
        (lambda: iter([MASKED]), TypeError, "must not be masked"),
        (sparse.csr_array((0, 3)), ValueError, "row"),
        (sparse.csr_array((3, 0)), ValueError, "column"),
        (sparse.coo_array(np.ones(3)), ValueError, "must be a matrix"),
        (sparse.csr_array((3, 3), dtype=complex), TypeError, "real numbers"),
        (lambda: iter([]), ValueError, "at least one row"),
        (lambda: iter([np.ones((2, 2)), np.ones((2, 3))]), ValueError, "2 columns"),
    ],
)
def test_what_is_no_matrix(
    make: Callable[..., Any], A: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        make().apply(A)


@every
@pytest.mark.parametrize(
    ("part", "value"),
    [("indices", [0, 3]), ("indices", [-1, 0]), ("indptr", [0, 2, 1, 2]), ("indptr", [0, 1, 1, 9]),
     ("indptr", [-1, 1, 1, 2]), ("data", [1.0])],
)  # fmt: skip
def test_sparse_matrices_that_point_elsewhere(
    make: Callable[..., Any], part: str, value: Any
) -> None:
    A: Any = sparse.csr_array(([1.0, 2.0], [0, 2], [0, 1, 1, 2]), shape=(3, 3))
    assert make().apply(A).any()
    setattr(A, part, np.array(value, dtype=getattr(A, part).dtype))
    with pytest.raises(ValueError, match="A must be a valid sparse matrix"):
        make().apply(A)


@every
def test_an_iterator_that_breaks_off_changes_nothing(make: Callable[..., Any]) -> None:
    A, sketch = matrix(100), make()
    sketch.update(A[:50])
    before = sketch.result()

    def breaks_off() -> Any:
        yield A[50:60]
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        sketch.update(breaks_off())
    assert (sketch.result() == before).all()
    sketch.update(A[50:])
    assert (sketch.result() == make().apply(A)).all() or isinstance(sketch, SRHT)


@every
def test_refused_updates_change_nothing(make: Callable[..., Any]) -> None:
    A, sketch = matrix(100), make()
    with pytest.raises(ValueError, match="must have seen rows, got none"):
        sketch.result()
    sketch.update(A[:50])
    before = sketch.result()
    bad = A[50:].copy()
    bad[7, 2] = math.nan
    refused: list[tuple[Any, Any, str]] = [
        (bad, None, r"rows must be finite, got nan at \(7, 2\)"),
        (iter([A[50:52], bad]), None, r"rows must be finite, got nan at \(9, 2\)"),
        (A[50:, :3], None, "rows must have 7 columns as before, got 3"),
        (A[:3], 49, "no row may be added twice, got rows 49 to 49"),
        (A[:3], 0, "no row may be added twice, got rows 0 to 2"),
        (A[:3], -1, "at must be an integer from 0"),
        (A[:3], 2**62, "row"),
    ]
    for rows, at, words in refused:
        with pytest.raises(ValueError, match=words):
            sketch.update(rows, at=at)
        assert (sketch.result() == before).all()
        assert sketch.covered == ((0, 50),)
    with pytest.raises(TypeError, match="at must be an integer"):
        sketch.update(A, at=1.5)


def test_srht_refuses_rows_beyond_those_announced() -> None:
    sketch = SRHT(4, rows=10, rng=0)
    for rows, at in (
        (np.ones((11, 1)), 0),
        (np.ones((1, 1)), 10),
        (iter([np.ones((6, 1))] * 2), 0),
    ):
        with pytest.raises(ValueError, match="at most rows = 10 rows"):
            sketch.update(rows, at=at)
    with pytest.raises(ValueError, match="at most rows = 10 rows"):
        sketch.apply(np.ones((16, 1)))
    sketch.update(np.ones((10, 1)))


@every
def test_one_row_is_not_added_twice(make: Callable[..., Any]) -> None:
    for at in (0, 7):
        sketch = make()
        sketch.update([[1.0]], at=at)
        with pytest.raises(ValueError, match=f"no row may be added twice, got rows {at} to {at}"):
            sketch.update([[1.0]], at=at)


@every
def test_refused_merges_change_nothing(make: Callable[..., Any]) -> None:
    sketch = make()
    sketch.update(matrix(10))
    before = sketch.result()
    others: list[tuple[Any, str]] = [
        (make(rng=8), "the same seed"),
        (make(size=31), "the same size"),
        (make(), "no row may be added twice, got rows 0 to 9"),
        (make(), "rows of 7 columns, got 3"),
    ]
    for k, (other, words) in enumerate(others):
        other.update(matrix(10, 3 if k == 3 else 7), at=10 if k == 3 else 0)
        with pytest.raises(ValueError, match=words):
            sketch.merge(other)
    with pytest.raises(ValueError, match="no row may be added twice"):
        sketch.merge(sketch)
    for other in (*(one() for one in MAKERS.values()), matrix(10), None):
        if type(other) is not type(sketch):
            with pytest.raises(TypeError, match=f"other must be a {type(sketch).__name__}"):
                sketch.merge(other)
    assert (sketch.result() == before).all()
    assert sketch.covered == ((0, 10),)
    sketch.merge(make())  # one that has seen nothing adds nothing
    assert (sketch.result() == before).all()


def test_merges_of_other_options_are_refused() -> None:
    pairs: list[tuple[Any, Any, str]] = [
        (SparseSignSketch(9, nonzeros=2, rng=0), SparseSignSketch(9, nonzeros=3, rng=0), "nonzer"),
        (TensorSketch(9, degree=2, rng=0), TensorSketch(9, degree=3, rng=0), "degree"),
        (SRHT(9, rows=20, rng=0), SRHT(9, rows=30, rng=0), "rows"),
    ]
    for one, other, name in pairs:
        with pytest.raises(ValueError, match=f"the same {name}"):
            one.merge(other)


@every
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "Sketch"}, "got one of a Sketch"),
        ({"seed": -1}, "seed must be an integer"),
        ({"seed": 1.5}, "seed must be an integer"),
        ({"size": 0}, "size must be an integer"),
        ({"size": 16}, "total must hold real numbers in shape"),
        ({"dtype": "int8"}, "dtype must be float32 or float64"),
        ({"covered": [[0, 5], [4, 6]]}, "no row may be added twice"),
        ({"covered": [[5, 5]]}, "covered must be an integer"),
        ({"total": np.zeros((2, 2))}, "total must hold real numbers in shape"),
        ({"total": None}, "it lacks total"),
        ({"total": [[0.0, 1.0], [2.0]]}, "state's total must be an array or a number, got"),
        ({"covered": []}, "total must hold real numbers in shape"),
        ({"covered": [0, 5, 7]}, "covered must have shape"),
        ({"covered": [[0.5, 5]]}, "covered must be an integer"),
        ({"size": [32, 32]}, "size must be an integer"),
        ({"total": np.ones((32, 7)) * 1j}, "total must hold real numbers"),
        ({"total": [["1.0"]]}, "total must hold real numbers"),
        ({"total": np.zeros((3, 32, 0))}, "total must hold real numbers"),
        ({"total": np.zeros((32, 0))}, "total must hold real numbers"),
    ],
)
def test_bad_states(make: Callable[..., Any], changes: dict[str, Any], words: str) -> None:
    sketch = make()
    sketch.update(matrix(10))
    state = {k: v for k, v in {**sketch.state, **changes}.items() if v is not None}
    with pytest.raises((TypeError, ValueError), match=words):
        type(sketch).from_state(state)
    with pytest.raises(TypeError, match="state must be a mapping"):
        type(sketch).from_state(None)
    nan = sketch.state["total"]
    nan.flat[0] = math.nan
    with pytest.raises(ValueError, match="total must be finite"):
        type(sketch).from_state({**sketch.state, "total": nan})


def test_a_state_of_srht_keeps_to_its_rows() -> None:
    sketch = SRHT(4, rows=10, rng=0)
    sketch.update(np.ones((10, 1)))
    with pytest.raises(ValueError, match="at most rows = 10"):
        SRHT.from_state({**sketch.state, "covered": [[0, 11]]})
    with pytest.raises(ValueError, match="at most rows = 10"):
        SRHT.from_state({**sketch.state, "covered": [[10, 12], [0, 5]]})

"""Sketches: what S is, chunks and merges, precision, state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import fft, sparse

from algos.sketching import SRHT, CountSketch, GaussianSketch, SparseSignSketch, TensorSketch
from algos.sketching._matrix import BLOCK
from algos.sketching._sketch_rows import parts
from tests.accel.test_counters import MASK, STEP, mixed

MAKERS: dict[str, Callable[..., Any]] = {
    "CountSketch": lambda rng=7, size=32: CountSketch(size, rng=rng),
    "SparseSignSketch": lambda rng=7, size=32: SparseSignSketch(
        size, nonzeros=min(5, size), rng=rng
    ),
    "GaussianSketch": lambda rng=7, size=32: GaussianSketch(size, rng=rng),
    "SRHT": lambda rng=7, size=32: SRHT(size, rows=3000, rng=rng),
    "TensorSketch": lambda rng=7, size=32: TensorSketch(size, degree=3, rng=rng),
}
EXACT = ("CountSketch", "SparseSignSketch", "GaussianSketch", "TensorSketch")  # whatever the chunks
every = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
linear = pytest.mark.parametrize(
    "make", [MAKERS[name] for name in MAKERS if name != "TensorSketch"],
    ids=[name for name in MAKERS if name != "TensorSketch"],
)  # fmt: skip


def matrix(n: int = 1000, d: int = 7, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=(n, d))


@linear
def test_apply_is_the_product_with_one_matrix(make: Callable[..., Any]) -> None:
    A, sketch = matrix(), make()
    S = sketch.apply(np.eye(len(A)))
    assert S.shape == (32, 1000)
    assert sketch.apply(A) == pytest.approx(S @ A, abs=1e-12)
    assert sketch.covered == ()


def test_count_sketch_has_one_sign_in_every_column() -> None:
    S = CountSketch(5, rng=0).apply(np.eye(5000))
    assert ((S != 0).sum(axis=0) == 1).all()
    assert set(np.unique(S)) == {-1.0, 0.0, 1.0}
    counts = np.array([[(S[k] == sign).sum() for sign in (-1, 1)] for k in range(5)])
    assert ((counts - 500) ** 2 / 500).sum() < 27.9  # χ² with 9 degrees of freedom, 0.999


@pytest.mark.parametrize("nonzeros", [1, 2, 5, 6])
def test_sparse_signs_lie_in_distinct_places_all_sets_alike(nonzeros: int) -> None:
    S = SparseSignSketch(6, nonzeros=nonzeros, rng=3).apply(np.eye(6000))
    assert ((S != 0).sum(axis=0) == nonzeros).all()
    assert np.unique(np.abs(S)).tolist() == pytest.approx([0, nonzeros**-0.5][nonzeros == 6 :])
    codes, counts = np.unique((S != 0).T @ (1 << np.arange(6)), return_counts=True)
    sets = {1: 6, 2: 15, 5: 6, 6: 1}[nonzeros]
    assert len(codes) == sets
    assert ((counts - 6000 / sets) ** 2 / (6000 / sets)).sum() < 40
    signs = S[S != 0]
    assert abs((signs > 0).mean() - 0.5) < 4 * 0.5 / signs.size**0.5


def test_sparse_signs_of_one_nonzero_are_a_count_sketch() -> None:
    A = matrix()
    one, other = SparseSignSketch(9, nonzeros=1, rng=4), CountSketch(9, rng=4)
    assert (one.apply(A) == other.apply(A)).all()
    assert SparseSignSketch(4).nonzeros == 4
    assert SparseSignSketch(40).nonzeros == 8


def test_gaussian_entries_look_normal() -> None:
    from scipy import stats

    S = GaussianSketch(101, rng=5).apply(np.eye(1000)) * 101**0.5
    assert stats.kstest(S.ravel(), "norm").pvalue > 1e-3
    assert np.abs(np.corrcoef(S)[np.triu_indices(101, 1)]).max() < 6 / 1000**0.5
    pairs = np.corrcoef(S.T)[np.triu_indices(1000, 1)]
    assert np.abs(pairs).max() < 6 / 101**0.5


def test_srht_is_sampled_rows_of_the_transform() -> None:
    sketch = SRHT(6, rows=13, rng=2)
    S = sketch.apply(np.eye(13)) * 6**0.5
    assert set(np.unique(S.round(12))) == {-1.0, 1.0}
    signs = np.sign(SRHT(16, rows=13, rng=2).apply(np.eye(13))[0])  # row 0 of H D
    from scipy.linalg import hadamard

    rows = {tuple(row) for row in (hadamard(16)[:, :13] * signs).tolist()}
    found = {tuple(row) for row in S.round(12).tolist()}
    assert len(found) == 6
    assert found <= rows


def test_the_rows_of_the_srht_are_made_from_the_seed_alone() -> None:
    """Floyd's algorithm with SplitMix64 by hand, and all pairs of four rows alike."""
    from scipy import stats
    from scipy.linalg import hadamard

    sketch = SRHT(3, rows=8, rng=5)
    kept: list[int] = []
    for r in (1, 2, 3):
        last = 4 + r
        row = mixed(mixed(sketch.seed) + r * STEP & MASK) * (last + 1) >> 64
        kept.append(last if row in kept else row)
    signs = np.array([1 - 2 * (mixed(sketch.seed + k * STEP & MASK) & 1) for k in range(1, 9)])
    expected = hadamard(8)[sorted(kept)] * signs / 3**0.5
    assert sketch.apply(np.eye(8)) == pytest.approx(expected)
    drawn = []
    for seed in range(6000):
        signs = SRHT(4, rows=4, rng=seed).apply(np.eye(4))[0] * 2  # row 0 of H D
        pair = (SRHT(2, rows=4, rng=seed).apply(np.eye(4)) * signs) @ hadamard(4)
        first, second = pair.argmax(axis=1).tolist()
        drawn.append((first, second, signs[0], signs[1]))
    counts = np.unique(drawn, axis=0, return_counts=True)[1]
    assert len(counts) == 6 * 4
    assert stats.chisquare(counts).pvalue > 1e-3


def test_srht_of_all_rows_is_orthogonal() -> None:
    S = SRHT(64, rows=40, rng=0).apply(np.eye(40))
    gram = S.T @ S
    assert gram == pytest.approx(np.eye(40), abs=1e-14)


def test_tensor_sketch_is_a_count_sketch_of_the_tensor_power() -> None:
    n, size, q = 4, 6, 3
    sketch = TensorSketch(size, degree=q, rng=8)
    sketch.update(np.eye(n))
    factors = sketch.state["total"]  # S_r of each factor
    A = matrix(n, 2)
    power = np.einsum("ic,jc,kc->ijkc", A, A, A)
    expected = np.zeros((size, 2))
    for index in np.ndindex(n, n, n):
        places = [int(np.flatnonzero(factors[r, :, index[r]])[0]) for r in range(q)]
        sign = np.prod([factors[r, places[r], index[r]] for r in range(q)])
        expected[sum(places) % size] += sign * power[index]
    assert sketch.apply(A) == pytest.approx(expected, abs=1e-12)
    product = fft.fft(np.tensordot(factors, A, axes=(2, 0)), axis=1).prod(axis=0)
    assert sketch.apply(A) == pytest.approx(fft.ifft(product, axis=0).real, abs=1e-12)


def test_tensor_sketch_of_degree_one_is_a_count_sketch_up_to_rounding() -> None:
    sketch = TensorSketch(16, degree=1, rng=8)
    sketch.update(matrix())
    assert sketch.result() == pytest.approx(sketch.state["total"][0], abs=1e-12)


@every
@pytest.mark.parametrize("cuts", [[1], [999], [3, 500, 501], list(range(0, 1000, 37))])
def test_chunks_do_not_matter(make: Callable[..., Any], cuts: list[int]) -> None:
    A = matrix()
    whole = make().apply(A)
    pieces = [one for one in np.split(A, cuts) if len(one)]
    stepwise = make()
    for one in pieces:
        stepwise.update(one)
    results = [stepwise.result(), make().apply(iter(pieces)), make().apply(lambda: iter(pieces))]
    for result in results:
        assert result == pytest.approx(whole, abs=1e-9 * np.abs(whole).max())
        if type(stepwise).__name__ in EXACT:
            assert (result == whole).all()
    assert stepwise.covered == ((0, 1000),)


@every
def test_the_order_of_updates_and_merges_does_not_matter(make: Callable[..., Any]) -> None:
    A = matrix().round()  # sums of integers are exact
    whole = make().apply(A)
    parts = [make() for _ in range(4)]
    for k in (2, 0, 3, 1):
        parts[k].update(A[250 * k : 250 * (k + 1)], at=250 * k)
    parts[3].merge(parts[1])
    parts[0].merge(parts[3])
    assert parts[0].covered == ((0, 500), (750, 1000))
    parts[2].merge(parts[0])
    assert parts[2].covered == ((0, 1000),)
    assert parts[2].result() == pytest.approx(whole, abs=1e-9 * np.abs(whole).max())
    if not isinstance(parts[2], GaussianSketch):
        assert (parts[2].result() == whole).all()


@every
def test_all_forms_of_a_matrix_give_the_same(make: Callable[..., Any], tmp_path: Path) -> None:
    dask = pytest.importorskip("dask.array")
    A = matrix().round()
    whole = make().apply(A)
    on_disk = np.memmap(tmp_path / "a", dtype=np.float64, mode="w+", shape=A.shape)
    on_disk[:] = A
    frozen = A.copy()
    frozen.setflags(write=False)
    wide = np.zeros((2000, 14))
    wide[::2, ::2] = A
    forms = [
        np.asfortranarray(A), frozen, on_disk, A.tolist(), wide[::2, ::2], A[::-1][::-1],
        A.astype(">f8"), A.astype(np.int64), A.astype(np.int8), A.astype(np.float16),
        A.astype(np.longdouble), dask.from_array(A, chunks=(100, 7)),
        sparse.csr_array(A), sparse.csc_array(A), sparse.coo_matrix(A),
        sparse.csr_array(A.astype(np.int32)),
    ]  # fmt: skip
    for form in forms:
        result = make().apply(form)
        assert result == pytest.approx(whole, abs=1e-9 * np.abs(whole).max())
        assert result.dtype == np.float64
    assert (make().apply(A > 0) == make().apply((A > 0).astype(float))).all()
    assert (frozen == A).all()


@every
def test_float32_stays_float32(make: Callable[..., Any]) -> None:
    A = matrix().astype(np.float32)
    exact = make().apply(A.astype(np.float64))
    for form in (A, np.asfortranarray(A), sparse.csr_array(A), iter(np.split(A, 4))):
        result = make().apply(form)
        assert result.dtype == np.float32
        assert result == pytest.approx(exact, abs=2e-7 * np.abs(exact).max())
    for blocks in ([A[:5].astype(np.float64), A[5:]], [A[:5], A[5:].astype(np.float64)]):
        assert make().apply(iter(blocks)).dtype == np.float64
    both = make()
    both.update(A[:5])
    assert both.result().dtype == np.float32
    both.update(A[5:].astype(np.float64))
    assert both.result().dtype == np.float64
    both.update(A[:5], at=1000)
    assert both.result().dtype == np.float64
    merged = make()
    merged.merge(both)
    assert merged.result().dtype == np.float64


@every
def test_one_row_and_one_column_and_zeros(make: Callable[..., Any]) -> None:
    assert make().apply([[2.0]]).shape == (32, 1)
    assert not make().apply(np.zeros((50, 3))).any()
    assert not make().apply(sparse.csr_array((50, 3))).any()
    A = matrix(50, 3)
    A[10:20] = 0
    assert np.isfinite(make().apply(A)).all()
    assert make(size=1).apply(A).shape == (1, 3)


@every
@pytest.mark.parametrize("scale", [1e-90, 1e90])
def test_scales(make: Callable[..., Any], scale: float) -> None:
    A = matrix()
    degree = 3 if make is MAKERS["TensorSketch"] else 1
    expected = make().apply(A)
    error = np.abs(make().apply(A * scale) / scale**degree - expected).max()
    assert error <= 1e-9 * np.abs(expected).max()


@linear
@pytest.mark.parametrize("scale", [1e-150, 1e150])
def test_extreme_scales(make: Callable[..., Any], scale: float) -> None:
    A = matrix()
    assert make().apply(A * scale) / scale == pytest.approx(make().apply(A), rel=1e-9, abs=1e-9)


@every
def test_same_seed_same_sketch(make: Callable[..., Any]) -> None:
    A = matrix()
    assert (make(rng=1).apply(A) == make(rng=1).apply(A)).all()
    assert (make(rng=1).apply(A) != make(rng=2).apply(A)).any()
    rng = np.random.default_rng(1)
    assert make(rng=rng).seed == make(rng=1).seed
    assert make(rng=rng).seed != make(rng=1).seed


@pytest.mark.parametrize("nonzeros", [1, 8, 1000])
def test_blocks_are_lower_the_more_is_drawn_for_a_row(nonzeros: int) -> None:
    """All buckets of a sparse matrix at once would be gigabytes."""
    dense = np.broadcast_to(0.0, (2**19, 4))
    for rows in (dense.copy(), sparse.csr_array(dense.shape)):
        firsts, heights = zip(
            *((first, part.shape[0]) for first, part in parts(rows, nonzeros)), strict=True
        )
        assert sum(heights) == len(dense)
        assert firsts[-1] + heights[-1] == len(dense)
        assert max(heights) * nonzeros <= BLOCK

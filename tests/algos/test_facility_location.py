"""Facility location: by hand, three ways to give similarities, memory, bad input."""

from __future__ import annotations

import math
import pickle
import tracemalloc
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist

from algos.submodular import FacilityLocation, greedy, lazy_greedy


def plainly(similarities: Any, subset: Any) -> float:
    """Sum greatest similarities."""
    return float(similarities[:, list(subset)].max(axis=1, initial=0).sum())


def rbf(features: Any, bandwidth: float) -> Any:
    """Build the whole matrix."""
    return np.exp(-cdist(features, features, "sqeuclidean") / (2 * bandwidth**2))


def cosine(features: Any) -> Any:
    """Build the whole matrix."""
    return np.maximum(1 - cdist(features, features, "cosine"), 0)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (7, 1), (23, 9), (9, 23)])
@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array, sparse.coo_matrix])
def test_values_and_gains_are_the_sums(shape: Any, make: Any) -> None:
    rng = np.random.default_rng(0)
    matrix = rng.random(shape) * (rng.random(shape) < 0.6)
    f = FacilityLocation(make(matrix))
    assert f.size == shape[1]
    state = f.start()
    order = rng.permutation(f.size)
    for step, element in enumerate(order):
        gains = f.gains(state, np.arange(f.size))
        before = plainly(matrix, order[:step])
        after = [plainly(matrix, [*order[:step], e]) for e in range(f.size)]
        assert gains == pytest.approx(np.array(after) - before, abs=1e-12)
        assert (gains[order[:step]] == 0).all()
        f.push(state, int(element))
    assert f.value(order) == pytest.approx(plainly(matrix, order))


def test_features_agree_with_the_whole_matrix() -> None:
    """4,100 rows fill two blocks and begin a third."""
    features = np.random.default_rng(1).standard_normal((4100, 5))
    f = FacilityLocation.from_features(features, bandwidth=1.5)
    matrix = rbf(features, 1.5)
    chosen = lazy_greedy(f, 4)
    assert chosen.elements.tolist() == lazy_greedy(FacilityLocation(matrix), 4).elements.tolist()
    assert chosen.value == pytest.approx(plainly(matrix, chosen.elements))


@pytest.mark.parametrize("d", [1, 2, 3, 4, 5, 8, 11])
def test_kernels_in_every_dimension(d: int) -> None:
    features = np.random.default_rng(d).standard_normal((40, d))
    for options, matrix in (
        ({"bandwidth": 0.7}, rbf(features, 0.7)),
        ({"kernel": "cosine"}, cosine(features)),
    ):
        f = FacilityLocation.from_features(features, **options)
        gains = f.gains(f.start(), np.arange(40))
        assert gains == pytest.approx(matrix.sum(axis=0), rel=1e-12)


def test_marginals_do_not_depend_on_what_is_asked_beside_them() -> None:
    rng = np.random.default_rng(2)
    features = rng.standard_normal((500, 6))
    near = FacilityLocation.from_neighbours(features, 40)
    for f in (FacilityLocation(rbf(features, 1.0)), FacilityLocation.from_features(features), near):
        state = f.start()
        f.push(state, 3)
        together = f.gains(state, np.arange(500))
        alone = [f.gains(state, np.array([e]))[0] for e in range(500)]
        some = f.gains(state, np.arange(499, 0, -7))
        assert together.tolist() == alone
        assert some.tolist() == together[499:0:-7].tolist()


def test_marginals_never_grow_not_even_by_rounding() -> None:
    rng = np.random.default_rng(3)
    features = rng.standard_normal((300, 3))
    for f in (FacilityLocation(rbf(features, 1.0)), FacilityLocation.from_features(features)):
        state, before = f.start(), np.full(300, np.inf)
        for element in rng.permutation(300)[:100]:
            gains = f.gains(state, np.arange(300))
            assert (gains <= before).all()
            f.push(state, int(element))
            before = gains


def test_all_neighbours_are_the_whole_matrix_and_fewer_are_less() -> None:
    features = np.random.default_rng(4).standard_normal((60, 2))
    matrix = rbf(features, 1.0)
    every = FacilityLocation.from_neighbours(features, 60)
    assert every.value([3, 5]) == pytest.approx(plainly(matrix, [3, 5]))
    kept = np.zeros_like(matrix)
    nearest = np.argsort(-matrix, axis=1)[:, :4]
    np.put_along_axis(kept, nearest, np.take_along_axis(matrix, nearest, axis=1), axis=1)
    few = FacilityLocation.from_neighbours(features, 4)
    assert few.gains(few.start(), np.arange(60)) == pytest.approx(kept.sum(axis=0))
    assert greedy(few, 5).value == pytest.approx(greedy(FacilityLocation(kept), 5).value)
    one = FacilityLocation.from_neighbours(features, 1)
    assert one.value(range(60)) == pytest.approx(60)


def test_features_never_make_the_whole_matrix() -> None:
    """That of 6,000 elements would take 288 MB."""
    features = np.random.default_rng(7).standard_normal((6000, 4))
    lazy_greedy(FacilityLocation.from_features(features[:20]), 2)  # compiles
    tracemalloc.start()
    lazy_greedy(FacilityLocation.from_features(features), 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8e6


def test_batches_of_features_stop_where_no_bound_can_win() -> None:
    """Sixteen are compared at once: a later one may tie with a lesser number, or be greater."""
    same = FacilityLocation.from_features(np.ones((17, 2)), kernel="cosine")
    bounds = np.append(np.full(16, 18.0), 17.0)
    for last, looked_at in ((0, 17), (16, 16)):
        order = np.append(np.delete(np.arange(17), last), last)
        assert same.gains_until(same.start(), order, bounds).tolist() == [17] * looked_at
    more = FacilityLocation.from_features(np.ones((40, 2)), kernel="cosine")
    for some in ([*range(15, -1, -1), 8], [*range(16), *range(20, 36), 18]):  # 0 is compared
        bounds = np.append(np.full(len(some) - 1, np.inf), 40.0)
        gains = more.gains_until(more.start(), np.array(some), bounds)
        assert gains.tolist() == [40] * (len(some) - 1)
    points = 100.0 * np.arange(52)[:, None]
    points[36:] = points[16]
    mixed = FacilityLocation.from_features(points)
    bounds = np.concatenate([np.full(16, np.inf), [17], np.ones(19)])
    gains = mixed.gains_until(mixed.start(), np.arange(36), bounds)
    assert len(gains) == 32
    assert gains[16] == 17


def test_states_are_copied() -> None:
    f = FacilityLocation(np.eye(3))
    state = f.start()
    other = f.copy(state)
    f.push(state, 0)
    assert f.gains(other, np.arange(3)).tolist() == [1, 1, 1]
    assert f.gains(state, np.arange(3)).tolist() == [0, 1, 1]


def test_the_callers_arrays_stay_and_later_changes_do_not_matter() -> None:
    for make in (np.array, sparse.csr_array):
        matrix = make(np.array([[1.0, 2.0], [3.0, 0.5]]))
        f = FacilityLocation(matrix)
        matrix[0, 1] = 100.0
        assert f.value([1]) == 2.5
    features = np.array([[3.0, 4.0], [1.0, 0.0]])
    for kernel in ("rbf", "cosine"):
        FacilityLocation.from_features(features, kernel=kernel)
        assert features.tolist() == [[3, 4], [1, 0]]


def test_pickled_functions_work() -> None:
    features = np.random.default_rng(5).standard_normal((20, 2))
    for f in (FacilityLocation(np.eye(20)), FacilityLocation.from_features(features)):
        assert greedy(pickle.loads(pickle.dumps(f)), 3).value == greedy(f, 3).value


@pytest.mark.parametrize(
    ("similarities", "message"),
    [
        ([[1.0, math.nan]], "similarities must be finite"),
        ([[1.0, math.inf]], "similarities must be finite"),
        ([[1.0, -0.5]], "similarities must be at least 0, got -0.5"),
        ([[1e308], [1e308]], "similarities must have a finite sum"),
        ([1.0, 2.0], r"similarities must have shape \(n, n\), got \(2,\)"),
        (np.empty((0, 3)), "similarities must have shape"),
        (np.empty((3, 0)), "similarities must have shape"),
        (sparse.csr_array([[1.0, math.nan]]), "similarities must be finite"),
        (sparse.csr_array([[1.0, -1.0]]), "similarities must be at least 0"),
        (sparse.csr_array((3, 0)), "similarities must be a matrix"),
    ],
)
def test_bad_similarities(similarities: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FacilityLocation(similarities)


@pytest.mark.parametrize("similarities", ["ab", [["a"]], [[1j]], np.array([[object()]])])
def test_similarities_of_wrong_type(similarities: Any) -> None:
    with pytest.raises(TypeError, match="similarities must be an array of"):
        FacilityLocation(similarities)


def test_a_matrix_beyond_memory_says_so_and_what_to_pass() -> None:
    huge = np.broadcast_to(1.0, (10**7, 10**7))
    with pytest.raises(MemoryError, match=r"take 7.45e\+05 GiB.*pass a sparse matrix.*from_feat"):
        FacilityLocation(huge)


@pytest.mark.parametrize("make", [FacilityLocation.from_features, None])
def test_bad_features(make: Any) -> None:
    make = make or (lambda X, **options: FacilityLocation.from_neighbours(X, 1, **options))
    with pytest.raises(ValueError, match="features must be finite"):
        make([[1.0], [math.nan]])
    with pytest.raises(ValueError, match="features must have shape"):
        make([1.0, 2.0])
    with pytest.raises(ValueError, match="kernel must be 'rbf' or 'cosine', got 'linear'"):
        make([[1.0]], kernel="linear")
    with pytest.raises(ValueError, match="bandwidth must lie in"):
        make([[1.0]], bandwidth=0.0)
    with pytest.raises(TypeError, match="bandwidth must be a number"):
        make([[1.0]], bandwidth="wide")
    with pytest.raises(ValueError, match="bandwidth must not be that small for features"):
        make([[1e300]], bandwidth=1e-300)
    with pytest.raises(ValueError, match="no direction in row 1; leave the row out"):
        make([[1.0, 0.0], [0.0, 0.0]], kernel="cosine")


@pytest.mark.parametrize("neighbours", [0, 4, True])
def test_neighbours_out_of_range(neighbours: Any) -> None:
    with pytest.raises(ValueError, match="neighbours must be an integer from 1 to 3"):
        FacilityLocation.from_neighbours(np.eye(3), neighbours)


def test_extreme_features_make_no_nan() -> None:
    far = FacilityLocation.from_features([[1e300], [-1e300], [1e300]])
    assert far.value([0]) == 2
    assert FacilityLocation.from_features([[1e-300], [2e-300]], kernel="cosine").value([1]) == 2
    assert FacilityLocation.from_features([[1e300, 1e300], [1, 1]], kernel="cosine").value(
        [1]
    ) == pytest.approx(2)


def test_neighbours_at_a_distance_beyond_floats_have_no_similarity() -> None:
    """Squares of such distances overflow; the tree leaves those neighbours out."""
    far = FacilityLocation.from_neighbours([[1e300], [-1e300], [1e300]], 3)
    assert far.gains(far.start(), np.arange(3)).tolist() == [2, 1, 2]
    assert far.value([0, 1]) == 3
    cosine = FacilityLocation.from_neighbours([[1e300, 0.0], [0.0, 1e-300]], 2, kernel="cosine")
    assert cosine.value([0]) == 1


def test_duplicates_tie_and_the_first_wins() -> None:
    features = np.repeat(np.random.default_rng(6).standard_normal((10, 4)), 3, axis=0)
    for f in (
        FacilityLocation.from_features(features),
        FacilityLocation(rbf(features, 1.0)),
        FacilityLocation.from_features(features, kernel="cosine"),
    ):
        chosen = lazy_greedy(f, 10).elements
        assert (chosen % 3 == 0).all()
        assert chosen.tolist() == greedy(f, 10).elements.tolist()

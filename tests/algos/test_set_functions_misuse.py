"""Set functions with arguments that are not what they must be."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from algos.submodular import (
    ConcaveOverModular,
    GraphCut,
    LogDeterminant,
    Mixture,
    OracleError,
    SaturatedCoverage,
)


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        ([[-1.0]], r"semidefinite, got -1 at \(0, 0\)"),
        ([[1, 0.5], [0.4, 1]], r"symmetric, got 0.5 at \(0, 1\) and 0.4 at \(1, 0\)"),
        ([[0, 1], [1, 0]], r"semidefinite, got 1 at \(0, 1\), but 0 and 0 on the diagonal"),
        ([[1, 2, 3], [4, 5, 6]], r"shape \(n, n\)"),
        ([[1, math.nan], [math.nan, 1]], "finite"),
    ],
)
def test_kernels_that_are_none(kernel: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LogDeterminant(kernel)


def test_a_kernel_that_only_three_rows_show_to_be_none() -> None:
    """Three vectors cannot have angles of more than 120° with each other."""
    function = LogDeterminant(1e6 * (1.9 * np.eye(3) - 0.9))
    state = function.start()
    function.push(state, 0)
    with pytest.raises(OracleError, match=r"rows and columns \[0, 1, 2\] are not"):
        function.push(state, 1)


BAD: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: GraphCut([[1.0, 2.0]]), ValueError, r"weights must have shape \(n, n\)"),
    (lambda: GraphCut([1.0]), ValueError, "weights must have shape"),
    (lambda: GraphCut(np.empty((0, 0))), ValueError, "weights must have shape"),
    (lambda: GraphCut([[0, -1], [0, 0]]), ValueError, "weights must be at least 0, got -1"),
    (lambda: GraphCut([[math.inf]]), ValueError, "weights must be finite"),
    (lambda: GraphCut(np.full((2, 2), 1e308)), ValueError, "weights must have a finite sum"),
    (lambda: GraphCut(np.array([["a"]])), TypeError, "weights must be an array of real"),
    (lambda: GraphCut(np.array([[1j]])), TypeError, "weights must be an array of real"),
    (lambda: GraphCut(sparse.csr_array(-np.eye(2))), ValueError, "weights must be at least 0"),
    (lambda: GraphCut(sparse.csr_array(np.eye(2) * math.nan)), ValueError, "weights .* finite"),
    (
        lambda: GraphCut(sparse.csr_array(np.eye(2) * 1j)),
        ValueError,
        "weights must be a matrix of real",
    ),
    (lambda: GraphCut([[0.0]], -1), ValueError, "redundancy must lie in"),
    (lambda: GraphCut([[0.0]], math.nan), ValueError, "redundancy must lie in"),
    (lambda: GraphCut([[0.0]], "1"), TypeError, "redundancy must be a number"),  # type: ignore[arg-type]
    (lambda: ConcaveOverModular([[-1.0]]), ValueError, "features must be at least 0"),
    (lambda: ConcaveOverModular([[1.0]], "square"), ValueError, "concave must be 'sqrt'"),
    (lambda: ConcaveOverModular([[1.0]], -1.0), ValueError, "concave must lie in"),
    (lambda: ConcaveOverModular([[1.0]], math.nan), ValueError, "concave must lie in"),
    (lambda: ConcaveOverModular([[1.0]], None), TypeError, "concave must be a number"),  # type: ignore[arg-type]
    (lambda: ConcaveOverModular([[4.0]], np.square), ValueError, "concave must be concave, got 0"),
    (lambda: ConcaveOverModular([[4.0]], np.cos), ValueError, "concave must be 0 at 0, got 1"),
    (lambda: ConcaveOverModular([[4.0]], np.sin), ValueError, "concave must not fall, got"),
    (lambda: ConcaveOverModular([[4.0]], lambda x: 1 / x), ValueError, "concave must give a fin"),
    (lambda: ConcaveOverModular([[4.0]], np.sum), ValueError, "concave must give a finite number"),
    (lambda: ConcaveOverModular([[1.0]], weights=[-1]), ValueError, "weights must be at least 0"),
    (lambda: ConcaveOverModular([[1.0]], weights=[1, 2]), ValueError, "weights must have shape"),
    (lambda: LogDeterminant.from_features([1.0]), ValueError, "features must have shape"),
    (lambda: LogDeterminant.from_features([[math.nan]]), ValueError, "features must be finite"),
    (lambda: SaturatedCoverage([[1.0]], 0), ValueError, "saturation must lie in"),
    (lambda: SaturatedCoverage([[1.0]], 1.5), ValueError, "saturation must lie in"),
    (lambda: SaturatedCoverage([[-1.0]]), ValueError, "similarities must be at least 0"),
    (lambda: SaturatedCoverage([[True, "x"]]), TypeError, "similarities must be an array"),
    (lambda: Mixture([]), ValueError, "functions must have one size"),
    (lambda: Mixture([GraphCut([[0.0]]), GraphCut(np.ones((6, 6)))]), ValueError, r"got \[1, 6\]"),
    (lambda: Mixture([len]), TypeError, "functions must be SetFunctions, got builtin"),  # type: ignore[list-item]
    (lambda: Mixture([GraphCut([[0.0]])], [-1]), ValueError, "weights must be at least 0"),
    (lambda: Mixture([GraphCut([[0.0]])], [math.nan]), ValueError, "weights must be finite"),
    (
        lambda: GraphCut(np.ones((6, 6))).value([6]),
        ValueError,
        "subset must be an integer from 0 to 5",
    ),
    (
        lambda: GraphCut(np.ones((6, 6))).value([-1]),
        ValueError,
        "subset must be an integer from 0 to 5",
    ),
    (lambda: GraphCut(np.ones((6, 6))).value([True]), ValueError, "subset must be an integer"),
    (lambda: GraphCut(np.ones((6, 6))).value([0.5]), TypeError, "subset must be an integer"),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_arguments_are_named(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with np.errstate(all="ignore"), pytest.raises(error, match=message):
        call()

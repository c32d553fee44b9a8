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
    SetFunction,
    check_submodular,
    greedy,
    lazy_greedy,
)
from algos.submodular._set_function import Indices


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
    (
        lambda: GraphCut([[0, 2], [2, 0]], 1e308),
        ValueError,
        "redundancy must keep marginals finite",
    ),
    (lambda: GraphCut([[2.0]], 1e308), ValueError, "redundancy must keep marginals finite"),
    (
        lambda: GraphCut(sparse.csr_array([[0.0, 2], [2, 0]]), 1e308),
        ValueError,
        "redundancy must keep marginals finite, got 1e[+]308 for weights that sum up to 4",
    ),
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
    (
        lambda: ConcaveOverModular([[1e300]], "sqrt", [1e200]),
        ValueError,
        "weights must keep the value of all elements finite, got 1e[+]200",
    ),
    (
        lambda: ConcaveOverModular([[1, 1]], 1, [1e308, 1e308]),
        ValueError,
        "weights must keep the value of all elements finite",
    ),
    (lambda: ConcaveOverModular([[4.0]], lambda x: x + 0j), ValueError, "concave must give a fin"),
    (
        lambda: ConcaveOverModular([[1.0, 4.0]], lambda x: x if len(x) == 65 else x[..., 0]),
        ValueError,
        r"concave must give a finite number for each .* for shape \(2,\)",
    ),
    (lambda: LogDeterminant([[1e16]]), ValueError, "kernel must have entries of at most 1e[+]12"),
    (
        lambda: LogDeterminant.from_features([[1.0], [1e200]]),
        ValueError,
        "kernel must have entries of at most 1e[+]12, got inf for element 1; divide",
    ),
    (lambda: SaturatedCoverage(sparse.eye_array(2)), TypeError, "similarities must be dense"),
    (lambda: LogDeterminant.from_features([1.0]), ValueError, "features must have shape"),
    (lambda: LogDeterminant.from_features([[math.nan]]), ValueError, "features must be finite"),
    (lambda: SaturatedCoverage([[1.0]], 0), ValueError, "saturation must lie in"),
    (lambda: SaturatedCoverage([[1.0]], 1.5), ValueError, "saturation must lie in"),
    (lambda: SaturatedCoverage([[-1.0]]), ValueError, "similarities must be at least 0"),
    (lambda: SaturatedCoverage([[True, "x"]]), TypeError, "similarities must be an array"),
    (lambda: Mixture([]), ValueError, "functions must have one size"),
    (lambda: Mixture([GraphCut([[0.0]]), GraphCut(np.ones((6, 6)))]), ValueError, r"got \[1, 6\]"),
    (lambda: Mixture(GraphCut([[0.0]])), TypeError, "functions must be a sequence, got GraphCut"),  # type: ignore[arg-type]
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
    (lambda: GraphCut([[0.0]]).value(None), TypeError, "subset must hold elements, got None"),  # type: ignore[arg-type]
    (lambda: GraphCut([[0.0]]).value(0), TypeError, "subset must hold elements, got 0"),  # type: ignore[arg-type]
    (lambda: GraphCut(np.ones((6, 6))).value([True]), ValueError, "subset must be an integer"),
    (lambda: GraphCut(np.ones((6, 6))).value([0.5]), TypeError, "subset must be an integer"),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_arguments_are_named(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with np.errstate(divide="ignore"), pytest.raises(error, match=message):
        call()


Use = Callable[[SetFunction], object]
USES: list[Use] = [
    lambda function: greedy(function, 2),
    lambda function: lazy_greedy(function, 2),
    lambda function: function.value([0, 1]),
    lambda function: check_submodular(function),
]


class Given(SetFunction):
    """Marginals that somebody gives."""

    def __init__(self, give: Callable[[int], Any]) -> None:
        super().__init__(4)
        self.give = give

    def start(self) -> None:
        """Give nothing."""

    def gains(self, state: Any, candidates: Indices) -> Any:
        """Give them."""
        return self.give(len(candidates))

    def push(self, state: Any, element: int) -> None:
        """Forget it."""


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(
    ("give", "message"),
    [
        (lambda m: 1.0, r"one marginal for each of \d candidates.*, got shape \(\)"),
        (lambda m: [1.0] * (m + 1), "one marginal for each"),
        (lambda m: np.ones((m, 1)), "one marginal for each"),
        (lambda m: None, "one marginal for each"),
        (lambda m: np.ones(m, complex), "an array of real marginals.*, got ndarray of complex128"),
        (lambda m: np.ones(m, object), "an array of real marginals"),
        (lambda m: ["1"] * m, "an array of real marginals.*, got list of <U1"),
        (
            lambda m: np.ma.masked_equal(np.ones(m), 1),
            "an array of real marginals.*, got MaskedArray",
        ),
        (lambda m: np.full(m, np.nan), "finite marginals, got nan for element 0"),
        (lambda m: np.full(m, -np.inf), "finite marginals, got -inf for element 0"),
    ],
)
def test_marginals_that_are_none(give: Callable[[int], Any], message: str, use: Use) -> None:
    for function in (Given(give), Mixture([Given(give), GraphCut(np.zeros((4, 4)))])):
        with pytest.raises(OracleError, match=f"function must have {message}"):
            use(function)


def test_a_value_that_is_none_names_the_set() -> None:
    function = Given(lambda m: np.full(m, np.nan))
    with pytest.raises(OracleError, match=r"got nan for element 3 at \{\}"):
        function.value([3])


@pytest.mark.parametrize("kind", [bool, np.uint8, np.int8, np.uint64, np.float16, np.float32, list])
def test_marginals_of_all_kinds_of_numbers(kind: Any) -> None:
    function = Given(lambda m: [1] * m if kind is list else np.ones(m, kind))
    for maximise in (greedy, lazy_greedy):
        chosen = maximise(function, 3)
        assert chosen.elements.tolist() == [0, 1, 2]
        assert chosen.gains.dtype == np.float64
        assert chosen.upper_bound == 3


def test_a_mixture_looks_at_what_it_adds_up() -> None:
    """Blocks of marginals are not looked at by anybody else."""
    large = ConcaveOverModular([[1e10], [1.0]], 1e10)
    with pytest.raises(OracleError, match="finite marginals, got inf for element 0"):
        lazy_greedy(Mixture([large], [1e300]), 2)
    with pytest.raises(OracleError, match="finite marginals, got inf for element 0"):
        lazy_greedy(Mixture([large, large], [1e298, 1e298]), 2)

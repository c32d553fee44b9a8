"""Anchored primal-dual steps: the compiled loop against array operations and by hand."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from accel.pdhg import halpern_steps, pdhg_operator


def draw(seed: int, m: int = 7, n: int = 11, index: Any = np.int32) -> dict[str, Any]:
    """Draw a program, a point and an anchor."""
    rng = np.random.default_rng(seed)
    matrix = sparse.csr_array(rng.normal(size=(m, n)) * (rng.random((m, n)) < 0.4))
    pair = []
    for one in (matrix, sparse.csr_array(matrix.T.tocsr())):
        parts = (one.data, one.indices.astype(index), one.indptr.astype(index))
        shaped = sparse.csr_array(parts, shape=one.shape)
        shaped.indices, shaped.indptr = parts[1], parts[2]
        pair.append(shaped)
    lower = np.where(rng.random(n) < 0.3, -np.inf, -rng.random(n))
    upper = np.where(rng.random(n) < 0.3, np.inf, rng.random(n))
    return {
        "matrices": tuple(pair),
        "data": (rng.normal(size=n), rng.normal(size=m), lower, upper, m // 2),
        "start": (rng.normal(size=n), rng.normal(size=m)),
        "anchor": (rng.normal(size=n), rng.normal(size=m)),
        "primal_step": 0.2,
        "dual_step": 0.1,
    }


@pytest.mark.parametrize("reflection", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize(("m", "n"), [(7, 11), (0, 3), (5, 1), (60, 80)])
def test_paths_agree(reflection: float, index: Any, m: int, n: int) -> None:
    work = draw(m + n, m, n, index)
    for done, steps in ((0, 0), (0, 1), (3, 40)):
        options: Any = {"done": done, "steps": steps, "reflection": reflection}
        expected = halpern_steps(**work, **options, backend="generic")
        for backend in ("auto", "python"):
            found = halpern_steps(**work, **options, backend=backend)
            assert found[0] == pytest.approx(expected[0], rel=1e-9, abs=1e-9)
            assert found[1] == pytest.approx(expected[1], rel=1e-9, abs=1e-9)


def test_one_step_by_hand() -> None:
    matrix = sparse.csr_array([[2.0]])
    work: dict[str, Any] = {
        "matrices": (matrix, matrix),
        "data": (np.array([1.0]), np.array([3.0]), np.zeros(1), np.full(1, 0.5), 0),
        "start": (np.array([0.25]), np.array([-1.0])),
        "anchor": (np.zeros(1), np.zeros(1)),
        "primal_step": 0.25,
        "dual_step": 0.5,
    }
    # x' = clip(0.25 − 0.25 (1 + 2)) = 0, y' = min(0, −1 + 0.5 (3 + 2·0.25)) = 0
    image = pdhg_operator(work["matrices"], work["data"], work["start"], 0.25, 0.5)
    assert (image[0].item(), image[1].item()) == (0.0, 0.0)
    # Reflected: (−0.25, 1); half of it, and half of the anchor.
    x, y = halpern_steps(**work, done=0, steps=1, reflection=1.0)
    assert (x.item(), y.item()) == (-0.125, 0.5)


def test_arguments_are_not_modified_and_answers_repeat() -> None:
    work = draw(1)
    kept = [array.copy() for array in (*work["start"], *work["anchor"])]
    first, second = (halpern_steps(**work, done=0, steps=50, reflection=1.0) for _ in range(2))
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    for old, new in zip(kept, (*work["start"], *work["anchor"]), strict=True):
        assert (old == new).all()


def test_unknown_backends_are_refused() -> None:
    options: Any = {"backend": "magic"}
    with pytest.raises(ValueError, match="backend must be auto"):
        halpern_steps(**draw(0), done=0, steps=1, reflection=1.0, **options)


def test_importing_compiles_nothing() -> None:
    code = "import sys, accel.pdhg; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

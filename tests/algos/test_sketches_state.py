"""Sketches: states in files, copies, and that nothing is shared."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from algos.sketching import Coreset
from tests.algos.test_sketches import every, matrix


@every
def test_the_state_survives_files(make: Callable[..., Any], tmp_path: Path) -> None:
    A = matrix().astype(np.float32)
    sketch = make()
    sketch.update(A[:10])
    sketch.update(A[500:600], at=500)
    np.savez(tmp_path / "state.npz", **sketch.state)
    with np.load(tmp_path / "state.npz") as state:
        loaded = type(sketch).from_state(state)
    text = json.dumps({k: getattr(v, "tolist", lambda v=v: v)() for k, v in sketch.state.items()})
    for again in (loaded, type(sketch).from_state(json.loads(text))):
        assert repr(again) == repr(sketch)
        assert (again.result() == sketch.result()).all()
        assert again.result().dtype == np.float32
        assert again.covered == ((0, 10), (500, 600))
        again.update(A[10:500], at=10)
        again.update(A[600:])
        assert again.result() == pytest.approx(make().apply(A), rel=1e-4, abs=1e-4)
    fresh = type(sketch).from_state(make().state)
    assert fresh.covered == ()
    assert (fresh.apply(A) == make().apply(A)).all()


@every
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]
)
def test_a_copy_goes_its_own_way(make: Callable[..., Any], copied: Callable[..., Any]) -> None:
    A, sketch = matrix(), make()
    sketch.update(A[:400])
    before, other = sketch.result(), copied(sketch)
    other.update(A[400:])
    assert (sketch.result() == before).all()
    assert sketch.covered == ((0, 400),)
    sketch.update(A[400:])
    assert (sketch.result() == other.result()).all()


@every
@pytest.mark.parametrize("name", ["seed", "covered", "state"])
def test_what_has_been_summed_cannot_be_declared_otherwise(
    make: Callable[..., Any], name: str
) -> None:
    with pytest.raises(AttributeError, match=name):
        setattr(make(), name, 0)


@every
def test_the_state_is_a_copy(make: Callable[..., Any]) -> None:
    sketch = make()
    sketch.update(matrix(5))
    before = sketch.result().copy()
    state = sketch.state
    again = type(sketch).from_state(state)
    state["total"][:] = 0
    sketch.result()[:] = 0
    for one in (sketch, again):
        assert (one.result() == before).all()
    other = make()
    other.merge(sketch)
    other.update(matrix(5))
    assert (sketch.result() == before).all()


@pytest.mark.parametrize("state", [None, 5, "kind", [("kind", "Coreset")]])
def test_a_coreset_is_made_of_mappings_alone(state: Any) -> None:
    with pytest.raises(TypeError, match="state must be a mapping, got"):
        Coreset.from_state(state)


def test_the_state_of_a_coreset_is_a_copy() -> None:
    coreset = Coreset(1, 4, rng=0)
    coreset.update(matrix(9))
    state = coreset.state
    again = Coreset.from_state(state)
    for name in ("rows", "weights", "matrix"):
        state[name][:] = 1
    assert (again.result().rows == coreset.result().rows).all()
    assert (again.result().weights == coreset.result().weights).all()


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"size": [5, 5]}, TypeError, "size must be an integer"),
        ({"matrix": [[1.0], [1.0, 2.0]]}, ValueError, "state's matrix must be an array"),
    ],
)
def test_bad_states_of_coresets(
    changes: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        Coreset.from_state({**Coreset(1, 4, rng=0).state, **changes})

"""BLT: misuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from algos.privacy import BLT


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"buffers": 0}, ValueError, "from 1 to 6"),
        ({"buffers": 7}, ValueError, "from 1 to 6"),
        ({"buffers": True}, ValueError, "buffers must be"),
        ({"buffers": 2.0}, TypeError, "buffers must be"),
        ({"decay": [0.5]}, ValueError, "together"),
        ({"weights": [0.5]}, ValueError, "together"),
        ({"decay": [0.5], "weights": [0.5], "buffers": 1}, ValueError, "without buffers"),
        ({"decay": [1.0], "weights": [0.5]}, ValueError, "decay must lie"),
        ({"decay": [0.0], "weights": [0.5]}, ValueError, "decay must lie"),
        ({"decay": [-0.5], "weights": [0.5]}, ValueError, "decay must lie"),
        ({"decay": [1e-20], "weights": [0.5]}, ValueError, "decay must lie"),
        ({"decay": [np.nan], "weights": [0.5]}, ValueError, "finite"),
        ({"decay": [0.5], "weights": [np.inf]}, ValueError, "finite"),
        ({"decay": [0.5], "weights": [0.0]}, ValueError, "positive"),
        ({"decay": [0.5], "weights": [-0.1]}, ValueError, "positive"),
        ({"decay": [0.5], "weights": [1.5]}, ValueError, "less than 1"),
        ({"decay": [0.5, 0.6], "weights": [0.5]}, ValueError, "shape"),
        ({"decay": [], "weights": []}, ValueError, "decay must"),
        ({"decay": [[0.5]], "weights": [[0.5]]}, ValueError, "shape"),
        ({"decay": "a", "weights": [0.5]}, TypeError, "decay must"),
        ({"decay": [0.5], "weights": [1j]}, TypeError, "weights must"),
        ({"decay": [object()], "weights": [0.5]}, TypeError, "decay must"),
    ],
)
def test_bad_parameters(options: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        BLT(10, **options)


@pytest.mark.parametrize("horizon", [0, -1, True, 2**41])
def test_bad_horizons(horizon: int) -> None:
    with pytest.raises(ValueError, match="horizon must be"):
        BLT(horizon)


def test_parameters_cannot_be_changed() -> None:
    mechanism = BLT(10)
    with pytest.raises(ValueError, match="read-only"):
        mechanism.decay[0] = 0.5
    with pytest.raises(ValueError, match="read-only"):
        mechanism.weights[0] = 0.5

"""States of sketches and coresets, as they were given or as files hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from algos._arguments import checked_count

__all__ = ["read_state"]


def read_state(kind: str, names: tuple[str, ...], state: Any) -> dict[str, Any]:
    """Give what a state of this kind holds, kind, seed and dtype among it, as arrays."""
    if not isinstance(state, Mapping):
        raise TypeError(f"state must be a mapping, got {state!r}")
    missing = [name for name in names if name not in state]
    if missing:
        raise ValueError(f"state must hold {', '.join(names)}; it lacks {', '.join(missing)}")
    found: dict[str, Any] = {name: _array(name, state[name]) for name in names}
    if str(found["kind"]) != kind:
        raise ValueError(f"state must be of a {kind}, got one of a {found['kind']}")
    found["dtype"] = str(found["dtype"])
    if found["dtype"] not in ("float32", "float64"):
        raise ValueError(f"state's dtype must be float32 or float64, got {found['dtype']!r}")
    found["seed"] = checked_count("seed", found["seed"][()], least=0, most=2**63 - 1)
    return found


def _array(name: str, value: Any) -> Any:
    """Turn numbers, strings and nested lists into an array."""
    try:
        return np.asarray(value)
    except (TypeError, ValueError):
        raise ValueError(f"state's {name} must be an array or a number, got {value!r}") from None

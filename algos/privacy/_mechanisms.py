"""The mechanisms by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from algos.privacy._mechanism import Mechanism
from algos.privacy._tree import Tree

__all__ = ["MECHANISMS", "made", "named"]

MECHANISMS: Mapping[str, type[Mechanism]] = {
    "tree": Tree,
}


def named(mechanism: str | Mechanism, horizon: int) -> Mechanism:
    """Make a mechanism for a horizon, or look at the one given."""
    if isinstance(mechanism, str):
        if mechanism not in MECHANISMS:
            raise ValueError(f"mechanism must be one of {', '.join(MECHANISMS)}, got {mechanism!r}")
        return MECHANISMS[mechanism](horizon)
    if not isinstance(mechanism, Mechanism):
        raise TypeError(f"mechanism must be a name or a Mechanism, got {mechanism!r}")
    if mechanism.horizon != horizon:
        raise ValueError(f"horizon must be the mechanism's, {mechanism.horizon}, got {horizon}")
    return mechanism


def described(mechanism: Mechanism) -> dict[str, Any]:
    """Name a mechanism and its options."""
    options = {name: getattr(mechanism, name) for name in mechanism.options}
    return {"mechanism": mechanism.name, "horizon": mechanism.horizon, **options}


def made(description: Mapping[str, Any]) -> Mechanism:
    """Make the mechanism that `described` has described."""
    kind = MECHANISMS[str(description["mechanism"])]
    options = {name: description[name] for name in kind.options}
    return kind(int(description["horizon"]), **options)

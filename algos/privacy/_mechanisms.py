"""The mechanisms by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from algos.privacy._banded_toeplitz import BandedToeplitz
from algos.privacy._blt import BLT
from algos.privacy._choose_mechanism import choose_mechanism
from algos.privacy._dense_factorization import DenseFactorization
from algos.privacy._honaker_tree import HonakerTree
from algos.privacy._k_ary import KAry
from algos.privacy._mechanism import Mechanism
from algos.privacy._smooth_binary import SmoothBinary
from algos.privacy._square_root import SquareRoot
from algos.privacy._tree import Tree

__all__ = ["MECHANISMS", "made", "named"]

MECHANISMS: Mapping[str, type[Mechanism]] = {
    "banded_toeplitz": BandedToeplitz,
    "blt": BLT,
    "dense": DenseFactorization,
    "honaker": HonakerTree,
    "smooth_binary": SmoothBinary,
    "square_root": SquareRoot,
    "tree": Tree,
}

#: For Laplace noise alone.
PURE: Mapping[str, type[Mechanism]] = {"k_ary": KAry}


def named(mechanism: str | Mechanism, horizon: int, *, pure: bool = False) -> Mechanism:
    """Make a mechanism for a horizon, or look at the one given; "auto" asks for the noise's law."""
    if mechanism == "auto":
        return choose_mechanism(horizon, noise="laplace" if pure else "gaussian").mechanism
    if isinstance(mechanism, str):
        kinds = {**MECHANISMS, **PURE}
        if mechanism not in kinds:
            raise ValueError(
                f"mechanism must be one of {', '.join(('auto', *kinds))}, got {mechanism!r}"
            )
        return kinds[mechanism](horizon)
    if not isinstance(mechanism, Mechanism):
        raise TypeError(f"mechanism must be a name or a Mechanism, got {mechanism!r}")
    if mechanism.horizon != horizon:
        raise ValueError(f"horizon must be the mechanism's, {mechanism.horizon}, got {horizon}")
    return mechanism


def described(mechanism: Mechanism) -> dict[str, Any]:
    """Name a mechanism and its options."""
    if {**MECHANISMS, **PURE}.get(mechanism.name) is not type(mechanism):
        raise TypeError(f"the mechanism must be the library's to have a state, got {mechanism!r}")
    options = {name: getattr(mechanism, name) for name in mechanism.options}
    return {"mechanism": mechanism.name, "horizon": mechanism.horizon, **options}


def made(description: Mapping[str, Any]) -> Mechanism:
    """Make the mechanism that `described` has described."""
    kind = {**MECHANISMS, **PURE}.get(str(description["mechanism"]))
    if kind is None or not set(kind.options) <= set(description):
        raise ValueError("state must be what state() gave; it names no mechanism and its options")
    options = {name: description[name] for name in kind.options}
    return kind(int(description["horizon"]), **options)

"""Theorems as objects, and the registry that finds them.

A theorem ties an algorithm to a bound on a measured quantity.  This module is
light on purpose: sympy is imported by the families' ``theorems.py`` files and
inside the methods that need it, never by ``import algos``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from difflib import get_close_matches

from algos._formula import NoSolutionError, evaluate
from algos._statement import (
    InExpectation,
    Need,
    Source,
    Surely,
    Tightness,
    WithProbability,
    here,
)
from algos._theorem import LATEX_NAMES, Theorem

__all__ = [
    "LATEX_NAMES",
    "InExpectation",
    "Need",
    "NoSolutionError",
    "Source",
    "Surely",
    "Theorem",
    "Tightness",
    "WithProbability",
    "evaluate",
    "families",
    "here",
    "theorem",
    "theorems",
]


def families() -> tuple[str, ...]:
    """Name the families that have theorems.

    Returns
    -------
    tuple of str
        Sorted names of the sub-packages of ``algos``.
    """
    package = importlib.import_module("algos")
    return tuple(sorted(info.name for info in pkgutil.iter_modules(package.__path__) if info.ispkg))


def theorems(family: str | None = None) -> tuple[Theorem, ...]:
    """Gather the theorems of every family, or of one.

    Parameters
    ----------
    family : str, optional
        A family's name; all of them by default.

    Returns
    -------
    tuple of Theorem
        Sorted by key.

    Raises
    ------
    ValueError
        There is no such family.

    Examples
    --------
    >>> import algos
    >>> all(theorem.family == "search" for theorem in algos.theorems("search"))
    True
    """
    known = families()
    if family is not None and family not in known:
        hint = _hint(family, known)
        raise ValueError(f"family must be one of {', '.join(known)}, got {family!r}{hint}")
    found: dict[str, Theorem] = {}
    for name in known if family is None else (family,):
        module = importlib.import_module(f"algos.{name}.theorems")
        for value in vars(module).values():
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, Theorem):
                    if one.key in found:
                        raise ValueError(f"two theorems share the key {one.key}")
                    found[one.key] = one
    return tuple(found[key] for key in sorted(found))


def theorem(key: str) -> Theorem:
    """Look up one theorem.

    Parameters
    ----------
    key : str
        The theorem's key.

    Returns
    -------
    Theorem
        The theorem.

    Raises
    ------
    KeyError
        No theorem has that key; the message names the nearest.
    """
    everything = {t.key: t for t in theorems()}
    if key in families():
        raise KeyError(f"no theorem {key!r}: that is a family; `lemmata list {key}` names its own")
    if key not in everything:
        raise KeyError(f"no theorem {key!r}{_hint(key, everything)}; `lemmata list` names them all")
    return everything[key]


def _hint(name: object, known: Iterable[str]) -> str:
    """Name the nearest of the known names, if one is near."""
    near = get_close_matches(str(name), list(known), n=1, cutoff=0.4)
    return f"; did you mean {near[0]}?" if near else ""

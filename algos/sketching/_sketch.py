"""What the sketches share: S A by blocks of rows, merging, and the state that is kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from algos._arguments import checked_count
from algos.sketching._matrix import Floats
from algos.sketching._sketch_rows import Reals, blocks, require_finite
from algos.sketching._state import read_state

__all__ = ["Ranges", "Sketch", "joined"]

#: Ranges of rows (first, one past the last), in order, none touching the next.
Ranges = tuple[tuple[int, int], ...]


class Sketch(ABC):
    """A random matrix S with E SᵀS = I, and S A for the rows of A seen so far.

    The column of S for row i is a function of seed, size, options and i alone.
    """

    #: Constructor arguments besides ``size`` and ``rng``, kept as attributes.
    _options: ClassVar[tuple[str, ...]] = ()
    #: Whether sparse rows are added without making them dense.
    _takes_sparse: ClassVar[bool] = False

    def __init__(self, size: int, *, rng: Any = None) -> None:
        self.size = checked_count("size", size, most=2**31 - 1)
        self._seed = int(np.random.default_rng(rng).integers(2**63))
        self._covered: Ranges = ()
        self._total: Reals | None = None
        self._single = True

    def __repr__(self) -> str:
        options = "".join(f", {name}={getattr(self, name)}" for name in self._options)
        return f"{type(self).__name__}(size={self.size}{options}, seed={self.seed})"

    @property
    def seed(self) -> int:
        """The seed of S, from 0 to 2^63 − 1, as drawn from ``rng``."""
        return self._seed

    @property
    def covered(self) -> Ranges:
        """Ranges of the rows seen by `update`: first, and one past the last."""
        return self._covered

    def apply(self, A: Any) -> Floats:
        """Compute S A for a whole matrix; the sketch's own sum does not change.

        Parameters
        ----------
        A : array_like, shape (n, d)
            An array, memory-mapped ones too, a SciPy sparse matrix, a Dask array, a function
            that returns an iterator of blocks of rows, or such an iterator.

        Returns
        -------
        ndarray, shape (size, d)
            Float32 where all of A is, else float64.

        Raises
        ------
        TypeError, ValueError
            A is no matrix of finite real numbers, or S A overflows.
        """
        total, _, single = self._added("A", A, None, 0)
        return self._finished(total, single)

    def update(self, rows: Any, *, at: int | None = None) -> None:
        """Add rows of A to the sum; O(size · d) besides the work of `apply`.

        Parameters
        ----------
        rows : array_like, shape (k, d)
            The next rows, in any form that `apply` takes.
        at : int, optional
            Number of the first of them in A; after the last row seen so far by default.

        Raises
        ------
        TypeError, ValueError
            The rows are no matrix of finite real numbers, have not as many columns as those
            before, or were seen before; the sum is then as it was.
        """
        end = self.covered[-1][1] if self.covered else 0
        first = end if at is None else checked_count("at", at, least=0)
        total, count, single = self._added("rows", rows, self._total, first)
        self._covered = joined(self.covered, ((first, first + count),))
        self._total, self._single = total, self._single and single

    def merge(self, other: Self) -> None:
        """Add the rows that another sketch has seen.

        Parameters
        ----------
        other : Sketch
            Of the same kind, size, options and seed, with other rows.

        Raises
        ------
        TypeError, ValueError
            It is no such sketch; this one is then as it was.
        """
        if type(other) is not type(self):
            raise TypeError(f"other must be a {type(self).__name__}, got {other!r}")
        for name in ("size", *self._options, "seed"):
            mine, its = getattr(self, name), getattr(other, name)
            if mine != its:
                raise ValueError(
                    f"other must have the same {name} as this sketch, {mine}, got {its}; "
                    "make both with the same rng=<integer>"
                )
        if other._total is None:
            return
        total = other._total.copy()
        if self._total is not None:
            if self._total.shape != total.shape:
                raise ValueError(
                    f"other must have seen rows of {self._total.shape[-1]} columns, got "
                    f"{total.shape[-1]}"
                )
            with np.errstate(over="ignore"):  # looked at below
                total += self._total
        covered = joined(self.covered, other.covered)
        _require_no_overflow(total, "the merged sums")
        self._total, self._covered = total, covered
        self._single = self._single and other._single

    def result(self) -> Floats:
        """Give S A for the rows seen so far, as if all others were zero.

        Returns
        -------
        ndarray, shape (size, d)
            Float32 where all rows were, else float64.

        Raises
        ------
        ValueError
            No rows were seen yet.
        """
        if self._total is None:
            raise ValueError("the sketch must have seen rows, got none; call update(rows) before")
        return self._finished(self._total.copy(), self._single)

    @property
    def state(self) -> dict[str, Any]:
        """All there is to know, as arrays, integers and strings: for np.savez, or JSON."""
        return {
            "kind": type(self).__name__,
            "size": self.size,
            **{name: getattr(self, name) for name in self._options},
            "seed": self.seed,
            "dtype": "float32" if self._single else "float64",
            "covered": np.array(self.covered, dtype=np.int64).reshape(-1, 2),
            "total": np.zeros(0) if self._total is None else self._total.copy(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Make a sketch again from its `state`.

        Parameters
        ----------
        state : mapping
            What `state` gave, or what np.load or JSON made of it.

        Returns
        -------
        Sketch
            As it was.

        Raises
        ------
        TypeError, ValueError
            The mapping lacks something, or holds what no sketch of this kind has.
        """
        names = ("kind", "size", *cls._options, "seed", "dtype", "covered", "total")
        found = read_state(cls.__name__, names, state)
        sketch = cls(**{name: found[name][()] for name in ("size", *cls._options)}, rng=0)
        sketch._seed, sketch._single = found["seed"], found["dtype"] == "float32"
        sketch._restore(found["covered"], found["total"])
        return sketch

    def _restore(self, covered: Any, total: Any) -> None:
        """Take rows as seen, with their sum, from a state."""
        if covered.size and covered.shape[1:] != (2,):
            raise ValueError(f"state's covered must have shape (k, 2), got {covered.shape}")
        for first, stop in covered.tolist():
            checked_count("covered", first, least=0)
            checked_count("covered", stop, least=first + 1)
            self._covered = joined(self.covered, ((first, stop),))
            self._check_end(stop)
        columns = total.shape[-1] if total.ndim else 0
        wanted = self._shape(max(columns, 1)) if self.covered else (0,)
        if total.dtype.kind not in "biuf" or total.shape != wanted:
            raise ValueError(
                f"state's total must hold real numbers in shape {wanted}, got {total.dtype} in "
                f"shape {total.shape}"
            )
        if self.covered:
            self._total = total.astype(np.float64)
            _require_no_overflow(self._total, "state's total")

    def _added(self, name: str, A: Any, total: Reals | None, first: int) -> tuple[Reals, int, bool]:
        """Add rows to a copy of a sum; tell how many, and whether all were float32."""
        total = None if total is None else total.copy()
        count, single = 0, True
        with np.errstate(over="ignore", invalid="ignore"):  # looked at below
            for block in blocks(name, A, compressed=self._takes_sparse):
                columns = block.shape[1]
                if total is None:
                    total = np.zeros(self._shape(columns))
                elif columns != total.shape[-1]:
                    raise ValueError(
                        f"{name} must have {total.shape[-1]} columns as before, got {columns}"
                    )
                self._check_end(first + count + block.shape[0])
                self._add(total, first + count, block)
                count += block.shape[0]
                single = single and block.dtype == np.float32
        assert total is not None
        if not np.isfinite(total).all():  # nothing that is not finite leaves a sum again
            require_finite(name, A)
            _require_no_overflow(total, f"the sums of {name}")
        return total, count, single

    def _shape(self, columns: int) -> tuple[int, ...]:
        """Give the shape of a sum."""
        return self.size, columns

    def _check_end(self, stop: int) -> None:
        """Refuse rows from ``stop`` on."""
        if stop > 2**62:
            raise ValueError(f"rows must be numbered below 2^62, got row {stop - 1}")

    @abstractmethod
    def _add(self, total: Reals, first: int, rows: Any) -> None:
        """Add rows, numbered from ``first`` on, to a sum."""

    @abstractmethod
    def _scaled(self, total: Reals) -> Reals:
        """Turn a sum into S A."""

    def _finished(self, total: Reals, single: bool) -> Floats:
        """Turn a sum into S A in the input's precision."""
        with np.errstate(over="ignore", invalid="ignore"):
            sketched: Floats = self._scaled(total)
            if single:
                sketched = sketched.astype(np.float32)
        _require_no_overflow(sketched, f"S A in {sketched.dtype}")
        return sketched


def joined(mine: Ranges, its: Ranges) -> Ranges:
    """Join two sets of rows; refuse a row in both."""
    ranges: list[tuple[int, int]] = []
    for first, stop in sorted(mine + its):
        if ranges and first < ranges[-1][1]:
            raise ValueError(
                f"no row may be added twice, got rows {first} to {min(stop, ranges[-1][1]) - 1} "
                "again"
            )
        if ranges and first == ranges[-1][1]:
            ranges[-1] = ranges[-1][0], stop
        else:
            ranges.append((first, stop))
    return tuple(ranges)


def _require_no_overflow(sums: Floats, what: str) -> None:
    """Refuse sums that have overflowed."""
    if not np.isfinite(sums).all():
        raise ValueError(f"{what} must be finite, but overflow; divide A by a number before")

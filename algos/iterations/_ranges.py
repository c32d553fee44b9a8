"""Sizes of numbers whose squares neither overflow nor vanish."""

from __future__ import annotations

from accel.dispatch import Array

SMALLEST, LARGEST = 1e-100, 1e100


def in_range(name: str, values: Array) -> Array:
    """Refuse numbers whose squares overflow or vanish; zeros are allowed."""
    sizes = abs(values[values != 0])
    if sizes.size and not (sizes.min() >= SMALLEST and sizes.max() <= LARGEST):
        bad = sizes.max() if sizes.max() > LARGEST else sizes.min()
        raise ValueError(
            f"{name} must hold zeros and numbers from {SMALLEST:g} to {LARGEST:g} in size, "
            f"got {bad:g}"
        )
    return values

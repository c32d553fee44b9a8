"""Measurements that are cut off, so that a mean can be tested from above."""

from __future__ import annotations

from algos.theorem import InExpectation, Theorem, evaluate
from proofs_checks.check import Measurement

__all__ = ["cut_off"]


def cut_off(theorem: Theorem, measured: float, **values: float) -> Measurement:
    """Measure a quantity, or the end of a mean's sure range where it exceeds that."""
    assert isinstance(theorem.holds, InExpectation)
    return Measurement(min(measured, evaluate(theorem.holds.spread, **values)), **values)

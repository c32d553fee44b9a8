"""Planted faults: made from the shipped source, and never touching it."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from algos._arguments import checked_count
from algos.search._coin_line import CoinLine
from proofs_checks import Fault, edited


def test_an_edit_breaks_a_copy_alone() -> None:
    fault = edited(
        CoinLine,
        "wrong_end",
        "Counts a step from its last coin.",
        ("return self.heads[bisect_right(self.cuts, coin)]", "return self.heads[0]"),
    )
    line, broken = CoinLine(4, (2,), (0.1, 0.9)), fault.algorithm(4, (2,), (0.1, 0.9))
    assert line.probability(3) == 0.9
    assert broken.probability(3) == 0.1
    assert sys.modules["algos.search._coin_line"].CoinLine is CoinLine


def test_an_edit_that_no_longer_fits_is_an_error() -> None:
    with pytest.raises(ValueError, match="occurs 0 times; rewrite the fault"):
        edited(checked_count, "stale", "-", ("this text is not there", ""))
    with pytest.raises(ValueError, match="must occur once"):
        edited(checked_count, "ambiguous", "-", ("return", ""))


def test_an_edit_in_a_helper_module_reaches_the_algorithm() -> None:
    from algos.search import CrossingPosterior

    fault = edited(
        CrossingPosterior,
        "no_check",
        "Takes any count.",
        ('raise TypeError(f"{name} must be an integer, got {value!r}") from None', "return 7"),
        module="algos._arguments",
    )
    with pytest.raises(TypeError, match="n must be an integer"):
        CrossingPosterior("x", low=0.1, high=0.9)  # type: ignore[arg-type]  # on purpose
    fault.algorithm("x", low=0.1, high=0.9)


def test_an_edit_far_below_reaches_the_algorithm() -> None:
    from algos.privacy import ContinualSum

    def edit(module: str) -> Fault:
        return edited(
            ContinualSum, "one", "One release.", ("2 * numbers / beta", "2 / beta"), module=module
        )

    def bound(algorithm: Any) -> float:
        counter = algorithm("tree", 64, rho=1, bounds=(0, 1), insecure_rng=1)
        return float(counter.error.simultaneous(0.1))

    # the counter has epochs, an epoch has a stream, and only that makes the error
    assert bound(edit("algos.privacy._release_error").algorithm) < 0.7 * bound(ContinualSum)
    with pytest.raises(ValueError, match=r"must occur once in algos\.privacy\._tree, occurs 0"):
        edit("algos.privacy._tree")


def test_an_edit_that_reaches_nothing_is_refused() -> None:
    from algos.search import CrossingPosterior

    with pytest.raises(ValueError, match=r"must use accel\.counters, which it does not"):
        edited(
            CrossingPosterior,
            "none",
            "Nothing.",
            ("def words(", "def words("),
            module="accel.counters",
        )


def test_a_function_names_its_own_fault() -> None:
    def off_by_one() -> None:
        """Stop one short."""

    fault = Fault.from_function(off_by_one)
    assert (fault.name, fault.description) == ("off_by_one", "Stop one short.")

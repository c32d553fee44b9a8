"""The engine on claims whose truth is known: its errors, its power, its complaints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import strategies as st

from algos.theorem import (
    InExpectation,
    Need,
    Source,
    Surely,
    Theorem,
    Tightness,
    WithProbability,
)
from proofs_checks import Instances, Measurement, Sizes, Verdict, check, verify
from proofs_checks.check import Check

TOY = Source(authors="-", title="toy", year=2026, venue="-", locator="-")
n, rate = sympy.symbols("n rate", positive=True)


@dataclass(frozen=True)
class Coin:
    """An instance: a coin that should fail with at most this rate."""

    rate: float


def honest(coin: Coin, rng: np.random.Generator) -> float:
    """Fail exactly at the claimed rate."""
    return float(rng.random() < coin.rate)


def biased(factor: float) -> Callable[[Coin, np.random.Generator], float]:
    """Fail more often than claimed."""
    return lambda coin, rng: float(rng.random() < factor * coin.rate)


def narrow(factor: float) -> Callable[[Coin, np.random.Generator], float]:
    """Spread evenly around the claimed mean, times a factor."""
    return lambda coin, rng: factor * coin.rate * rng.uniform(0.5, 1.5)


def failure(**more: Any) -> Theorem:
    """Claim that the failure rate is at most the coin's."""
    defaults = {
        "key": "toy/coin/failure",
        "algorithm": honest,
        "quantity": "failure probability",
        "formula": rate,
        "direction": "<=",
        "holds": InExpectation(1),
        "constants": "exact",
        "statement": "The coin fails at most at its rate.",
        "source": TOY,
    }
    return Theorem(**{**defaults, **more})


def coin_check(theorem: Theorem, trials: int = 600, **more: Any) -> Check:
    """Check a claim about coins; the faults fail three times as often, and never more."""

    @check(
        theorem,
        on=Instances(st.sampled_from([Coin(0.1), Coin(0.2)]), [("fair", Coin(0.25))]),
        **{"faults": [biased(3)], **more},
        trials=trials,
    )
    def measured(
        algorithm: Callable[..., Any], instance: Coin, rng: np.random.Generator
    ) -> Measurement:
        return Measurement(algorithm(instance, rng), rate=instance.rate, extra=instance.rate)

    return measured


def test_true_rate_is_consistent_and_tripled_rate_is_caught() -> None:
    result = verify(coin_check(failure()))
    assert result.verdict is Verdict.CONSISTENT
    assert [fault.caught for fault in result.faults] == [True]
    assert not result.failed
    assert 1 < result.detectable < 2


def test_a_useless_fault_is_reported_as_failed() -> None:
    result = verify(coin_check(failure(), faults=[honest]))
    assert result.verdict is Verdict.CONSISTENT
    assert result.failed
    assert "did not catch the planted fault honest" in result.problems[0]


def test_a_tenfold_loosened_bound_with_a_witness_complains() -> None:
    witness = Tightness(0.5, "fair")
    tight = verify(coin_check(failure(tightness=witness)), with_faults=False)
    loose = verify(coin_check(failure(tightness=witness, formula=10 * rate)), with_faults=False)
    assert tight.tight_enough
    assert not loose.verdict.against
    assert not loose.tight_enough
    assert any("loosened" in problem for problem in loose.problems)


def test_too_few_trials_are_undecided() -> None:
    result = verify(coin_check(failure(), trials=12), with_faults=False)
    assert result.verdict is Verdict.UNDECIDED
    assert "raise the budget" in result.detail


def test_one_bad_instance_among_many_is_found_and_named() -> None:
    def bad_at_fair(coin: Coin, rng: np.random.Generator) -> float:
        return float(rng.random() < (0.9 if coin.rate == 0.25 else 0.5 * coin.rate))

    result = verify(coin_check(failure()), algorithm=bad_at_fair, with_faults=False)
    assert result.verdict is Verdict.REFUTED
    assert "worst at fair" in result.detail


def test_the_witness_runs_and_repeats_the_trial() -> None:
    found = coin_check(failure())
    result = verify(found, algorithm=biased(4), with_faults=False)
    assert f"from {__name__} import Coin" in result.witness
    assert "algorithm=algorithm" in result.witness  # the user's own stands in for the check's
    from proofs_checks import replay

    call = result.witness.split("\n\n")[1]
    names = {"replay": replay, "measured": found, "Coin": Coin, "algorithm": biased(4)}
    assert eval(call, names).measured == 1.0
    assert result.reproduce == "verify(measured, algorithm=algorithm, seed=0)"


def test_the_library_s_own_check_goes_by_its_key() -> None:
    key = "search/side-test/failure"
    result = verify(key, budget=0.5, with_faults=False)
    assert result.reproduce == f"lemmata check {key} --seed 0 --budget 0.5"
    other = verify(key, algorithm=print, budget=0.5, with_faults=False)
    assert other.reproduce == f"verify('{key}', algorithm=algorithm, seed=0, budget=0.5)"
    assert "algorithm=algorithm)" in other.witness


def test_a_fault_that_crashes_is_not_caught() -> None:
    def crashes(coin: Coin, rng: np.random.Generator) -> float:
        """Raise, whatever the coin."""
        raise ZeroDivisionError("a typing mistake")

    def exits(coin: Coin, rng: np.random.Generator) -> float:
        """End the process."""
        raise SystemExit(1)

    for fault in (crashes, exits):
        result = verify(coin_check(failure(), faults=[fault]))
        assert result.faults[0].verdict is Verdict.REFUTED
        assert not result.faults[0].caught
        assert result.failed


def test_an_error_in_the_algorithm_refutes() -> None:
    def broken(coin: Coin, rng: np.random.Generator) -> float:
        raise RuntimeError("no answer")

    result = verify(coin_check(failure()), algorithm=broken, with_faults=False)
    assert result.verdict is Verdict.REFUTED
    assert "RuntimeError: no answer" in result.detail


def test_nan_is_never_a_measurement() -> None:
    with pytest.raises(ValueError, match="no NaN"):
        Measurement(float("nan"), n=1)
    result = verify(coin_check(failure()), algorithm=lambda c, r: float("nan"), with_faults=False)
    assert result.verdict is Verdict.REFUTED


def test_a_value_outside_the_sure_range_refutes() -> None:
    result = verify(coin_check(failure()), algorithm=lambda c, r: 1.5, with_faults=False)
    assert result.verdict is Verdict.REFUTED
    assert "outside its claimed sure range" in result.detail


def test_instances_outside_the_hypotheses_are_vacuous() -> None:
    extra = sympy.Symbol("extra")
    needs = (Need(extra > 0.22, "the rate exceeds 0.22"),)
    result = verify(coin_check(failure(needs=needs)), with_faults=False)
    assert 0 < result.vacuous < result.trials
    assert [point.instance for point in result.points] == ["fair"]
    never = (Need(extra > 1, "impossible"),)
    result = verify(coin_check(failure(needs=never)), with_faults=False)
    assert result.verdict is Verdict.UNDECIDED
    assert result.vacuous == result.trials


def test_a_low_variance_mean_is_refuted_at_ten_percent() -> None:
    narrow_faults = {"faults": [narrow(1.1)], "algorithm": narrow(1.0), "detect": 1.1}
    result = verify(coin_check(failure(), trials=800, **narrow_faults))
    assert result.verdict is Verdict.CONSISTENT
    assert result.faults[0].caught
    assert result.detectable <= 1.1


@pytest.mark.parametrize("direction", ["<=", ">="])
def test_means_in_both_directions(direction: str) -> None:
    theorem = failure(direction=direction)
    off = 1.3 if direction == "<=" else 0.6
    found = coin_check(theorem, faults=[narrow(off)], algorithm=narrow(1.0))
    result = verify(found)
    assert result.verdict is Verdict.CONSISTENT, result.detail
    assert result.faults[0].caught


def test_a_bound_with_probability() -> None:
    """An exponential exceeds log(1/rate) with probability exactly rate."""
    theorem = failure(formula=sympy.log(1 / rate), holds=WithProbability(1 - rate))
    fault = [lambda coin, rng: rng.exponential(2.0)]
    found = coin_check(theorem, faults=fault, algorithm=lambda coin, rng: rng.exponential())
    result = verify(found)
    assert result.verdict is Verdict.CONSISTENT, result.detail
    assert result.faults[0].caught


def sure_check(algorithm: Callable[..., Any], trials: int = 100, **more: Any) -> Check:
    theorem = failure(
        key="toy/halving/steps",
        algorithm=algorithm,
        quantity="steps",
        formula=sympy.log(n, 2) + 1,
        holds=Surely(),
        **more,
    )

    @check(
        theorem,
        on=Instances(st.integers(1, 10**6), [("one", 1), ("power", 2**19)]),
        faults=[one_too_many],
        trials=trials,
    )
    def measured(
        algorithm: Callable[..., Any], instance: int, rng: np.random.Generator
    ) -> Measurement:
        return Measurement(algorithm(instance), n=instance)

    return measured


def halvings(size: int) -> int:
    """Count the halvings until one is left."""
    return size.bit_length()


def one_too_many(size: int) -> int:
    """Take one step too many above a thousand."""
    return size.bit_length() + (size > 1000)


def test_a_sure_bound_and_its_smallest_witness() -> None:
    result = verify(sure_check(halvings))
    assert result.verdict is Verdict.CONSISTENT
    assert result.tightest == pytest.approx(1.0)
    assert result.faults[0].caught
    refuted = verify(sure_check(one_too_many), with_faults=False)
    assert refuted.verdict is Verdict.REFUTED
    assert "replay(measured, " in refuted.witness


def test_hypothesis_shrinks_a_random_witness() -> None:
    def late(size: int) -> int:
        return size.bit_length() + 2 * (size > 1000 and size != 2**19)

    refuted = verify(sure_check(late), with_faults=False)
    assert refuted.verdict is Verdict.REFUTED
    assert "replay(measured, 1001, " in refuted.witness


def test_a_rounding_budget_forgives_rounding_alone() -> None:
    off = [lambda size: (size.bit_length() - 1 + 1) * (1 + 1e-12), lambda size: 40.0]
    assert verify(sure_check(off[0], rtol=1e-9), with_faults=False).verdict is Verdict.CONSISTENT
    assert verify(sure_check(off[0]), with_faults=False).verdict is Verdict.REFUTED
    assert verify(sure_check(off[1], rtol=1e-9), with_faults=False).verdict is Verdict.REFUTED


def power_law(exponent: float) -> Callable[[int, np.random.Generator], float]:
    """Cost n^exponent, with noise."""
    return lambda size, rng: size**exponent * rng.lognormal(0, 0.2)


def growth_check(sizes: list[int], algorithm: Callable[..., Any]) -> Check:
    """Check that a cost grows like the size."""

    @check(
        failure(key="toy/cost/growth", formula=n, constants="unspecified"),
        on=Sizes("n", sizes),
        faults=[power_law(1.5)],
        trials=10,
        algorithm=algorithm,
    )
    def measured(
        algorithm: Callable[..., Any], instance: int, rng: np.random.Generator
    ) -> Measurement:
        return Measurement(algorithm(instance, rng), n=instance)

    return measured


@pytest.mark.parametrize(
    ("exponent", "verdict"), [(1.0, "fits"), (0.7, "fits"), (1.4, "does not fit")]
)
def test_growth(exponent: float, verdict: str) -> None:
    result = verify(growth_check([10**k for k in range(1, 8)], power_law(exponent)))
    assert result.verdict == verdict, result.detail
    assert result.faults[0].caught


@pytest.mark.parametrize("sizes", [[1, 2, 3], [5, 5, 5, 5], [1, 2, 3, 3]])
def test_a_growth_fit_needs_four_different_sizes(sizes: list[int]) -> None:
    result = verify(growth_check(sizes, power_law(1.0)), with_faults=False)
    assert result.verdict is Verdict.UNDECIDED
    assert "different sizes" in result.detail


def test_a_mean_of_zero_fits_no_growth() -> None:
    result = verify(growth_check([1, 2, 4, 8, 16], lambda size, rng: 0.0), with_faults=False)
    assert result.verdict is Verdict.UNDECIDED
    assert "no growth can be fitted" in result.detail


def test_same_seed_same_verdict() -> None:
    first, second = (verify(coin_check(failure()), seed=5) for _ in range(2))
    assert first.points == second.points
    other = verify(coin_check(failure()), seed=6)
    assert first.points != other.points


def test_a_time_budget_replaces_the_number_of_trials() -> None:
    result = verify(coin_check(failure(), trials=1), budget=2.0, with_faults=False)
    assert result.trials > 50
    assert result.seconds < 6


def test_declarations_are_validated() -> None:
    with pytest.raises(ValueError, match="at least one broken variant"):
        coin_check(failure(), faults=[])
    with pytest.raises(ValueError, match="trials must be at least 1"):
        coin_check(failure(), trials=0)
    with pytest.raises(ValueError, match="on must be Sizes"):
        coin_check(failure(constants="unspecified"))
    with pytest.raises(ValueError, match="alpha must lie in"):
        verify(coin_check(failure()), alpha=2)
    with pytest.raises(KeyError, match="no check of 'search/nothing/here'"):
        verify("search/nothing/here")

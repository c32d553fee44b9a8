"""Audits of the largest column, histograms and quantiles: no release shows more than is claimed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from algos.privacy import Audit, ContinualHistogram, ContinualQuantiles, MaxSum, SumSelect, audit

STEPS = 4
EXACT: list[dict[str, float]] = [{"rho": 2.0}, {"epsilon": 3.0}]
BUDGETS = [*EXACT, {"epsilon": 4.0, "delta": 1e-2}]
#: Seeds are fixed; of thirty audits that hold each with this probability none should fail.
CONFIDENCE = 0.999

Released = Callable[[Any, Any], Any]


def found(
    make: Callable[..., Any], pair: Any, released: Released, trials: int = 200, **budget: Any
) -> Audit:
    """Audit what objects release on two streams of all their events."""
    return audit(
        lambda events, rng: released(make(**budget, insecure_rng=rng), events),
        pair,
        trials=trials,
        confidence=CONFIDENCE,
        delta=budget.get("delta", 0.0),
        claim=make(**budget, insecure_rng=0).privacy,
        rng=1,
    )


def all_at_once(made: Any, events: Any) -> Any:
    """Give all releases."""
    return made.update_many(events)


def ranks(made: Any, events: Any) -> Any:
    """Give the ranks after every event."""
    return np.array([(made.update(event), made.ranks)[1] for event in events])


def largest(kind: Any, method: str) -> Callable[..., Any]:
    """Make maxima of two columns."""

    def make(**options: Any) -> Any:
        return kind(STEPS, 2, method=method, block=1, bound=2, mechanism="tree", **options)

    return make


def streams(one: Any, other: Any) -> tuple[Any, Any]:
    """Give two streams that differ in the first event."""
    pair = np.zeros((2, STEPS, 2), dtype=int)
    pair[:, 0] = one, other
    return pair[0], pair[1]


#: By what the noise is fit to: no event tells more than these.
FARTHEST = {
    (MaxSum, "replace"): streams((2, 2), (0, 0)),
    (MaxSum, "add_remove"): streams((2, 2), (0, 0)),
    (SumSelect, "replace"): streams((2, 0), (0, 2)),
    (SumSelect, "add_remove"): streams((2, 0), (0, 0)),
}


@pytest.mark.parametrize(("kind", "neighbours"), FARTHEST)
@pytest.mark.parametrize("method", ["block", "columns"])
@pytest.mark.parametrize("budget", EXACT)
def test_the_largest_column(kind: Any, neighbours: str, method: str, budget: Any) -> None:
    pair = FARTHEST[kind, neighbours]
    audited = found(largest(kind, method), pair, all_at_once, neighbours=neighbours, **budget)
    assert audited.verdict == "consistent"


@pytest.mark.parametrize("kind", [MaxSum, SumSelect])
@pytest.mark.parametrize("budget", EXACT)
def test_the_audit_finds_a_budget_that_is_spent_on_every_answer(kind: Any, budget: Any) -> None:
    class Spendthrift(kind):  # type: ignore[misc]
        def _fit(self, releases: int) -> None:
            super()._fit(1)

    pair = FARTHEST[kind, "replace"]
    audited = found(largest(Spendthrift, "block"), pair, all_at_once, 800, **budget)
    assert audited.verdict == "refuted"


@pytest.mark.parametrize("neighbours", ["replace", "add_remove"])
@pytest.mark.parametrize("budget", BUDGETS)
def test_histograms_and_quantiles(neighbours: Any, budget: Any) -> None:
    def histogram(**options: Any) -> Any:
        return ContinualHistogram(STEPS, 2, mechanism="tree", neighbours=neighbours, **options)

    def quantiles(**options: Any) -> Any:
        edges = [0, 1, 2, 3, 4]
        return ContinualQuantiles(STEPS, edges, mechanism="tree", neighbours=neighbours, **options)

    # 9 is no category; in the last bin an event goes to the right everywhere, as one left out
    other = 1 if neighbours == "replace" else 9
    pair = [0, 0, 0, 0], [other, 0, 0, 0]
    assert found(histogram, pair, all_at_once, **budget).verdict == "consistent"
    assert found(quantiles, ([0] * STEPS, [3, 0, 0, 0]), ranks, **budget).verdict == "consistent"

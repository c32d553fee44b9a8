"""Checks of the baselines: votes, Burnashev-Zigangirov, backtracking, bisection."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from algos.search import (
    backtracking_search,
    burnashev_zigangirov_search,
    probabilistic_bisection,
    repeated_vote_search,
)
from algos.search import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.search.instances import (
    HARD_SEARCHES,
    Algorithm,
    Search,
    flips,
    searches,
    sharp_search,
    wrong,
)


def even_searches() -> st.SearchStrategy[Search]:
    """Draw searches for the target 1/2."""
    return searches().filter(lambda search: search.target == 0.5)


CLEAR_SEARCHES = [(name, one) for name, one in HARD_SEARCHES if name not in ("ramp", "grey shelf")]
EVEN_SEARCHES = [(name, one) for name, one in CLEAR_SEARCHES if one.target == 0.5]
FULL = [("1023 coins", sharp_search(1023, 512)), *EVEN_SEARCHES]


@check(
    claims.VOTE_FAILURE,
    on=Instances(searches(), HARD_SEARCHES),
    faults=[
        edited(
            repeated_vote_search,
            "a_quarter_of_the_repetitions",
            "Forgets the square of the two in Hoeffding's bound.",
            ("/ (2 * tolerance**2))", "/ (8 * tolerance**2))"),
        ),
        edited(
            repeated_vote_search,
            "target_ignored",
            "Compares the votes with 1/2.",
            ("if heads >= target * votes:", "if heads >= 0.5 * votes:"),
        ),
        edited(
            repeated_vote_search,
            "off_by_one",
            "A coin below the target stays in the range.",
            ("low, high = 0, n", "low, high = 0, n - 1"),
        ),
        edited(
            repeated_vote_search,
            "tolerance_doubled",
            "Votes for twice the tolerance.",
            ("votes = _votes(n, tolerance, delta)", "votes = _votes(n, 2 * tolerance, delta)"),
        ),
    ],
    trials=2200,
    detect=1.8,
)
def vote_failure(algorithm: Algorithm, search: Search, rng: np.random.Generator) -> Measurement:
    """Count wrong answers."""
    return wrong(algorithm, search, rng)


@check(
    claims.VOTE_FLIPS,
    on=Instances(searches(), FULL),
    faults=[
        edited(
            repeated_vote_search,
            "one_vote_too_many",
            "Each vote takes one flip more.",
            ("for _ in range(votes))", "for _ in range(votes + 1))"),
        )
    ],
    trials=60,
)
def vote_flips(algorithm: Algorithm, search: Search, rng: np.random.Generator) -> Measurement:
    """Count flips."""
    return flips(algorithm, search, rng)


@check(
    claims.BZ_FAILURE,
    on=Instances(even_searches(), FULL),
    faults=[
        edited(
            burnashev_zigangirov_search,
            "half_the_repetitions",
            "Stops after a third of the steps.",
            (
                "in range(burnashev_zigangirov_flips(n, tolerance, delta))",
                "in range(burnashev_zigangirov_flips(n, tolerance, delta) // 3)",
            ),
        ),
        edited(
            burnashev_zigangirov_search,
            "wrong_side_update",
            "Heads moves the crossing to the right.",
            (
                "(1 - wrong, wrong) if heads else (wrong, 1 - wrong)",
                "(wrong, 1 - wrong) if heads else (1 - wrong, wrong)",
            ),
        ),
        edited(
            burnashev_zigangirov_search,
            "off_by_one",
            "Flips the coin after the cut.",
            ("heads = coins.flip(cut - 1)", "heads = coins.flip(min(cut, n - 1))"),
        ),
    ],
    trials=2600,
    detect=1.8,
)
def bz_failure(algorithm: Algorithm, search: Search, rng: np.random.Generator) -> Measurement:
    """Count wrong answers."""
    return wrong(algorithm, search, rng)


@check(
    claims.BZ_FLIPS,
    on=Instances(even_searches(), FULL),
    faults=[
        edited(
            burnashev_zigangirov_search,
            "noise_not_squared",
            "Takes p(1-p) for 1/4 - tolerance^4.",
            ("flips(n, tolerance, delta))", "flips(n, tolerance**2, delta))"),
        )
    ],
    trials=60,
)
def bz_flips(algorithm: Algorithm, search: Search, rng: np.random.Generator) -> Measurement:
    """Count flips."""
    return flips(algorithm, search, rng)


@check(
    claims.BACKTRACKING_FAILURE,
    on=Instances(searches(256), [("2^60 coins", sharp_search(2**60, 2**59)), *CLEAR_SEARCHES]),
    faults=[
        edited(
            backtracking_search,
            "a_third_of_the_steps",
            "Stops after a third of the steps.",
            ("in range(_steps(n, delta))", "in range(_steps(n, delta) // 3)"),
        ),
        edited(
            backtracking_search,
            "never_walks_back",
            "Leaves out the test of the interval's ends.",
            ("if (low > 0 and above(low - 1)) or (high < n and not above(high)):", "if False:"),
        ),
        edited(
            backtracking_search,
            "off_by_one",
            "The left child lacks its last index.",
            ("else (middle + 1, high))", "else (middle, high))"),
        ),
    ],
    trials=1200,
    detect=2.0,
)
def backtracking_failure(
    algorithm: Algorithm, search: Search, rng: np.random.Generator
) -> Measurement:
    """Count wrong answers."""
    return wrong(algorithm, search, rng)


@check(
    claims.BACKTRACKING_FLIPS,
    on=Instances(searches(256), FULL),
    faults=[
        edited(
            backtracking_search,
            "votes_too_often",
            "Six votes in place of three.",
            (
                "return sum(coins.flip(coin) for _ in range(votes)) >= target * votes",
                "return sum(coins.flip(coin) for _ in range(2 * votes)) >= target * 2 * votes",
            ),
        )
    ],
    trials=30,
)
def backtracking_flips(
    algorithm: Algorithm, search: Search, rng: np.random.Generator
) -> Measurement:
    """Count flips."""
    return flips(algorithm, search, rng)


@check(
    claims.BISECTION_FAILURE,
    on=Instances(
        st.tuples(st.sampled_from([0.1, 0.3, 0.4]), st.sampled_from([0.2, 0.01])),
        [("fine and noisy", (0.4, 1e-3)), ("coarse", (0.3, 0.3))],
    ),
    faults=[
        edited(
            probabilistic_bisection,
            "noise_halved",
            "Believes the signs more than it should.",
            ("low=noise, high=1 - noise", "low=noise / 2, high=1 - noise / 2"),
        ),
        edited(
            probabilistic_bisection,
            "tolerance_doubled",
            "Stops when twice the tolerance is sure.",
            ("CELLS_A_HALF, point + CELLS_A_HALF", "2 * CELLS_A_HALF, point + 2 * CELLS_A_HALF"),
        ),
    ],
    trials=2200,
    detect=1.8,
)
def bisection_failure(
    algorithm: Algorithm, instance: tuple[float, float], rng: np.random.Generator
) -> Measurement:
    """Count roots that are missed."""
    noise, tolerance = instance
    root = rng.random()
    result = algorithm(
        lambda x: (x >= root) ^ (rng.random() < noise),
        error_probability=noise,
        tolerance=tolerance,
        failure_probability=0.1,
    )
    return Measurement(abs(result.root - root) > tolerance, failure_probability=0.1)

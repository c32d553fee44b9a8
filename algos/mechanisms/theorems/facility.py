"""What medians with phantoms, and a random rank, guarantee on the line from 0 to 1."""

from sympy import Integer, Symbol, sqrt

from algos.mechanisms import median, phantom_median, random_rank, uniform_phantom
from algos.theorem import InExpectation, Surely, Theorem, Tightness, here

n = Symbol("n", integer=True, positive=True)
k = Symbol("k", integer=True, positive=True)
best = Symbol("best", nonnegative=True)
honest = Symbol("honest", nonnegative=True)
PAGE = "mechanisms_facility"
RTOL = 1e-9

PHANTOM_TRUTHFUL = Theorem(
    key="mechanisms/phantom-median/truthful",
    algorithm=phantom_median,
    quantity="distance after the best lie",
    formula=honest,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "With any n − 1 or n + 1 fixed phantoms nobody gets the median of reports and phantoms "
        "closer to home by reporting another place."
    ),
    source=here(PAGE, "Medians with phantoms"),
    rtol=RTOL,
    tightness=Tightness(1.0, "apart"),
)

UNIFORM_FAIR = Theorem(
    key="mechanisms/uniform-phantom/fair",
    algorithm=uniform_phantom,
    quantity="largest distance + s/n − r of a group",
    formula=Integer(1),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Every one of s people whose homes lie within r of each other has the facility within "
        "1 − s/n + r."
    ),
    source=here(PAGE, "Fair in proportion"),
    rtol=RTOL,
    tightness=Tightness(1.0, "one of five at one"),
)

UNIFORM_COST = Theorem(
    key="mechanisms/uniform-phantom/cost",
    algorithm=uniform_phantom,
    quantity="sum of distances",
    formula=(n - 1) * best,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "The sum of distances of n ≥ 2 people is at most n − 1 times the least one; so it is for "
        "every place between the least and the greatest report."
    ),
    source=here(PAGE, "The sum of distances"),
    domain={"n": (2, float("inf"))},
    rtol=RTOL,
    tightness=Tightness(1.0, "one of six at its phantom"),
)

UNIFORM_WELFARE = Theorem(
    key="mechanisms/uniform-phantom/welfare",
    algorithm=uniform_phantom,
    quantity="Σ (1 − distance)",
    formula=(2 * sqrt(2) - 2) * best,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement="The welfare Σ (1 − distance) is at least 2√2 − 2 = 0.828 of the best.",
    source=here(PAGE, "Welfare"),
    rtol=RTOL,
    tightness=Tightness(0.9999, "twelve of 41 at one"),
)

MEDIAN_COST = Theorem(
    key="mechanisms/median/cost",
    algorithm=median,
    quantity="sum of distances",
    formula=best,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="No place has a smaller sum of distances than the median report.",
    source=here(PAGE, "The sum of distances"),
    rtol=RTOL,
    tightness=Tightness(1.0, "apart"),
)

RANK_COST = Theorem(
    key="mechanisms/random-rank/cost",
    algorithm=random_rank,
    quantity="sum of distances / least one",
    formula=2 - 2 / n,
    direction="<=",
    holds=InExpectation(spread=n - 1),
    constants="exact",
    statement=(
        "The expected sum of distances of n ≥ 2 people is at most 2 − 2/n times the least one."
    ),
    source=here(PAGE, "A random rank"),
    domain={"n": (2, float("inf"))},
    rtol=RTOL,
    tightness=Tightness(0.9, "one of eight at one"),
)

RANK_FAIR = Theorem(
    key="mechanisms/random-rank/fair",
    algorithm=random_rank,
    quantity="sum of a group's distances",
    formula=k * (n - k) / n,
    direction="<=",
    holds=InExpectation(spread=n),
    constants="exact",
    statement=(
        "If k people live at one end and n − k at the other, both groups bear the same expected "
        "sum of distances, k (n − k) / n."
    ),
    source=here(PAGE, "A random rank"),
    rtol=RTOL,
    tightness=Tightness(0.9, "two of six"),
)

"""What is proven of committees from rankings: scores, quotas, and votes that are biased."""

from sympy import Symbol, exp

from algos.submodular import CommitteeScore, biased_rankings, quota_greedy
from algos.theorem import InExpectation, Surely, Theorem, Tightness, here

greatest = Symbol("greatest", nonnegative=True)
optimum = Symbol("optimum", nonnegative=True)
bound = Symbol("bound", nonnegative=True)
pairs = Symbol("pairs", integer=True, nonnegative=True)
rankings = Symbol("rankings", integer=True, positive=True)
elements = Symbol("elements", integer=True, positive=True)
gap = Symbol("gap", positive=True)
first = Symbol("first", positive=True)
swaps = Symbol("swaps", positive=True)
RTOL = 1e-9
PAGE = "submodular_rankings"

COMMITTEE_DIMINISHING = Theorem(
    key="submodular/committee-score/diminishing",
    algorithm=CommitteeScore,
    quantity="greatest rise of a marginal, of all S ⊆ S ∪ {j}",
    formula=1e-11 * greatest,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Where shares do not rise, marginals of a multiwinner score fall as the committee grows, "
        "and none is negative. Rounding is measured by the greatest marginal."
    ),
    source=here(PAGE, "Scores"),
)

COMMITTEE_VALUE = Theorem(
    key="submodular/committee-score/value",
    algorithm=CommitteeScore,
    quantity="greatest error of f(S), of all S",
    formula=1e-11 * greatest,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Marginals add up to the sum over rankings and l of share l times the l-th greatest points "
        "in S, but for rounding."
    ),
    source=here(PAGE, "Scores"),
)

QUOTAS_HELD = Theorem(
    key="submodular/quota-greedy/quotas",
    algorithm=quota_greedy,
    quantity="elements above or below the quotas, and off k",
    formula=0 * optimum,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Where some k elements are within the quotas, as many are chosen, and within the quotas."
    ),
    source=here(PAGE, "Quotas"),
)

QUOTA_VALUE = Theorem(
    key="submodular/quota-greedy/value",
    algorithm=quota_greedy,
    quantity="f(S)",
    formula=optimum / 2,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f the value is at least half of that of the best k elements "
        "within the quotas."
    ),
    source=here(PAGE, "Quotas"),
    rtol=RTOL,
    tightness=Tightness(1.0, "one for two"),
)

QUOTA_MODULAR = Theorem(
    key="submodular/quota-greedy/modular",
    algorithm=quota_greedy,
    quantity="f(S)",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a score that adds points up (SNTV, Bloc, k-Borda) the k elements are the best ones "
        "within the quotas."
    ),
    source=here(PAGE, "Quotas"),
    rtol=RTOL,
    tightness=Tightness(1.0, "all in one group"),
)

QUOTA_BOUND = Theorem(
    key="submodular/quota-greedy/bound",
    algorithm=quota_greedy,
    quantity="value of the best k elements within the quotas",
    formula=bound,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="No k elements within the quotas have a value above the upper bound of the result.",
    source=here(PAGE, "Quotas"),
    rtol=RTOL,
    tightness=Tightness(1.0, "all in one group"),
)

SAME_ORDER = Theorem(
    key="submodular/quota-greedy/same-order",
    algorithm=quota_greedy,
    quantity="elements of the k best that are not chosen",
    formula=0 * optimum,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Let every ranking have the elements of each group in their true order, wherever it puts "
        "the groups. With as many elements of each group as there are among the k best, "
        "k-Borda chooses the k best."
    ),
    source=here(PAGE, "Bias that keeps the order of groups"),
)

BORDA = Theorem(
    key="submodular/biased-rankings/borda",
    algorithm=biased_rankings,
    quantity="probability not to choose the strongest of each group",
    formula=pairs * exp(-rankings * gap**2 / (2 * (elements - 1) ** 2)),
    direction="<=",
    holds=InExpectation(spread=1),
    constants="exact",
    statement=(
        "Let quotas say how many of each group are chosen, by k-Borda, from independent "
        "Plackett–Luce rankings that multiply the strengths of one group by any bias. Let gap be "
        "the least difference, over pairs of an element that is to be chosen and one of its group "
        "that is not, of the mean number of elements of the group below. Then the strongest of "
        "each group are chosen, but for this probability, which does not depend on the bias."
    ),
    source=here(PAGE, "How many rankings"),
)

SINGLE_VOTES = Theorem(
    key="submodular/biased-rankings/single-votes",
    algorithm=biased_rankings,
    quantity="probability not to choose the strongest of each group",
    formula=(1 - first) ** rankings,
    direction=">=",
    holds=InExpectation(spread=1),
    constants="exact",
    statement=(
        "With the same rankings and one element of each group, but SNTV, which looks at first "
        "places alone, the strongest of the disadvantaged group is not chosen with at least this "
        "probability if another of the group has a smaller number: first is the probability of a "
        "disadvantaged element in the first place, at most the bias times a ratio of strengths."
    ),
    source=here(PAGE, "How many rankings"),
    domain={"first": (0.0, 1.0)},
    tightness=Tightness(0.5, "a strong one and a weak one"),
)

ALONE = Theorem(
    key="submodular/biased-rankings/alone",
    algorithm=biased_rankings,
    quantity="probability to choose anybody of the disadvantaged group",
    formula=rankings * swaps,
    direction="<=",
    holds=InExpectation(spread=1),
    constants="exact",
    statement=(
        "Without quotas, k-Borda chooses anybody of the disadvantaged group with at most this "
        "probability, as long as the other one has k elements: swaps is the sum, over a pair of "
        "both groups, of the probability that the disadvantaged one is above, at most the bias "
        "times a ratio of strengths."
    ),
    source=here(PAGE, "How many rankings"),
    tightness=Tightness(0.3, "one ranking"),
)

"""What byte-pair encoding saves, next to the best merges, and what it costs."""

from sympy import Expr, Integer, Symbol, exp

from algos.submodular import byte_pair_encoding, optimal_merges
from algos.theorem import Source, Surely, Theorem, here

optimum = Symbol("optimum", nonnegative=True)
curvature = Symbol("curvature", positive=True)
tokens = Symbol("tokens", nonnegative=True)
characters = Symbol("characters", integer=True, nonnegative=True)
ANY = (0.0, float("inf"))
RTOL = 1e-9

KOZMA_VODERHOLZER = Source(
    authors="L. Kozma, J. Voderholzer",
    title="Theoretical analysis of byte-pair encoding",
    year=2024,
    venue="arXiv 2411.08671",
    locator="abstract (0.333); docs/theory/submodular_byte_pair.md, A third of the best",
    url="https://arxiv.org/abs/2411.08671",
)
ZOUHAR = Source(
    authors="V. Zouhar, C. Meister, J. L. Gastaldi, L. Du, T. Vieira, M. Sachan, R. Cotterell",
    title="A formal perspective on byte-pair encoding",
    year=2023,
    venue="Findings of ACL 2023",
    locator="abstract; docs/theory/submodular_byte_pair.md, Backward curvature",
    url="https://arxiv.org/abs/2306.16837",
)


def _saved(what: str, formula: Expr, statement: str, source: Source) -> Theorem:
    """Bound from below what greedy merges save."""
    return Theorem(
        key=f"submodular/byte-pair-encoding/{what}",
        algorithm=byte_pair_encoding,
        quantity="tokens saved",
        formula=formula,
        direction=">=",
        holds=Surely(),
        constants="exact",
        statement=statement,
        source=source,
        domain={"optimum": ANY},
        rtol=RTOL,
    )


BYTE_PAIR_THIRD = _saved(
    "third",
    optimum / 3,
    "Of any text, greedy merges save at least a third of the tokens that as many merges can save.",
    KOZMA_VODERHOLZER,
)

BYTE_PAIR_CURVATURE = _saved(
    "curvature",
    (1 - exp(-curvature)) / curvature * optimum,
    "Where the best M merges O save κ(O), greedy ones save at least (1 − e^(−σ)) / σ of it. The "
    "total backward curvature σ is the greatest 1 − (κ(AO) − κ(O)) / κ(A) over all sequences A "
    "of at most M merges that save anything, AO being first A and then O.",
    ZOUHAR,
)

BYTE_PAIR_BOUND = Theorem(
    key="submodular/byte-pair-encoding/upper-bound",
    algorithm=byte_pair_encoding,
    quantity="the upper bound",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement="No sequence of as many merges saves more tokens than the upper bound.",
    source=here("submodular_byte_pair", "What merges can save"),
    domain={"optimum": ANY},
)

BYTE_PAIR_GREEDY = Theorem(
    key="submodular/byte-pair-encoding/greedy",
    algorithm=byte_pair_encoding,
    quantity="merges that are not the first of those that save most",
    formula=Integer(0),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Each merge saves the most tokens that a single merge then can; among equal ones its left "
        "token is least, then its right one."
    ),
    source=here("submodular_byte_pair", "Linked lists and a heap"),
)

BYTE_PAIR_ENCODE = Theorem(
    key="submodular/byte-pair-encoding/encode",
    algorithm=byte_pair_encoding,
    quantity="tokens of the words, encoded",
    formula=tokens,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="Words from which merges were made become as short again when they are encoded.",
    source=here("submodular_byte_pair", "One string, one token"),
    domain={"tokens": ANY},
)

BYTE_PAIR_OPERATIONS = Theorem(
    key="submodular/byte-pair-encoding/operations",
    algorithm=byte_pair_encoding,
    quantity="pushes to and pops from the heap",
    formula=9 * characters,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For distinct words of n characters in all there are at most 9 n operations on the heap, "
        "however many merges; it never holds more than (alphabet + merges)² pairs, so that they "
        "take O(n log(alphabet + merges)) time; all else takes O(n) once the pairs are sorted."
    ),
    source=here("submodular_byte_pair", "Linked lists and a heap"),
    domain={"characters": ANY},
)

OPTIMAL_MERGES = Theorem(
    key="submodular/optimal-merges/saved",
    algorithm=optimal_merges,
    quantity="tokens saved",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement="No sequence of as many merges saves more tokens.",
    source=here("submodular_byte_pair", "The best merges by search"),
    domain={"optimum": ANY},
)

"""A client's ten lines, for mypy --strict against the installed wheel."""

import algos
from algos.search import CoinLine, SearchResult, noisy_binary_search

line = CoinLine.sharp(1000, index=321, low=0.3, high=0.7)
result: SearchResult = noisy_binary_search(
    line.flipper(0), line.n, tolerance=0.2, failure_probability=1e-6
)
bound: float = algos.theorem("search/noisy-binary-search/failure").bound(failure_probability=1e-6)
assert line.is_answer(result.index, target=0.5, tolerance=0.2)
assert bound == 1e-6

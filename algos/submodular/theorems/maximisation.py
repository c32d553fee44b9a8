"""What greedy algorithms reach under a bound on the number of elements."""

from sympy import Symbol

from algos.submodular import greedy
from algos.theorem import Source, Surely, Theorem, Tightness

k = Symbol("k", integer=True, positive=True)
optimum = Symbol("optimum", nonnegative=True)
RTOL = 1e-9

GREEDY = Theorem(
    key="submodular/greedy/value",
    algorithm=greedy,
    quantity="f(S)",
    formula=(1 - (1 - 1 / k) ** k) * optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, the k elements that greedy chooses have a "
        "value of at least 1 − (1 − 1/k)^k of the greatest that k elements have."
    ),
    source=Source(
        authors="G. L. Nemhauser, L. A. Wolsey, M. L. Fisher",
        title="An analysis of approximations for maximizing submodular set functions—I",
        year=1978,
        venue="Mathematical Programming 14",
        locator="Theorem 4.2",
    ),
    rtol=RTOL,
    tightness=Tightness(0.97, "columns of a grid"),
)

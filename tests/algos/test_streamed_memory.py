"""A matrix that does not fit into the memory allowed is streamed all the same."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

LIMITED = """
import resource, sys
import numpy as np
from algos.sketching import (
    SRHT, Coreset, CountSketch, GaussianSketch, SparseSignSketch, TensorSketch, sensitivity_sample
)

ROWS, COLUMNS, HEIGHT = 1_000_000, 40, 10_000  # 305 MiB
ALLOWED = 96 * 2**20

def blocks():
    for k in range(ROWS // HEIGHT):
        yield np.random.default_rng(k).normal(size=(HEIGHT, COLUMNS))

def sample():
    return sensitivity_sample(blocks, 1, size=2000, rng=1)

def coreset():
    stream = Coreset(1, 2000, rng=1)
    for block in blocks():
        stream.update(block)
    return stream.result()

def sketched(sketch):
    for block in blocks():
        sketch.update(block)
    return sketch.result()

run = {
    "sample": sample,
    "coreset": coreset,
    "CountSketch": lambda: sketched(CountSketch(2000, rng=1)),
    "SparseSignSketch": lambda: sketched(SparseSignSketch(2000, nonzeros=2, rng=1)),
    "GaussianSketch": lambda: sketched(GaussianSketch(20, rng=1)),
    "SRHT": lambda: sketched(SRHT(500, rows=1_000_000, rng=1)),
    "TensorSketch": lambda: sketched(TensorSketch(2000, rng=1)),
}[sys.argv[1]]
small, ROWS = ROWS, 20_000
run()  # loads and compiles what is needed
ROWS = small
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + ALLOWED, used + ALLOWED))
try:
    np.ones((ROWS, COLUMNS))
except MemoryError:
    print("too large")
result = run()
if sys.argv[1] in ("sample", "coreset"):
    x = np.ones(COLUMNS)
    found = float(result.weights @ np.abs(result.matrix @ x))
    want = ROWS * (2 * COLUMNS / np.pi) ** 0.5  # the mean of |a x|
else:
    power = 2 if sys.argv[1] == "TensorSketch" else 1
    found, want = float((result ** 2).sum()), COLUMNS * float(ROWS) ** power
print(found / want)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/statm")
@pytest.mark.parametrize(
    ("what", "off"),
    [
        ("sample", 0.25),
        ("coreset", 0.4),
        ("CountSketch", 0.1),
        ("SparseSignSketch", 0.1),
        ("GaussianSketch", 0.25),  # 20 · 40 squares: a standard deviation of 5 %
        ("SRHT", 0.1),
        ("TensorSketch", 0.1),
    ],
)
def test_a_matrix_larger_than_the_memory_allowed(
    what: str, off: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        monkeypatch.setenv(name, "1")  # threads reserve memory of their own
    run: Any = subprocess.run(
        [sys.executable, "-c", LIMITED, what], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    refused, ratio = run.stdout.splitlines()
    assert refused == "too large"
    assert float(ratio) == pytest.approx(1, abs=off)

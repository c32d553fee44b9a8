"""A matrix that does not fit into the memory allowed is streamed all the same."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

LIMITED = """
import resource, sys
import numpy as np
from algos.sketching import Coreset, CountSketch, sensitivity_sample

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

def count_sketch():
    sketch = CountSketch(2000, rng=1)
    for block in blocks():
        sketch.update(block)
    return sketch.result()

run = {"sample": sample, "coreset": coreset, "count_sketch": count_sketch}[sys.argv[1]]
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
if sys.argv[1] == "count_sketch":
    squares, want = float((result ** 2).sum()), float(ROWS * COLUMNS)
else:
    x = np.ones(COLUMNS)
    squares = float(result.weights @ np.abs(result.matrix @ x))
    want = ROWS * (2 * COLUMNS / np.pi) ** 0.5  # the mean of |a x|
print(squares / want)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/statm")
@pytest.mark.parametrize(
    ("what", "off"), [("sample", 0.25), ("coreset", 0.4), ("count_sketch", 0.1)]
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

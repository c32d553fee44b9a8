"""Sketches of a matrix that is larger than the memory they may take."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import resource
import numpy as np
from algos.sketching import SRHT, CountSketch, GaussianSketch, SparseSignSketch, TensorSketch

rows, columns, blocks = 2**15, 8, 256  # 512 MiB in blocks of 2 MiB
block = np.ones((rows, columns))
makers = {
    "CountSketch": lambda: CountSketch(100, rng=1),
    "SparseSignSketch": lambda: SparseSignSketch(100, nonzeros=2, rng=1),
    "GaussianSketch": lambda: GaussianSketch(2, rng=1),
    "SRHT": lambda: SRHT(100, rows=rows * blocks, rng=1),
    "TensorSketch": lambda: TensorSketch(100, rng=1),
}
make = makers[KIND]
make().apply(iter([block, block]))  # compiles
with open("/proc/self/statm") as file:
    taken = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + 2**27,) * 2)
try:
    np.ones((rows * blocks, columns))
except MemoryError:
    sketched = make().apply(block for _ in range(blocks))
    print(np.isfinite(sketched).all() and sketched.any())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and RLIMIT_AS")
@pytest.mark.parametrize(
    "kind", ["CountSketch", "SparseSignSketch", "GaussianSketch", "SRHT", "TensorSketch"]
)
def test_half_a_gibibyte_in_a_quarter_of_it(kind: str) -> None:
    program = SCRIPT.replace("KIND", repr(kind))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "True\n", done.stderr

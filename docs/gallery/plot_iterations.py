"""
Fixed points, saddle points and a metric
========================================

What the iterations reach against what their theorems promise, first on the hardest maps that are
known, then on real dissimilarities.
"""

# %%
# Left: averaging and Halpern's iteration on the map that is worst for averaging in 100 steps.
# Right: three methods for monotone operators on a saddle point.  Dashed lines are drawn from the
# theorem objects.

import matplotlib.pyplot as plt
import numpy as np

import algos
from algos.iterations import (
    extragradient,
    feg,
    halpern,
    krasnoselskii_mann,
    past_extragradient,
)

turn = 2 * np.arcsin(1 / np.sqrt(101))
rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
skew = np.diag([1.0, 0.5, 0.1, 0.01])
saddle = np.block([[np.zeros((4, 4)), skew], [-skew, np.zeros((4, 4))]])
start = np.ones(8) / np.sqrt(8)

ticks = np.unique(np.geomspace(1, 300, 40).astype(int))
fig, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.8), layout="constrained")


def draw(axes, name, colour, marker, method, operator, x0, key, **values):
    """Plot the residual after each number of steps, and the bound."""
    residuals = [
        method(operator, x0, tolerance=0, max_iterations=int(k), check=False).residual
        for k in ticks
    ]
    axes.plot(ticks, residuals, marker, color=colour, markersize=3, label=name)
    bound = algos.theorem(key).bound(steps=ticks, distance=1, **values)
    axes.plot(ticks, bound, "--", color=colour, linewidth=1)


def turned(x):
    """Rotate the plane."""
    return rotation @ x


def with_constant(method):
    """Tell a method that the operator is 1-Lipschitz."""
    return lambda *arguments, **options: method(*arguments, lipschitz=1, **options)


plane = np.array([1.0, 0.0])
draw(left, "averaging", "#d55e00", "o", krasnoselskii_mann, turned, plane,
     "iterations/krasnoselskii-mann/residual", step=0.5)  # fmt: skip
draw(left, "Halpern", "#0072b2", "s", halpern, turned, plane, "iterations/halpern/residual")
for name, colour, marker, method, key, values in (
    ("extragradient", "#d55e00", "o", extragradient, "iterations/extragradient/residual",
     {"step": np.sqrt(0.5), "lipschitz": 1}),
    ("past extragradient", "#009e73", "^", past_extragradient,
     "iterations/past-extragradient/residual", {"step": 1 / 3, "lipschitz": 1}),
    ("fast extragradient", "#0072b2", "s", feg, "iterations/feg/residual", {"lipschitz": 1}),
):  # fmt: skip
    draw(right, name, colour, marker, with_constant(method), lambda z: saddle @ z, start, key,
         **values)  # fmt: skip
left.set(xscale="log", yscale="log", xlabel="steps", ylabel="residual ‖x − T(x)‖ / distance",
         ylim=(3e-3, 3))  # fmt: skip
right.set(xscale="log", yscale="log", xlabel="steps", ylabel="‖F(x)‖ / (L · distance)",
          ylim=(1e-3, 10))  # fmt: skip
for axes in (left, right):
    axes.legend(frameon=False)

# %%
# One less the correlation of two images is no metric.  The nearest metric to the dissimilarities of
# 100 handwritten digits: how every pair changes, and the proven gap to the optimum.

from scipy.spatial.distance import pdist, squareform  # noqa: E402  # where the reader needs it
from sklearn.datasets import load_digits  # noqa: E402

from algos.iterations import metric_nearness  # noqa: E402

images = load_digits().data[:100]
given = np.maximum(squareform(pdist(images, "correlation")), 0)
result = metric_nearness(given, tolerance=1e-5, gap_tolerance=1e-4)
print(
    f"{result.status}: cost {result.value:.4f}, no metric costs less than {result.dual_value:.4f}"
)
print(f"{len(result.projection.bounds)} of {100 * 99 * 98 // 2} triangle inequalities are active")

upper = np.triu_indices(100, 1)
fig, axes = plt.subplots(figsize=(5.2, 4.2), layout="constrained")
axes.axhline(0, color="#999999", linewidth=0.8)
change = (result.distances - given)[upper]
axes.plot(given[upper], change, ".", color="#0072b2", markersize=2)
axes.set(xlabel="1 − correlation", ylabel="change to the nearest metric", xlim=(0, None))

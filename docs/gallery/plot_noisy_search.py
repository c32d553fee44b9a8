"""
Flips against the number of coins
=================================

Three searches on lines that jump once, from a thousand coins to 10¹⁵, and what the theorems say.
Points are means over 40 lines, bars their standard errors.
"""

# %%
# Every search runs on the same lines and every answer is checked.

import matplotlib.pyplot as plt
import numpy as np

import algos
from algos.search import (
    CoinLine,
    burnashev_zigangirov_search,
    noisy_binary_search,
    sharp_crossing_search,
)

rng = np.random.default_rng(0)
sizes = [10**k for k in (3, 6, 9, 12, 15)]
methods = {
    "noisy_binary_search": noisy_binary_search,
    "sharp_crossing_search": sharp_crossing_search,
    "burnashev_zigangirov_search": burnashev_zigangirov_search,
}
asked = {"target": 0.5, "tolerance": 0.1, "failure_probability": 0.05}
flips = {name: np.zeros((len(sizes), 40)) for name in methods}
right = dict.fromkeys(methods, 0)
for i, n in enumerate(sizes):
    for trial in range(40):
        line = CoinLine.sharp(n, index=int(rng.integers(0, n + 1)), low=0.4, high=0.6)
        for name, method in methods.items():
            result = method(line.flipper(rng), n, **asked, rng=rng)
            flips[name][i, trial] = result.samples
            right[name] += line.is_answer(result.index, target=0.5, tolerance=0.1)
for name, count in right.items():
    print(f"{name}: {count} of {40 * len(sizes)} answers are right")

# %%
# The dashed lines are drawn from the theorem objects.

fig, axes = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
styles = zip(("o", "s", "^"), ("#0072b2", "#009e73", "#d55e00"), strict=True)
for (name, runs), (marker, colour) in zip(flips.items(), styles, strict=True):
    error = runs.std(axis=1, ddof=1) / np.sqrt(runs.shape[1])
    axes.errorbar(sizes, runs.mean(axis=1), error, fmt=marker, color=colour, label=name)
grid = np.geomspace(1e3, 1e15, 50)
for key, colour, words in (
    ("search/sharp-crossing/flips", "#009e73", "mean of the sharp search, at most"),
    ("search/any-method/information", "#555555", "mean of any method, at least"),
):
    axes.plot(grid, algos.theorem(key).bound(n=grid, **asked), "--", color=colour, label=words)
axes.set(xscale="log", xlabel="coins", ylabel="flips", ylim=(0, None))
axes.legend(frameon=False)

# %%
# The posterior narrows around the crossing: probability of every index after 0, 100, … flips.

from algos.search import CrossingPosterior  # noqa: E402  # where the reader needs it

line = CoinLine.sharp(200, index=137, low=0.4, high=0.6)
flip, posterior = line.flipper(3), CrossingPosterior(200, low=0.4, high=0.6)
fig, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
for step in range(301):
    if step % 100 == 0:
        masses = [posterior.probability(k) for k in range(201)]
        axes.step(range(201), masses, where="mid", label=f"{step} flips")
    coin = posterior.ask()
    posterior.tell(coin, flip(coin))
axes.axvline(137, color="#555555", linestyle=":", label="crossing")
axes.set(xlabel="insertion index", ylabel="posterior probability", yscale="log", ylim=(1e-6, 1))
axes.legend(frameon=False)

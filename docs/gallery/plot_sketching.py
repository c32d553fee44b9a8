"""
A regression on few rows
========================

Arrival delays of the 327,346 flights that left New York City in 2013, fitted by least absolute
deviations on a few thousand of them, and what is proven of the result.
"""

# %%
# Fourteen columns, among them the delay on departure, air time, distance, hour, season, airport
# and carrier.  The full fit certifies itself: no coefficients have a smaller sum of absolute errors
# than the bound.

import matplotlib.pyplot as plt
import numpy as np

from algos.sketching import CountSketch, lp_regression, sensitivity_sample
from experiments.sketching.tables import flights

table = flights()
full = lp_regression(table.design, table.response, p=1, tolerance=1e-6, rng=0)
print(
    f"{full.status}: {full.objective / len(table.response):.4f} minutes a flight, "
    f"at least {full.lower_bound / len(table.response):.4f} for any coefficients"
)

# %%
# Rows drawn by the Lewis weights of [A b] keep ‖A x − b‖₁ for all x at once.  The points are five
# samples each, fitted and then judged on all rows; the dashed line is what the sample promises
# before anybody looks: with all norms within 1 ± ε, the excess is at most 2ε/(1 − ε).

both = np.column_stack([table.design, table.response])


def fit(sample):
    """Fit the weighted rows of a sample."""
    rows = sample.matrix * sample.weights[:, None]
    return lp_regression(rows[:, :-1], rows[:, -1], p=1, tolerance=1e-6, size=0).x


def excess(x):
    """Compare a fit with the best one, on all rows."""
    return np.abs(table.design @ x - table.response).sum() / full.objective - 1


sizes = np.unique(np.geomspace(300, 30_000, 9).astype(int))
found, promised = [], []
for size in sizes:
    samples = [sensitivity_sample(both, 1, size=int(size), rng=seed) for seed in range(5)]
    found.append([excess(fit(sample)) for sample in samples])
    promised.append(samples[0].distortion)
promised = np.array(promised)
told = promised < 0.9

fig, axes = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
axes.plot(np.repeat(sizes, 5), np.ravel(found), ".", color="#999999", label="five samples")
axes.plot(sizes, np.median(found, axis=1), "o-", color="#0072b2", label="their median")
axes.plot(
    sizes[told],
    2 * promised[told] / (1 - promised[told]),
    "--",
    color="#d55e00",
    label="proven, with probability 0.95",
)
axes.set(xscale="log", yscale="log", xlabel="rows drawn", ylabel="excess over the least error")
legend = axes.legend(frameon=False)

# %%
# The certificate of one sample: its fit, and how far it can be from the best of all.

sample = sensitivity_sample(both, 1, size=4000, rng=7)
x = fit(sample)
objective = np.abs(table.design @ x - table.response).sum()
above = objective / full.lower_bound - 1
print(f"{len(sample.rows)} of {len(both)} rows, {above:.2%} above the bound")

# %%
# A CountSketch reads the table once, in blocks, and two halves merge into the sketch of the whole.

left, right = (CountSketch(2000, rng=1) for _ in range(2))
left.update(table.design[:100_000])
right.update(table.design[100_000:], at=100_000)
left.merge(right)
whole = CountSketch(2000, rng=1).apply(table.design)
print(f"largest difference {np.abs(left.result() - whole).max() / np.abs(whole).max():.1e}")

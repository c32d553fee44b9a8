"""
Digits that stand for all
=========================

Sixteen of 1,797 handwritten digits, chosen so that every digit has one among them that looks like
it, and what is known of how good the choice is.
"""

# %%
# The similarity of two images is 1 if they are the same, and falls with their distance. A set is
# worth the sum, over all images, of the similarity to the nearest image of the set.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from algos.submodular import FacilityLocation, SieveStreaming, lazy_greedy, stochastic_greedy

digits = load_digits()
represents = FacilityLocation.from_features(digits.data, bandwidth=20.0)
chosen = lazy_greedy(represents, 100)

fig, axes = plt.subplots(2, 8, figsize=(8, 2.2), layout="constrained")
for axis, element in zip(axes.flat, chosen.elements, strict=False):
    axis.imshow(digits.images[element], cmap="gray_r")
    axis.set_axis_off()

# %%
# Greedy choices do not know the labels, and yet the first ones differ: an image like one that is
# there already adds little.

print("labels of the first sixteen:", digits.target[chosen.elements[:16]])
print(f"{chosen.oracle_calls:,} marginals; asking for all would take {100 * 1797 - 4950:,}")

# %%
# Theory promises 63 per cent of the best value before anybody looks at the data. The marginals of
# this run bound the best value from above, so that a share of it is known for certain.

sizes = np.unique(np.geomspace(1, 100, 12).astype(int))
runs = [lazy_greedy(represents, int(k)) for k in sizes]
bounds = np.array([run.upper_bound for run in runs])
greedy_values = np.array([run.value for run in runs])
sampled = [stochastic_greedy(represents, int(k), epsilon=0.1, rng=0).value for k in sizes]
rng = np.random.default_rng(0)
order = rng.permutation(len(digits.data))
streamed = []
for k in sizes:
    sieve = SieveStreaming(represents, int(k), epsilon=0.2)
    sieve.update_many(order)
    streamed.append(sieve.result().value)
drawn = [
    np.mean([represents.value(rng.choice(1797, k, replace=False)) for _ in range(10)])
    for k in sizes
]

fig, axes = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
for values, label, colour in (
    (greedy_values, "lazy greedy", "#0072b2"),
    (sampled, "stochastic greedy", "#009e73"),
    (streamed, "one pass over a stream", "#e69f00"),
    (drawn, "drawn at random", "#999999"),
):
    axes.plot(sizes, np.array(values) / bounds, "o-", color=colour, label=label)
axes.plot(sizes, 1 - (1 - 1 / sizes) ** sizes, "--", color="#d55e00", label="proven for greedy")
axes.set(xscale="log", xlabel="digits chosen", ylabel="share of the upper bound", ylim=(0, 1.02))
legend = axes.legend(frameon=False, loc="lower right")

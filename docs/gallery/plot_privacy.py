"""
A year of flights, released day by day
======================================

The 336,776 flights from New York City in 2013, counted in public after every day so that no single
flight can be told from the releases: how far they lie from the truth, and how far they may.
"""

# %%
# An event is a day: a vector of counts, one a carrier.  What is protected is one flight, so an
# event changes by 1 where a flight is left out.  ``insecure_rng`` makes this page the same each
# time; for people's data it is left out, and the noise comes from a secure generator.

import matplotlib.pyplot as plt
import numpy as np

from algos.privacy import ContinualHistogram, ContinualSum, MaxSum, choose_mechanism
from experiments.privacy.events import daily_flights

year = daily_flights()
totals = year.counts.sum(axis=1)
print(f"{totals.sum()} flights, {len(totals)} days, {len(year.groups)} carriers")

# %%
# Which mechanism?  The least largest error over 365 releases wins.

choice = choose_mechanism(365)
print(choice.reason)

counter = ContinualSum(
    "auto", 365, rho=0.5, bounds=(0, 2000), neighbours="add_remove", change=1, insecure_rng=3
)
released = counter.update_many(totals)
truth = totals.cumsum()
print(counter.privacy)
print(f"(ε, δ) = ({counter.privacy.epsilon(1e-6):.2f}, 1e-6)")
print(f"standard deviation at most {counter.error.max:.2f} flights, of {truth[-1]}")

# %%
# The counts of all carriers under the same budget: a flight lies in one of them, so sixteen
# counts cost no more than one.

carriers = ContinualHistogram(
    365, len(year.groups), rho=0.5, people=2000, neighbours="add_remove", insecure_rng=4
)
histogram = carriers.update_many(year.counts)
hitters = carriers.heavy_hitters(20_000)
names = np.array(year.groups)
print("more than 20,000 flights, for sure:", ", ".join(names[hitters.surely]))
print("too near to tell:", ", ".join(names[hitters.undecided]) or "none")

# %%
# Above: the smallest carrier, with the band in which all of its 365 releases lie with probability
# 0.95.  Below: the error of the total, with the standard deviation and the simultaneous band,
# dashed, both known before the first flight left.

smallest = int(year.counts.sum(axis=0).argmin())
days = np.arange(1, 366)
exact = year.counts[:, smallest].cumsum()
band = carriers.error.simultaneous(0.05)

fig, (above, below) = plt.subplots(2, figsize=(6.4, 6.4), layout="constrained", sharex=True)
above.fill_between(days, exact - band, exact + band, color="#0072b2", alpha=0.15, label="band")
above.plot(days, histogram[:, smallest], ".", color="#0072b2", markersize=3, label="released")
above.step(days, exact, "k", where="mid", label="truth")
above.set(ylabel=f"flights of {year.groups[smallest]} so far")
legend = above.legend(frameon=False, loc="upper left")

deviation = counter.error.standard_deviation
simultaneous = counter.error.simultaneous(0.05)
below.fill_between(days, -deviation, deviation, color="#999999", alpha=0.4, label="one deviation")
below.plot(days, released - truth, color="#0072b2", label="error of the total")
for side in (-1, 1):
    label = "proven, with probability 0.95" if side > 0 else None
    below.axhline(side * simultaneous, linestyle="--", color="#d55e00", label=label)
below.set(xlabel="day of 2013", ylabel="flights", ylim=(-1.9 * simultaneous, 1.9 * simultaneous))
legend = below.legend(frameon=False, ncols=2)

# %%
# On how many days did the carrier cancel that cancels most often?  An event is a day that says of
# each carrier whether it cancelled, and what is protected is the whole day: all sixteen numbers
# at once.

cancelling = (year.cancelled > 0).astype(int)
largest = MaxSum(365, 16, rho=0.5, neighbours="add_remove", insecure_rng=5)
print(largest.choice.reason)
answers = largest.update_many(cancelling)
most = cancelling.cumsum(axis=0).max(axis=1)
print(f"released {answers[-1]:.0f} days, in truth {most[-1]}")
print(f"largest error {np.abs(answers - most).max():.1f}, ", end="")
print(f"proven with probability 0.95: {largest.error_bound(0.05):.1f}")

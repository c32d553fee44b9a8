"""
Buying from people who may lie
==============================

2,080 films sell places to an advertiser, who wants to reach the 670 viewers that like them. What a
place costs a film only the film knows. Six truthful auctions, their welfare, and what is paid.
"""

# %%
# A viewer is reached by each film that they like with probability 1/10. The films' costs are
# drawn: a share, in the median, of the viewers whom the film alone would reach.

import matplotlib.pyplot as plt
import numpy as np

from algos.mechanisms import check_truthful, procurement_auction
from algos.submodular import Coverage
from experiments.mechanisms.influence import RULES, bought

levels = (0.2, 0.4, 0.8)
results = {
    rule: [bought(rule, level, np.random.default_rng(1)) for level in levels] for rule in RULES
}

# %%
# Welfare is what is reached less what it costs the films, as a share of a bound that no set
# passes. The sealed bids of a greedy rule bring more than prices that are posted as films come,
# or that fall; the rule that counts costs twice buys fewer films, and pays less for them.

colours = ("#0072b2", "#56b4e9", "#009e73", "#e69f00", "#999999", "#d55e00")
fig, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
for (rule, found), colour in zip(results.items(), colours, strict=True):
    dashes = "--" if rule == "return on investment" else "-"  # it lies on "distorted"
    for axis, metric in zip(axes, ("welfare", "paid"), strict=True):
        values = [one[metric] for one in found]
        axis.plot(levels, values, "o", linestyle=dashes, color=colour, label=rule)
for axis, label in zip(axes, ("share of the welfare bound", "paid for a viewer"), strict=True):
    axis.set(xscale="log", xlabel="median cost of a film, of its viewers", ylabel=label)
    axis.set_xticks(levels, [str(level) for level in levels], minor=False)
    axis.minorticks_off()
handles = axes[0].get_lines()
legend = fig.legend(handles=handles, loc="outside right upper", frameon=False)

# %%
# Are they truthful? The search tries costs and lies for every seller. It finds nothing for the
# auction, and a lie at once where winners are paid what they ask.

rng = np.random.default_rng(0)
quality = Coverage(rng.random((12, 60)) < 0.15)
costs = rng.exponential(3, 12)


def sold(bids):
    """Pay what the theorem says."""
    result = procurement_auction(quality, bids)
    return result.winners, result.payments


def pay_as_bid(bids):
    """Pay what was asked."""
    winners, _ = sold(bids)
    return winners, np.where(np.isin(np.arange(12), winners), bids, 0)


print("procurement_auction:", check_truthful(sold, costs, rng=0).deviation)
lie = check_truthful(pay_as_bid, costs, rng=0).deviation
print(f"pay as bid: {lie.agent} asks {lie.report:.2f} for {lie.type:.2f}, gains {lie.amount:.2f}")

"""Noisy search: where do coins with rising heads probabilities cross a target?

Every method takes ``flip(coin) -> 0 or 1`` and the number of coins, and answers
with an insertion index in 0 … n: coins before it lie below the target, coins
from it on above.  Which method promises what stands in its docstring;
:func:`noisy_binary_search` is right on every monotone line.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)

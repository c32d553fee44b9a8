"""Submodular functions and their maximisation: greedy, streaming, dynamic, continuous.

A function has diminishing returns if an element adds less to a larger set. What is chosen
greedily is then near the best, and the marginals met on the way bound how near.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)

"""Mechanisms: procurement auctions, facility location, persuasion, and a search for lies that pay.

A mechanism asks people who may lie. What it promises are axioms: truth is a best answer, nobody
who takes part loses, the buyer pays no more than what is bought is worth.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)

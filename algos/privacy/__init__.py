"""Differential privacy under continual release: counters, histograms, maxima, and an auditor.

Noise is drawn exactly, on integers, from a secure generator; what is spent,
and how far releases lie from the truth, are known before the first event arrives.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)

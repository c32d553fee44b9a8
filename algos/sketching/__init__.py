"""Sketches, sampling by importance, and the regressions that they make small.

Every method returns, next to its answer, the certificate that can be computed for this
very run: a gap between two proven sides, a residual, a lower bound on the optimum.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)

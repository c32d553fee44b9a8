"""Fixed points, monotone inclusions, Bregman methods and linear programs.

Every method returns its measured residual next to the bound that is proven for
this very run, counts its oracle calls, and says in ``status`` whether it kept
its promise; where an operator is not what it was declared to be, the result
holds the pair of points that shows it.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)

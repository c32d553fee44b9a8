"""Checks that try to refute the library's theorems, or yours."""

import lazy_loader as _lazy

# Not lazy: the module and the decorator share the name `check`, and binding the
# decorator here, after the module has loaded, lets it win.
from proofs_checks.check import check as check

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)

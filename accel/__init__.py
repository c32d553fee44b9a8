"""Array kernels, each for NumPy, for a GPU, and for any array-API library.

``import accel`` loads neither Numba nor CuPy; a kernel is compiled at its first call.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)

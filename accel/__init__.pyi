from .dispatch import GpuUnavailableError
from .divergence import bernoulli_divergence
from .wealth import mixture_log_wealth

__all__ = ["GpuUnavailableError", "bernoulli_divergence", "mixture_log_wealth"]

"""What is proven of fixed-point iterations, Bregman methods and linear programs."""

__all__: list[str] = []

"""What is proven of mechanisms."""

__all__: list[str] = []

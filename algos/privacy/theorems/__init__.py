"""What is proven of continual release."""

__all__: list[str] = []

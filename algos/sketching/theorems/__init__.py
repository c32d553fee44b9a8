"""What is proven of sketches and of sampling by importance."""

__all__: list[str] = []

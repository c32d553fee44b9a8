"""Checks of continual release."""

__all__: list[str] = []

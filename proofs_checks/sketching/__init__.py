"""Checks of the family `sketching`."""

__all__: list[str] = []

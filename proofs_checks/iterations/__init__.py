"""Checks of the family `iterations`."""

__all__: list[str] = []

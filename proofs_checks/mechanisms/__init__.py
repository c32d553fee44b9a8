"""Checks of mechanisms."""

__all__: list[str] = []

"""The old place of the function that programs call."""

from pip import main

__all__ = ["main"]

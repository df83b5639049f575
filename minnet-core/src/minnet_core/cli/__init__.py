"""The ``minnet`` command."""

from .contributions import LazyCommand
from .main import main

__all__ = ["LazyCommand", "main"]

"""The ``minnet`` command."""

from .lazy_command import LazyCommand
from .main import main

__all__ = ["LazyCommand", "main"]

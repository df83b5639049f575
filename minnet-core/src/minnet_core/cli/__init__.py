"""The ``minnet`` command."""

from .contributions import contributions
from .main import main

__all__ = ["contributions", "main"]

"""Which cases are meant: by name, by distribution, or by a file of somebody's classes."""

from .selection import cases_of, every_case

__all__ = ["cases_of", "every_case"]

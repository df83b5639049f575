"""The core's own subcommands of ``minnet``, one to a file."""

from .check import check
from .doctor import doctor
from .explain import explain
from .plugins import plugins

__all__ = ["check", "doctor", "explain", "plugins"]

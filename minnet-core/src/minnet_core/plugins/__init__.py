"""Plugin modules: loading each in isolation, calling their hooks, and what to do about one that fails."""

from .captured_output import nothing_said, prints
from .host import GROUP, SPECS_GROUP, another_host, plugin_host
from .loading import guarded, load
from .registrar import KINDS, Registrar

__all__ = [
    "GROUP",
    "KINDS",
    "SPECS_GROUP",
    "Registrar",
    "another_host",
    "guarded",
    "load",
    "nothing_said",
    "plugin_host",
    "prints",
]

"""Plugin modules: loading each in isolation, calling their hooks, and what to do about one that fails."""

from .captured_output import fresh_capture, output_of
from .host import GROUP, SPECS_GROUP, Registrar, another_host, plugin_host
from .loading import guarded, load

__all__ = [
    "GROUP",
    "SPECS_GROUP",
    "Registrar",
    "another_host",
    "fresh_capture",
    "guarded",
    "load",
    "output_of",
    "plugin_host",
]

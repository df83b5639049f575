"""Every error that minnet raises on purpose."""

from __future__ import annotations

__all__ = [
    "AmbiguousNameError",
    "ConfigError",
    "MinnetError",
    "ModelFileError",
    "PluginLoadError",
    "ShapeError",
    "UnknownComponentError",
]


class MinnetError(Exception):
    """The base of minnet's own errors."""


class ShapeError(MinnetError, ValueError):
    """An array has another shape than the component takes."""


class ConfigError(MinnetError, ValueError):
    """A component cannot be written as a config, or a config cannot be built."""


class ModelFileError(MinnetError, ValueError):
    """A model file cannot be written, or is truncated, foreign, altered or of another version."""


class UnknownComponentError(MinnetError, KeyError):
    """No installed distribution registers a component of this name."""

    # KeyError shows the repr of its argument, which would put our sentence in quotes.
    __str__ = Exception.__str__


class AmbiguousNameError(MinnetError, LookupError):
    """Several distributions register this bare name; their qualified names still work."""


class PluginLoadError(MinnetError, ImportError):
    """A component is registered but cannot be imported; the cause is chained."""

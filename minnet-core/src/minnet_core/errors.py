"""Every error that minnet raises on purpose, and every warning."""

from __future__ import annotations

import sys

from .support import printable, printable_lines

__all__ = [
    "AmbiguousNameError",
    "ConfigError",
    "CounterpartError",
    "ExportError",
    "GraphError",
    "MinnetError",
    "ModelFileError",
    "NestingError",
    "OutOfRangeError",
    "PluginLoadError",
    "PreparationWarning",
    "ProtocolError",
    "ShapeError",
    "StateError",
    "UnknownComponentError",
]


class MinnetError(Exception):
    """The base of minnet's own errors; what strangers wrote that a message quotes is made ``printable``."""

    def __str__(self) -> str:
        return printable_lines(super().__str__())


class ShapeError(MinnetError, ValueError):
    """An array has another shape than the component takes."""


class OutOfRangeError(MinnetError, IndexError):
    """An index is none of the rows that a component has."""


class ConfigError(MinnetError, ValueError):
    """A component cannot be written as a config, or a config cannot be built."""


class CounterpartError(MinnetError, LookupError):
    """Another framework has no counterpart of a component, or which it is is not certain."""


class GraphError(MinnetError, ValueError):
    """A graph has a circle, or a node takes what is not there, or has a name that it cannot have."""


class ModelFileError(MinnetError, ValueError):
    """A model file cannot be written, or is truncated, foreign, altered or of another version."""


class PreparationWarning(UserWarning):
    """A network was loaded without the preparation that its inputs need."""


class ExportError(MinnetError, ValueError):
    """A model cannot be written in the format that is asked for, or nothing is installed that writes it."""


class NestingError(MinnetError, ValueError):
    """Modules are nested more deeply than Python's recursion limit lets calls go."""


class StateError(MinnetError, ValueError):
    """The state of a component or training cannot be taken now, or does not fit what is to go on from it."""


class UnknownComponentError(MinnetError, KeyError):
    """No installed distribution registers a component of this name."""

    def __str__(self) -> str:  # KeyError shows the repr of its argument, which would put our sentence in quotes
        return printable_lines(Exception.__str__(self))


class AmbiguousNameError(MinnetError, LookupError):
    """Several distributions register this bare name; their qualified names still work."""


class RemediableError(MinnetError):
    """An error that knows what to do about it.

    Attributes:
        cause: what is wrong.
        remedy: what to do, often a command; empty if that cannot be said.
    """

    def __init__(self, cause: str, remedy: str = "") -> None:
        super().__init__(f"{cause}; {remedy}" if remedy else cause)
        self.cause = cause
        self.remedy = remedy


class ProtocolError(RemediableError):
    """A distribution is written to a version of the protocol that this core does not speak."""


class UnknownHookError(RemediableError):
    """A plugin implements a hook that nobody specifies: misspelt, or of a distribution that is not installed."""


class PluginLoadError(RemediableError, ImportError):
    """A component or plugin is registered but cannot be loaded, or one of its hooks failed; the error is chained."""


def recursion_limit_reached() -> str:
    """Say that, and what can be done."""
    return (
        f"Python's recursion limit of {sys.getrecursionlimit()} calls is reached, as by modules nested hundreds deep; "
        "nest less deeply, or raise it by sys.setrecursionlimit()"
    )


def described(error: BaseException) -> str:
    """Say what an error is, in text that can be printed, whatever its author did.

    >>> described(KeyError("x"))
    "KeyError: 'x'"
    """
    try:
        text = " ".join(str(error).split())  # on one line, for a table
    except BaseException:
        text = ""
    return printable(": ".join(filter(None, [type(error).__name__, text])))

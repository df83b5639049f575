"""Which components and plugins the installed distributions declare, read from metadata: nothing is imported."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from importlib.metadata import Distribution

FIRST_PARTY = frozenset(
    {"minnet-core", "minnet-layers", "minnet-criterions", "minnet-optimizers", "minnet-train", "minnet-conv"}
)
"""Distributions whose bare names always win, so that installing a package never changes what existing code means."""

LOCAL = "local"
"""Stands for the distribution of a class that a running program registered itself."""


def canonical(distribution: str) -> str:
    """Normalize the name of a distribution as packaging does: ``Minnet_Swish`` -> ``minnet-swish``."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


@frozen
class Declaration:
    """One entry point: a name, what it stands for, and who says so.

    Attributes:
        name: ``Swish``.
        distribution: canonical name of the distribution, ``minnet-swish``.
        version: of the distribution; None for a class of the running program.
        target: ``minnet_swish:Swish``.
        loaded: the object itself, if it is registered by a program rather than by an entry point.
    """

    name: str
    distribution: str = field(converter=canonical)
    version: str | None
    target: str
    loaded: Any = None

    @property
    def qualified(self) -> str:
        """The name that always works: ``minnet-swish:Swish``."""
        return f"{self.distribution}:{self.name}"

    @property
    def provider(self) -> str:
        """Distribution and version, for a message."""
        return self.distribution if self.version is None else f"{self.distribution} {self.version}"

    def load(self) -> Any:
        """Import the target."""
        if self.loaded is not None:
            return self.loaded
        module, _, attributes = self.target.partition(":")
        value: Any = import_module(module)
        for attribute in filter(None, attributes.split(".")):
            value = getattr(value, attribute)
        return value


def declarations(group: str) -> list[Declaration]:
    """List the entry points of a group, in an order that does not depend on ``sys.path``."""
    from importlib.metadata import entry_points

    found = set()
    for point in entry_points(group=group):
        name, version = _provider(point.dist)
        if name is not None:
            found.add(Declaration(point.name, name, version, point.value))
    return sorted(found, key=lambda declaration: (declaration.distribution, declaration.name, declaration.target))


def _provider(distribution: Distribution | None) -> tuple[str | None, str | None]:
    """Name and version; None for what is left of a distribution that was not removed cleanly."""
    try:
        return (distribution.name, distribution.version) if distribution else (None, None)
    except Exception:  # another one in each Python: TypeError, KeyError, a warning made an error
        return None, None


def plugin_switches() -> Callable[[str], bool]:
    """Read ``MINNET_PLUGINS`` and ``MINNET_DISABLE_PLUGINS``.

    Returns:
        A function that says whether a distribution may be used. ``MINNET_PLUGINS`` unset: all may; empty: the
        first-party ones; else those it lists, and the first-party ones. ``MINNET_DISABLE_PLUGINS`` overrules it.
    """
    allowed, disabled = os.environ.get("MINNET_PLUGINS"), _names(os.environ.get("MINNET_DISABLE_PLUGINS", ""))

    def is_enabled(distribution: str) -> bool:
        if distribution in disabled:
            return False
        return allowed is None or distribution in FIRST_PARTY or distribution in _names(allowed)

    return is_enabled


def is_strict() -> bool:
    """Whether ``MINNET_STRICT_PLUGINS`` asks for an error at once when a plugin fails."""
    return os.environ.get("MINNET_STRICT_PLUGINS", "") not in ("", "0")


def _names(text: str) -> frozenset[str]:
    return frozenset(canonical(name.strip()) for name in text.split(",") if name.strip())

"""Which components and plugins the installed distributions declare, read from metadata: nothing is imported."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

FIRST_PARTY = frozenset(
    {
        "minnet-core",
        "minnet-layers",
        "minnet-criterions",
        "minnet-optimizers",
        "minnet-train",
        "minnet-conv",
        "minnet-torch",
    }
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
        from importlib.metadata import EntryPoint

        return EntryPoint(self.name, self.target, group="").load()


def declarations(group: str) -> list[Declaration]:
    """List the entry points of a group, in an order that does not depend on ``sys.path``."""
    found = {
        Declaration(point.name, name, version, point.value)
        for (name, version), points in _installed()[0]
        for point in points
        if point.group == group
    }
    return sorted(found, key=lambda declaration: (declaration.distribution, declaration.name, declaration.target))


def metadata_problems() -> list[str]:
    """Say which installed distributions mention minnet in metadata that cannot be read."""
    return sorted(_installed()[1])


def _installed() -> tuple[list[tuple[tuple[str, str], list[EntryPoint]]], list[str]]:
    """Read the entry points of every distribution that mentions minnet, and the errors of those where that fails.

    One distribution at a time, because ``importlib.metadata.entry_points()`` fails as a whole when one is malformed.
    Of two copies of one distribution, the first on ``sys.path`` counts, which is also the one that is imported.
    """
    from importlib.metadata import distributions

    read: dict[str, tuple[tuple[str, str], list[EntryPoint]]] = {}
    problems = []
    for distribution in distributions():
        try:
            if "minnet" in (distribution.read_text("entry_points.txt") or ""):
                name, version = distribution.metadata["Name"], distribution.version
                read.setdefault(canonical(name), ((name, version), list(distribution.entry_points)))
        except Exception as error:  # whatever may stand in a file
            where = getattr(distribution, "_path", distribution.locate_file(""))
            problems.append(f"{where}: a distribution with unreadable metadata: {error!r}")
    return list(read.values()), problems


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

"""`Declaration`: what an entry point says, which is a name, what it stands for, and who says so."""

from __future__ import annotations

import re
from typing import Any

from attrs import field, frozen

LOCAL = "local"
"""Stands for the distribution of a class that a running program registered itself."""


def canonical(distribution: str) -> str:
    """Normalize the name of a distribution as packaging does: ``Minnet_Swish`` -> ``minnet-swish``."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def is_distribution_name(text: str) -> bool:
    """Whether a text may be the name of a distribution (PEP 508), and so stand in a command that a message advises."""
    return re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", text) is not None


@frozen
class Declaration:
    """One entry point: a name, what it stands for, and who says so.

    Attributes:
        name: ``Swish``.
        distribution: canonical name of the distribution, ``minnet-swish``.
        version: of the distribution; None for a class of the running program.
        target: ``minnet_swish:Swish``.
        loaded: the object itself, if it is registered by a program rather than by an entry point.
        file: the Python file that it is from, ``homework.py``, if it is from one that belongs to no distribution.
    """

    name: str
    distribution: str = field(converter=canonical)
    version: str | None
    target: str
    loaded: Any = field(default=None, eq=False)  # a class may not be hashable
    file: str | None = None

    @property
    def qualified(self) -> str:
        """The name that always works: ``minnet-swish:Swish``."""
        return f"{self.file or self.distribution}:{self.name}"

    @property
    def provider(self) -> str:
        """Distribution and version, for a message."""
        return self.file or (self.distribution if self.version is None else f"{self.distribution} {self.version}")

    def load(self) -> Any:
        """Import the target.

        Raises:
            ValueError: if it is no ``module`` or ``module:attribute``. What importing it raises is passed on.
        """
        if self.loaded is not None:
            return self.loaded
        from importlib.metadata import EntryPoint

        point = EntryPoint(self.name, self.target, group="")
        if not EntryPoint.pattern.match(self.target):
            raise ValueError(f"expected an entry point such as package.module:Class, received {self.target!r}")
        return point.load()

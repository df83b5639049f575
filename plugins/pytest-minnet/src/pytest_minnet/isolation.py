"""What the fixtures hand out."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from attrs import Factory, frozen

from minnet_core import criterions, layers, optimizers
from minnet_core.registry import Registry
from minnet_core.testing import install_distribution

_NONE: Mapping[str, Mapping[str, str]] = MappingProxyType({})


@frozen
class Registries:
    """The three registries of this process.

    Attributes:
        layers: those of `minnet_core`.
        criterions: likewise.
        optimizers: likewise.
    """

    layers: Registry = Factory(lambda: layers)
    criterions: Registry = Factory(lambda: criterions)
    optimizers: Registry = Factory(lambda: optimizers)


@frozen
class Site:
    """A directory on ``sys.path`` that distributions can be installed into.

    Attributes:
        path: the directory.
    """

    path: Path

    def install(
        self,
        name: str,
        modules: Mapping[str, str],
        *,
        entry_points: Mapping[str, Mapping[str, str]] = _NONE,
        version: str = "0.1.0",
        requires: Sequence[str] = (),
    ) -> None:
        """Install a distribution, and have the registries look again; see `minnet_core.testing.install_distribution`.

        Args:
            name: of the distribution; another version of it in this directory is replaced.
            modules: dotted module name -> source.
            entry_points: group -> name -> target.
            version: of the distribution.
            requires: what it depends on.
        """
        self.forget_modules()
        install_distribution(self.path, name, modules, entry_points=entry_points, version=version, requires=requires)
        layers.refresh()

    def forget_modules(self) -> None:
        """Have modules that were imported from here imported anew the next time."""
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and Path(file).is_relative_to(self.path):
                del sys.modules[name]

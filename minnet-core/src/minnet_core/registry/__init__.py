"""From a name to a class: the registries of layers, criterions, optimizers and initializers."""

from .lookup_errors import DISABLED_BY, unknown_component
from .registry import (
    REGISTRIES,
    Registry,
    all_registries,
    contributed_registries,
    criterions,
    initializers,
    layers,
    optimizers,
)

__all__ = [
    "DISABLED_BY",
    "REGISTRIES",
    "Registry",
    "all_registries",
    "contributed_registries",
    "criterions",
    "initializers",
    "layers",
    "optimizers",
    "unknown_component",
]

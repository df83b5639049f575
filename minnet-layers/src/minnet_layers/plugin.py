"""What this distribution adds to minnet besides its components: initializers as a kind that is proven and generated.

And what PyTorch has for normalizations, which their examples cannot tell, and what layers that it has not are in ONNX.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minnet_core import hookimpl

if TYPE_CHECKING:
    from minnet_core import Module, Reference
    from minnet_core.nn import Component
    from minnet_core.testing import Check, Kind


@hookimpl
def minnet_kinds() -> Iterable[Kind]:
    """Have the conformance kit know initializers."""
    from .conformance import INITIALIZER  # here, for the kit alone needs what it imports

    return (INITIALIZER,)


@hookimpl
def minnet_checks() -> Iterable[Check]:
    """Contribute what is proven of initializers."""
    from .conformance import CHECKS  # likewise

    return CHECKS


@hookimpl
def minnet_counterpart(component: Component) -> Reference | None:
    """Say what PyTorch has for a normalization."""
    from .counterparts import counterpart  # likewise

    return counterpart(component)


@hookimpl(optionalhook=True)  # minnet-onnx, whose hook it is, need not be installed
def minnet_export() -> Mapping[type[Module], Callable[..., Any]]:
    """Say what layers without a counterpart in PyTorch are in ONNX."""
    from .exporting import EXPORTS  # likewise

    return EXPORTS


@hookimpl
def minnet_component_of(reference: Reference, ndim: int | None) -> Component | None:
    """Make the normalization that PyTorch has under this name."""
    from .counterparts import component  # likewise

    return component(reference, ndim)


@hookimpl(optionalhook=True)  # minnet-new, whose hook it is, need not be installed
def minnet_new_templates(registrar: Any) -> None:
    """Have ``minnet new`` make initializers."""
    folder = Path(__file__).with_name("templates") / "initializer"
    registrar.add("initializer", folder, registry="initializers", requires=("minnet-layers",))

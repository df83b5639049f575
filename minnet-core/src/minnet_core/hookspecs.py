"""The hooks of minnet's core: what a plugin may do beyond registering classes by entry point.

A plugin is a module that an entry point of the group ``minnet`` names, with functions marked ``@hookimpl``.
No hook is called inside ``forward`` or ``backward``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import click

    from .diagnosis import Section
    from .exporting import Exporter, NumpyPreparation
    from .nn import Component, Reference
    from .plugins import Registrar
    from .registry import Registry
    from .saving import ModelHeader
    from .testing import Adapter, Check, Kind

hookspec = pluggy.HookspecMarker("minnet")
hookimpl = pluggy.HookimplMarker("minnet")


@hookspec
def minnet_register_components(registrar: Registrar) -> None:
    """Register components that are computed: ``registrar.register("layers", cls)``; others are entry points."""


@hookspec
def minnet_commands() -> Iterable[click.Command]:  # type: ignore[empty-body]  # a spec has no body
    """Return subcommands for the ``minnet`` command; `minnet_core.cli.LazyCommand` imports theirs when they run."""


@hookspec
def minnet_registries() -> Iterable[Registry]:  # type: ignore[empty-body]  # likewise
    """Return registries of further kinds of component: each has a command that lists it, and is inspected."""


@hookspec
def minnet_kinds() -> Iterable[Kind]:  # type: ignore[empty-body]  # likewise
    """Return further kinds of component that the conformance kit proves; `minnet_checks` returns what it proves."""


@hookspec
def minnet_checks() -> Iterable[Check]:  # type: ignore[empty-body]  # likewise
    """Return further conformance checks, made by ``minnet_core.testing.check``; they run after the core's own."""


@hookspec
def minnet_adapt(cls: type, make: Callable[..., Any]) -> Adapter | None:
    """Return how the conformance kit can prove a class that is no component, objects of which ``make`` makes."""


@hookspec
def minnet_explain_model(header: ModelHeader, path: str) -> Section | None:
    """Say what the metadata of a model file tell that this plugin wrote, for ``minnet explain``; None if nothing."""


@hookspec
def minnet_counterpart(component: Component) -> Reference | None:
    """Say what another framework has for this component where its examples do not tell; None if nothing."""


@hookspec
def minnet_exporters() -> Iterable[Exporter]:  # type: ignore[empty-body]  # likewise
    """Return how further formats are written, by the suffix of a file, for ``minnet export``."""


@hookspec
def minnet_component_of(reference: Reference, ndim: int | None) -> Component | None:
    """Make the component that has this counterpart, for an input of ``ndim`` axes if known; None if there is none."""


@hookspec
def minnet_numpy_preparation(header: ModelHeader, path: str) -> NumpyPreparation | None:
    """Say what becomes of raw data around a model, in NumPy, for ``minnet export --numpy``; None if that is unknown."""

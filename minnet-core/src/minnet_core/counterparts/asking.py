"""`counterpart_of`: asking plugins and examples what another framework has for a component."""

from __future__ import annotations

from collections.abc import Iterable

from ..discovery import Declaration
from ..errors import CounterpartError
from ..nn import Component, Criterion, Module, Reference
from ..plugins import plugin_host
from ..registry import criterions, layers
from .derivation import derive

HOOK, INVERSE = "minnet_counterpart", "minnet_component_of"


def counterpart_of(component: Component, framework: str = "torch") -> Reference | None:
    """Return what another framework has for this very component, or None if that is not certain.

    An `Example` names the counterpart of one way to construct a class. This is that of an instance: the arguments have
    the instance's values, and the mapping has the arrays that it has. The plugin of the component's own distribution is
    asked first (``minnet_counterpart``), then the examples of its class, then all other plugins: so installing a
    package changes nothing of what another one says of its own components.

    Args:
        component: a layer or criterion. Containers have none unless a plugin says so.
        framework: the first part of the counterpart's name.

    >>> from minnet_core import Example, Module
    >>> class Leaky(Module):
    ...     EXAMPLES = (Example(arguments={"slope": 0.1}, input=(4, 3),
    ...                         reference=Reference("torch.nn.LeakyReLU", {"negative_slope": 0.1})),)
    ...     def __init__(self, slope=0.01):
    ...         super().__init__()
    >>> dict(counterpart_of(Leaky(0.5)).arguments)
    {'negative_slope': 0.5}
    """
    try:
        return expect_counterpart(component, framework)
    except CounterpartError:
        return None


def expect_counterpart(component: Component, framework: str = "torch") -> Reference:
    """Return what another framework has for this very component, as `counterpart_of` does.

    Raises:
        CounterpartError: if there is nothing, or not for certain; says what is lacking.
    """
    host = plugin_host()
    registry = criterions if isinstance(component, Criterion) else layers
    known = isinstance(component, (Module, Criterion))
    declaration = registry.declaration_of(type(component)) if known else None
    own = [plugin for plugin in host.loaded if declaration and plugin.distribution == declaration.distribution]
    if (found := _asked(own, component, framework)) is not None:
        return found
    try:
        return derive(component, framework)
    except CounterpartError:
        others = [plugin for plugin in host.loaded if plugin not in own]
        if (found := _asked(others, component, framework)) is not None:
            return found
        raise


def component_of(reference: Reference, ndim: int | None = None) -> Component | None:
    """Return the component that a plugin makes for a counterpart: `counterpart_of`, the other way round.

    What a registered class says by its examples is not looked at: a bridge tries that when no plugin answers.

    Args:
        reference: the counterpart, with all its arguments.
        ndim: how many axes its input has, the batch's included, if that is known.
    """
    host = plugin_host()
    for plugin in list(host.loaded):  # first-party ones first
        found: Component | None = host.call(plugin, INVERSE, _expect_component, reference=reference, ndim=ndim)
        if found is not None:
            return found
    return None


def _expect_component(returned: object) -> Component:
    if not isinstance(returned, Component):
        raise TypeError(f"expected a component or None, received {returned!r}")
    return returned


def _asked(plugins: Iterable[Declaration], component: Component, framework: str) -> Reference | None:
    """The first counterpart in the framework that a plugin names."""
    host = plugin_host()
    for plugin in plugins:
        found: Reference | None = host.call(plugin, HOOK, _expect_reference, component=component)
        if found is not None and found.framework == framework:
            return found
    return None


def _expect_reference(returned: object) -> Reference:
    if not isinstance(returned, Reference):
        raise TypeError(f"expected a Reference or None, received {returned!r}")
    return returned

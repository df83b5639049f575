"""`trained_part`: the layers of a model that an optimizer changes, when others are frozen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from minnet_core import Container, Module, Sequential
from minnet_core.nn import join, listed_modules, walk


def trained_part(model: Module, frozen: Sequence[str]) -> tuple[Module, list[Module]]:
    """Divide a model.

    Args:
        model: whose layers are named by their places, ``0``, or ``2.1`` within another, or as nodes of a graph.
        frozen: the names of layers that stay as they are, with all that is in them.

    Returns:
        What is trained, the model itself if that is all of it; and the layers that are frozen.

    Raises:
        ValueError: if there is no such layer, or nothing is left that could be trained.

    >>> from minnet_core import layers
    >>> model = Sequential(layers["Linear"](2, 3), layers["ReLU"](), layers["Linear"](3, 2))
    >>> trained_part(model, ["0"])[1]
    [Linear 2 -> 3]
    """
    if not frozen:
        return model, []
    modules = dict(walk(model))
    unknown = [name for name in frozen if not name or name not in modules]
    if unknown:
        known = ", ".join(name for name in modules if name)
        raise ValueError(f"expected the name of a layer, one of {known}, received {unknown[0]!r}")
    left = [module for module in _left(model, "", {*frozen}) if module.namedParameters()]
    if not left:
        raise ValueError(f"expected a layer with parameters that is not frozen, received {', '.join(frozen)}")
    return Sequential(*left), [modules[name] for name in frozen]


def _left(module: Module, name: str, frozen: set[str]) -> Iterator[Module]:
    """Go through the largest modules of which nothing is frozen."""
    if name in frozen:
        return
    within = [each for each in frozen if each.startswith(f"{name}." if name else "")]
    if not within:
        yield module
        return
    if not isinstance(module, Container):
        raise ValueError(f"expected the name of a layer of a container, received {within[0]!r}, in {module!r}")
    if module.PARAMETERS:
        raise ValueError(
            f"expected a container without parameters of its own around {within[0]!r}, received {module!r}"
        )
    for step, child in listed_modules(module):
        yield from _left(child, join(name, step), frozen)

"""What the layers of an experiment begin with: the key ``initializer`` of it, and of each layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from attrs import frozen

from minnet_core import Container, Module
from minnet_core.saving import MODULE

from ..errors import KeyPath, Problem
from .experiment import ComponentConfig, Experiment
from .graph_layers import takes, without_places

KEY = "initializer"
"""The key of a layer that its constructor does not get, unless it takes an argument of this name itself."""

_CHILDREN = "modules"


@frozen
class LayerInitializer:
    """What an experiment says of the first weights of a layer.

    Attributes:
        path: of the key.
        places: where the layer is: its index in the model, in the ``modules`` of the container there, and so on.
        config: of the initializer, as it was written.
    """

    path: KeyPath
    places: tuple[int, ...]
    config: Any

    def layer_of(self, model: Container) -> Module:
        """Find the layer. A container may hold modules that its constructor made, before those that it was given."""
        found: Any = model
        for place in self.places:
            found = found.modules[place]
        return found  # type: ignore[no-any-return]  # every container holds modules


def named(config: Any) -> Any:
    """Make a component of the name of one."""
    return ComponentConfig({"class": config}) if isinstance(config, str) else config


def layer_configs(experiment: Experiment) -> list[Any]:
    """What the constructors of the layers get."""
    return without_initializers(without_places(experiment.model))


def without_initializers(configs: Any) -> list[Any]:
    """Leave out what the constructors of layers do not get."""
    return [_without(config) for config in configs]


def _without(config: Any) -> Any:
    if not isinstance(config, Mapping):
        return config
    left = {key: value for key, value in config.items() if key != KEY or takes(config, KEY)}
    if isinstance(left.get(_CHILDREN), list):
        left[_CHILDREN] = without_initializers(left[_CHILDREN])
    if _is_node(left):
        left[MODULE] = _without(left[MODULE])
    return left


def _is_node(config: Mapping[str, Any]) -> bool:
    """Whether it is a layer with what a container is told of its place."""
    return "class" not in config and isinstance(config.get(MODULE), Mapping)


def layer_initializers(experiment: Experiment) -> list[LayerInitializer]:
    """List those of the layers, what is around a layer first."""
    return list(_found(list(experiment.model), ("model",), ()))


def _found(configs: list[Any], path: KeyPath, places: tuple[int, ...]) -> Iterator[LayerInitializer]:
    for index, config in enumerate(configs):
        if not isinstance(config, Mapping):
            continue
        # Counted from the end, for the sake of modules that the constructor of the container makes.
        here = (*path, index), (*places, index - len(configs))
        if _is_node(config):
            config, here = config[MODULE], ((*here[0], MODULE), here[1])
        if KEY in config and not takes(config, KEY):
            yield LayerInitializer((*here[0], KEY), here[1], named(config[KEY]))
        if isinstance(children := config.get(_CHILDREN), list):
            yield from _found(children, (*here[0], _CHILDREN), here[1])


def mistyped_initializers(found: list[LayerInitializer]) -> Iterator[Problem]:
    """Yield those that are neither a name nor a component."""
    for each in found:
        if not (isinstance(each.config, Mapping) and isinstance(each.config.get("class"), str)):
            expected = 'expected an initializer such as "Kaiming" or { class = "Kaiming", mode = "fan_out" }'
            yield Problem(each.path, f"{expected}, received {each.config!r}")


def reset_problem(module: Module, initializer: Any, rng: np.random.Generator) -> str | None:
    """Reset a module, and return what is wrong if that fails."""
    try:
        module.reset(initializer, rng=rng)
    except (TypeError, ValueError) as error:
        return "; ".join([str(error), *getattr(error, "__notes__", ())])
    return None

"""What the layers of an experiment begin with: the key ``initializer`` of it, and of each layer."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from attrs import frozen

from minnet_core import MinnetError, Module, Sequential, layers

from ..errors import KeyPath, Problem
from .experiment import ComponentConfig, Experiment

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

    def layer_of(self, model: Sequential) -> Module:
        """Find the layer. A container may hold modules that its constructor made, before those that it was given."""
        found: Any = model
        for place in self.places:
            found = found.modules[place]
        return found  # type: ignore[no-any-return]  # every container holds modules


def named(config: Any) -> Any:
    """Make a component of the name of one."""
    return ComponentConfig({"class": config}) if isinstance(config, str) else config


def without_initializers(configs: Any) -> list[Any]:
    """Leave out what the constructors of layers do not get."""
    return [_without(config) for config in configs]


def _without(config: Any) -> Any:
    if not isinstance(config, Mapping):
        return config
    left = {key: value for key, value in config.items() if key != KEY or _takes_key(config)}
    if isinstance(left.get(_CHILDREN), list):
        left[_CHILDREN] = without_initializers(left[_CHILDREN])
    return left


def layer_initializers(experiment: Experiment) -> list[LayerInitializer]:
    """List those of the layers, what is around a layer first."""
    return list(_found(list(experiment.model), ("model",), ()))


def _found(configs: list[Any], path: KeyPath, places: tuple[int, ...]) -> Iterator[LayerInitializer]:
    for index, config in enumerate(configs):
        if not isinstance(config, Mapping):
            continue
        # Counted from the end, for the sake of modules that the constructor of the container makes.
        here = (*path, index), (*places, index - len(configs))
        if KEY in config and not _takes_key(config):
            yield LayerInitializer((*here[0], KEY), here[1], named(config[KEY]))
        if isinstance(children := config.get(_CHILDREN), list):
            yield from _found(children, (*here[0], _CHILDREN), here[1])


def _takes_key(config: Mapping[str, Any]) -> bool:
    try:
        return KEY in inspect.signature(layers[config["class"]]).parameters
    except (MinnetError, KeyError):  # which is told of the class
        return False


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

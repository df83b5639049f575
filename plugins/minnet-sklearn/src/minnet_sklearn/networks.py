"""The network of an estimator: made of its parameters, of a list of layers, or by a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from attrs import frozen

from minnet_core import Initializer, Module, Sequential, initializers, layers

from .components import class_of, component, needed_arguments

BATCH_NORMALIZATION = {"class": "minnet-layers:BatchNormalization", "alpha": 0.9}
"""What ``normalization=True`` means, with a `ChannelwiseScaling` after it."""


@frozen(kw_only=True)
class Architecture:
    """What a network is made of; see `MinnetClassifier` for what the attributes mean."""

    hidden: Any
    activation: Any
    normalization: Any
    dropout: Any
    initializer: Any
    model: Any

    def build(self, n_in: int, n_out: int, head: Sequence[str], dtype: str, rng: np.random.Generator) -> Module:
        """Make the network, in training mode.

        Args:
            n_in: features of a sample.
            n_out: outputs.
            head: the names of what comes after the last linear layer of a network that is made of parameters.
            dtype: of its parameters.
            rng: draws them, and seeds the layers that draw random numbers.

        Raises:
            TypeError, ValueError: if a parameter is not one.
            UnknownComponentError, AmbiguousNameError, PluginLoadError: as looking a name up does.
        """
        network: Module
        if self.model is None:
            network = self._of_parameters(n_in, n_out, head, rng)
        elif isinstance(self.model, Module):
            network = self.model.clone()
        elif isinstance(self.model, Sequence) and not isinstance(self.model, str):
            network = Sequential(
                *[
                    component(f"model[{index}]", each, layers, Module, rng=rng.spawn(1)[0])
                    for index, each in enumerate(self.model)
                ]
            )
        elif isinstance(self.model, Mapping):
            network = component("model", self.model, layers, Module, rng=rng)
        elif callable(self.model):
            network = self.model(n_in, n_out, rng)
            if not isinstance(network, Module):
                raise TypeError(f"model: expected a function that returns a Module, received one of {network!r}")
        else:
            raise TypeError(
                "model: expected None, a list of layers, a Module, a config or a function of (n_in, n_out, rng), "
                f"received {self.model!r}"
            )
        return network.astype(dtype)

    def _of_parameters(self, n_in: int, n_out: int, head: Sequence[str], rng: np.random.Generator) -> Sequential:
        modules: list[Module] = []

        def add(what: str, value: Any) -> None:
            modules.append(component(what, value, layers, Module, rng=rng.spawn(1)[0]))

        initializer = self.initializer
        if isinstance(initializer, (str, Mapping)):
            initializer = component("initializer", initializer, initializers, Initializer)

        def add_linear(n_in: int, n_out: int) -> None:
            add("hidden", {"class": "minnet-layers:Linear", "n_in": n_in, "n_out": n_out})
            if initializer is not None:
                layer: Any = modules[-1]
                biases = layer.b.copy()  # which, all 0, would have all kinks of the activations meet in one point
                layer.reset(initializer, rng=rng.spawn(1)[0])
                layer.b[...] = biases

        before = n_in
        for width in widths(self.hidden):
            add_linear(before, width)
            for config in self._normalization(width):
                add("normalization", config)
            add("activation", self.activation)
            if rate(self.dropout):
                add("dropout", {"class": "minnet-layers:Dropout", "p": float(self.dropout)})
            before = width
        add_linear(before, n_out)
        for name in head:
            add("model", name)
        return Sequential(*modules)

    def _normalization(self, width: int) -> list[Any]:
        """What normalizes so many features: a component that must be told how many is told that."""
        value = self.normalization
        if value is None or isinstance(value, (bool, np.bool_)):
            scaling = {"class": "minnet-layers:ChannelwiseScaling", "n_out": width}
            return [BATCH_NORMALIZATION, scaling] if value else []
        if isinstance(value, Module):
            return [value]
        config = {"class": value} if isinstance(value, str) else value
        needed = needed_arguments(class_of("normalization", config, layers), config)
        if len(needed) > 1:
            raise TypeError(
                f"normalization: expected a layer whose constructor needs the number of features at most, received "
                f"{config['class']!r}, which needs {', '.join(needed)}; give a config with the others"
            )
        return [{**config, **dict.fromkeys(needed, width)}]


def widths(hidden: Any) -> tuple[int, ...]:
    """Check the widths of the hidden layers.

    Raises:
        ValueError: unless it is a positive integer, or a sequence of them.

    >>> widths(8), widths([64, 32]), widths(())
    ((8,), (64, 32), ())
    """
    is_array = isinstance(hidden, np.ndarray) and hidden.ndim == 1
    is_several = is_array or (isinstance(hidden, Sequence) and not isinstance(hidden, (str, bytes)))
    found = tuple(hidden) if is_several else (hidden,)
    if not all(isinstance(width, Integral) and not isinstance(width, bool) and int(width) > 0 for width in found):
        raise ValueError(f"hidden: expected a positive integer or several, received {hidden!r}")
    return tuple(map(int, found))


def rate(dropout: Any) -> float:
    """Check the probability of dropping an output.

    Raises:
        ValueError: unless it is a number of at least 0 and less than 1.
    """
    if not isinstance(dropout, Real) or isinstance(dropout, bool) or not 0 <= float(dropout) < 1:
        raise ValueError(f"dropout: expected a number of at least 0 and less than 1, received {dropout!r}")
    return float(dropout)

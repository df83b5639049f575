"""What single samples do in a model: `layer_outputs`, and `input_saliency`, what its answer hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minnet_core import Array, Graph, Module, Sequential

_NORMALIZING = ("LogSoftMax", "SoftMax")
"""Layers after which the gradient of the largest output vanishes where a model is certain."""


def layer_outputs(model: Module, inputs: Array) -> list[tuple[str, Any]]:
    """Return the output of each layer of a model in evaluation mode, with the name of the layer: ``0 Linear``.

    Args:
        model: in evaluation mode.
        inputs: prepared, (batch, ...).
    """
    outputs: list[tuple[str, Any]] = []
    if type(model) is Graph:
        model.forward(inputs)
        return [(f"{name} {type(model[name]).__name__}", model[name].output) for name in model.order()]
    for index, layer in enumerate(_layers(model)):
        inputs = layer.forward(inputs)
        outputs.append((f"{index} {type(layer).__name__}", inputs))
    return outputs


def input_saliency(model: Module, inputs: Array) -> Array:
    r"""Compute the gradient of the score of the predicted class with respect to the input.

    Backward through the whole model with a :math:`\partial L/\partial y` of 1 for the largest output and else 0. The
    score is what goes into a `SoftMax` or `LogSoftMax` at the end, whose own gradient vanishes where the model is
    certain. Parameters get no gradient.

    K. Simonyan, A. Vedaldi and A. Zisserman, *Deep Inside Convolutional Networks*, 2013, arXiv:1312.6034.

    Args:
        model: in evaluation mode.
        inputs: prepared, (batch, ...).

    Returns:
        The gradient, of the shape of the inputs.
    """
    layers = _layers(_without_normalizing(model))
    if len(layers) > 1 and type(layers[-1]).__name__ in _NORMALIZING:
        layers = layers[:-1]
    passed = [inputs]
    for layer in layers:
        passed.append(layer.forward(passed[-1]))
    scores = passed.pop().reshape(len(inputs), -1)
    gradient = np.zeros_like(scores)
    gradient[np.arange(len(inputs)), scores.argmax(axis=1)] = 1
    for layer, received in zip(reversed(layers), reversed(passed), strict=True):
        gradient = layer.updateGradInput(received, gradient)
    return gradient


def _without_normalizing(model: Module) -> Module:
    """A graph without the `SoftMax` or `LogSoftMax` at its end; any other model itself."""
    if type(model) is not Graph:
        return model
    (name, *_) = model.outputs or model.order()[-1:]
    if name not in model.sources or type(model[name]).__name__ not in _NORMALIZING:
        return model
    cut = model.clone()
    cut.outputs = model.sources[name]
    return cut


def _layers(model: Module) -> Sequence[Module]:
    return list(model) if type(model) is Sequential else [model]  # not Residual, which is one, too

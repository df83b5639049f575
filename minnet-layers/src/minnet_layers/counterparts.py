"""What PyTorch has for layers whose examples cannot tell it: which class depends on the input, its size on the data."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from minnet_core import Array, Module, Reference, Sequential

from .batch_normalization import BatchNormalization
from .channelwise_scaling import ChannelwiseScaling
from .instance_normalization import InstanceNormalization
from .scaling import CAdd, CMul

_STATISTICS = {"moving_mean": "running_mean", "moving_variance": "running_var"}
_SCALES = {"gamma": "weight", "beta": "bias"}


def counterpart(component: object) -> Reference | None:
    """Return the counterpart of a normalization, or None for any other component.

    PyTorch's class is chosen by the number of axes of the last input; before any, a normalization of axis 1 is one of
    images. One that has seen no batch is lazy in PyTorch, which does not know either how many features there are.
    A `Sequential` of a `BatchNormalization` and the scales behind it is what PyTorch has as one module.
    """
    if type(component) is BatchNormalization:
        return _batch_norm(component, component.moving_mean, _STATISTICS)
    if type(component) is InstanceNormalization:
        names = {name: its for name, its in _SCALES.items() if getattr(component, name) is not None}
        arguments = {"num_features": component.num_channels, "eps": component.eps, "affine": bool(names)}
        return _of_axes("InstanceNorm", _ndim(component, 4), arguments, names)
    if type(component) is Sequential:
        return _scaled_batch_norm(component)
    return None


def component(reference: Reference, ndim: int | None) -> Module | None:
    """Make the normalization whose counterpart this is, or None for any other.

    A ``BatchNorm1d`` is one of ``(batch, features)`` unless it is known that its input has three axes.
    """
    arguments = dict(reference.arguments)
    if name := re.fullmatch(r"torch\.nn\.(Batch|Instance)Norm(\d)d", reference.name):
        axes = max(2, ndim or 0) if name[2] == "1" else int(name[2]) + 2
        if name[1] == "Instance" and not arguments.get("track_running_stats", False):
            affine = bool(arguments.get("affine", False))
            return InstanceNormalization(arguments["num_features"], arguments.get("eps", 1e-5), affine)
        momentum = arguments.get("momentum", 0.1)
        if name[1] == "Batch" and arguments.get("track_running_stats", True) and momentum is not None:
            return _batch_normalization(arguments, momentum, axes)
    return None


def _batch_normalization(arguments: dict[str, Any], momentum: float, ndim: int) -> Module:
    """A batch normalization of an input with a number of axes, with its scales if it has them."""
    n = arguments["num_features"]
    layer = BatchNormalization(1 - momentum, -1 if ndim == 2 else 1)
    layer.moving_mean, layer.moving_variance = np.zeros(n, np.float32), np.ones(n, np.float32)
    if (eps := arguments.get("eps", 1e-5)) != layer.EPS:
        layer.EPS = eps
    if not arguments.get("affine", True):
        return layer
    if ndim == 2:
        return Sequential(layer, ChannelwiseScaling(n))
    size = (n, *(1,) * (ndim - 2))
    return Sequential(layer, CMul(size), CAdd(size))


def _scaled_batch_norm(component: Sequential) -> Reference | None:
    """The counterpart of a batch normalization and its scales."""
    if not component.modules or type(first := component.modules[0]) is not BatchNormalization:
        return None
    names = {f"0.{name}": its for name, its in _STATISTICS.items()}
    match component.modules[1:]:
        case [ChannelwiseScaling() as both] if type(both) is ChannelwiseScaling:
            features, place = both.gamma, -1
            names |= {f"1.{name}": its for name, its in _SCALES.items()}
        case [CMul() as factors, CAdd() as offsets] if factors.gamma.shape == offsets.beta.shape:
            features, place = factors.gamma, -factors.gamma.ndim
            names |= {"1.gamma": "weight", "2.beta": "bias"}
        case _:
            return None
    ndim = _ndim(first, max(2, 1 - place))
    if features.size != len(features) or (first.axis - place) % ndim:
        return None  # other axes than that of the features are scaled
    return _batch_norm(first, features, names, ndim)


def _batch_norm(
    layer: BatchNormalization, features: Array | None, names: dict[str, str], ndim: int = 0
) -> Reference | None:
    ndim = ndim or _ndim(layer, 4 if layer.axis == 1 else 2)
    if layer.axis % ndim != 1:  # where PyTorch has the features
        return None
    arguments: dict[str, Any] = {"eps": layer.EPS, "momentum": 1 - layer.alpha}
    if len(names) == len(_STATISTICS):
        arguments["affine"] = False
    if features is None:
        return _of_axes("LazyBatchNorm", ndim, arguments, names)
    return _of_axes("BatchNorm", ndim, {"num_features": features.size, **arguments}, names)


def _of_axes(name: str, ndim: int, arguments: dict[str, Any], names: dict[str, str]) -> Reference | None:
    """The class for inputs of a number of axes; there is none for more than five."""
    return Reference(f"torch.nn.{name}{max(1, ndim - 2)}d", arguments, names) if 2 <= ndim <= 5 else None


def _ndim(layer: Module, default: int) -> int:
    """How many axes the last input had; ``default`` before any."""
    return len(getattr(layer.output, "shape", ())) or default

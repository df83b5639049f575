"""The weights, batches and gradients of a workload: the same arrays for every peer, drawn from one seed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from .workload import CriterionPasses, LayerPasses, Layers, Shape, Spec, parameter_shapes

Array = npt.NDArray[Any]

BATCHES = 4
"""Different batches that the steps take in turn."""


def draw_weights(layers: Layers) -> list[dict[str, Array]]:
    """Draw the parameters and moving statistics of each layer in float32, by minnet's names."""
    rng = np.random.default_rng(1)
    weights = []
    width = layers[0].arguments.get("n_in", 0)
    for layer in layers:
        width = layer.arguments.get("n_out", width)
        weights.append(_weights_of(rng, layer, width))
    return weights


def _weights_of(rng: np.random.Generator, layer: Spec, width: int) -> dict[str, Array]:
    if layer.name == "BatchNormalization":
        return {
            "moving_mean": _normal(rng, (width,), 0.1),
            "moving_variance": rng.uniform(0.5, 2.0, width).astype(np.float32),
        }
    shapes = parameter_shapes(layer)
    scale = layer.arguments["n_in"] ** -0.5 if layer.name == "Linear" else 0.1
    weights = {name: _normal(rng, shape, scale) for name, shape in shapes.items()}
    if "gamma" in weights:
        weights["gamma"] += np.float32(1)
    return weights


def draw_batches(shape: Shape, classes: int) -> list[tuple[Array, Array]]:
    """Draw inputs, float32, and class indices, int64."""
    rng = np.random.default_rng(2)
    return [(_normal(rng, shape), rng.integers(0, classes, shape[0])) for _ in range(BATCHES)]


def draw_passes(workload: LayerPasses) -> tuple[Array, Array]:
    """Draw an input, in the domain of the layer, and a gradient of the output."""
    rng = np.random.default_rng(3)
    input, gradOutput = _normal(rng, workload.shape), _normal(rng, workload.shape)
    return np.abs(input) + np.float32(0.1) if workload.is_positive else input, gradOutput


def draw_criterion(workload: CriterionPasses) -> tuple[Array, Array]:
    """Draw an input, and a target of the kind that the workload asks for."""
    rng = np.random.default_rng(4)
    scores = _normal(rng, workload.shape)
    if workload.target == "values":
        return scores, _normal(rng, workload.shape)
    probabilities = np.exp(scores)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    input = probabilities if workload.criterion.endswith("Unstable") else np.log(probabilities)
    classes = rng.integers(0, workload.shape[1], workload.shape[0])
    return input, classes if workload.target == "classes" else one_hot(classes, workload.shape[1])


def draw_gradients(shapes: Iterable[tuple[int, ...]]) -> list[Array]:
    """Draw a gradient for each parameter, none of it near 0.

    Where the gradient is not much more than Adam's epsilon, it shows that the homework's Adam does not correct epsilon.
    """
    rng = np.random.default_rng(5)
    return [(rng.choice([-1, 1], shape) * rng.uniform(0.05, 0.15, shape)).astype(np.float32) for shape in shapes]


def curvatures(gradients: Iterable[Array]) -> list[Array]:
    """Make of drawn gradients the curvatures of a quadratic function, from 0.5 to 1.5."""
    return [10 * np.abs(gradient) for gradient in gradients]


def one_hot(classes: Array, n: int, dtype: npt.DTypeLike = np.float32) -> Array:
    """Write class indices as rows of zeros with a one."""
    rows = np.zeros((len(classes), n), dtype)
    rows[np.arange(len(classes)), classes] = 1
    return rows


def _normal(rng: np.random.Generator, shape: tuple[int, ...], scale: float = 1.0) -> Array:
    array = rng.standard_normal(shape, np.float32)
    array *= np.float32(scale)
    return array

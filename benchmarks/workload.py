"""What is measured, said without a word of any framework: frozen values that every peer reads."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

from attrs import evolve, field, frozen


def _frozen_items(arguments: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(dict(arguments).items())


@frozen
class Spec:
    """A component by minnet's name, and its arguments by minnet's names.

    >>> Spec("LeakyReLU", {"slope": 0.1}).arguments
    {'slope': 0.1}
    """

    name: str
    items: tuple[tuple[str, Any], ...] = field(default={}, converter=_frozen_items)

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments, in a dict of one's own."""
        return dict(self.items)


Layers: TypeAlias = tuple[Spec, ...]
Shape: TypeAlias = tuple[int, int]


@frozen
class Training:
    """Steps of training: zero the gradients, forward, loss, backward, optimizer; the loss is ClassNLL.

    The last layer is a LogSoftMax, so a framework may join the two.
    """

    group: ClassVar[str] = "training"
    name: str
    layers: Layers
    optimizer: Spec
    batch: int


@frozen
class Inference:
    """Forward passes in evaluation mode; ``fused`` allows a framework to rewrite the network for it."""

    group: ClassVar[str] = "inference"
    name: str
    layers: Layers
    batch: int
    fused: bool = False


@frozen
class LayerPasses:
    """Forward and backward through one layer, with the gradients of its parameters.

    The input is normal numbers, or if ``is_positive``, numbers above 0.
    """

    group: ClassVar[str] = "layer"
    name: str
    layer: Spec
    shape: Shape
    is_positive: bool = False


@frozen
class CriterionPasses:
    """The loss and its gradient; ``target`` is ``values``, ``classes`` (indices) or ``one-hot``."""

    group: ClassVar[str] = "criterion"
    name: str
    criterion: str
    target: str
    shape: Shape


@frozen
class OptimizerSteps:
    """Steps with gradients that stay the same, over the parameters of ``layers``.

    An optimizer that ``has_closure`` asks for gradients by itself: of a quadratic function with its minimum where every
    parameter is -1, and with drawn curvatures; the rate is so small that it is not reached.
    """

    group: ClassVar[str] = "optimizer"
    name: str
    optimizer: Spec
    layers: Layers
    has_closure: bool = False


@frozen
class ExamplePasses:
    """Forward and backward of a component that is made as one of its ``EXAMPLES`` is, in another size.

    What the example knows serves here too: what fills input and target, and what PyTorch has for the component.

    Attributes:
        name: of the workload.
        component: its name, and the arguments that are not those of the example.
        input: a shape, or a table of shapes, as `minnet_core.Example` takes them.
        target: of a criterion, in the short form; as the example draws it if empty.
        draw: draws an input that no shape describes.
        contents: what is put into a container.
        example: the index of the example.
    """

    group: ClassVar[str]
    name: str
    component: Spec
    input: Any
    target: str = ""
    draw: Callable[..., Any] | None = None
    contents: Layers = ()
    example: int = 0


@frozen
class LayerExample(ExamplePasses):
    """Of a layer or container, with the gradients of its parameters."""

    group: ClassVar[str] = "layer"


@frozen
class CriterionExample(ExamplePasses):
    """Of a loss."""

    group: ClassVar[str] = "criterion"


Workload: TypeAlias = (
    Training | Inference | LayerPasses | CriterionPasses | OptimizerSteps | LayerExample | CriterionExample
)


_FASTER = 100
_ADAPTIVE_FASTER = 10
"""Adaptive optimizers divide by the size of the gradient, and thereby raise rounding noise to the size of a step."""


def for_proof(workload: Workload) -> Workload:
    """The same where what is computed can be compared.

    Without dropout and random slopes, which cannot be the same in two frameworks; everything else can.
    With a multiple of the learning rate, so that a wrong gradient shows in the losses that follow.
    """
    if isinstance(workload, LayerPasses):
        return evolve(workload, layer=_kept(workload.layer))
    if isinstance(workload, ExamplePasses):
        return evolve(workload, component=_kept(workload.component))
    if isinstance(workload, Training):
        return evolve(workload, layers=tuple(map(_kept, workload.layers)), optimizer=_faster(workload.optimizer))
    if isinstance(workload, OptimizerSteps):
        return evolve(workload, optimizer=_faster(workload.optimizer))
    return workload


_NOT_RANDOM: Mapping[str, dict[str, Any]] = {
    "AlphaDropout": {"p": 0.0},
    "Dropout": {"p": 0.0},
    "GaussianNoise": {"std": 0.0},
    "RReLU": {"lower": 0.25, "upper": 0.25},
    "SpatialDropout": {"p": 0.0},
}
"""Layer -> the arguments with which it draws nothing."""


def _kept(layer: Spec) -> Spec:
    return Spec(layer.name, {**layer.arguments, **_NOT_RANDOM.get(layer.name, {})})


def _faster(optimizer: Spec) -> Spec:
    factor = _FASTER if optimizer.name == "SGD" else _ADAPTIVE_FASTER
    return Spec(optimizer.name, {**optimizer.arguments, "lr": factor * optimizer.arguments["lr"]})


def parameter_shapes(layer: Spec) -> dict[str, tuple[int, ...]]:
    """The parameters of a layer by minnet's names.

    >>> parameter_shapes(Spec("Linear", {"n_in": 3, "n_out": 2}))
    {'W': (2, 3), 'b': (2,)}
    """
    arguments = layer.arguments
    if layer.name == "Linear":
        return {"W": (arguments["n_out"], arguments["n_in"]), "b": (arguments["n_out"],)}
    if layer.name == "ChannelwiseScaling":
        return {"gamma": (arguments["n_out"],), "beta": (arguments["n_out"],)}
    return {}


def parameter_count(layers: Layers) -> int:
    """How many numbers are trained."""
    return sum(math.prod(shape) for layer in layers for shape in parameter_shapes(layer).values())

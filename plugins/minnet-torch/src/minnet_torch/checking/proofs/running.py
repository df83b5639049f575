"""What these checks have in common: passes that they start and go back through by themselves."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from minnet_core import Array
from minnet_core.nn import Tensor
from minnet_core.state import GlobalState, global_state_kept
from minnet_core.testing import Batch, Trial, named_arrays

from ..generators import seeded
from ..layer import TorchLayer, attribute_of
from ..passes import Pass

SEED = 5
"""Of PyTorch's generator, before each pass."""


def layers(trial: Trial) -> Iterator[tuple[str, TorchLayer, Batch]]:
    """Yield every mode with a layer in it, whose tensors have taken over its arrays, and a batch."""
    for mode, layer, batch in trial.per_mode():
        yield mode, ready(layer), batch


def ready(layer: TorchLayer) -> TorchLayer:
    """Have the tensors of a layer take over its arrays; passes of `start` leave them as they are."""
    with seeded(0, is_noticed=False):
        layer.set()
    return layer


def twin(layer: TorchLayer) -> TorchLayer:
    """A copy of a layer as its arrays say, whatever passes have run through the original."""
    return ready(copy.deepcopy(layer))


def start(layer: TorchLayer, input: Tensor, wanted: Any = None) -> Pass:
    """Run a forward pass that the layer does not remember, always from one state of PyTorch's generator.

    Its tensors must be `ready`: to write to them between two passes would be a change that autograd refuses.
    """
    with layer_seeded(layer, SEED):
        return layer.run(input, wanted)


@contextmanager
def layer_seeded(layer: TorchLayer, seed: int) -> Iterator[None]:
    """Seed what a layer draws from, for passes of which the kit need not know: NumPy's and Python's generators too."""
    with global_state_kept(), seeded(seed, layer.runner.subject.generators(), is_noticed=False):
        GlobalState.enter(seed)
        yield


def trained(layer: TorchLayer) -> dict[str, torch.Tensor]:
    """The parameters of a layer."""
    return layer.runner.subject.parameters()


def tensors_of(layer: TorchLayer, ran: Pass) -> dict[str, torch.Tensor]:
    """What a pass can go back to, by what the kit calls its gradient: the leaves of its input, and the parameters."""
    names = input_keys(tuple(each.array for each in ran.given) if len(ran.given) > 1 else ran.given[0].array)
    found = {name: each.leaf for name, each in zip(names, ran.given, strict=True) if each.leaf is not None}
    return {**found, **{f"gradient of {attribute_of(name)}": each for name, each in trained(layer).items()}}


def input_keys(input: Tensor) -> list[str]:
    """What the kit calls the gradients of the arrays of an input."""
    return [name for name, _ in named_arrays("gradInput", input)]


def gradients_of(layer: TorchLayer, passes: list[tuple[Pass, Tensor]]) -> dict[str, Array]:
    """Go backward through passes, one after the other, and return what the parameters and their inputs have got.

    The inputs are those of the last pass.
    """
    tensors = tensors_of(layer, passes[-1][0])
    with seeded(0, is_noticed=False):
        clear(tensors.values())
        for ran, gradOutput in passes:
            ran.backward(gradOutput, [*ran.leaves, *trained(layer).values()])
    found = {name: as_array(each) for name, each in tensors.items()}
    clear(tensors.values())
    return found


def gradients_alone(layer: TorchLayer, batch: Batch) -> dict[str, Array]:
    """The gradients of one pass of a copy."""
    single = twin(layer)
    return gradients_of(single, [(start(single, batch.input), batch.second)])


def as_array(tensor: torch.Tensor) -> Array:
    """The gradient of a tensor, zeros if it has none."""
    gradient = tensor.grad
    if gradient is None:
        return np.zeros(tuple(tensor.shape), np.dtype(str(tensor.dtype).partition(".")[2]))
    return (gradient.to_dense() if gradient.is_sparse else gradient).detach().numpy().copy()


def clear(tensors: Iterable[torch.Tensor]) -> None:
    """Forget gradients."""
    for tensor in tensors:
        tensor.grad = None


def outputs_of(ran: Pass) -> dict[str, Array]:
    """The outputs of a pass, by name."""
    return dict(named_arrays("output", ran.output))

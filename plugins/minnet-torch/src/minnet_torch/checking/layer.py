"""`TorchLayer`: a module of minnet whose passes are PyTorch's, run by autograd."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
import torch

from minnet_core import Array, Module
from minnet_core.nn import Tensor
from minnet_core.testing import map_arrays

from .generators import seed_of_now, seeded
from .overflows import overflow_as_numpy_has_it
from .passes import Pass, flat, run
from .subjects import SEPARATOR, Subject, has_power_iteration

RESERVED = frozenset({"output", "gradInput", "training", "runner"})
"""Attributes that a parameter of the same name must not replace."""

GRADIENT = "grad"
"""What the attribute of a gradient begins with."""


class Runner:
    """What a layer of minnet has of PyTorch: the module or function, and the pass that ran last.

    Args:
        subject: the module or function.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.last: Pass | None = None
        self.seed = 0

    def __deepcopy__(self, memo: dict[int, Any]) -> Runner:
        other = Runner(copy.deepcopy(self.subject, memo))
        other.seed = self.seed  # the graph of a pass cannot be copied: the copy runs it again, with the same numbers
        return other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Runner) and self.subject == other.subject

    __hash__ = None  # type: ignore[assignment]


class TorchLayer(Module):
    """The base class of what stands for a class of PyTorch; see `adapter_of`.

    Its parameters, their gradients and its buffers are arrays of its own, which PyTorch's tensors take over before each
    pass, in place; gradients are added to them by autograd, as to ``.grad``.
    """

    PARAMETERS: ClassVar[Mapping[str, str]] = {}
    BUFFERS: ClassVar[tuple[str, ...]] = ()

    make_subject: ClassVar[Callable[[Mapping[str, Any]], Subject]]
    """Makes what it computes with, of the arguments of the constructor."""

    kept: ClassVar[dict[str, tuple[int, ...]]]
    """Which of several outputs have a row for each sample, by the arguments of the constructor."""

    has_power_iteration: ClassVar[bool]
    """Whether one that was made divides a weight by its spectral norm, which has no exact gradient in training."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__()
        with seeded(seed_of_now(), is_noticed=False):  # a new one draws its weights, from nowhere else in PyTorch
            self.runner = Runner(type(self).make_subject(arguments))
        self.key = repr(arguments)
        subject = self.runner.subject
        type(self).has_power_iteration |= has_power_iteration(subject)
        names: dict[str, str] = {}
        for name, tensor in subject.parameters().items():
            array = tensor.detach().numpy().copy()
            attribute = attribute_of(name)
            vars(self).update({attribute: array, f"{GRADIENT}{SEPARATOR}{attribute}": np.zeros_like(array)})
            names[attribute] = f"{GRADIENT}{SEPARATOR}{attribute}"
        self.PARAMETERS = names  # type: ignore[misc]
        self.BUFFERS = tuple(map(attribute_of, subject.buffers()))  # type: ignore[misc]
        self._read_buffers()

    def updateOutput(self, input: Tensor) -> Tensor:
        """Run the forward pass of PyTorch; what it leaves in buffers is read back."""
        runner, seed = self.runner, seed_of_now()
        generators = runner.subject.generators()
        with seeded(seed, generators), overflow_as_numpy_has_it():
            watched = [torch.default_generator, *generators]
            before = [each.get_state() for each in watched]
            ran = self.start(input)
            if not all(array.flags.c_contiguous for array in flat(input)) and self._draws_since(watched, before):
                # Numbers are drawn in the order of memory: those of a contiguous input are what others compare with.
                ran = self.start(map_arrays(np.ascontiguousarray, input))
        runner.last, runner.seed = ran, seed
        for each in ran.given:
            each.tell()
        self._read_buffers()
        self.output = ran.output
        return self.output

    def updateGradInput(self, input: Tensor, gradOutput: Tensor) -> Tensor:
        """Have autograd go backward to the input alone."""
        self._go_back(input, gradOutput, to_parameters=False)
        return self.gradInput

    def accGradParameters(self, input: Tensor, gradOutput: Tensor) -> None:
        """Have autograd go backward to the parameters alone."""
        self._go_back(input, gradOutput, to_input=False)

    def backward(self, input: Tensor, gradOutput: Tensor) -> Tensor:
        """Have autograd go backward to everything at once, as ``loss.backward()`` does."""
        self._go_back(input, gradOutput)
        return self.gradInput

    def backwardParameters(self, input: Tensor, gradOutput: Tensor) -> None:
        """Have autograd go backward to the parameters alone, as where the input needs no gradient."""
        self._go_back(input, gradOutput, to_input=False)

    def start(self, input: Tensor, wanted: Any = None) -> Pass:
        """Run a forward pass that the layer itself does not remember; the generator is the caller's.

        Args:
            input: an array, or a table of arrays.
            wanted: of each array whether a gradient is wanted.
        """
        self.set()
        return self.run(input, wanted)

    def run(self, input: Tensor, wanted: Any = None) -> Pass:
        """Run a forward pass with the tensors as they are."""
        return run(self.runner.subject, input, self._kept, wanted)

    def set(self) -> None:
        """Have the tensors take over the arrays and the mode."""
        subject = self.runner.subject
        values = {name: getattr(self, attribute_of(name)) for name in (*subject.parameters(), *subject.buffers())}
        floating = [array.dtype for array in values.values() if array.dtype.kind == "f"]
        subject.set(values, torch.from_numpy(np.zeros(0, floating[0] if floating else np.float32)).dtype, self.training)

    @staticmethod
    def _draws_since(generators: list[torch.Generator], before: list[torch.Tensor]) -> bool:
        """Whether generators were drawn from since their states, which are put back."""
        if all(torch.equal(state, each.get_state()) for each, state in zip(generators, before, strict=True)):
            return False
        for each, state in zip(generators, before, strict=True):
            each.set_state(state)
        return True

    def _kept(self, count: int, outputs: tuple[torch.Tensor, ...]) -> tuple[int, ...]:
        """Choose the outputs that have a row for each sample, as a recurrent layer's last state has not.

        Batches of several samples tell; a batch of one gets what they have got.
        """
        kept = type(self).kept
        if count > 1 and self.key not in kept:
            found = tuple(index for index, each in enumerate(outputs) if each.ndim and len(each) == count)
            kept[self.key] = found or tuple(range(len(outputs)))
        chosen = kept.get(self.key, ())
        return chosen if chosen and max(chosen) < len(outputs) else tuple(range(len(outputs)))

    def _go_back(self, input: Tensor, gradOutput: Tensor, *, to_input: bool = True, to_parameters: bool = True) -> None:
        runner = self.runner
        with seeded(runner.seed if runner.last is None else 0, runner.subject.generators()):
            ran = runner.last
            if ran is None:
                ran = runner.last = self.start(input)
        tensors = runner.subject.parameters() if to_parameters else {}
        leaves = ran.leaves if to_input else []
        with seeded(0, runner.subject.generators()):
            for leaf in leaves:
                leaf.grad = None
            held = {name: vars(self)[f"{GRADIENT}{SEPARATOR}{attribute_of(name)}"] for name in tensors}
            for name, tensor in tensors.items():
                tensor.grad = torch.from_numpy(held[name])
            with overflow_as_numpy_has_it():
                ran.backward(gradOutput, [*leaves, *tensors.values()])
            for name, tensor in tensors.items():
                _take(tensor.grad, held[name])
                tensor.grad = None
        if to_input:
            gradients = iter([_gradient(each.leaf) for each in ran.given])
            self.gradInput = map_arrays(lambda array: next(gradients), input)

    def _read_buffers(self) -> None:
        for name, tensor in self.runner.subject.buffers().items():
            vars(self)[attribute_of(name)] = tensor.detach().numpy().copy()

    def __repr__(self) -> str:
        return repr(self.runner.subject)


def attribute_of(name: str) -> str:
    """The attribute that holds the array of a parameter or buffer."""
    attribute = name.replace(".", SEPARATOR)
    return f"{attribute}{SEPARATOR}" if attribute in RESERVED else attribute


def _take(gradient: torch.Tensor | None, array: Array) -> None:
    """Have an array hold a gradient that autograd has put elsewhere, as one that is sparse."""
    if gradient is None:
        array[...] = 0
        return
    found = gradient.to_dense() if gradient.is_sparse else gradient
    if found.data_ptr() != array.__array_interface__["data"][0] or found.dtype != torch.from_numpy(array).dtype:
        array[...] = found.detach().numpy()


def _gradient(leaf: torch.Tensor | None) -> Array | None:
    """The gradient of a leaf; zeros where backward gives none, which is what PyTorch takes it for."""
    if leaf is None:
        return None
    found = torch.zeros_like(leaf) if leaf.grad is None else leaf.grad.detach()
    return (found.to_dense() if found.is_sparse else found).numpy().copy()


def arrays_of(tensor: Tensor) -> list[Array]:
    """The arrays of a table, in order."""
    return flat(tensor)

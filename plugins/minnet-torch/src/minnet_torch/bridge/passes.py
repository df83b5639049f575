"""`Passes`: both passes of a minnet module as one differentiable function of PyTorch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from threading import RLock
from typing import Any

import numpy as np
import torch
from attrs import define, field

from minnet_core import Array, Module, ShapeError
from minnet_core.nn import ParameterRef, Tensor, find_buffers, find_parameters, title, walk
from minnet_core.state import GlobalState, find_generators, generator_state, generator_states, set_generator_state

from .sharing import arrays_in, as_array, rebuilt


def distinct(refs: list[ParameterRef]) -> list[ParameterRef]:
    """Parameters, one that several modules share once."""
    return list({id(ref.parameter): ref for ref in reversed(refs)}.values())[::-1]


@define(eq=False)
class Counter:
    """How many calls of a module there have been, and the lock of its passes.

    A module keeps what its backward pass needs, so a pass of another thread must not come between. A copy has a lock of
    its own.
    """

    count: int = 0
    lock: Any = field(init=False, factory=RLock)

    def __reduce__(self) -> tuple[type[Counter], tuple[int]]:
        return Counter, (self.count,)


@define(eq=False)
class Call:
    """One call of a module.

    Attributes:
        module: what is called.
        bind: gives the module the memory of its parameters, the tensors that the function is given.
        counter: of the calls of the module's wrapper.
        structure: of its input, if that is a table.
        inputs: how many of the tensors are its input.
        recorded: whether a backward pass may come.
        training: the mode of the module.
        made: what ``forward`` returned, which the module has until it is called again.
        inner: it and the modules inside it, each with what it returned last and its mode, for another model that has
            some of them too may call them, or somebody change their modes.
        output_structure: of what it returned.
        before: what it was before the call.
        number: of the call: what has been called since may have written to the very arrays that it has returned.
    """

    module: Module
    bind: Callable[[Sequence[torch.Tensor]], None]
    counter: Counter
    structure: Any
    inputs: int
    recorded: bool
    number: int = field(init=False)
    training: bool = field(init=False)
    made: Any = field(init=False, default=None)
    inner: list[tuple[Module, Any, bool]] = field(init=False, factory=list)
    output_structure: Any = field(init=False, default=None)
    before: Before | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self.training = self.module.training
        self.counter.count += 1
        self.number = self.counter.count

    def forward(self, tensors: Sequence[torch.Tensor]) -> list[Array]:
        """Call the module with the first of the tensors; return copies of the arrays of its output.

        Raises:
            RuntimeError: if a backward pass has it called, and it draws random numbers.
        """
        self.bind(tensors[self.inputs :])
        if self.recorded:
            self.before = Before.of(self.module)
        drawn = _drawn(self.module) if _goes_back() else None
        self.made = self.module.forward(self.input(tensors[: self.inputs]))
        if drawn is not None and drawn != _drawn(self.module):
            raise RuntimeError(
                f"{type(self.module).__name__}: expected no random numbers to be drawn where a backward pass calls "
                "forward again, as torch.utils.checkpoint does: it puts back PyTorch's generators, and not those of a "
                "minnet module, so that others are drawn; leave the module out of the checkpoint, or set it to eval()"
            )
        if self.recorded:
            self.inner = [(each, each.output, each.training) for _, each in walk(self.module)]
        arrays, self.output_structure = arrays_in(self.made, self.module)
        # Copies, for the module may need what it returned to go back, and the caller may write to what it gets.
        return [np.array(array) for array in arrays]

    def input(self, tensors: Sequence[torch.Tensor]) -> Tensor:
        """The input as the module takes it."""
        return rebuilt([as_array(tensor) for tensor in tensors], self.structure)

    def went_forward_last(self, tensors: Sequence[torch.Tensor]) -> Module:
        """The module, if this was its last call, or else a copy of it that is called again as it was then.

        Raises:
            RuntimeError: if the copy returns something else.
        """
        module, parameters = self.module, tensors[self.inputs :]
        is_last = self.number == self.counter.count and module.output is self.made
        is_whole = all(each.output is output and each.training == training for each, output, training in self.inner)
        if (
            is_last
            and is_whole
            and all(
                ref.parameter.ctypes.data == tensor.data_ptr()
                for ref, tensor in zip(distinct(find_parameters(module)), parameters, strict=True)
            )
        ):
            return module
        again = copy.deepcopy(module)
        for ref, tensor in zip(distinct(find_parameters(again)), parameters, strict=True):
            ref.parameter[...] = as_array(tensor)
        now = GlobalState.now()
        try:
            if again.training != self.training:
                again.train() if self.training else again.evaluate()
            if self.before is not None:
                self.before.put(again)
            made = again.forward(self.input(tensors[: self.inputs]))
        finally:
            now.restore()
        for array, its in zip(arrays_in(made, again)[0], arrays_in(self.made, again)[0], strict=True):
            if not np.array_equal(array, its, equal_nan=array.dtype.kind in "fc"):
                raise RuntimeError(
                    f"{type(module).__name__}: expected the output of before from a forward pass with the same input "
                    "and generators, received another; it was called again before this backward pass, and has state "
                    "besides: call backward first"
                )
        return again


@define(eq=False)
class Before:
    """What a module was before it was called, as far as a call changes it.

    Attributes:
        generators: the states of its generators, in their order.
        everywhere: those of NumPy and Python.
        buffers: name -> copy.
        modes: name of a module inside -> whether it was in training mode.
    """

    generators: list[Any]
    everywhere: GlobalState
    buffers: dict[str, Any]
    modes: dict[str, bool]

    @classmethod
    def of(cls, module: Module) -> Before:
        """Note what a module is now."""
        return cls(
            [generator_state(generator) for _, generator in find_generators(module)],
            GlobalState.now(),
            {place.name: copy.copy(place.value) for place in find_buffers(module, empty=True)},
            {name: each.training for name, each in walk(module)},
        )

    def put(self, module: Module) -> None:
        """Make a copy of the module what the module was."""
        for (name, generator), state in zip(find_generators(module), self.generators, strict=True):
            set_generator_state(generator, state, name)
        for place in find_buffers(module, empty=True):
            if place.name in self.buffers:
                place.put(copy.copy(self.buffers[place.name]))
        for name, each in walk(module):
            each.training = self.modes.get(name, each.training)
        self.everywhere.restore()


class Passes(torch.autograd.Function):
    """``Passes.apply(call, *input, *parameters)``: the output of a module, as PyTorch differentiates it, once."""

    @staticmethod
    def forward(call: Call, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Call the module."""
        return tuple(torch.from_numpy(array) for array in call.forward(tensors))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[torch.Tensor, ...]) -> None:
        """Keep what the backward pass needs; PyTorch notices if any of it is written to meanwhile."""
        call, *tensors = inputs
        ctx.call = call
        ctx.save_for_backward(*tensors)
        ctx.mark_non_differentiable(*[each for each in output if not each.is_floating_point()])

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """Go back through the module."""
        given = ctx.call, ctx.needs_input_grad[1:], *ctx.saved_tensors, *gradients
        with ctx.call.counter.lock:
            if torch.is_grad_enabled():  # by create_graph=True
                return None, *Gradients.apply(*given)  # type: ignore[no-untyped-call]
            return None, *Gradients.forward(*given)


class Gradients(torch.autograd.Function):
    """The gradients of a call, which depend on its input, its parameters and the gradients of its output.

    ``once_differentiable`` looks at the last of these alone: where they are constant, as of a loss that is a sum, it
    lets a gradient of the gradient be 0.
    """

    @staticmethod
    def forward(call: Call, needed: Sequence[bool], *tensors: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """Go back; the module's own gradients are afterwards what they were before."""
        saved, gradients = tensors[: len(needed)], tensors[len(needed) :]
        module = call.went_forward_last(saved)
        input = call.input(saved[: call.inputs])
        slopes = rebuilt([as_array(each) for each in gradients], call.output_structure)
        given, parameters = needed[: call.inputs], needed[call.inputs :]
        if not any(parameters):
            found: list[torch.Tensor | None] = [None] * len(parameters)
            made: Any = module.updateGradInput(input, slopes)
        else:
            refs = distinct(find_parameters(module))
            kept = [ref.gradient.copy() for ref in refs]
            for ref in refs:  # not by zeroGradParameters, which reaches what getParameters returns alone
                ref.gradient[...] = 0
            if any(given) or type(module).backwardParameters is Module.backwardParameters:  # which calls backward
                made = module.backward(input, slopes)
            else:
                module.backwardParameters(input, slopes)
                made = None
            found = [
                _as_gradient(ref.locations[1][0].value, ref.parameter, f"{title(module)}: the gradient of {ref.name}")
                if need
                else None
                for ref, need in zip(refs, parameters, strict=True)
            ]
            for ref, gradient in zip(refs, kept, strict=True):
                ref.gradient[...] = gradient
                ref.rebind(ref.parameter, ref.gradient)  # which a layer may have rebound: self.gradW = self.gradW + ...
        return (*_gradients(made, given, saved, module), *found)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[torch.Tensor | None, ...]) -> None:
        """Keep what is named where it is refused."""
        ctx.name = type(inputs[0].module).__name__

    @staticmethod
    def backward(ctx: Any, *_: torch.Tensor) -> None:
        """Refuse."""
        raise RuntimeError(
            f"{ctx.name}: expected one backward pass, received a second one, for the gradient of a gradient, of which "
            "minnet has no formulas"
        )


def _goes_back() -> bool:
    """Whether a backward pass is running, which has called forward."""
    return torch._C._current_graph_task_id() != -1  # as torch.autograd.graph asks, which names no function for it


def _drawn(module: Module) -> tuple[Any, ...]:
    """What changes when the module, or whoever uses the global generators, draws a random number."""
    everywhere = GlobalState.now()
    return generator_states(module), repr(everywhere.numpy), everywhere.python


def _gradients(
    made: Any, needed: Sequence[bool], tensors: Sequence[torch.Tensor], module: Module
) -> list[torch.Tensor | None]:
    """The gradients of the inputs that need one: copies, for a module may use its arrays again."""
    if not any(needed):
        return [None] * len(needed)
    leaves = _leaves(made)
    if len(leaves) != len(needed):
        raise TypeError(
            f"{type(module).__name__}: expected a gradInput of {len(needed)} arrays, received one of {len(leaves)}"
        )
    return [
        _as_gradient(array, tensor, f"{title(module)}: gradInput").to(tensor.dtype)
        if need and array is not None
        else None
        for array, need, tensor in zip(leaves, needed, tensors, strict=False)
    ]


def _as_gradient(array: Any, of: Any, what: str) -> torch.Tensor:
    """A copy of a gradient, as a tensor; PyTorch would sum one that has more axes than what it is of."""
    if np.shape(array) != tuple(of.shape):
        raise ShapeError(f"{what}: expected shape {tuple(of.shape)}, received {np.shape(array)}")
    return torch.from_numpy(np.array(array))


def _leaves(value: Any) -> list[Any]:
    """The arrays of a table, None among them where there is no gradient."""
    return [leaf for part in value for leaf in _leaves(part)] if isinstance(value, (tuple, list)) else [value]

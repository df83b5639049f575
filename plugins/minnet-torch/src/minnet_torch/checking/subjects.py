"""What is proven, a ``torch.nn.Module`` or a ``torch.autograd.Function``, behind one face."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np
import torch

from minnet_core import Array

SEPARATOR = "\N{MIDDLE DOT}"
"""Stands for the dot in names of parameters: an attribute of minnet with a dot would be one of a module inside."""


class Subject(Protocol):
    """What a layer of minnet computes with."""

    def parameters(self) -> dict[str, torch.Tensor]:
        """The tensors that are trained, by name."""

    def buffers(self) -> dict[str, torch.Tensor]:
        """The others that its ``state_dict`` holds."""

    def generators(self) -> list[torch.Generator]:
        """The generators that it holds, besides PyTorch's own."""

    def set(self, values: Mapping[str, Array], dtype: torch.dtype, training: bool) -> None:
        """Take over parameters, buffers and the mode."""

    def call(self, inputs: tuple[Any, ...]) -> Any:
        """Run it."""


class ModuleSubject:
    """A module: its parameters and buffers are those of its ``state_dict``.

    Args:
        make: makes the module.
        arguments: of it.

    Raises:
        TypeError: if it makes something else.
    """

    def __init__(self, make: Callable[..., Any], arguments: Mapping[str, Any]) -> None:
        self.module = make(**arguments)
        if not isinstance(self.module, torch.nn.Module):
            raise TypeError(f"expected a torch.nn.Module to be made, received {type(self.module).__name__}")
        self.module.train()

    def parameters(self) -> dict[str, torch.Tensor]:
        """The parameters that require gradients; a frozen one is a buffer here."""
        return {name: each for name, each in self.module.named_parameters() if each.requires_grad}

    def buffers(self) -> dict[str, torch.Tensor]:
        """The buffers that the ``state_dict`` holds, and frozen parameters."""
        trained = set(self.parameters())
        state = self.module.state_dict(keep_vars=True)
        known = {id(each) for each in self.module.parameters() if each.requires_grad}
        return {
            name: each
            for name, each in state.items()
            if isinstance(each, torch.Tensor) and name not in trained and id(each) not in known
        }

    def generators(self) -> list[torch.Generator]:
        """Those in attributes, in lists and dicts there too, of the module and those inside it."""
        found = [each for module in self.module.modules() for each in _found_in(vars(module), torch.Generator)]
        return list({id(each): each for each in found}.values())

    def set(self, values: Mapping[str, Array], dtype: torch.dtype, training: bool) -> None:
        """Take over parameters and buffers, in place, as an optimizer and ``load_state_dict`` do, and the mode."""
        tensors = {**self.parameters(), **self.buffers()}
        if any(each.is_floating_point() and each.dtype != dtype for each in tensors.values()):
            self.module.to(dtype)
            tensors = {**self.parameters(), **self.buffers()}
        _fill(tensors, values)
        if self.module.training != training:
            self.module.train(training)

    def call(self, inputs: tuple[Any, ...]) -> Any:
        """Run the module."""
        return self.module(*inputs)

    def __deepcopy__(self, memo: dict[int, Any]) -> ModuleSubject:
        for each in self.module.modules():  # a tensor that a pass has left there cannot be copied with its graph
            for tensor in _found_in(vars(each), torch.Tensor):
                if not tensor.is_leaf:
                    memo[id(tensor)] = tensor.detach().clone()
        other = object.__new__(type(self))
        other.module = copy.deepcopy(self.module, memo)
        return other

    def __eq__(self, other: object) -> bool:
        """Whether nothing that the modules hold tells one from the other: a pass has left nothing behind."""
        return isinstance(other, ModuleSubject) and _is_same(self.module, other.module)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.module)


class FunctionSubject:
    """A function of autograd: the tensors among its arguments that are no inputs are its parameters.

    Args:
        cls: the class.
        arguments: of ``forward``, by name; a floating tensor or array, or ``{"shape": [3, 5]}`` of numbers to be drawn,
            is a parameter.
    """

    def __init__(self, cls: type[torch.autograd.Function], arguments: Mapping[str, Any]) -> None:
        self.cls = cls
        self.tensors: dict[str, torch.Tensor] = {}
        self.constants: dict[str, Any] = {}
        for name, value in arguments.items():
            made = _tensor_of(value)
            if isinstance(made, torch.Tensor) and made.is_floating_point():
                self.tensors[name] = made.requires_grad_()
            else:
                self.constants[name] = made

    def parameters(self) -> dict[str, torch.Tensor]:
        """The tensors that it was given as arguments."""
        return self.tensors

    def buffers(self) -> dict[str, torch.Tensor]:
        """It has none."""
        return {}

    def generators(self) -> list[torch.Generator]:
        """Those among its arguments."""
        return list(_found_in(self.constants, torch.Generator))

    def set(self, values: Mapping[str, Array], dtype: torch.dtype, training: bool) -> None:
        """Take over parameters."""
        for name, tensor in self.tensors.items():
            if tensor.dtype != dtype:
                self.tensors[name] = tensor.detach().to(dtype).requires_grad_()
        _fill(self.tensors, values)

    def call(self, inputs: tuple[Any, ...]) -> Any:
        """Apply the function to its arguments in order: those that were not given by name are the inputs."""
        rest, arguments, held = iter(inputs), [], list[Any]()
        for parameter in forward_parameters(self.cls):
            if parameter.kind is parameter.VAR_POSITIONAL:
                arguments += [*held, *rest]
                held = []
            elif parameter.name in self.tensors or parameter.name in self.constants:
                given = self.tensors.get(parameter.name, self.constants.get(parameter.name))
                arguments += [*held, given]
                held = []
            else:
                value = next(rest, parameter.default)
                if value is parameter.empty:
                    raise TypeError(
                        f"{self.cls.__name__}: expected a tensor for {parameter.name!r}, received {len(inputs)} in all"
                    )
                if value is parameter.default:  # left out, unless something after it is given
                    held.append(value)
                else:
                    arguments += [*held, value]
                    held = []
        if (left := len(list(rest))) > 0:
            raise TypeError(
                f"{self.cls.__name__}: expected at most {len(inputs) - left} tensors, received {len(inputs)}"
            )
        return self.cls.apply(*arguments)  # type: ignore[no-untyped-call]

    def __deepcopy__(self, memo: dict[int, Any]) -> FunctionSubject:
        other = object.__new__(type(self))
        other.cls = self.cls
        other.tensors = {name: each.detach().clone().requires_grad_() for name, each in self.tensors.items()}
        other.constants = copy.deepcopy(self.constants, memo)
        return other

    def __eq__(self, other: object) -> bool:
        """Whether they are one function: parameters are compared elsewhere."""
        return isinstance(other, FunctionSubject) and self.cls is other.cls

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{self.cls.__name__}.apply"


def has_power_iteration(subject: Subject) -> bool:
    """Whether PyTorch divides a weight of a module by its spectral norm, by either of its two functions for that."""
    modules = list(subject.module.modules()) if isinstance(subject, ModuleSubject) else []
    hooks = [hook for each in modules for hook in each._forward_pre_hooks.values()]
    return any(type(each).__name__ in ("_SpectralNorm", "SpectralNorm") for each in (*modules, *hooks))


def has_setup_context(cls: type[torch.autograd.Function]) -> bool:
    """Whether ``forward`` takes no ``ctx``, because ``setup_context`` does."""
    return cls.setup_context is not torch.autograd.Function.setup_context


def forward_parameters(cls: type[torch.autograd.Function]) -> list[inspect.Parameter]:
    """What ``forward`` takes besides ``ctx``.

    >>> class Scale(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x, factor=2.0): ...
    >>> [each.name for each in forward_parameters(Scale)]
    ['x', 'factor']
    """
    parameters = list(inspect.signature(cls.forward).parameters.values())
    takes_context = not has_setup_context(cls) and bool(parameters)
    if takes_context and parameters[0].kind is not inspect.Parameter.VAR_POSITIONAL:
        del parameters[0]
    return [each for each in parameters if each.kind is not each.VAR_KEYWORD]


def _tensor_of(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return torch.tensor(value)
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, Mapping) and value.keys() == {"shape"}:
        shape = tuple(value["shape"])
        return torch.randn(shape) / max(shape[-1] if shape else 1, 1) ** 0.5
    return value


def _fill(tensors: Mapping[str, torch.Tensor], values: Mapping[str, Array]) -> None:
    """Write values into tensors, unless they are there: autograd notices whatever is written to."""
    for name, tensor in tensors.items():
        if name in values:
            value = torch.from_numpy(np.array(values[name], order="C"))
            if value.shape != tensor.shape or not torch.equal(value, tensor.detach()):
                with torch.no_grad():
                    tensor.copy_(value)


def _found_in(value: Any, kind: type) -> Iterator[Any]:
    if isinstance(value, kind):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _found_in(part, kind)
    elif isinstance(value, dict):
        yield from _found_in(list(value.values()), kind)


def _is_same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, torch.Tensor):
        return one.shape == other.shape and one.dtype == other.dtype and torch.equal(one.detach(), other.detach())
    if isinstance(one, torch.Generator):
        return torch.equal(one.get_state(), other.get_state())
    if isinstance(one, torch.nn.Module):
        return _is_same(vars(one), vars(other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_is_same(value, other[key]) for key, value in one.items())
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_is_same, one, other))
    try:
        return bool(one == other)
    except Exception:  # of an object of a kind that nothing is known of
        return False

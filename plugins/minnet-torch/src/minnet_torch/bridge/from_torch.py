"""`from_torch`: a network of PyTorch as a minnet model with the same outputs."""

from __future__ import annotations

import re
import warnings
from typing import Any

import torch

from minnet_core import CounterpartError, MinnetError, Module, Sequential
from minnet_core.nn import join
from minnet_core.support import printable

from .inverse import component_like
from .sharing import as_array
from .state_dicts import load_torch_state_dict
from .wrapped import MinnetModule

_AXES = re.compile(r"(?:Conv|Pool|Pad|Dropout|InstanceNorm|ConvTranspose|BatchNorm(?=[23]))(\d)d$")


def from_torch(module: torch.nn.Module, *, input_axes: int | None = None) -> Module:
    """Make the minnet model of a PyTorch one: the same outputs, the same mode, copies of its parameters and buffers.

    Read are `torch.nn.Sequential`, nested too, and its subclasses that add no code to its ``forward``; every class that
    an installed layer, a stranger's too, names as its counterpart, if its arguments have one, batch normalizations, and
    what `to_torch` made. A module whose ``forward`` is its own code, or that has forward hooks, cannot be read. One
    without arrays that is used in several places becomes as many. Arrays have the dtype that they have there. Whether a
    parameter requires a gradient is not taken over.

    Args:
        module: the network.
        input_axes: how many axes its input has, the batch's included. It decides what a ``BatchNorm1d`` is where no
            layer before or behind it tells: of ``(batch, features)``, as a warning says, unless it is 3.

    Raises:
        CounterpartError: naming the first module inside that has no counterpart, and what is lacking.

    >>> model = from_torch(torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2), torch.nn.ReLU()))
    >>> print(type(model).__name__, len(model.modules))
    Sequential 3
    """
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"from_torch: expected a torch.nn.Module, received {type(module).__name__}")
    if input_axes is not None and (isinstance(input_axes, bool) or not isinstance(input_axes, int) or input_axes < 1):
        raise ValueError(f"from_torch: expected input_axes to be a number of axes, received {input_axes!r}")
    if not isinstance(module, MinnetModule):
        _expect_unshared(module)
    made, _ = _converted(module, "", input_axes, [])
    return made


def _expect_unshared(module: torch.nn.Module) -> None:
    """Raise if an array has several places, for each would become an array of its own, or is not there yet."""
    seen: dict[Any, str] = {}
    lists = (
        (module.named_parameters(remove_duplicate=False), "; share them afterwards (Module.share)"),
        (module.named_buffers(remove_duplicate=False), ""),
    )
    for listed, remedy in lists:
        for name, tensor in listed:
            if torch.nn.parameter.is_lazy(tensor):
                raise CounterpartError(f"{printable(name)}: expected a network that has been called, for it is lazy")
            is_here = tensor.layout == torch.strided and tensor.device.type == "cpu" and tensor.numel()
            memory = (tensor.data_ptr(), tensor.shape, tensor.stride()) if is_here else id(tensor)
            first = seen.setdefault(memory, name)
            if first != name:
                raise CounterpartError(
                    f"{printable(name)} is {printable(first)}, shared: from_torch would make two of it{remedy}"
                )


def _converted(
    module: torch.nn.Module, name: str, ndim: int | None, behind: list[torch.nn.Module]
) -> tuple[Module, int | None]:
    """The minnet module of one of PyTorch, and how many axes its output has, as far as that is known.

    Args:
        module: the module.
        name: its dotted name.
        ndim: how many axes its input has.
        behind: the modules that come after it.
    """
    if isinstance(module, MinnetModule):
        _expect_plain(module, name)
        own = module.module.clone()
        return own if own.training == module.training else _in_mode(own, module), None
    if _is_sequence(module):
        _expect_plain(module, name)
        made = Sequential()
        _in_mode(made, module)  # while it is empty: the modules in it may have other modes
        inner = list(module._modules.items())  # in named_children() one that is there twice is left out
        for index, (each, child) in enumerate(inner):
            if child is None:
                raise CounterpartError(f"{printable(join(name, each))}: expected a module, received None")
            after = [its for _, its in inner[index + 1 :] if its is not None]
            converted, ndim = _converted(child, join(name, each), ndim, [*after, *behind])
            made.add(converted)
        return made, ndim
    told = _axes_of([module, *behind])
    ndim = told if _tells(module) or ndim is None else ndim
    _expect_plain(module, name)
    try:
        layer = component_like(module, ndim)
        _give_arrays(layer, module)
    except (MinnetError, TypeError) as error:  # a TypeError is about an array that NumPy cannot hold
        hint = ", and its forward is code of its own" if next(module.children(), None) is not None else ""
        raise _refusal(module, name, f"{error}{hint}") from None
    if type(module) is torch.nn.BatchNorm1d and ndim is None:
        warnings.warn(
            f"{f'{printable(name)}, ' if name else ''}BatchNorm1d: taken to be of (batch, features), as nothing tells "
            "how many axes its input has; from_torch(..., input_axes=) does",
            stacklevel=3 + name.count(".") + bool(name),
        )
    return _in_mode(layer, module), _axes_after(module, ndim)


def _is_sequence(module: torch.nn.Module) -> bool:
    """Whether a module calls those inside it one after another, and does nothing else."""
    cls: Any = type(module)
    own = ("forward", "__call__", "__iter__")
    return isinstance(module, torch.nn.Sequential) and all(
        getattr(cls, name) is getattr(torch.nn.Sequential, name) for name in own
    )


def _expect_plain(module: torch.nn.Module, name: str) -> None:
    """Raise if a module does more, or something else, than its class says."""
    if "forward" in vars(module) or module._forward_hooks or module._forward_pre_hooks:
        raise _refusal(module, name, "it has forward hooks, or a forward of its own, which from_torch cannot read")
    if hasattr(module, "parametrizations"):
        remedy = "torch.nn.utils.parametrize.remove_parametrizations makes them plain ones"
        raise _refusal(module, name, f"its arrays are parametrized, which from_torch cannot read; {remedy}")


def _refusal(module: torch.nn.Module, name: str, reason: str) -> CounterpartError:
    where = printable(name) if name else "the module"
    return CounterpartError(f"{where}, {printable(type(module).__name__)}: {reason}")


def _tells(module: torch.nn.Module) -> bool:
    """Whether a module takes inputs of one number of axes alone."""
    return _AXES.search(type(module).__name__) is not None


def _axes_of(modules: list[torch.nn.Module]) -> int | None:
    """How many axes the input of the first module has, as one of them tells before the number changes."""
    for index, module in enumerate(modules):
        if axes := _AXES.search(type(module).__name__):
            return int(axes[1]) + 2
        if isinstance(module, torch.nn.Linear):  # ours take no others
            return 2
        if _is_sequence(module):
            return _axes_of([*(each for each in module._modules.values() if each is not None), *modules[index + 1 :]])
        if isinstance(module, MinnetModule) or _axes_after(module, 2) != 2 or _axes_after(module, 4) != 4:
            return None
    return None


def _axes_after(module: torch.nn.Module, ndim: int | None) -> int | None:
    """How many axes the output of a layer has whose input has so many, as far as that is known."""
    if isinstance(module, torch.nn.Flatten):
        start, end = module.start_dim, module.end_dim
        if end == -1 and start >= 0:
            return start + 1
        return None if ndim is None else ndim - (end % ndim - start % ndim)
    if isinstance(module, (torch.nn.Linear, torch.nn.EmbeddingBag)):  # ours take no others
        return 2
    if ndim is None:
        return None
    if isinstance(module, torch.nn.Unflatten):
        return ndim + len(module.unflattened_size) - 1
    return ndim + 1 if isinstance(module, torch.nn.Embedding) else ndim


def _give_arrays(layer: Module, module: torch.nn.Module) -> None:
    """Copy the parameters and buffers, in their dtype."""
    state: dict[str, Any] = module.state_dict()
    dtypes = {as_array(tensor).dtype for tensor in state.values() if tensor.is_floating_point()}
    if len(dtypes) == 1:
        layer.astype(dtypes.pop())
    load_torch_state_dict(layer, state)


def _in_mode(made: Module, module: torch.nn.Module) -> Module:
    made.train() if module.training else made.evaluate()
    return made

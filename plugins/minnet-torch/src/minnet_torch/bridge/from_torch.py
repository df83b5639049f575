"""`from_torch`: a network of PyTorch as a minnet model with the same outputs."""

from __future__ import annotations

import re
from typing import Any

import torch

from minnet_core import CounterpartError, Module, Sequential
from minnet_core.nn import join
from minnet_core.support import printable

from .inverse import component_like
from .sharing import as_array
from .state_dicts import load_torch_state_dict
from .wrapped import MinnetModule

_AXES = re.compile(r"(Conv|Pool|Pad|Dropout|InstanceNorm|ConvTranspose)(\d)d$")
_FEATURES = (torch.nn.Linear, torch.nn.Flatten)


def from_torch(module: torch.nn.Module, *, input_axes: int | None = None) -> Module:
    """Make the minnet model of a PyTorch one: the same outputs, the same mode, copies of its parameters and buffers.

    Read are `torch.nn.Sequential`, nested too, every class that an installed layer, a stranger's too, names as its
    counterpart, if its arguments have one, batch normalizations, and what `to_torch` made. A module whose ``forward``
    is its own code cannot be read. Arrays have the dtype that they have there.

    Args:
        module: the network.
        input_axes: how many axes its input has, the batch's included. It decides what a ``BatchNorm1d`` is that comes
            before any layer that tells: of ``(batch, features)``, unless it is 3.

    Raises:
        CounterpartError: naming the first module inside that has no counterpart, and what is lacking.

    >>> model = from_torch(torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2), torch.nn.ReLU()))
    >>> print(type(model).__name__, len(model.modules))
    Sequential 3
    """
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"from_torch: expected a torch.nn.Module, received {type(module).__name__}")
    seen: dict[int, str] = {}
    for name, tensor in module.named_parameters(remove_duplicate=False):
        first = seen.setdefault(id(tensor), name)
        if first != name and not isinstance(module, MinnetModule):
            raise CounterpartError(
                f"{printable(name)} is {printable(first)}, shared: from_torch would make two parameters of it; share "
                "them afterwards (Module.share)"
            )
    made, _ = _converted(module, "", input_axes)
    return made


def _converted(module: torch.nn.Module, name: str, ndim: int | None) -> tuple[Module, int | None]:
    """The minnet module of one of PyTorch, and how many axes its output has, as far as that is known."""
    if isinstance(module, MinnetModule):
        module._synchronized()
        return module.module.clone(), None
    if type(module) is torch.nn.Sequential:
        made = Sequential()
        for each, child in module.named_children():
            inner, ndim = _converted(child, join(name, each), ndim)
            made.add(inner)
        return _in_mode(made, module), ndim
    axes = _AXES.search(type(module).__name__)
    ndim = int(axes[2]) + 2 if axes else ndim
    try:
        layer = component_like(module, ndim)
        _give_arrays(layer, module)
    except CounterpartError as error:
        where = printable(name) if name else "the module"
        hint = ", and its forward is code of its own" if next(module.children(), None) is not None else ""
        raise CounterpartError(f"{where}, {printable(type(module).__name__)}: {error}{hint}") from None
    return _in_mode(layer, module), 2 if isinstance(module, _FEATURES) else ndim


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

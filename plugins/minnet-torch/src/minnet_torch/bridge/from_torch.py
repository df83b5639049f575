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


def from_torch(module: torch.nn.Module, *, input_axes: int | None = None) -> Module:
    """Make the minnet model of a PyTorch one: the same outputs, the same mode, copies of its parameters and buffers.

    Read are `torch.nn.Sequential`, nested too, every class that an installed layer, a stranger's too, names as its
    counterpart, if its arguments have one, batch normalizations, and what `to_torch` made. A module whose ``forward``
    is its own code, or that has forward hooks, cannot be read. One without arrays that is used in several places
    becomes as many. Arrays have the dtype that they have there.

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
    if not isinstance(module, MinnetModule):
        _expect_unshared(module)
    made, _ = _converted(module, "", input_axes)
    return made


def _expect_unshared(module: torch.nn.Module) -> None:
    """Raise if an array has several places, for each would become an array of its own."""
    seen: dict[int, str] = {}
    lists = (
        (module.named_parameters(remove_duplicate=False), "; share them afterwards (Module.share)"),
        (module.named_buffers(remove_duplicate=False), ""),
    )
    for listed, remedy in lists:
        for name, tensor in listed:
            first = seen.setdefault(id(tensor), name)
            if first != name:
                raise CounterpartError(
                    f"{printable(name)} is {printable(first)}, shared: from_torch would make two of it{remedy}"
                )


def _converted(module: torch.nn.Module, name: str, ndim: int | None) -> tuple[Module, int | None]:
    """The minnet module of one of PyTorch, and how many axes its output has, as far as that is known."""
    if isinstance(module, MinnetModule):
        _expect_plain(module, name)
        own = module.module.clone()
        return own if own.training == module.training else _in_mode(own, module), None
    if type(module) is torch.nn.Sequential:
        _expect_plain(module, name)
        made = Sequential()
        _in_mode(made, module)  # while it is empty: the modules in it may have other modes
        for each, child in module._modules.items():  # in named_children() one that is there twice is left out
            inner, ndim = _converted(child, join(name, each), ndim)
            made.add(inner)
        return made, ndim
    axes = _AXES.search(type(module).__name__)
    ndim = int(axes[2]) + 2 if axes else ndim
    try:
        layer = component_like(module, ndim)
        _give_arrays(layer, module)
    except CounterpartError as error:
        where = printable(name) if name else "the module"
        hint = ", and its forward is code of its own" if next(module.children(), None) is not None else ""
        raise CounterpartError(f"{where}, {printable(type(module).__name__)}: {error}{hint}") from None
    _expect_plain(module, name)
    return _in_mode(layer, module), _axes_after(module, ndim)


def _expect_plain(module: torch.nn.Module, name: str) -> None:
    """Raise if a module does more, or something else, than its class says."""
    if "forward" in vars(module) or module._forward_hooks or module._forward_pre_hooks:
        where = printable(name) if name else "the module"
        raise CounterpartError(
            f"{where}, {printable(type(module).__name__)}: it has forward hooks, or a forward of its own, which "
            "from_torch cannot read"
        )


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

"""State dicts of PyTorch: the arrays of a model under PyTorch's names, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from minnet_core import Module, ShapeError
from minnet_core.errors import StateError
from minnet_core.nn import find_buffers, find_parameters
from minnet_core.support import printable

from .names import torch_names
from .sharing import as_array

COUNTER = "num_batches_tracked"
"""A buffer of PyTorch's batch normalizations that says how many batches they have seen; minnet has no use for it."""


def torch_state_dict(model: Module) -> dict[str, torch.Tensor]:
    """Return the arrays of a model as its counterpart in PyTorch takes them: ``counterpart.load_state_dict(these)``.

    They are copies, contiguous. Buffers that are not made yet, of a normalization that has seen no batch, are left out.

    Raises:
        CounterpartError: as `torch_names` does.

    >>> from minnet_core import Sequential, layers
    >>> model = Sequential(layers["Linear"](3, 2), layers["ReLU"]())
    >>> torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU()).load_state_dict(torch_state_dict(model))
    <All keys matched successfully>
    """
    arrays = {**model.namedParameters(), **model.namedBuffers()}
    return {
        theirs: torch.from_numpy(np.array(arrays[own], order="C"))
        for own, theirs in torch_names(model).items()
        if own in arrays
    }


def load_torch_state_dict(model: Module, state: Mapping[str, Any]) -> Module:
    """Put the arrays of a PyTorch state dict into a model, in the dtype that it has.

    Parameters are written in place. ``num_batches_tracked`` is ignored.

    Args:
        model: of the architecture that the state dict is of; see `torch_names`.
        state: name -> tensor or array.

    Returns:
        The model.

    Raises:
        StateError: naming what is missing or not of the model.
        ShapeError: naming the first array of another shape. In both cases the model is as it was.
        CounterpartError: as `torch_names` does.
    """
    names = torch_names(model)
    given = {name: _array(name, value) for name, value in state.items() if name.rpartition(".")[2] != COUNTER}
    refs = {ref.name: ref for ref in find_parameters(model)}
    places = {place.name: place for place in find_buffers(model, empty=True)}
    missing = [theirs for theirs in names.values() if theirs not in given]
    unknown = [name for name in given if name not in names.values()]
    if missing or unknown:
        raise StateError(
            f"{type(model).__name__}: expected the arrays of its counterpart in PyTorch; missing: "
            f"{_listed(missing)}; not of it: {_listed(unknown)}"
        )
    for own, theirs in names.items():
        now = refs[own].parameter if own in refs else places[own].value
        if isinstance(now, np.ndarray) and now.shape != given[theirs].shape:
            raise ShapeError(
                f"{printable(theirs)}: expected shape {now.shape}, that of {own}, received {given[theirs].shape}"
            )
    for own, theirs in names.items():
        if own in refs:
            refs[own].parameter[...] = given[theirs]
        else:
            now = places[own].value
            places[own].put(np.array(given[theirs], now.dtype if isinstance(now, np.ndarray) else None))
    return model


def _array(name: str, value: Any) -> np.ndarray[Any, Any]:
    if isinstance(value, torch.Tensor):
        return as_array(value.float() if value.dtype == torch.bfloat16 else value)
    if isinstance(value, np.ndarray):
        return value
    raise StateError(f"{printable(name)}: expected a tensor, received {printable(type(value).__name__)}")


def _listed(names: list[str], most: int = 5) -> str:
    shown = ", ".join(map(printable, names[:most])) or "none"
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"

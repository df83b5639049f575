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

from .names import Piece, pieces
from .sharing import as_array

COUNTER = "num_batches_tracked"
"""A buffer of PyTorch's batch normalizations that says how many batches they have seen; minnet has no use for it."""


_KEPT = (torch.float16, torch.float32, torch.float64)
"""The floating dtypes that NumPy has; others, of 16 and 8 bits, are read as float32."""


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
        theirs: torch.from_numpy(np.array(arrays[own], order="C").reshape(_shape(arrays[own].shape, piece)))
        for piece in pieces(model)
        for own, theirs in piece.names()
        if own in arrays
    }


def load_torch_state_dict(model: Module, state: Mapping[str, Any]) -> Module:
    """Put the arrays of a PyTorch state dict into a model, in the dtype that it has.

    Parameters are written in place. ``num_batches_tracked`` is ignored. ``bfloat16`` and the floats of 8 bits are read
    as float32.

    Args:
        model: of the architecture that the state dict is of; see `torch_names`.
        state: name -> tensor or array.

    Returns:
        The model.

    Raises:
        StateError: naming what is missing or not of the model, or the first array of numbers of another kind, complex
            or integer (quantized), say, or that NumPy cannot hold.
        ShapeError: naming the first array of another shape. In both cases the model is as it was.
        CounterpartError: as `torch_names` does.
    """
    found = list(pieces(model))
    names = {own: theirs for piece in found for own, theirs in piece.names()}
    given = {name: _array(name, value) for name, value in state.items() if not is_counter(name)}
    refs = {ref.name: ref for ref in find_parameters(model)}
    places = {place.name: place for place in find_buffers(model, empty=True)}
    missing = [theirs for theirs in names.values() if theirs not in given]
    unknown = [name for name in given if name not in names.values()]
    if missing or unknown:
        raise StateError(
            f"{type(model).__name__}: expected the arrays of its counterpart in PyTorch; missing: "
            f"{_listed(missing)}; not of it: {_listed(unknown)}"
        )
    current = {own: refs[own].parameter if own in refs else places[own].value for own in names}
    for piece in found:
        for own, theirs in piece.names():
            now, its = current[own], given[theirs]
            if isinstance(now, np.ndarray):
                if _shape(now.shape, piece) != its.shape:
                    raise ShapeError(
                        f"{printable(theirs)}: expected shape {_shape(now.shape, piece)}, that of {own}, received "
                        f"{its.shape}"
                    )
                if now.dtype.kind == "f" != its.dtype.kind:
                    raise StateError(
                        f"{printable(theirs)}: expected floating numbers, as {own} has, received {its.dtype}"
                    )
                given[theirs] = its.reshape(now.shape)
    for own, theirs in names.items():
        if own in refs:
            refs[own].parameter[...] = given[theirs]
        else:
            places[own].put(np.array(given[theirs], getattr(current[own], "dtype", None)))
    return model


def is_counter(name: str) -> bool:
    """Whether an array of a state dict is such a counter."""
    return name.rpartition(".")[2] == COUNTER


def _shape(shape: tuple[int, ...], piece: Piece) -> tuple[int, ...]:
    """The shape that an array has in PyTorch: the scales of a batch normalization of images have one axis there."""
    return shape[:1] if piece.is_merged else shape


def _array(name: str, value: Any) -> np.ndarray[Any, Any]:
    if isinstance(value, torch.Tensor):
        is_widened = value.dtype not in _KEPT and value.is_floating_point()
        try:
            return as_array(value.float() if is_widened else value)
        except (TypeError, RuntimeError) as error:
            raise StateError(f"{printable(name)}: {error}") from error
    if isinstance(value, np.ndarray):
        return value
    raise StateError(f"{printable(name)}: expected a tensor, received {printable(type(value).__name__)}")


def _listed(names: list[str], most: int = 5) -> str:
    shown = ", ".join(map(printable, names[:most])) or "none"
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"

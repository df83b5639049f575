"""Tensors and arrays of the same memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from minnet_core import Array
from minnet_core.nn import Tensor, describe
from minnet_core.support import printable


def as_tensor(array: Array) -> torch.Tensor:
    """A tensor of the memory of an array, or of a copy where PyTorch cannot have it.

    It cannot where the array is not writable, has negative strides, or bytes in the other order.

    >>> array = np.zeros(2)
    >>> as_tensor(array)[0] = 3
    >>> array
    array([3., 0.])
    """
    if array.flags.writeable and all(stride >= 0 for stride in array.strides) and array.dtype.isnative:
        return torch.from_numpy(array)
    return torch.from_numpy(np.array(array, array.dtype.newbyteorder("="), order="C"))


def as_array(tensor: torch.Tensor) -> Array:
    """An array of the memory of a tensor.

    Raises:
        TypeError: if the tensor is on another device than the processor, or of a dtype that NumPy has not.
    """
    expect_cpu(tensor.device)
    try:
        array: Array = tensor.detach().resolve_conj().resolve_neg().numpy()
    except (TypeError, RuntimeError) as error:
        raise TypeError(f"expected a tensor that NumPy can hold, received {tensor.dtype}: {error}") from None
    return array


def expect_cpu(device: torch.device) -> None:
    """Raise unless a device is the processor: minnet computes with NumPy."""
    if device.type != "cpu":
        raise TypeError(
            f"expected tensors on the cpu, where minnet computes, received {device}; move them by .cpu(), or leave the "
            "module where it is"
        )


def flattened(value: Any) -> tuple[list[torch.Tensor], Any]:
    """Take a table of tensors apart; return them, and what `rebuilt` needs to put others in their places.

    Raises:
        TypeError: if it holds anything but tensors.
    """
    if isinstance(value, torch.Tensor):
        return [value], None
    if isinstance(value, (tuple, list)):
        parts = [flattened(part) for part in value]
        return [tensor for tensors, _ in parts for tensor in tensors], tuple(structure for _, structure in parts)
    raise TypeError(f"expected a tensor, or a tuple of tensors for a table, received {printable(repr(value), 200)}")


def rebuilt(parts: list[Any], structure: Any) -> Any:
    """Put what was taken apart together again.

    >>> rebuilt([1, 2, 3], (None, (None, None)))
    (1, (2, 3))
    """
    return _rebuilt(iter(parts), structure)


def _rebuilt(parts: Any, structure: Any) -> Any:
    return next(parts) if structure is None else tuple(_rebuilt(parts, part) for part in structure)


def arrays_in(table: Tensor, owner: object) -> tuple[list[Array], Any]:
    """Take a table of arrays apart, as `flattened` does tensors.

    Raises:
        TypeError: if a module returned something else.
    """
    if isinstance(table, (tuple, list)):
        parts = [arrays_in(part, owner) for part in table]
        return [array for arrays, _ in parts for array in arrays], tuple(structure for _, structure in parts)
    if isinstance(table, (np.ndarray, np.generic)):
        return [np.asarray(table)], None
    raise TypeError(
        f"{type(owner).__name__}: expected an array or a tuple of arrays of a pass, received {describe(table)}"
    )

"""Between NumPy's arrays and PyTorch's tensors, single or in tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from minnet_core import Array
from minnet_core.nn import Tensor
from minnet_core.testing import is_floating, map_arrays


def to_torch(tensor: Tensor, dtype: npt.DTypeLike, *, requires_grad: bool = False) -> Any:
    """Copy arrays to tensors: floating ones in a dtype, integers and booleans as int64, which PyTorch indexes with.

    >>> to_torch((np.ones(1), np.ones(1, np.uint8)), np.float32)
    (tensor([1.]), tensor([1]))
    """

    def convert(array: Array) -> torch.Tensor:
        if not is_floating(array):
            return torch.from_numpy(np.array(array, np.int64, order="C"))
        # A fresh array in C order: PyTorch takes no negative strides, and must not write to what we hold.
        return torch.from_numpy(np.array(array, dtype, order="C")).requires_grad_(requires_grad)

    return map_arrays(convert, tensor)


def to_numpy(value: Any) -> Tensor:
    """Copy tensors to arrays; a list becomes a table.

    >>> to_numpy([torch.ones(1), None])
    (array([1.], dtype=float32), None)
    """
    if isinstance(value, (tuple, list)):
        return tuple(map(to_numpy, value))
    return None if value is None else value.detach().numpy().copy()


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    """Walk the tensors of a table, or the one tensor that there is."""
    if isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors_in(part)
    elif value is not None:
        yield value


def as_arguments(value: Any) -> tuple[Any, ...]:
    """A table is several positional arguments, and None, a target that there is not, is none."""
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)

"""Tensors that lie in memory as arrays do: a backward pass may be right for contiguous ones alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from minnet_core import Array


def like_in_memory(array: Array) -> torch.Tensor:
    """Copy an array to a tensor of the same strides, also where elements share one memory, or lie apart.

    What lies between the elements is nan: whoever reads memory instead of elements shall see it.
    PyTorch has no negative strides, so an array that is reversed in memory becomes contiguous.

    >>> like_in_memory(np.ones((2, 3)).T).stride()
    (1, 3)
    >>> like_in_memory(np.broadcast_to(np.ones(3), (2, 3))).stride()
    (0, 1)
    """
    steps = [step // array.itemsize for step in array.strides]
    if array.flags.c_contiguous or min(steps) < 0 or any(step % array.itemsize for step in array.strides):
        return torch.from_numpy(array.copy(order="C"))
    shared = [step == 0 and length > 1 for step, length in zip(steps, array.shape, strict=True)]
    if any(shared):
        once = array[tuple(slice(0, 1) if is_shared else slice(None) for is_shared in shared)]
        return torch.from_numpy(once.copy(order="C")).expand(array.shape)
    values = torch.from_numpy(array.copy(order="C"))
    extent = 1 + sum((length - 1) * step for length, step in zip(array.shape, steps, strict=True))
    memory = values.new_full((extent,), float("nan") if values.dtype.is_floating_point else 0)
    # Not by as_strided, which makes a view: autograd does not let what a Function returns be changed if it is one.
    laid = torch.empty(0, dtype=values.dtype).set_(memory.untyped_storage(), 0, array.shape, steps)
    return laid.copy_(values)


class LaidOut(torch.autograd.Function):
    """A leaf as the result of an operation: like most tensors that a layer gets, it may be written to, and noticed."""

    @staticmethod
    def forward(ctx: Any, leaf: torch.Tensor, array: Array) -> torch.Tensor:
        """Return a tensor of the leaf's elements, which are those of an array, in the layout of the array."""
        return like_in_memory(np.asarray(array))

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """Hand on the gradient."""
        return gradients[0], None

"""PyTorch's own backward pass."""

from __future__ import annotations

from collections.abc import Iterable

import torch


def gradients(
    outputs: Iterable[torch.Tensor], weights: Iterable[torch.Tensor], of: list[torch.Tensor]
) -> list[torch.Tensor]:
    """Differentiate the sum of outputs, each times its weights, by tensors; zeros where nothing depends on one.

    >>> x, unused = torch.tensor([3.0], requires_grad=True), torch.zeros(1, requires_grad=True)
    >>> gradients([x**2], [torch.tensor([2.0])], [x, unused])
    [tensor([12.]), tensor([0.])]
    """
    pairs = [(output, its) for output, its in zip(outputs, weights, strict=True) if output.requires_grad]
    if not of or not pairs:
        return [torch.zeros_like(tensor) for tensor in of]
    ends, slopes = zip(*pairs, strict=True)
    found = torch.autograd.grad(ends, of, slopes, allow_unused=True)
    return [torch.zeros_like(tensor) if its is None else its for tensor, its in zip(of, found, strict=True)]

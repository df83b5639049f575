"""Optimizers that PyTorch has not, as its own are written: over tensor after tensor, or over lists of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class _Own(torch.optim.Optimizer):
    """Two ways of one step, of which ``foreach`` chooses.

    Args:
        parameters: what to train.
        lr: learning rate.
        foreach: whether to compute with lists of tensors.
    """

    VECTORS: int

    def __init__(self, parameters: Iterable[Tensor], lr: float, foreach: bool = False) -> None:
        super().__init__(parameters, {"lr": lr})
        self.foreach, self.lr, self.count = foreach, lr, 0
        self.held: list[Any] = list(self.param_groups[0]["params"])
        self.vectors = [[torch.zeros_like(each) for each in self.held] for _ in range(self.VECTORS)]

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]  # nobody asks for a loss
        self.count += 1
        gradients = [each.grad for each in self.held]
        if self.foreach:
            self.move_all(self.held, gradients, *self.vectors)
        else:
            for its in zip(self.held, gradients, *self.vectors, strict=True):
                self.move(*its)

    def move(self, p: Tensor, g: Tensor, *vectors: Tensor) -> None:
        """Move a parameter."""
        raise NotImplementedError

    def move_all(self, p: list[Tensor], g: list[Tensor], *vectors: list[Tensor]) -> None:
        """Move all parameters."""
        raise NotImplementedError


class Lion(_Own):
    """Steps of one size in the direction of a momentum's sign."""

    VECTORS = 1

    def move(self, p: Tensor, g: Tensor, *vectors: Tensor) -> None:
        (m,) = vectors
        p.add_(m.lerp(g, 0.1).sign_(), alpha=-self.lr)
        m.lerp_(g, 0.01)

    def move_all(self, p: list[Tensor], g: list[Tensor], *vectors: list[Tensor]) -> None:
        (m,) = vectors
        direction = torch._foreach_lerp(m, g, 0.1)
        torch._foreach_sign_(direction)
        torch._foreach_add_(p, direction, alpha=-self.lr)
        torch._foreach_lerp_(m, g, 0.01)


class LAMB(_Own):
    """Adam whose step is as long as the parameter."""

    VECTORS = 2
    EPS, DECAY = 1e-6, 0.01

    def move(self, p: Tensor, g: Tensor, *vectors: Tensor) -> None:
        m, v = vectors
        m.lerp_(g, 0.1)
        v.mul_(0.999).addcmul_(g, g, value=0.001)
        first, second = self._corrections()
        step = (m / first).div_((v / second).sqrt_().add_(self.EPS)).add_(p, alpha=self.DECAY)
        own, moved = p.norm(), step.norm()
        ratio = torch.where((own > 0) & (moved > 0), own / moved, 1.0)
        p.sub_(step.mul_(ratio * self.lr))

    def move_all(self, p: list[Tensor], g: list[Tensor], *vectors: list[Tensor]) -> None:
        m, v = vectors
        torch._foreach_lerp_(m, g, 0.1)
        torch._foreach_mul_(v, 0.999)
        torch._foreach_addcmul_(v, g, g, 0.001)
        first, second = self._corrections()
        below, step = torch._foreach_div(v, second), torch._foreach_div(m, first)
        torch._foreach_sqrt_(below)
        torch._foreach_add_(below, self.EPS)
        torch._foreach_div_(step, below)
        torch._foreach_add_(step, p, alpha=self.DECAY)
        own, moved = (torch.stack(torch._foreach_norm(each)) for each in (p, step))
        ratios = torch.where((own > 0) & (moved > 0), own / moved, 1.0) * self.lr
        torch._foreach_mul_(step, list(ratios.unbind()))
        torch._foreach_sub_(p, step)

    def _corrections(self) -> tuple[float, float]:
        return 1 - 0.9**self.count, 1 - 0.999**self.count

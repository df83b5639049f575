"""A step of training by the modules themselves, which compiled steps are compared with."""

from __future__ import annotations

from typing import Any

from minnet_core import Criterion, Module, Optimizer


def called_step(model: Module, criterion: Criterion, optimizer: Optimizer, input: Any, target: Any) -> float:
    """Call every pass as a loop of one's own does, and return the loss before the step."""
    model.zeroGradParameters()
    output = model.forward(input)
    loss = criterion.forward(output, target)
    model.backwardParameters(input, criterion.backward(output, target))
    optimizer.step()
    return loss

"""PyTorch's counterparts of components that their ``EXAMPLES`` name, and the formulas where they name none."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch

from minnet_core.nn import Tensor
from minnet_core.testing import samples

from ..evidence import Evidence, number
from ..job import Job, UnsupportedError
from ..sizing import draw_batch, draw_slopes, evidence_of, make_component, reference_of, scaled_case
from ..workload import ExamplePasses
from .torch_formulas import CRITERIONS, LAYERS, NONE
from .torch_layers import make_layer

Parameters = dict[str, torch.Tensor]
"""Name of a parameter of a layer of minnet -> that of its counterpart."""


def counterpart(workload: ExamplePasses) -> tuple[Callable[..., Any], Parameters]:
    """Make what computes the same: a formula, if there is one, else what the example refers to.

    Raises:
        UnsupportedError: if PyTorch has none.
    """
    name = workload.component.name
    if name in NONE:
        raise UnsupportedError(f"it has no {name}: {NONE[name]}")
    formulas = LAYERS if workload.group == "layer" else CRITERIONS
    return _formula(workload, formulas[name]) if name in formulas else _reference(workload)


def _formula(workload: ExamplePasses, formula: Callable[..., Any]) -> tuple[Callable[..., Any], Parameters]:
    arguments: dict[str, Any] = {
        name: torch.from_numpy(value) if isinstance(value, np.ndarray) else value
        for name, value in scaled_case(workload).arguments.items()
    }
    if workload.contents:
        arguments["modules"] = [make_layer(spec, 0) for spec in workload.contents]
    its = make_component(workload).namedParameters() if workload.group == "layer" else {}
    parameters = {name: torch.from_numpy(array).requires_grad_() for name, array in its.items()}
    return partial(formula, **arguments, **parameters), parameters


def _reference(workload: ExamplePasses) -> tuple[Callable[..., Any], Parameters]:
    try:
        from minnet_torch.counterpart import make_counterpart
    except ImportError:
        raise UnsupportedError("minnet-torch, which makes counterparts, is not installed") from None
    reference = reference_of(workload)
    if reference is None:
        raise UnsupportedError(f"neither the example of {workload.component.name} nor a formula says what it is here")
    made = make_counterpart(reference, make_component(workload), "train", np.float32)
    if reference.arguments.get("reduction") != "sum":
        return made.function, dict(made.parameters)
    count = samples(draw_batch(workload)[0])  # a criterion is a mean over the batch, which this is not yet
    return lambda *given: made.function(*given) / count, dict(made.parameters)


class TorchLayerExample(Job):
    """The gradient of the input is a new tensor in every step, those of parameters are added to."""

    def __init__(self, workload: ExamplePasses) -> None:
        self.function, self.parameters = counterpart(workload)
        self.input = _tensors(draw_batch(workload)[0])
        self.leaves = [tensor for tensor in self.input if tensor.requires_grad]
        slopes = draw_slopes(_arrays(self._outputs()))
        self.slopes = _tensors(slopes, requires_grad=False)

    def step(self, index: int) -> Any:
        for leaf in self.leaves:
            leaf.grad = None
        output = self._outputs()
        torch.autograd.backward(output if isinstance(output, tuple) else (output,), self.slopes)
        return output

    def _outputs(self) -> Any:
        """One tensor, or a tuple of them without what else the counterpart returns: where a maximum was."""
        output = self.function(*self.input)
        return output[0] if hasattr(output, "indices") and isinstance(output, tuple) else output

    def evidence(self) -> Evidence:
        output = self.step(0)
        gradInput = tuple(None if leaf.grad is None else leaf.grad.numpy() for leaf in self.input)
        gradients = {f"gradient of {name}": its.grad.numpy() for name, its in self.parameters.items()}  # type: ignore[union-attr]  # after a step
        return evidence_of({"output": _arrays(output), "gradInput": _alone(gradInput), **gradients})


class TorchCriterionExample(Job):
    """The loss and its gradient."""

    def __init__(self, workload: ExamplePasses) -> None:
        self.loss, _ = counterpart(workload)
        input, target = draw_batch(workload)
        self.input = _tensors(input)
        self.target = () if target is None else _tensors(target, requires_grad=False)

    def step(self, index: int) -> torch.Tensor:
        for tensor in self.input:
            tensor.grad = None
        loss: torch.Tensor = self.loss(*self.input, *self.target)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    def evidence(self) -> Evidence:
        loss = self.step(0)
        gradInput = tuple(None if tensor.grad is None else tensor.grad.numpy() for tensor in self.input)
        return {"loss": number(loss.detach()), **evidence_of({"gradInput": _alone(gradInput)})}


def _tensors(value: Tensor, requires_grad: bool = True) -> tuple[torch.Tensor, ...]:
    """An array, or each of a table, as a tensor that has a gradient if it is floating."""
    tensors = map(torch.from_numpy, value if isinstance(value, tuple) else (value,))
    return tuple(its.requires_grad_(requires_grad and its.is_floating_point()) for its in tensors)


def _arrays(output: Any) -> Tensor:
    if isinstance(output, tuple):
        return tuple(tensor.detach().numpy() for tensor in output)
    array: Tensor = output.detach().numpy()
    return array


def _alone(values: tuple[Any, ...]) -> Any:
    """A table of one is the array in it."""
    return values[0] if len(values) == 1 else values

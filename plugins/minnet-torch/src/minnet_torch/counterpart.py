"""`Counterpart`: what PyTorch has for a component, run as the kit runs the component."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from attrs import frozen

from minnet_core import Array, Criterion, Reference
from minnet_core.nn import describe
from minnet_core.testing import Batch, fail, named_arrays, samples, structure

from .autograd import gradients
from .isolation import beside_torch
from .lookup import find
from .mapping import set_arrays
from .tensors import as_arguments, tensors_in, to_numpy, to_torch


@frozen(eq=False)
class Counterpart:
    """A module or function of PyTorch, ready to run.

    Attributes:
        reference: what it is made from.
        function: the module, in its mode and dtype, or the function.
        parameters: name of a parameter of the component -> the module's.
        dtype: of all that is computed.
        is_loss: whether it is that of a criterion.
    """

    reference: Reference
    function: Callable[..., Any]
    parameters: Mapping[str, torch.Tensor]
    dtype: npt.DTypeLike
    is_loss: bool

    @beside_torch()
    def run(self, batch: Batch) -> dict[str, Array]:
        """Run both passes; return all that they compute, by the names that the kit uses for a component's.

        Raises:
            ConformanceError: if PyTorch refuses the batch, or returns something of another shape.
        """
        input = to_torch(batch.input, self.dtype, requires_grad=True)
        leaves = [tensor for tensor in tensors_in(input) if tensor.requires_grad]
        output = self._loss(input, batch) if self.is_loss else self._output(input, batch)
        slopes = torch.ones_like(output) if self.is_loss else to_torch(batch.second, self.dtype)
        found = gradients(tensors_in(output), tensors_in(slopes), [*leaves, *self.parameters.values()])
        of_leaf = dict(zip(map(id, leaves), found, strict=False))
        results = dict(named_arrays("loss" if self.is_loss else "output", to_numpy(output)))
        results.update(named_arrays("gradInput", to_numpy(_mapped(lambda leaf: of_leaf.get(id(leaf)), input))))
        for name, gradient in zip(self.parameters, found[len(leaves) :], strict=True):
            results[f"gradient of {name}"] = to_numpy(gradient)
        return results

    def _output(self, input: Any, batch: Batch) -> Any:
        output = self._call(input)
        if isinstance(output, (tuple, list)) and not isinstance(batch.second, tuple):
            output = output[0]  # of a recurrent module, say, which returns its last state too
        received = structure(to_numpy(output))
        if received != structure(batch.second):
            fail(f"output: expected shape {received} of {self.reference.name}, received {structure(batch.second)}")
        return output

    def _loss(self, input: Any, batch: Batch) -> Any:
        loss = self._call(input, to_torch(batch.second, self.dtype))
        if loss.ndim:
            fail(f"loss: expected one number of {self.reference.name}, received shape {tuple(loss.shape)}")
        # Whatever a criterion of minnet does with features, it is a mean over the batch; PyTorch's "sum" is none.
        return loss / samples(batch.input) if self.reference.arguments.get("reduction") == "sum" else loss

    def _call(self, *given: Any) -> Any:
        arguments = [argument for value in given for argument in as_arguments(value)]
        try:
            return self.function(*arguments)
        except Exception as error:  # whatever PyTorch raises is of interest to the author of the case
            received = describe(tuple(map(to_numpy, arguments)))
            fail(
                f"reference: expected a counterpart that takes what the component does, {received}, received "
                f"{self.reference.name} with {dict(self.reference.arguments)}: {type(error).__name__}: {error}"
            )


@beside_torch()
def make_counterpart(reference: Reference, component: Any, mode: str, dtype: npt.DTypeLike) -> Counterpart:
    """Make the counterpart of a component, in a mode, with the component's parameters and buffers.

    Raises:
        ConformanceError: if the reference does not fit PyTorch, or the component.
    """
    found = find(reference.name)
    arguments = {
        name: to_torch(value, dtype) if isinstance(value, np.ndarray) else value
        for name, value in reference.arguments.items()
    }
    is_loss = isinstance(component, Criterion)
    if not isinstance(found, type):
        mapped = set_arrays(torch.nn.Module(), component, reference)  # a function has no parameters either
        return Counterpart(reference, partial(found, **arguments), mapped, dtype, is_loss)
    try:
        module = found(**arguments)
    except Exception as error:  # likewise
        fail(
            f"reference: expected arguments that {reference.name} takes, received {dict(reference.arguments)}: "
            f"{type(error).__name__}: {error}"
        )
    module.to("cpu", torch.from_numpy(np.zeros(0, dtype)).dtype).train(mode == "train")
    return Counterpart(reference, module, set_arrays(module, component, reference), dtype, is_loss)


def _mapped(function: Callable[[Any], Any], value: Any) -> Any:
    return tuple(_mapped(function, part) for part in value) if isinstance(value, tuple) else function(value)

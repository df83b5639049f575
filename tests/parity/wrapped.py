"""PyTorch's own modules as minnet modules: correct components that the authors of the kit have not written."""

from __future__ import annotations

import numpy as np
import torch

from minnet_core import Module
from minnet_core.testing import is_floating, map_arrays


class Wrapped(Module):
    """A ``torch.nn.Module``: its forward pass is PyTorch's, its backward pass autograd's.

    Parameters and floating buffers are arrays of the wrapper, which every pass copies into tensors.

    Args:
        make: makes the module.
        seed: of PyTorch's generator meanwhile.
    """

    def __init__(self, make, seed=0):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.inner = make()
        self.weights = {name: tensor.detach().numpy().copy() for name, tensor in self.inner.named_parameters()}
        self.gradients = {name: np.zeros_like(array) for name, array in self.weights.items()}
        buffers = {name: tensor.numpy().copy() for name, tensor in self.inner.named_buffers()}
        self.statistics = {name: array for name, array in buffers.items() if is_floating(array)}

    def getParameters(self):
        return list(self.weights.values())

    def getGradParameters(self):
        return list(self.gradients.values())

    def zeroGradParameters(self):
        for gradient in self.gradients.values():
            gradient.fill(0)

    def updateOutput(self, input):
        output, _, state = self._call(input)
        self.statistics = {name: state[name].detach().numpy().copy() for name in self.statistics}
        self.output = output.detach().numpy().copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        output, given, _ = self._call(input)
        slopes = iter(self._slopes(output, [tensor for tensor in given if tensor.requires_grad], gradOutput))
        arrays = tuple(next(slopes) if tensor.requires_grad else None for tensor in given)
        self.gradInput = arrays if isinstance(input, tuple) else arrays[0]
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        if self.weights:
            output, _, state = self._call(input)
            slopes = self._slopes(output, [state[name] for name in self.weights], gradOutput)
            for gradient, slope in zip(self.gradients.values(), slopes, strict=True):
                gradient += slope

    def _call(self, input):
        """What the module returns, with the tensors that it is given and those of its state."""
        state = {name: torch.tensor(array).requires_grad_() for name, array in self.weights.items()}
        state.update({name: torch.tensor(array) for name, array in self.statistics.items()})
        tensors = map_arrays(lambda array: torch.tensor(np.array(array)).requires_grad_(is_floating(array)), input)
        given = tensors if isinstance(tensors, tuple) else (tensors,)
        self.inner.train(self.training)
        output = torch.func.functional_call(self.inner, state, given)
        return output[0] if isinstance(output, tuple) else output, given, state

    def _slopes(self, output, of, gradOutput):
        if not of:
            return []
        slopes = torch.autograd.grad(output, of, torch.tensor(np.array(gradOutput)), materialize_grads=True)
        return [slope.numpy().copy() for slope in slopes]

    def __repr__(self):
        return repr(self.inner)


class SelfAttention(torch.nn.Module):
    """`torch.nn.MultiheadAttention` of a sequence to itself."""

    def __init__(self):
        super().__init__()
        self.attention = torch.nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x)[0]

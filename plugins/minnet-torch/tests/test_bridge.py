"""The bridge with layers of one's own alone: what minnet-torch declares is enough for it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from minnet_core import CounterpartError, Example, Module, Reference, Sequential, layers
from minnet_core.testing import isolated
from minnet_test_support.components import DeclaredLinear
from minnet_torch import from_torch, load_torch_state_dict, to_torch, torch_names, torch_state_dict


class Affine(DeclaredLinear):
    """The linear layer of the tests, with what PyTorch has for it."""

    EXAMPLES = (
        Example(
            arguments={"n_in": 3, "n_out": 2},
            input=(4, 3),
            reference=Reference("torch.nn.Linear", {"in_features": 3, "out_features": 2}, {"W": "weight", "b": "bias"}),
        ),
    )


class Leaky(Module):
    EXAMPLES = (
        Example(
            arguments={"slope": 0.1}, input=(4, 3), reference=Reference("torch.nn.LeakyReLU", {"negative_slope": 0.1})
        ),
    )

    def __init__(self, slope):
        super().__init__()
        self.slope = slope

    def updateOutput(self, input):
        self.output = np.where(input > 0, input, self.slope * input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.where(input > 0, gradOutput, self.slope * gradOutput)
        return self.gradInput


@pytest.fixture
def x():
    return torch.randn(5, 3, generator=torch.Generator().manual_seed(0))


def test_both_ways_are_those_of_the_module_and_an_optimizer_moves_its_arrays(x):
    model = Sequential(Affine(3, 2), Leaky(0.3))
    wrapped = to_torch(model)
    output = wrapped(x)
    np.testing.assert_array_equal(output.detach().numpy(), model.forward(x.numpy()))
    output.square().sum().backward()
    before = model.modules[0].W.copy()
    gradient = wrapped.get_parameter("0.W").grad.numpy()
    torch.optim.SGD(wrapped.parameters(), lr=0.5).step()
    np.testing.assert_allclose(model.modules[0].W, before - 0.5 * gradient, rtol=1e-6)


def test_gradcheck(x):
    model = to_torch(Sequential(Affine(3, 2), Leaky(0.3))).double()
    assert torch.autograd.gradcheck(model, x.double().requires_grad_())


def test_names_and_state_dicts_follow_from_the_examples(x):
    model = Sequential(Sequential(Affine(3, 2)), Leaky(0.3), Affine(2, 1))
    assert torch_names(model) == {
        "0.0.W": "0.0.weight", "0.0.b": "0.0.bias", "2.W": "2.weight", "2.b": "2.bias",
    }  # fmt: skip
    theirs = torch.nn.Sequential(
        torch.nn.Sequential(torch.nn.Linear(3, 2)), torch.nn.LeakyReLU(0.3), torch.nn.Linear(2, 1)
    )
    theirs.load_state_dict(torch_state_dict(model))
    np.testing.assert_allclose(theirs(x).detach().numpy(), model.forward(x.numpy()), rtol=1e-5, atol=1e-6)
    other = Sequential(Sequential(Affine(3, 2)), Leaky(0.3), Affine(2, 1))
    load_torch_state_dict(other, theirs.state_dict())
    for name, array in model.namedParameters().items():
        assert np.array_equal(other.namedParameters()[name], array)


def test_a_network_of_pytorch_is_read_by_what_registered_layers_say(x):
    network = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.LeakyReLU(0.7), torch.nn.Tanh())
    with isolated():
        layers.register(Affine)
        layers.register(Leaky)
        model = from_torch(network[:2])
        if "Tanh" not in layers:  # where minnet-layers is not installed
            with pytest.raises(CounterpartError, match=r"^2, Tanh: no installed layer names torch\.nn\.Tanh"):
                from_torch(network)
    np.testing.assert_allclose(model.forward(x.numpy()), network[:2](x).detach().numpy(), rtol=1e-5, atol=1e-6)

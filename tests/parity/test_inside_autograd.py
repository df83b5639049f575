"""A wrapped minnet module in what PyTorch does with graphs: second derivatives, checkpoints, compilation."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch.nn.utils import parametrizations
from torch.utils.checkpoint import checkpoint

from minnet_core import Module, Sequential, layers
from minnet_torch import to_torch

BatchNormalization, Dropout, Linear, Tanh = (
    layers[name] for name in ("BatchNormalization", "Dropout", "Linear", "Tanh")
)

REFUSED = "expected one backward pass, received a second one, for the gradient of a gradient"


def draw(*shape, grad=False):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0)).requires_grad_(grad)


def network():
    return to_torch(Sequential(Linear(3, 2, rng=0), Tanh()))


@pytest.mark.parametrize("loss", [torch.sum, lambda y: y.square().sum()], ids=["a sum", "squares"])
def test_a_gradient_of_a_gradient_is_refused(loss):
    """Of a sum the gradient of the output is constant, so that ``once_differentiable`` lets 0 pass."""
    wrapped, x = network(), draw(4, 3, grad=True)
    (slope,) = torch.autograd.grad(loss(wrapped(x)), x, create_graph=True)
    with pytest.raises(RuntimeError, match=REFUSED):
        slope.square().sum().backward()
    y = wrapped(x)
    (slope,) = torch.autograd.grad(loss(y), x, create_graph=True)
    penalized = loss(y) + slope.square().sum()  # of which the first part could go back
    with pytest.raises(RuntimeError, match=f"^Sequential: {REFUSED}"):
        penalized.backward()
    with pytest.raises(RuntimeError, match=REFUSED):
        torch.autograd.functional.hessian(lambda x: loss(wrapped(x)), draw(1, 3))


def test_a_graph_of_gradients_that_nobody_goes_back_through_disturbs_nothing():
    wrapped, x = network(), draw(4, 3)
    wrapped(x).sum().backward()
    expected = [each.grad.clone() for each in wrapped.parameters()]
    found = torch.autograd.grad(wrapped(x).sum(), list(wrapped.parameters()), create_graph=True)
    assert all(map(torch.equal, found, expected))


def test_second_derivatives_of_what_is_behind_it_are_right():
    """The weight's gradient is the output of the module, of which a first derivative is enough."""
    wrapped, behind, x = network(), torch.nn.Linear(2, 1, bias=False), draw(4, 3, grad=True)
    (slope,) = torch.autograd.grad(behind(wrapped(x)).sum(), behind.weight, create_graph=True)
    (received,) = torch.autograd.grad(slope.square().sum(), x)
    (expected,) = torch.autograd.grad(wrapped(x).sum(dim=0).square().sum(), x)
    torch.testing.assert_close(received, expected)


def test_torch_func_goes_back_once():
    wrapped, x = network(), draw(4, 3)
    wrapped(x).square().sum().backward()

    def loss(parameters, x):
        return torch.func.functional_call(wrapped, parameters, (x,)).square().sum()

    found = torch.func.grad(loss)({name: each.detach() for name, each in wrapped.named_parameters()}, x)
    for name, its in wrapped.named_parameters():
        assert torch.equal(found[name], its.grad)
    _, back = torch.func.vjp(wrapped, x)
    (received,) = back(torch.ones(4, 2))
    (expected,) = torch.autograd.grad(wrapped(x.requires_grad_()).sum(), x)
    assert torch.equal(received, expected)
    with pytest.raises(RuntimeError, match=REFUSED):
        torch.func.grad(lambda x: torch.func.grad(lambda x: wrapped(x).sum())(x).sum())(x)


@pytest.mark.parametrize("use_reentrant", [False, True])
def test_a_checkpoint_goes_back_as_without_or_is_refused(use_reentrant):
    wrapped, x = network(), draw(4, 3, grad=True)
    (expected,) = torch.autograd.grad(wrapped(x).square().sum(), x)
    checkpoint(wrapped, x, use_reentrant=use_reentrant).square().sum().backward()
    assert torch.equal(x.grad, expected)
    behind = torch.nn.Linear(3, 1)
    thinned = torch.nn.Sequential(to_torch(Dropout(0.5, rng=0)), behind)
    with pytest.raises(
        RuntimeError, match=r"^Dropout: expected no random numbers .* leave the module out of the check"
    ):
        checkpoint(thinned, x, use_reentrant=use_reentrant).sum().backward()
    checkpoint(thinned.eval(), x, use_reentrant=use_reentrant).sum().backward()


class WritesToOneArray(Module):
    """Returns the same array each time, in which a later call is found."""

    def __init__(self):
        super().__init__()
        self.memory = np.zeros((2, 3), np.float32)

    def updateOutput(self, input):
        self.output = np.exp(input, out=self.memory)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.output
        return self.gradInput


def test_a_module_that_writes_to_one_array_is_right_or_refused():
    wrapped, x = to_torch(WritesToOneArray()), draw(2, 3, grad=True)
    first = wrapped(x)
    with torch.no_grad():
        wrapped(x + 1)
    with pytest.raises(RuntimeError, match="call backward first"):
        first.sum().backward()
    wrapped(x).sum().backward()
    torch.testing.assert_close(x.grad, x.exp().detach())


def called(name):
    class Scales(Module):
        PARAMETERS = {name: "gradient"}

        def __init__(self):
            super().__init__()
            setattr(self, name, np.full(3, 2, np.float32))
            self.gradient = np.zeros(3, np.float32)

        def updateOutput(self, input):
            self.output = input * getattr(self, name)
            return self.output

        def updateGradInput(self, input, gradOutput):
            self.gradInput = gradOutput * getattr(self, name)
            return self.gradInput

        def accGradParameters(self, input, gradOutput):
            self.gradient += (gradOutput * input).sum(axis=0)

    return Scales()


class Holds(Module):
    """Holds another module as an attribute, of which its getParameters says nothing."""

    def __init__(self, name, inner):
        super().__init__()
        setattr(self, name, inner)
        self.name = name

    def updateOutput(self, input):
        self.output = getattr(self, self.name).forward(input).copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = getattr(self, self.name).updateGradInput(input, gradOutput)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        getattr(self, self.name).accGradParameters(input, gradOutput)


@pytest.mark.parametrize("name", ["half", "type", "module", "apply", "parameters", "_module"])
@pytest.mark.parametrize("is_held", [False, True])
def test_names_that_mean_something_to_pytorch_are_names_still(name, is_held):
    module = Holds(name, Linear(3, 3, rng=0)) if is_held else called(name)
    keys = list(module.namedParameters())
    assert keys[0].partition(".")[0] == name
    wrapped = to_torch(module)
    assert [key for key, _ in wrapped.named_parameters()] == list(wrapped.state_dict()) == keys
    optimizer, x = torch.optim.SGD(wrapped.parameters(), 0.1), draw(4, 3)
    wrapped(x).sum().backward()
    before = module.namedParameters()[keys[0]].copy()
    optimizer.step()
    assert not np.array_equal(module.namedParameters()[keys[0]], before)
    other = copy.deepcopy(wrapped)
    for each in other.parameters():
        each.data.zero_()
    assert other.load_state_dict(wrapped.state_dict()).missing_keys == []
    torch.testing.assert_close(other.double()(x.double()).float(), wrapped(x))
    assert other.module.namedParameters()[keys[0]].dtype == np.float64


@pytest.mark.parametrize("parametrized", [parametrizations.weight_norm, parametrizations.spectral_norm])
def test_a_parametrization_computes_the_weight_once_a_call(parametrized):
    layer = Linear(3, 2, rng=0)
    theirs = torch.nn.Linear(3, 2)
    theirs.load_state_dict({"weight": torch.from_numpy(layer.W.copy()), "bias": torch.from_numpy(layer.b.copy())})
    wrapped, theirs, x = to_torch(layer, names="torch").double(), theirs.double(), draw(4, 3).double()
    for module in (wrapped, theirs):
        torch.manual_seed(0)
        parametrized(module, "weight", **({"n_power_iterations": 1} if "spectral" in parametrized.__name__ else {}))
    optimizers = [torch.optim.SGD(module.parameters(), 0.5) for module in (wrapped, theirs)]
    for _ in range(4):
        for module, optimizer in zip((wrapped, theirs), optimizers, strict=True):
            optimizer.zero_grad()
            module(x).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(wrapped.eval()(x), theirs.eval()(x))


def test_a_dtype_reaches_the_buffers_of_a_module_without_parameters():
    wrapped = to_torch(BatchNormalization(0.9))
    wrapped(draw(5, 3))
    assert {each.dtype for each in wrapped.double().state_dict().values()} == {torch.float64}
    with pytest.raises(TypeError, match="received meta"):
        wrapped.to("meta")


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
def test_torch_compile_leaves_it_as_it_is():
    model = torch.nn.Sequential(torch.nn.Linear(3, 3), to_torch(Sequential(Linear(3, 2, rng=0), Dropout(0.5, rng=0))))
    compiled, x = torch.compile(model, backend="eager"), draw(4, 3)
    expected = copy.deepcopy(model)(x)
    received = compiled(x)
    assert torch.equal(received, expected)
    received.sum().backward()
    assert model[0].weight.grad is not None


def test_under_autocast_it_computes_in_float32():
    before, wrapped, x = torch.nn.Linear(3, 3), network(), draw(4, 3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        given = before(x)
        y = wrapped(given)
        behind = torch.nn.Linear(2, 1)(y)
    assert (given.dtype, y.dtype, behind.dtype) == (torch.bfloat16, torch.float32, torch.bfloat16)
    assert torch.equal(y, wrapped(given.float()))
    behind.float().sum().backward()
    assert all(each.grad.dtype == torch.float32 and each.grad.any() for each in before.parameters())

"""A wrapped minnet module behaves as PyTorch's own do: memory, optimizers, copies, files, modes, dtypes, refusals."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from minnet_core import Module, Sequential, layers
from minnet_torch import from_torch, to_torch

BatchNormalization, ChannelwiseScaling, Dropout, ELU, Embedding, Linear = (
    layers[name] for name in ("BatchNormalization", "ChannelwiseScaling", "Dropout", "ELU", "Embedding", "Linear")
)


def network():
    return Sequential(
        Linear(3, 4, rng=0), BatchNormalization(0.9), ChannelwiseScaling(4, rng=1), ELU(), Linear(4, 2, rng=2)
    )


def draw(*shape, dtype=torch.float32, grad=False):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=dtype).requires_grad_(grad)


def test_parameters_share_memory_both_ways():
    model = network()
    wrapped = to_torch(model)
    with torch.no_grad():
        wrapped.get_parameter("0.W")[0, 0] = 7
    assert model.modules[0].W[0, 0] == 7
    model.modules[4].b[...] = 5
    assert wrapped.get_parameter("4.b").tolist() == [5, 5]


def test_an_optimizer_of_pytorch_trains_what_minnet_then_computes():
    wrapped = to_torch(network())
    x = draw(64, 3)
    target = (x[:, :1] * x[:, 1:2]).repeat(1, 2)
    optimizer = torch.optim.AdamW(wrapped.parameters(), lr=0.03)
    losses = []
    for _ in range(150):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(wrapped(x), target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 10
    wrapped.eval()
    np.testing.assert_array_equal(wrapped.module.forward(x.numpy()), wrapped(x).detach().numpy())


def test_the_gradients_of_the_module_stay_what_they_were():
    model = network()
    model.modules[0].gradW[...] = 3
    to_torch(model)(draw(4, 3)).sum().backward()
    assert (model.modules[0].gradW == 3).all()


def test_gradcheck():
    wrapped = to_torch(network()).double()
    assert torch.autograd.gradcheck(wrapped, draw(5, 3, dtype=torch.float64, grad=True))


def test_several_calls_before_one_backward_pass_with_random_masks_and_moving_averages():
    def both(wrapped):
        return wrapped(draw(4, 3)), wrapped(draw(4, 3) + 1)

    one, other = (
        to_torch(Sequential(Linear(3, 4, rng=0), Dropout(0.5, rng=1), BatchNormalization(0.9), ELU())) for _ in "ab"
    )
    first, second = both(one)
    (first.sum() + 2 * second.square().sum()).backward()
    expected = {name: torch.zeros_like(its) for name, its in other.named_parameters()}
    for index, weigh in enumerate((torch.sum, lambda y: 2 * y.square().sum())):
        again = copy.deepcopy(other)
        outputs = []
        for number, x in enumerate((draw(4, 3), draw(4, 3) + 1)):
            y = again(x)
            if number == index:
                weigh(y).backward()  # at once, so nothing is computed again
            outputs.append(y.detach())
        torch.testing.assert_close(outputs[index], (first, second)[index].detach(), rtol=0, atol=0)
        for name, its in again.named_parameters():
            expected[name] += its.grad
    for name, its in one.named_parameters():
        torch.testing.assert_close(its.grad, expected[name])


def test_an_encoder_that_another_head_has_called_goes_back_as_it_was():
    encoder = Linear(3, 4, rng=0), layers["Sigmoid"](), BatchNormalization(0.9)
    first, second = (to_torch(Sequential(*encoder, Linear(4, 1, rng=seed))) for seed in (1, 2))
    x = draw(5, 3, grad=True)
    expected = torch.autograd.grad(copy.deepcopy(first)(x).sum(), x)
    y = first(x)
    second(2 * x + 1)
    torch.testing.assert_close(torch.autograd.grad(y.sum(), x), expected, rtol=0, atol=0)


def test_modes_of_modules_inside_are_those_of_the_call():
    wrapped = to_torch(Sequential(Linear(3, 4, rng=0), Dropout(0.5, rng=1)))
    wrapped.module.modules[1].evaluate()
    x = draw(5, 3, grad=True)
    expected = torch.autograd.grad(wrapped(x).sum(), x)
    y = wrapped(x)
    wrapped(x + 1)
    torch.testing.assert_close(torch.autograd.grad(y.sum(), x), expected, rtol=0, atol=0)
    y = wrapped(x)
    wrapped.module.modules[1].train()
    torch.testing.assert_close(torch.autograd.grad(y.sum(), x), expected, rtol=0, atol=0)


def test_in_evaluation_mode_a_call_that_comes_back_late_has_the_moving_averages_of_then():
    wrapped = to_torch(Sequential(BatchNormalization(0.5), Linear(3, 2, rng=0)))
    x = draw(4, 3, grad=True)
    wrapped(x)
    wrapped.eval()
    (expected,) = torch.autograd.grad(wrapped(x).sum(), x)
    y = wrapped(x)
    wrapped.train()
    wrapped(3 * x + 1)
    (found,) = torch.autograd.grad(y.sum(), x)
    torch.testing.assert_close(found, expected, rtol=0, atol=0)


class Counting(Module):
    """Multiplies by how often it was called, and remembers that in no generator and no number."""

    def __init__(self):
        super().__init__()
        self.calls = ""

    def updateOutput(self, input):
        self.calls += "|"
        self.output = input * len(self.calls)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * len(self.calls)
        return self.gradInput


def test_what_cannot_be_computed_again_is_refused_rather_than_wrong():
    wrapped = to_torch(Counting())
    x = draw(2, 3, grad=True)
    first = wrapped(x)
    wrapped(x)
    with pytest.raises(RuntimeError, match="call backward first"):
        first.sum().backward()


def test_writing_to_an_output_does_not_disturb_what_the_layer_keeps():
    wrapped = to_torch(layers["Sigmoid"]())
    x = draw(4, 3, grad=True)
    wrapped(x).mul_(0).sum().backward()
    assert x.grad.abs().max() == 0  # the chain rule of what was written
    x.grad = None
    y = wrapped(x)
    kept = y.detach().clone()
    y.detach().zero_()
    y.sum().backward()
    torch.testing.assert_close(x.grad, kept * (1 - kept))


def test_a_parameter_that_changes_before_the_backward_pass_is_noticed():
    wrapped = to_torch(Linear(3, 2, rng=0))
    y = wrapped(draw(4, 3, grad=True))
    with torch.no_grad():
        wrapped.W.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_an_array_that_is_rebound_is_taken_over_and_the_pass_before_goes_back_with_the_old_one():
    layer = Linear(3, 2, rng=0)
    wrapped, x = to_torch(layer), draw(4, 3, grad=True)
    old, y = layer.W.copy(), wrapped(x)
    layer.W = np.ones((2, 3), np.float32)
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.tile(old.sum(axis=0), (4, 1)), rtol=1e-6)
    np.testing.assert_array_equal(wrapped(x).detach().numpy(), layer.forward(x.detach().numpy()))
    assert wrapped.W.tolist() == [[1, 1, 1], [1, 1, 1]]
    with torch.no_grad():
        wrapped.W.zero_()
    assert not layer.W.any()


def test_state_dicts_have_parameters_and_buffers_and_are_loaded():
    trained, fresh = to_torch(network()), to_torch(network())
    trained(10 + draw(8, 3))
    state = trained.state_dict()
    own = {"0.W", "0.b", "2.gamma", "2.beta", "4.W", "4.b"}
    assert state.keys() == own | {"1.moving_mean", "1.moving_variance"}
    assert str(torch.nn.Sequential(fresh).load_state_dict({f"0.{k}": v for k, v in state.items()})) == (
        "<All keys matched successfully>"
    )
    x = draw(5, 3)
    torch.testing.assert_close(fresh.eval()(x), trained.eval()(x), rtol=0, atol=0)
    model = fresh.module
    fresh.load_state_dict({**state, "0.W": state["0.W"] + 1}, assign=True)
    np.testing.assert_array_equal(model.modules[0].W, trained.module.modules[0].W + 1)
    np.testing.assert_array_equal(fresh.module.modules[0].W, trained.module.modules[0].W + 1)
    with pytest.raises(RuntimeError, match=r"Missing key.*1\.moving_mean"):
        trained.load_state_dict({k: v for k, v in state.items() if k != "1.moving_mean"})
    with pytest.raises(RuntimeError, match=r"Unexpected key.*1\.spread"):
        trained.load_state_dict({**state, "1.spread": state["0.b"]})
    with pytest.raises(RuntimeError, match=r"1\.moving_mean: expected shape"):
        trained.load_state_dict({**state, "1.moving_mean": torch.zeros(9)})


def test_names_of_pytorch():
    wrapped = to_torch(network(), names="torch")
    wrapped(draw(8, 3))
    theirs = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4, eps=1e-3), torch.nn.ELU(), torch.nn.Linear(4, 2)
    )
    theirs.load_state_dict(wrapped.state_dict())
    torch.testing.assert_close(theirs.eval()(draw(5, 3)), wrapped.eval()(draw(5, 3)))


def test_state_dicts_of_pytorch_go_both_ways_under_its_names():
    theirs = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 1), torch.nn.BatchNorm2d(3), torch.nn.ReLU())
    theirs(draw(4, 2, 5, 5))
    wrapped = to_torch(from_torch(theirs), names="torch")
    state = {name: tensor + 1 for name, tensor in theirs.state_dict().items()}
    for assign in (False, True):
        assert str(wrapped.load_state_dict(state, assign=assign)) == "<All keys matched successfully>"
        assert torch.equal(wrapped.state_dict()["1.weight"], state["1.weight"])
    outer = torch.nn.Sequential(wrapped)
    outer.load_state_dict({f"0.{name}": tensor for name, tensor in state.items()})
    own = outer.state_dict(prefix="a.")
    assert {f"a.0.{name}" for name in state} - own.keys() == {"a.0.1.num_batches_tracked"}
    assert all(torch.equal(tensor, state[name[4:]]) for name, tensor in own.items())
    theirs.load_state_dict(wrapped.state_dict())
    x = draw(2, 2, 5, 5)
    torch.testing.assert_close(wrapped.eval()(x), theirs.eval()(x))
    with pytest.raises(RuntimeError, match=r"size mismatch for 1\.weight"):
        wrapped.load_state_dict({**state, "1.weight": torch.zeros(1)})
    one = to_torch(Sequential(BatchNormalization(0.9), ChannelwiseScaling(3)), names="torch")
    one.load_state_dict(torch.nn.BatchNorm1d(3).state_dict())


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_a_copy_shares_nothing_and_is_whole(copied):
    wrapped = to_torch(network())
    wrapped(draw(8, 3))
    twin = copied(wrapped)
    with torch.no_grad():
        twin.get_parameter("0.W").zero_()
    assert not twin.module.modules[0].W.any()
    assert wrapped.module.modules[0].W.any()
    twin(draw(8, 3)).sum().backward()
    assert twin.get_parameter("4.b").grad is not None
    assert wrapped.get_parameter("4.b").grad is None


def test_a_dtype_is_that_of_both():
    wrapped = to_torch(network())
    wrapped(draw(8, 3))
    wrapped.double()
    assert {array.dtype for array in wrapped.module.namedParameters().values()} == {np.dtype("float64")}
    assert {array.dtype for array in wrapped.module.namedBuffers().values()} == {np.dtype("float64")}
    y = wrapped(draw(8, 3, dtype=torch.float64))
    y.sum().backward()
    assert y.dtype == wrapped.get_parameter("0.W").grad.dtype == torch.float64
    with torch.no_grad():
        wrapped.get_parameter("0.W").zero_()
    assert not wrapped.module.modules[0].W.any()
    wrapped.share_memory()
    wrapped.module.modules[0].W[...] = 2
    assert wrapped.get_parameter("0.W").unique().tolist() == [2]


def test_modes_are_those_of_both():
    wrapped = to_torch(Sequential(Dropout(0.5)))
    outer = torch.nn.Sequential(wrapped).eval()
    assert not wrapped.module.modules[0].training
    assert torch.equal(outer(torch.ones(50)), torch.ones(50))
    outer.train()
    assert (outer(torch.ones(50)) == 0).any()
    wrapped.module.evaluate()  # what PyTorch says holds
    assert (wrapped(torch.ones(50)) == 0).any()


def test_tables_and_integers():
    table = to_torch(layers["CMulTable"]())
    one, other = draw(4, 3, grad=True), draw(4, 3, grad=True)
    for inputs in ((one, other), ((one, other),)):
        one.grad = None
        table(*inputs).sum().backward()
        assert torch.equal(one.grad, other.detach())
    words = to_torch(Embedding(5, 2, rng=0))
    words(torch.tensor([[1, 1, 3]])).sum().backward()
    assert words.W.grad.sum(dim=1).tolist() == [0, 4, 0, 2, 0]
    both = to_torch(layers["ConcatTable"](Linear(3, 2, rng=0), Linear(3, 1, rng=1)))
    first, second = both(one)
    assert (first.shape, second.shape) == ((4, 2), (4, 1))
    second.sum().backward()  # of the first, the slope is 0
    assert not both.get_parameter("0.W").grad.any()


def test_what_is_not_needed_is_not_computed_and_without_gradients_nothing_is_kept():
    wrapped = to_torch(network())
    for each in wrapped.parameters():
        each.requires_grad_(False)
    x = draw(4, 3, grad=True)
    wrapped(x).sum().backward()
    assert x.grad is not None
    assert all(each.grad is None for each in wrapped.parameters())
    with torch.no_grad():
        assert not wrapped(x).requires_grad
    with torch.inference_mode():
        assert wrapped(x).is_inference()


def test_functional_call_uses_other_parameters_for_once():
    wrapped, x = to_torch(Linear(3, 2, rng=0)), draw(4, 3)
    before = wrapped(x)
    others = {name: torch.zeros_like(its) for name, its in wrapped.named_parameters()}
    assert not torch.func.functional_call(wrapped, others, (x,)).any()
    np.testing.assert_array_equal(wrapped.module.forward(x.numpy()), before.detach().numpy())
    assert torch.equal(wrapped(x), before)
    wrapped.W.data = torch.ones(2, 3)
    assert wrapped.module.W.tolist() == [[1, 1, 1], [1, 1, 1]]


def test_an_array_that_is_rebound_in_another_shape_needs_another_wrapper():
    wrapped = to_torch(Linear(3, 2, rng=0))
    wrapped.module.W, wrapped.module.gradW = np.ones((2, 4), np.float32), np.zeros((2, 4), np.float32)
    with pytest.raises(ValueError, match="of the shape of its tensor.*call to_torch again"):
        wrapped(draw(5, 3))
    assert to_torch(wrapped.module)(draw(5, 4)).shape == (5, 2)


def test_one_array_of_two_modules_is_one_parameter():
    first, second = Linear(3, 3, rng=0), Linear(3, 3, rng=1)
    second.W, second.gradW = first.W, first.gradW
    wrapped = to_torch(Sequential(first, second))
    assert wrapped.get_parameter("0.W") is wrapped.get_parameter("1.W")
    x = draw(4, 3)
    wrapped(x).sum().backward()
    w = wrapped.get_parameter("0.W").detach().clone().requires_grad_()
    b, c = (wrapped.get_parameter(name).detach() for name in ("0.b", "1.b"))
    torch.nn.functional.linear(torch.nn.functional.linear(x, w, b), w, c).sum().backward()
    torch.testing.assert_close(wrapped.get_parameter("0.W").grad, w.grad)


class Transformed(Dataset):
    def __init__(self, module):
        self.module = module

    def __len__(self):
        return 4

    def __getitem__(self, index):
        with torch.no_grad():
            return self.module(torch.full((1, 3), float(index)))[0]


def test_workers_of_a_data_loader_have_it(monkeypatch):
    wrapped = to_torch(Linear(3, 2, rng=0))
    loaded = torch.cat(list(DataLoader(Transformed(wrapped), 2, num_workers=1, multiprocessing_context="spawn")))
    torch.testing.assert_close(loaded, wrapped(torch.arange(4.0)[:, None].repeat(1, 3)).detach())


def test_refusals_say_what_was_expected():
    wrapped = to_torch(Linear(3, 2, rng=0))
    with pytest.raises(TypeError, match="expected tensors on the cpu, where minnet computes, received meta"):
        wrapped.to("meta")
    assert wrapped(draw(1, 3)).shape == (1, 2)
    with pytest.raises(TypeError, match="received meta"):
        wrapped(torch.zeros(1, 3, device="meta"))
    with pytest.raises(TypeError, match="bfloat16"):
        wrapped.to(torch.bfloat16)
    with pytest.raises(TypeError, match="expected a tensor, or a tuple of tensors"):
        wrapped(np.zeros((1, 3)))
    with pytest.raises(TypeError, match="expected a minnet Module, received ReLU"):
        to_torch(torch.nn.ReLU())
    with pytest.raises(ValueError, match="expected names to be"):
        to_torch(Linear(3, 2), names="pytorch")
    with pytest.raises(TypeError, match="expected the whole module to be called"):
        to_torch(network()).get_submodule("0")(draw(1, 3))


def test_a_read_only_array_is_replaced_by_a_copy():
    layer = Linear(3, 2, rng=0)
    layer.W.flags.writeable = False
    wrapped = to_torch(layer)
    with torch.no_grad():
        wrapped.W.zero_()
    assert not layer.W.any()

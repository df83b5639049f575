"""The parts of what stands for a layer of PyTorch: memory, generators, words, passes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from minnet_core.testing import Adapter, adapted, check_component
from minnet_torch.checking.generators import seed_of_now, seeded
from minnet_torch.checking.language import Language
from minnet_torch.checking.layer import TorchLayer
from minnet_torch.checking.memory import like_in_memory

LAYOUTS = {
    "contiguous": lambda array: array,
    "transposed": np.asfortranarray,
    "strided": lambda array: np.repeat(array, 2, axis=-1)[..., ::2],
    "padded": lambda array: np.pad(array, ((0, 0), (0, 3)))[:, :-3],
    "broadcast": lambda array: np.broadcast_to(array[:1], array.shape),
    "one number": lambda array: np.broadcast_to(array[0, 0], array.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_tensor_lies_in_memory_as_its_array(layout):
    array = layout(np.arange(12.0).reshape(3, 4))
    tensor = like_in_memory(array)
    assert np.array_equal(tensor.numpy(), array)
    assert [step * 8 for step in tensor.stride()] == list(array.strides)
    before = array.copy()
    if 0 not in array.strides:
        tensor.add_(1)
    assert np.array_equal(array, before)


def test_a_reversed_array_becomes_contiguous():
    array = np.arange(12.0).reshape(3, 4)[:, ::-1]
    assert np.array_equal(like_in_memory(array).numpy(), array)
    assert like_in_memory(array).is_contiguous()


def test_draws_of_pytorch_are_seen_in_numpys_generator():
    np.random.seed(3)
    before, ours = seed_of_now(), torch.get_rng_state()
    with seeded(before):
        first = torch.rand(3)
    assert seed_of_now() != before
    assert torch.equal(torch.get_rng_state(), ours)
    np.random.seed(3)
    with seeded(seed_of_now()):
        assert torch.equal(torch.rand(3), first)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gradInput[1][0, 2], shape (4, 3)", "b.grad[0, 2], shape (4, 3)"),
        ("gradient of weight[0]: expected gradOutput", "weight.grad[0]: expected grad"),
        ("``updateGradInput`` gives", "backward for the inputs alone gives"),
        ("needs gradInput_is_the_slope, which fails", "needs gradInput_is_the_slope, which fails"),
        ("the gradient of the input", "the gradient of the input"),
        ("after eval, evaluate mode", "after eval, eval mode"),
    ],
)
def test_the_words_are_those_of_pytorch(text, told):
    assert Language("F", ["a", "b"], ["grad"], True).retell("", text) == told


def test_a_class_of_pytorch_has_an_adapter_and_another_has_none():
    found = adapted(torch.nn.Linear)
    assert isinstance(found, Adapter)
    assert found.component.__name__ == "Linear"
    assert adapted(dict) is None


def make(cls, **arguments) -> TorchLayer:
    adapter = adapted(cls)
    assert adapter is not None
    return adapter.component(**arguments)


def test_a_layer_computes_what_the_module_does():
    layer = make(torch.nn.Linear, in_features=3, out_features=2)
    x, g = np.random.default_rng(0).standard_normal((2, 4, 3)).astype(np.float32)
    g = g[:, :2]
    weight, bias = layer.getParameters()
    assert np.allclose(layer.forward(x), x @ weight.T + bias, rtol=1e-5)
    for times in (1, 2):
        assert np.allclose(layer.backward(x, g), g @ weight, rtol=1e-5)
        assert np.allclose(layer.namedGradParameters()["weight"], times * (g.T @ x), rtol=1e-4, atol=1e-5)


def test_a_recurrent_layer_gives_the_outputs_that_have_a_row_for_each_sample():
    layer = make(torch.nn.LSTM, input_size=3, hidden_size=2, batch_first=True)
    assert layer.forward(np.zeros((4, 5, 3), np.float32)).shape == (4, 5, 2)
    assert layer.forward(np.zeros((1, 5, 3), np.float32)).shape == (1, 5, 2)


def test_a_copy_goes_back_through_a_pass_of_its_own():
    import copy

    layer = make(torch.nn.Dropout, p=0.5)
    x = np.ones((6, 7), np.float32)
    output = layer.forward(x)
    assert np.array_equal(copy.deepcopy(layer).backward(x, x), output)


def test_what_returns_no_tensor_is_refused():
    class Named(torch.nn.Module):
        def forward(self, x):
            return {"output": x}

    with pytest.raises(TypeError, match="expected a tensor, or a tuple of tensors, received dict"):
        make(Named).forward(np.ones((2, 3), np.float32))


def test_a_loss_of_one_number_is_told_what_makes_it_a_layer():
    (report,) = check_component(torch.nn.MSELoss, input=((4, 3), (4, 3)), checks=["forward_runs"], on_fail=None)
    (failure,) = report.failures
    assert 'look here: a loss of one number is no layer, reduction="none" makes it one' in failure.explanation
    arguments = {"reduction": "none"}
    (report,) = check_component(torch.nn.MSELoss, arguments=arguments, input=((4, 3), (4, 3)), checks=["forward_runs"])
    assert not report.failures

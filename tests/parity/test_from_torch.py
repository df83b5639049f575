"""`from_torch`: the same outputs as PyTorch's modules, and state dicts that go both ways without a bit changed."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from minnet_core import CounterpartError, Example, Module, Reference, Sequential, ShapeError, layers, load, save
from minnet_core.errors import StateError
from minnet_core.testing import isolated
from minnet_torch import from_torch, load_torch_state_dict, to_torch, torch_names, torch_state_dict

X, IMAGES, SIGNAL, WORDS = (4, 6), (2, 4, 8, 8), (2, 4, 9), "words"

MODULES = [
    (lambda: nn.Linear(6, 3), X),
    (lambda: nn.Linear(6, 3, bias=False), X),
    (lambda: nn.Conv1d(4, 2, 3, dilation=2), SIGNAL),
    (lambda: nn.Conv2d(4, 6, 3, padding=1, groups=2), IMAGES),
    (lambda: nn.Conv2d(4, 6, (3, 5), stride=2, padding=(1, 2), bias=False), IMAGES),
    (lambda: nn.Conv2d(4, 6, 3, padding="same"), IMAGES),
    (lambda: nn.ConvTranspose1d(4, 2, 3), SIGNAL),
    (lambda: nn.ConvTranspose2d(4, 2, 3, stride=2, output_padding=1), IMAGES),
    (lambda: nn.BatchNorm1d(6), X),
    (lambda: nn.BatchNorm1d(6, affine=False, eps=1e-3, momentum=0.3), X),
    (lambda: nn.BatchNorm2d(4, eps=0.1), IMAGES),
    (lambda: nn.BatchNorm3d(4), (2, 4, 2, 3, 2)),
    (lambda: nn.InstanceNorm1d(4), SIGNAL),
    (lambda: nn.InstanceNorm2d(4, affine=True), IMAGES),
    (lambda: nn.GroupNorm(2, 4), IMAGES),
    (lambda: nn.LayerNorm(6), X),
    (lambda: nn.LayerNorm((8, 8), bias=False), IMAGES),
    (lambda: nn.LayerNorm(6, elementwise_affine=False), X),
    (lambda: nn.RMSNorm(6), X),
    (lambda: nn.ReLU(inplace=True), X),
    (nn.ReLU6, X),
    (lambda: nn.LeakyReLU(0.2), X),
    (lambda: nn.PReLU(6), X),
    (lambda: nn.ELU(0.5), X),
    (nn.SELU, X),
    (lambda: nn.CELU(0.3), X),
    (nn.GELU, X),
    (lambda: nn.GELU("tanh"), X),
    (nn.SiLU, X),
    (nn.Mish, X),
    (nn.Softplus, X),
    (nn.Softsign, X),
    (nn.Tanh, X),
    (nn.Sigmoid, X),
    (nn.LogSigmoid, X),
    (lambda: nn.Softmax(-1), X),
    (lambda: nn.Softmax(1), IMAGES),
    (lambda: nn.LogSoftmax(1), X),
    (lambda: nn.Softmin(-1), X),
    (nn.Hardtanh, X),
    (lambda: nn.Hardtanh(-2, 0.5), X),
    (nn.Hardswish, X),
    (lambda: nn.Hardshrink(0.3), X),
    (lambda: nn.Softshrink(0.2), X),
    (nn.Tanhshrink, X),
    (lambda: nn.Threshold(0.1, 2), X),
    (lambda: nn.RReLU(0.1, 0.2), X),
    (lambda: nn.Dropout(0.3), X),
    (lambda: nn.AlphaDropout(0.3), X),
    (lambda: nn.Dropout2d(0.3), IMAGES),
    (nn.Identity, X),
    (nn.Flatten, IMAGES),
    (lambda: nn.Flatten(2), IMAGES),
    (lambda: nn.Unflatten(1, (2, 3)), X),
    (lambda: nn.MaxPool1d(2), SIGNAL),
    (lambda: nn.MaxPool2d(3, 2, 1, ceil_mode=True), IMAGES),
    (lambda: nn.MaxPool2d(2, dilation=2), IMAGES),
    (lambda: nn.AvgPool1d(2), SIGNAL),
    (lambda: nn.AvgPool2d(3, 2, count_include_pad=False), IMAGES),
    (lambda: nn.AdaptiveAvgPool2d(1), IMAGES),
    (lambda: nn.AdaptiveMaxPool2d((2, 3)), IMAGES),
    (lambda: nn.ZeroPad2d((1, 2, 0, 1)), IMAGES),
    (lambda: nn.ReflectionPad2d(1), IMAGES),
    (lambda: nn.PixelShuffle(2), IMAGES),
    (lambda: nn.Upsample(scale_factor=2), IMAGES),
    (lambda: nn.Upsample(size=(9, 11), mode="bilinear", align_corners=True), IMAGES),
    (lambda: nn.Embedding(9, 3), WORDS),
    (lambda: nn.Embedding(9, 3, padding_idx=-1), WORDS),
    (lambda: nn.EmbeddingBag(9, 3, mode="max"), WORDS),
    (lambda: nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5), nn.Sequential(nn.ReLU(), nn.Linear(5, 2))), X),
    (lambda: nn.Sequential(nn.Conv1d(4, 3, 3), nn.BatchNorm1d(3), nn.Tanh()), SIGNAL),
    (
        lambda: nn.Sequential(
            *(nn.Conv2d(4, 3, 3, bias=False), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
            *(nn.Dropout(0.5), nn.Linear(27, 5), nn.BatchNorm1d(5), nn.LogSoftmax(-1)),
        ),
        IMAGES,
    ),
]


def filled(module, dtype):
    """The module in evaluation mode, none of its arrays what it began as."""
    generator = torch.Generator().manual_seed(0)
    module.to(dtype).eval()
    for tensor in (*module.parameters(), *module.buffers()):
        if tensor.is_floating_point():
            tensor.data.add_(0.1 + torch.rand(tensor.shape, generator=generator, dtype=dtype) / 2)
    return module


def drawn(shape, dtype):
    generator = torch.Generator().manual_seed(1)
    if shape == WORDS:
        return torch.randint(0, 9, (4, 5), generator=generator)
    return torch.randn(shape, generator=generator, dtype=dtype)


@pytest.mark.parametrize(("make", "shape"), MODULES, ids=[repr(make()).replace("\n", "") for make, _ in MODULES])
def test_outputs_and_state_dicts_are_those_of_pytorch(make, shape):
    torch.manual_seed(0)  # whatever has been drawn before
    for dtype, tolerance in ((torch.float64, 1e-9), (torch.float32, 1e-6)):
        module, x = filled(make(), dtype), drawn(shape, dtype)
        model = from_torch(module, input_axes=x.ndim)
        expected = module(x).detach()
        exact = copy.deepcopy(module).double()(x.double() if x.is_floating_point() else x).detach()
        rounding = (expected - exact).abs().max().item()  # PyTorch's own, in float32; of a deep network that is more
        output = torch.from_numpy(model.forward(x.numpy()))
        torch.testing.assert_close(output, expected, rtol=tolerance, atol=tolerance + 4 * rounding)
        assert not model.training
        state = torch_state_dict(model)
        assert state.keys() == {name for name in module.state_dict() if not name.endswith("num_batches_tracked")}
        for name, tensor in state.items():
            assert torch.equal(tensor, module.state_dict()[name])
        module.load_state_dict(state)  # which PyTorch is content with
        assert from_torch(module, input_axes=x.ndim).namedParameters().keys() == model.namedParameters().keys()


def test_gradients_in_training_mode_are_those_of_pytorch():
    module = filled(MODULES[-1][0](), torch.float64).train()
    module[5].p = 0.0
    x = drawn(IMAGES, torch.float64).requires_grad_()
    model = from_torch(module)
    assert model.training
    y = module(x)
    slope = torch.randn(y.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    y.backward(slope)
    np.testing.assert_allclose(model.forward(x.detach().numpy()), y.detach().numpy(), rtol=1e-9, atol=1e-9)
    gradient = model.backward(x.detach().numpy(), slope.numpy())
    np.testing.assert_allclose(gradient, x.grad.numpy(), rtol=1e-9, atol=1e-9)
    names = torch_names(model)
    for own, array in model.namedGradParameters().items():
        its = module.get_parameter(names[own]).grad.numpy()
        np.testing.assert_allclose(array.reshape(its.shape), its, rtol=1e-9, atol=1e-9)


def test_minnet_to_pytorch_to_minnet_gives_equal_arrays():
    model = Sequential(
        layers["Linear"](3, 4, rng=0), layers["BatchNormalization"](0.9), layers["ChannelwiseScaling"](4, rng=1),
        layers["ELU"](), layers["Linear"](4, 2, rng=2), layers["LogSoftMax"](),
    )  # fmt: skip
    model.forward(np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32))
    theirs = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4, eps=1e-3), nn.ELU(), nn.Linear(4, 2), nn.LogSoftmax(-1))
    theirs.load_state_dict(torch_state_dict(model))
    back = from_torch(theirs)
    assert len(back.modules) == 5
    arrays = {**back.namedParameters(), **back.namedBuffers()}
    assert {k.replace("1.0.", "1.").replace("1.1.", "2."): v.tolist() for k, v in arrays.items() if k[0] < "2"} == {
        k: v.tolist() for k, v in {**model.namedParameters(), **model.namedBuffers()}.items() if k[0] < "3"
    }
    for name, tensor in torch_state_dict(model).items():
        assert torch.equal(torch_state_dict(back)[name], tensor)
    again = from_torch(to_torch(model))
    for name, array in {**model.namedParameters(), **model.namedBuffers()}.items():
        its = {**again.namedParameters(), **again.namedBuffers()}[name]
        assert np.array_equal(its, array)
        assert not np.shares_memory(its, array)


def test_a_model_file_keeps_the_epsilon_of_a_batch_normalization(tmp_path):
    module, x = filled(nn.BatchNorm1d(6, eps=0.5), torch.float64), drawn(X, torch.float64)
    output = load(save(from_torch(module, input_axes=2), tmp_path / "m.safetensors")).forward(x.numpy())
    np.testing.assert_allclose(output, module(x).detach().numpy(), rtol=1e-9)


def extended(module):
    module.register_buffer("scale", torch.ones(2))
    return module


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        (nn.LSTM(3, 2), r"^the module, LSTM: no installed layer names torch\.nn\.LSTM as its counterpart"),
        (
            nn.Sequential(nn.Linear(3, 3), nn.Sequential(nn.ReLU(), nn.MaxPool2d(2, return_indices=True))),
            r"^1\.1, MaxPool2d: MaxPool2d has no counterpart of return_indices=True$",
        ),
        (nn.Softplus(beta=2), "SoftPlus has no counterpart of beta=2"),
        (nn.Embedding(5, 3, max_norm=1.0), r"Embedding has no counterpart of max_norm=1\.0"),
        (
            nn.BatchNorm1d(3, momentum=None),
            r"no counterpart of torch\.nn\.BatchNorm1d with num_features=3, momentum=None$",
        ),
        (nn.BatchNorm1d(3, track_running_stats=False), "BatchNorm1d"),
        (nn.TransformerEncoderLayer(4, 2), "and its forward is code of its own$"),
        (nn.Sequential(nn.Tanh(), nn.Linear(3, 2).bfloat16()), r"^1, Linear: expected a tensor that NumPy can hold"),
        (nn.Linear(3, 2, device="meta"), "^the module, Linear: expected tensors on the cpu"),
        (nn.Linear(3, 2, dtype=torch.complex64), "^the module, Linear: weight: expected floating numbers, as W has"),
        (parametrizations.weight_norm(nn.Linear(3, 2)), "^the module, ParametrizedLinear: its arrays are parametrized"),
        (nn.Sequential(nn.Tanh(), nn.LazyLinear(2)), r"^1\.weight: expected a network that has been called, for it"),
        (nn.Sequential(nn.Tanh(), None), "^1: expected a module, received None$"),
        (extended(nn.Linear(3, 2)), "^the module, Linear: Linear: expected the arrays of its counterpart"),
    ],
)
def test_what_has_no_counterpart_is_named_with_what_is_lacking(module, reason):
    with pytest.raises(CounterpartError, match=reason):
        from_torch(module)


def test_a_parameter_that_two_modules_share_is_refused():
    one = nn.Linear(3, 3)
    with pytest.raises(CounterpartError, match=r"1\.weight is 0\.weight, shared"):
        from_torch(nn.Sequential(one, one))
    two = nn.Linear(3, 3)
    two.weight = nn.Parameter(one.weight.data)  # another tensor of the same memory
    with pytest.raises(CounterpartError, match=r"1\.weight is 0\.weight, shared"):
        from_torch(nn.Sequential(one, two))


def test_a_module_without_arrays_that_is_used_twice_comes_twice():
    tanh, bn = nn.Tanh(), nn.BatchNorm1d(3, affine=False)
    module = filled(nn.Sequential(nn.Linear(6, 3), tanh, nn.Linear(3, 3), tanh), torch.float64)
    model, x = from_torch(module), drawn(X, torch.float64)
    assert len(model.modules) == 4
    np.testing.assert_allclose(model.forward(x.numpy()), module(x).detach().numpy(), rtol=1e-9)
    with pytest.raises(CounterpartError, match=r"^1\.running_mean is 0\.running_mean, shared"):
        from_torch(nn.Sequential(bn, bn))


def test_each_module_keeps_its_own_mode():
    frozen = filled(nn.BatchNorm1d(6), torch.float64)
    module = nn.Sequential(nn.Sequential(frozen, nn.Dropout(0.0)), nn.Dropout(0.5)).train()
    frozen.eval()
    module[1].eval()
    model, x = from_torch(module, input_axes=2), drawn(X, torch.float64)
    assert (model.training, model.modules[0].training, model.modules[1].training) == (True, True, False)
    np.testing.assert_allclose(model.forward(x.numpy()), module(x).detach().numpy(), rtol=1e-9)
    np.testing.assert_array_equal(frozen.running_mean, model.modules[0].modules[0].modules[0].moving_mean)
    assert not from_torch(nn.Sequential(to_torch(Sequential(layers["Dropout"](0.5))).eval())).modules[0].training


def own_forward():
    module = nn.Linear(6, 3)
    module.forward = lambda x: 2 * x
    return module


def hooked(module, register):
    getattr(module, register)(lambda *_: None)
    return module


@pytest.mark.parametrize(
    ("module", "where"),
    [
        (own_forward(), "the module"),
        (nn.Sequential(nn.ReLU(), hooked(nn.Linear(6, 3), "register_forward_hook")), "1"),
        (nn.Sequential(hooked(nn.Sequential(nn.ReLU()), "register_forward_pre_hook")), "0"),
        (nn.Sequential(hooked(to_torch(layers["Linear"](6, 3)), "register_forward_hook")), "0"),
    ],
)
def test_what_a_module_does_besides_is_refused(module, where):
    with pytest.raises(CounterpartError, match=f"^{where}, .*: it has forward hooks, or a forward of its own"):
        from_torch(module)


@pytest.mark.parametrize(
    "module",
    [
        nn.Sequential(nn.Conv2d(4, 3, 1), nn.Flatten(2), nn.BatchNorm1d(3)),
        nn.Sequential(nn.Conv2d(4, 3, 1), nn.Flatten(), nn.Unflatten(1, (3, 64)), nn.BatchNorm1d(3)),
        nn.Sequential(nn.Flatten(0, 1), nn.Flatten(1, -1), nn.BatchNorm1d(64)),
        nn.Sequential(nn.Flatten(0, 1), nn.Unflatten(0, (2, -1)), nn.Flatten(-2, -1), nn.BatchNorm1d(4)),
    ],
    ids=["three axes", "three axes again", "two axes", "of four"],
)
def test_axes_are_counted_through_what_changes_them(module):
    filled(module, torch.float64)
    x = drawn(IMAGES, torch.float64)
    output = from_torch(module, input_axes=4).forward(x.numpy())
    np.testing.assert_allclose(output, module(x).detach().numpy(), rtol=1e-9)


def test_words_as_vectors_have_an_axis_more():
    module = filled(nn.Sequential(nn.Embedding(9, 3), nn.BatchNorm1d(5)), torch.float64)
    x = drawn(WORDS, torch.float64)
    output = from_torch(module, input_axes=2).forward(x.numpy())
    np.testing.assert_allclose(output, module(x).detach().numpy(), rtol=1e-9)


def test_a_batch_normalization_is_taken_to_be_of_features_with_a_warning_unless_told():
    module = filled(nn.Sequential(nn.Sequential(nn.BatchNorm1d(4))), torch.float64)
    x = drawn(SIGNAL, torch.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        output = from_torch(module, input_axes=3).forward(x.numpy())
    np.testing.assert_allclose(output, module(x).detach().numpy(), rtol=1e-9)
    with pytest.warns(UserWarning, match=r"^0\.0, BatchNorm1d: taken to be of \(batch, features\)") as caught:
        model = from_torch(module)
    assert caught[0].filename == __file__
    with pytest.raises(ShapeError):
        model.forward(x.numpy())
    with pytest.raises(ValueError, match="expected input_axes to be a number of axes, received 0"):
        from_torch(module, input_axes=0)


@pytest.mark.parametrize(
    "module",
    [
        nn.Sequential(nn.BatchNorm1d(4), nn.ReLU(), nn.Conv1d(4, 4, 1)),
        nn.Sequential(nn.Sequential(nn.BatchNorm1d(4), nn.Tanh()), nn.Sequential(nn.Identity(), nn.MaxPool1d(2))),
        nn.Sequential(nn.Flatten(1, -2), nn.Unflatten(1, (4, 1)), nn.Flatten(2), nn.BatchNorm1d(4)),
    ],
    ids=["a convolution", "pooling, elsewhere", "axes"],
)
def test_what_comes_behind_a_batch_normalization_tells_its_axes(module):
    """Of as many channels as there are places both readings run, and one is wrong."""
    filled(module, torch.float64)
    x = drawn((2, 4, 4), torch.float64)
    output = from_torch(module).forward(x.numpy())
    np.testing.assert_allclose(output, module(x).detach().numpy(), rtol=1e-9)


def test_a_batch_normalization_of_images_tells_the_axes_of_what_follows():
    module = filled(nn.Sequential(nn.BatchNorm2d(4), nn.Flatten(1, 2), nn.BatchNorm1d(32)), torch.float64)
    x = drawn(IMAGES, torch.float64)
    np.testing.assert_allclose(from_torch(module).forward(x.numpy()), module(x).detach().numpy(), rtol=1e-9)


class Block(nn.Sequential):
    def __init__(self, n_in, n_out):
        super().__init__(nn.Linear(n_in, n_out), nn.Tanh())


class Doubling(nn.Sequential):
    def forward(self, x):
        return 2 * super().forward(x)


def test_a_subclass_of_sequential_is_read_if_it_adds_nothing():
    module, x = filled(nn.Sequential(Block(6, 3), Block(3, 2)), torch.float64), drawn(X, torch.float64)
    np.testing.assert_allclose(from_torch(module).forward(x.numpy()), module(x).detach().numpy(), rtol=1e-9)
    with pytest.raises(CounterpartError, match=r"^the module, Doubling: .* its forward is code of its own"):
        from_torch(Doubling(nn.Tanh()))


def test_a_strangers_layer_comes_from_pytorch_by_what_its_example_says():
    class Gated(Module):
        EXAMPLES = (Example(arguments={"axis": 1}, input=(4, 6), reference=Reference("torch.nn.GLU", {"dim": 1})),)

        def __init__(self, axis):
            super().__init__()
            self.axis = axis

        def updateOutput(self, input):
            a, b = np.split(input, 2, self.axis)
            self.output = a / (1 + np.exp(-b))
            return self.output

    with pytest.raises(CounterpartError, match=r"no installed layer names torch\.nn\.GLU"):
        from_torch(nn.GLU(-1))
    with isolated():
        layers.register(Gated)
        model = from_torch(nn.Sequential(nn.GLU(-1)))
    x = drawn(X, torch.float64)
    np.testing.assert_allclose(model.forward(x.numpy()), nn.GLU(-1)(x).numpy(), rtol=1e-12)


def test_a_state_dict_of_another_network_changes_nothing():
    model = Sequential(layers["Linear"](3, 2, rng=0))
    before = model.modules[0].W.copy()
    with pytest.raises(StateError, match=r"missing: 0\.bias; not of it: 0\.spread"):
        load_torch_state_dict(model, {"0.weight": torch.zeros(2, 3), "0.spread": torch.zeros(2)})
    with pytest.raises(ShapeError, match=r"0\.bias: expected shape \(2,\), that of 0\.b, received \(3,\)"):
        load_torch_state_dict(model, {"0.weight": torch.zeros(2, 3), "0.bias": torch.zeros(3)})
    assert np.array_equal(model.modules[0].W, before)
    load_torch_state_dict(model, {"0.weight": torch.ones(2, 3, dtype=torch.bfloat16), "0.bias": torch.zeros(2)})
    assert (model.modules[0].W == 1).all()
    assert model.modules[0].W.dtype == np.float32


def test_a_layer_with_arrays_and_no_counterpart_is_named():
    with pytest.raises(CounterpartError, match=r"^1: Cosine: expected an Example of its own"):
        torch_names(Sequential(layers["Linear"](3, 2), layers["Cosine"](2, 2)))
    assert torch_names(Sequential(layers["GradientReversal"](), layers["Linear"](3, 2))) == {
        "1.W": "1.weight",
        "1.b": "1.bias",
    }

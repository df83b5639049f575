"""PyTorch's and Torch7's names of arrays: assigning through them is seen wherever the own names are."""

import numpy as np
import pytest

from minnet_core import Module, Sequential, fuse, load, save
from minnet_core.nn import further_names
from minnet_layers import (
    Add,
    BatchNormalization,
    Bilinear,
    CAdd,
    ChannelwiseScaling,
    CMul,
    Cosine,
    Embedding,
    EmbeddingBag,
    Euclidean,
    GroupNormalization,
    LayerNormalization,
    Linear,
    Maxout,
    Mul,
    PReLU,
    RMSNormalization,
)

SCALING = {"weight": "gamma", "bias": "beta", "gradWeight": "gradGamma", "gradBias": "gradBeta"}

NAMES = {
    Linear: {"weight": "W", "bias": "b", "gradWeight": "gradW", "gradBias": "gradb"},
    Bilinear: {"weight": "W", "bias": "b", "gradWeight": "gradW", "gradBias": "gradb"},
    Cosine: {"weight": "W", "gradWeight": "gradW"},
    Euclidean: {"weight": "W", "gradWeight": "gradW"},
    Maxout: {"weight": "W", "bias": "b", "gradWeight": "gradW", "gradBias": "gradb"},
    ChannelwiseScaling: SCALING,
    LayerNormalization: SCALING,
    GroupNormalization: SCALING,
    RMSNormalization: {"weight": "gamma", "gradWeight": "gradGamma"},
    Mul: {"weight": "gamma", "gradWeight": "gradGamma"},
    Add: {"bias": "beta", "gradBias": "gradBeta"},
    CMul: {"weight": "gamma", "gradWeight": "gradGamma"},
    CAdd: {"bias": "beta", "gradBias": "gradBeta"},
    Embedding: {"weight": "W", "gradWeight": "gradW"},
    EmbeddingBag: {"weight": "W", "gradWeight": "gradW"},
    PReLU: {"weight": "slope", "gradWeight": "gradSlope"},
    BatchNormalization: {"running_mean": "moving_mean", "running_var": "moving_variance"},
}


@pytest.mark.parametrize(("cls", "expected"), NAMES.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_names(cls, expected):
    assert further_names(cls) == expected


def test_a_layer_without_a_bias_has_none():
    layer = Linear(3, 2, bias=False)
    assert layer.bias is layer.gradBias is None
    assert list(layer.namedParameters()) == ["W"]


def model_of():
    return Sequential(Linear(3, 4, rng=0), BatchNormalization(0.9), ChannelwiseScaling(4, rng=0), Linear(4, 2, rng=0))


def assign(model, *, further):
    """Give it other arrays, by their own names or by further ones."""
    rng = np.random.default_rng(1)
    for layer, names in ((model[0], ("W", "b")), (model[2], ("gamma", "beta")), (model[3], ("W", "b"))):
        called = ("weight", "bias") if further else names
        for name, own in zip(called, names, strict=True):
            setattr(layer, name, rng.standard_normal(getattr(layer, own).shape).astype(np.float32))
    mean, variance = ("running_mean", "running_var") if further else ("moving_mean", "moving_variance")
    setattr(model[1], mean, rng.standard_normal(4).astype(np.float32))
    setattr(model[1], variance, np.ones(4, np.float32))
    return model


def test_files_have_them_under_their_own_names(tmp_path):
    path = tmp_path / "model.safetensors"
    model = assign(model_of(), further=True)
    save(model, path)
    expected = assign(model_of(), further=False)
    again = load(path)
    assert list(again.namedParameters()) == ["0.W", "0.b", "2.gamma", "2.beta", "3.W", "3.b"]
    for name, array in {**expected.namedParameters(), **expected.namedBuffers()}.items():
        np.testing.assert_array_equal({**again.namedParameters(), **again.namedBuffers()}[name], array)


def test_sharing_and_fusing():
    model = assign(model_of(), further=True)
    assert model_of().share(model, "weight")[2].gamma is model[2].weight
    assert Module.clone(model, "bias")[0].b is model[0].bias
    model.evaluate()
    x = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
    np.testing.assert_allclose(fuse(model).forward(x), model.forward(x), rtol=1e-4, atol=1e-5)


def test_a_subclass_that_means_a_flag_by_it_is_told():
    class Flagged(Linear):
        def __init__(self):
            super().__init__(3, 2)
            self.bias = True

    with pytest.raises(TypeError, match=r"Flagged.bias: expected an array, .*declares ALIASES = \{\}"):
        Flagged()

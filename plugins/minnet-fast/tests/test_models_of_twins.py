"""A model of twins is accelerated, saved, copied, fused and called as one of layers."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from layers_with_twins import LAYERS, draw

import minnet_layers
from minnet_core import Module, Sequential, build, fuse, load, save, to_config

kernels = pytest.importorskip("minnet_fast.kernels")
from minnet_fast import accelerate  # noqa: E402
from minnet_fast.twins import layers  # noqa: E402


def network():
    modules = [getattr(minnet_layers, name)(**LAYERS[name]) for name in LAYERS if name != "Linear"]
    return Sequential(Sequential(*modules), minnet_layers.Linear(6, 3, rng=0), minnet_layers.LogSoftMax())


def test_a_model_is_accelerated_at_every_depth_and_in_place():
    model = network()
    assert accelerate(model) is model
    inner = [*model.modules[0].modules, *model.modules[1:]]
    assert [type(module) for module in inner] == [layers.TWINS[type(module).STANDS_FOR] for module in inner]
    assert accelerate(model) is model


def test_subclasses_and_the_classes_of_others_stay_as_they_are():
    class Mine(minnet_layers.ReLU):
        pass

    mine = Mine()
    assert type(accelerate(mine)) is Mine
    assert type(accelerate(Sequential())) is Sequential


@pytest.mark.parametrize("value", [3, None, minnet_layers.ReLU])
def test_what_is_no_component_is_refused(value):
    with pytest.raises(TypeError, match="accelerate: expected a layer, a criterion or an optimizer, received"):
        accelerate(value)


def test_a_twin_is_saved_as_its_layer_and_loaded_as_one(tmp_path):
    model = accelerate(network())
    model.modules[0].add(minnet_layers.ReLU())  # beside a twin of it
    x = draw((8, 6))
    model.forward(x)
    model.evaluate()
    assert "local" not in str(to_config(model))
    assert type(build(to_config(model.modules[1]))) is minnet_layers.Linear
    save(model, tmp_path / "model.safetensors")
    loaded = load(tmp_path / "model.safetensors")
    assert type(loaded.modules[1]) is minnet_layers.Linear
    np.testing.assert_allclose(loaded.forward(x), model.forward(x), rtol=1e-5, atol=1e-5)


def test_a_subclass_of_a_twin_is_no_stand_in():
    class Mine(layers.ReLU):
        pass

    assert to_config(Mine()) == {"class": "local:Mine"}


def test_copies_and_pickles_of_twins_are_twins():
    twin = accelerate(minnet_layers.Linear(6, 3, rng=0))
    for copy in (twin.clone(), pickle.loads(pickle.dumps(twin))):
        assert type(copy) is layers.Linear
        np.testing.assert_array_equal(copy.forward(draw((2, 6))), twin.forward(draw((2, 6))))


def test_a_model_of_twins_is_fused_as_one_of_layers():
    names = ("Linear", "BatchNormalization", "ChannelwiseScaling", "Dropout", "ReLU")
    model = Sequential(
        *[
            getattr(minnet_layers, name)(**{**LAYERS[name], "n_out": 6} if name == "Linear" else LAYERS[name])
            for name in names
        ]
    )
    x = draw((8, 6))
    model.forward(x)
    model.evaluate()
    expected = model.forward(x)
    fused = fuse(accelerate(model))
    assert len(fused.modules) == 2
    np.testing.assert_allclose(fused.forward(x), expected, rtol=1e-4, atol=1e-5)


def test_an_evaluated_model_of_twins_may_be_called_from_many_threads():
    model = accelerate(network())
    x = draw((400, 6))
    model.forward(x)
    model.evaluate()
    inputs = [draw((400, 6), seed) for seed in range(16)]
    expected = [model.forward(each) for each in inputs]
    with ThreadPoolExecutor(4) as pool:
        for result, other in zip(pool.map(model.forward, inputs), expected, strict=True):
            np.testing.assert_array_equal(result, other)


def test_modules_that_attributes_hold_are_accelerated():
    class Holder(Module):
        def __init__(self):
            super().__init__()
            self.inner = minnet_layers.ReLU()

    assert type(accelerate(Holder()).inner) is layers.ReLU

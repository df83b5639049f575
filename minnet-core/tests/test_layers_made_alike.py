"""Layers of a model that are made from the same arguments are saved as each of them is."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import save as to_bytes

from minnet_core import ModelFileError, Sequential, layers, load, save
from minnet_core.saving.model_file import _to_bytes
from minnet_core.testing import install_distribution
from minnet_test_support.components import DeclaredLinear


def test_layers_that_are_made_alike_are_told_apart_by_what_has_changed_in_each(tmp_path):
    layers.register(DeclaredLinear)
    model = Sequential(*(DeclaredLinear(2, 2) for _ in range(3)), DeclaredLinear(3, 2))
    model.modules[1].evaluate()
    loaded = load(save(model, tmp_path / "model.safetensors"))
    assert [module.training for module in loaded.modules] == [True, False, True, True]
    for name, array in model.namedParameters().items():
        np.testing.assert_array_equal(loaded.namedParameters()[name], array)


def test_of_layers_that_are_made_alike_each_is_compared_with_what_its_constructor_makes(tmp_path):
    model = Sequential(DeclaredLinear(2, 2), DeclaredLinear(2, 2))
    model.modules[1].W = np.zeros((3, 2), np.float32)
    model.modules[1].gradW = np.zeros((3, 2), np.float32)
    with pytest.raises(ModelFileError, match=r"1\.W"):
        save(model, tmp_path / "model.safetensors")


LAYERS = """
import numpy as np
from minnet_core import Module
from minnet_test_support.components import DeclaredLinear

class Counted(DeclaredLinear):
    calls = 0

    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        type(self).calls += 1
        self.weight, self.shape, self.scale = self.W, (n_out, n_in), np.ones(2)

class Drawing(Counted):
    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.W[:] = np.random.uniform(size=(n_out, n_in))

class Holding(Counted):
    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.rng, self.seen = np.random.default_rng(), []

class Scattered(Counted):
    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.noise = np.random.default_rng().random(3)
"""
COUNT = 20


@pytest.fixture
def strange(site):
    """The classes of a distribution, which are copied where nobody can tell."""
    names = ("Counted", "Drawing", "Holding", "Scattered")
    entry_points = {"minnet.layers": {name: f"strange_layers:{name}" for name in names}}
    install_distribution(site, "strange-layers", {"strange_layers": LAYERS}, entry_points=entry_points)
    layers.refresh()
    return {name: layers[f"strange-layers:{name}"] for name in names}


def loaded_again(cls, path, seed=3):
    model = Sequential(*(cls(2, 2) for _ in range(COUNT)))
    save(model, path)
    cls.calls = 0
    np.random.seed(seed)
    loaded = load(path)
    for name, array in model.namedParameters().items():
        np.testing.assert_array_equal(loaded.namedParameters()[name], array)
    return loaded.modules


def test_loaded_copies_share_nothing_and_have_the_names_of_arrays_that_the_constructor_gives(strange, tmp_path):
    modules = loaded_again(strange["Counted"], tmp_path / "model")
    assert strange["Counted"].calls < COUNT
    arrays = [array for module in modules for array in (module.W, module.gradW, module.b, module.scale)]
    assert len({id(array) for array in arrays}) == len(arrays)
    assert not any(np.shares_memory(one, other) for one, other in zip(arrays, arrays[4:], strict=False))
    assert all(module.weight is module.W and module.shape == (2, 2) for module in modules)


@pytest.mark.parametrize("name", ["Drawing", "Holding", "Scattered"])
def test_what_a_copy_would_not_have_of_its_own_is_constructed(strange, tmp_path, name):
    modules = loaded_again(strange[name], tmp_path / "model")
    assert strange[name].calls == COUNT
    state = np.random.get_state(legacy=False)["state"]
    if name == "Holding":
        assert len({module.rng.random() for module in modules}) == len({id(module.seen) for module in modules}) == COUNT
    np.random.seed(3)
    for _ in range(COUNT):
        strange[name](2, 2)
    np.testing.assert_equal(np.random.get_state(legacy=False)["state"], state)


def test_constructors_of_a_program_are_called_for_each_layer(tmp_path):
    class Mine(DeclaredLinear):
        calls = 0

        def __init__(self, n_in, n_out):
            super().__init__(n_in, n_out)
            type(self).calls += 1

    layers.register(Mine)
    loaded_again(Mine, tmp_path / "model")
    assert Mine.calls == COUNT


def test_arrays_are_written_as_safetensors_writes_them():
    kinds = ("bool", "u1", "i2", "f2", "f4", "f8", "i8")
    arrays = {f"{index}.{kind}": np.ones((index, 2), kind) for index, kind in enumerate(kinds)}
    arrays["scalar"] = np.float32(3)[...]
    assert _to_bytes(arrays, {"a": "b"}) == to_bytes(arrays, metadata={"a": "b"})


def test_parameters_that_were_flattened_are_compared_again_if_one_was_rebound(tmp_path):
    layers.register(DeclaredLinear)
    model = Sequential(*(DeclaredLinear(2, 2) for _ in range(3)))
    model.flattenParameters()
    model.modules[1].W = model.modules[0].W[:, ::-1]
    with pytest.raises(ValueError, match="two views of the same memory"):
        save(model, tmp_path / "model")

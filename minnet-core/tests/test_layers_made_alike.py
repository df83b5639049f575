"""Layers of a model that are made from the same arguments are saved as each of them is."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ModelFileError, Sequential, layers, load, save
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

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Fused, Module, Sequential, build, fuse, load, save, to_config
from minnet_core.testing import check_gradients


@pytest.fixture
def fused(Linear):
    return Fused(Linear(3, 4, dtype=np.float64), Sequential(Linear(4, 2, dtype=np.float64)))


def test_it_is_in_evaluation_mode_with_all_that_is_in_it(fused):
    modules = [fused, *fused, *fused[1]]
    assert not any(module.training for module in modules)
    fused.evaluate()
    assert not any(module.training for module in modules)


def test_a_module_that_is_added_is_set_to_evaluation_mode(fused, Linear):
    added = Linear(2, 2)
    assert fused.add(added) is fused
    assert not added.training


@pytest.mark.parametrize("around", [lambda fused: fused, Sequential, lambda fused: Sequential(Sequential(fused))])
def test_it_refuses_to_be_trained_wherever_it_is_and_says_what_to_do(fused, around):
    with pytest.raises(RuntimeError, match=r"train the model that was given to fuse\(\), and fuse it again"):
        around(fused).train()
    assert not any(module.training for module in (fused, *fused))


def test_its_gradients_are_those_of_central_differences(fused):
    check_gradients(fused, np.random.default_rng(0).standard_normal((4, 3)))


def test_its_repr_names_it_before_its_modules(fused):
    assert repr(fused) == "Fused\nLinear 3 -> 4\nLinear 4 -> 2\n\n"
    assert repr(Fused()) == "Fused\n"


class Sevens(Module):
    """Integers stay what they are."""

    def updateOutput(self, input):
        self.output = input * 7
        return self.output

    def updateGradInput(self, input, gradOutput):
        assert input.dtype == self.output.dtype, "it sees in backward what it saw in forward"
        self.gradInput = gradOutput * 7
        return self.gradInput


def test_integers_become_floating_only_if_it_says_so():
    x = np.arange(200, 203, dtype=np.uint8)
    for fused, dtype in ((Fused(Sevens()), np.uint8), (Fused(Sevens(), floating=True), np.float32)):
        assert fused.forward(x).dtype == dtype
        fused.backward(x, np.ones(3))
    np.testing.assert_array_equal(fused.output, [1400, 1407, 1414])


def test_tables_pass_through_as_they_are():
    (output,) = Fused(floating=True).forward((np.arange(3),))
    np.testing.assert_array_equal(output, np.arange(3))


@pytest.mark.parametrize("floating", [False, True])
def test_it_is_built_copied_and_loaded_as_it_is(floating, tmp_path):
    fused = Fused(Sequential(), floating=floating)
    for twin in (build(to_config(fused)), fused.clone(), load(save(fused, tmp_path / "m.safetensors")), fuse(fused)):
        assert type(twin) is Fused
        assert twin.floating is floating
        assert not twin.training
        assert twin.forward(np.arange(2)).dtype == (np.float64 if floating else int)

from __future__ import annotations

import re

import numpy as np
import pytest

from minnet_core import Module, Sequential, ShapeError, build, fuse, load, save, to_config
from minnet_layers import BatchNormalization, ChannelwiseScaling, Dropout, Linear, ReLU, Residual, Tanh


def block(dtype="float64"):
    return Residual(Linear(3, 5, rng=0, dtype=dtype), Tanh(), Linear(5, 3, rng=1, dtype=dtype))


def test_it_is_the_sum_of_its_input_and_what_a_sequence_makes_of_it():
    x, g = np.random.default_rng(0).standard_normal((2, 4, 3))
    residual, plain = block(), Sequential(*block())
    np.testing.assert_array_equal(residual.forward(x), x + plain.forward(x))
    np.testing.assert_array_equal(residual.backward(x, g), g + plain.backward(x, g))
    np.testing.assert_array_equal(residual.updateGradInput(x, g), g + plain.updateGradInput(x, g))
    for one, other in zip(residual.namedGradParameters().values(), plain.namedGradParameters().values(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_gradients_of_both_ways_add_up_in_a_chain_of_blocks():
    x, g = np.random.default_rng(0).standard_normal((2, 4, 3))
    model = Sequential(Residual(Residual()), Residual())
    np.testing.assert_array_equal(model.forward(x), 6 * x)
    np.testing.assert_array_equal(model.backward(x, g), 6 * g)


@pytest.mark.parametrize("inside", [[], ["first"], ["first", "second"]])
def test_backwardParameters_adds_the_same_gradients(inside):
    x, g = np.random.default_rng(0).standard_normal((2, 4, 3))
    one, other = (Residual(*(Linear(3, 3, rng=i) for i, _ in enumerate(inside))) for _ in range(2))
    for residual, backward in [(one, one.backward), (other, other.backwardParameters)]:
        residual.forward(x)
        backward(x, g)
        backward(x, g)
    for name, gradient in one.namedGradParameters().items():
        np.testing.assert_array_equal(other.namedGradParameters()[name], gradient)


@pytest.mark.parametrize("n_out", [1, 2, 4])
def test_an_output_of_another_shape_is_refused_even_if_it_would_broadcast(n_out):
    message = rf"Residual: expected the output of its modules, .* \(4, 3\), received \(4, {n_out}\) float64"
    with pytest.raises(ShapeError, match=message):
        Residual(Linear(3, n_out, dtype="float64")).forward(np.zeros((4, 3)))


def test_a_gradOutput_of_another_shape_is_refused_before_any_gradient_changes():
    residual, x = block(), np.ones((4, 3))
    residual.forward(x)
    for method in (residual.backward, residual.updateGradInput, residual.backwardParameters):
        with pytest.raises(ShapeError, match=r"Residual: expected gradOutput \(4, 3\), received \(1, 3\)"):
            method(x, np.ones((1, 3)))
    assert not any(gradient.any() for gradient in residual.namedGradParameters().values())


def test_an_error_inside_says_where():
    with pytest.raises(ShapeError) as raised:
        Sequential(Residual(ReLU(), Linear(3, 3))).forward(np.zeros((4, 2)))
    assert raised.value.__notes__[0].startswith("in Residual[1]: Linear 3 -> 3, input (4, 2)")
    assert raised.value.__notes__[1].startswith("in Sequential[0]: Residual, input (4, 2)")


def test_a_table_is_refused():
    with pytest.raises(ShapeError, match="Residual: expected"):
        Residual().forward((np.zeros(2), np.zeros(2)))


class OwnBackward(Module):
    """As notebooks write it: backward, and nothing else to go back."""

    def updateOutput(self, input):
        self.output = 3 * input
        return self.output

    def backward(self, input, gradOutput):
        self.gradInput = 3 * gradOutput
        return self.gradInput


def test_a_module_that_defines_backward_alone_can_be_inside():
    model, x = Sequential(Residual(OwnBackward())), np.ones((2, 3))
    model.forward(x)
    np.testing.assert_array_equal(model.backward(x, x), np.full((2, 3), 4.0))


def test_it_is_saved_and_loaded_with_what_is_inside(tmp_path):
    model, x = Sequential(block(), Residual(Residual(ReLU()))), np.random.default_rng(0).standard_normal((4, 3))
    again = load(save(model, tmp_path / "model.safetensors"))
    np.testing.assert_array_equal(again.forward(x), model.forward(x))
    config = to_config(block())
    assert [each["class"] for each in config["modules"]] == [f"minnet-layers:{n}" for n in ("Linear", "Tanh", "Linear")]
    assert to_config(build(config)) == config
    assert list(model.namedParameters()) == ["0.0.W", "0.0.b", "0.2.W", "0.2.b"]


def test_summary_and_repr_show_what_is_inside():
    assert repr(Residual(Linear(3, 3), Residual(ReLU()))) == "Residual\n  Linear 3 -> 3\n  Residual\n    ReLU"
    assert "Residual" in str(Sequential(block()).summary((4, 3)))


def test_what_is_inside_is_fused_and_nothing_across_the_sum():
    residual = Residual(Linear(3, 3, rng=0), BatchNormalization(0.5), ChannelwiseScaling(3, rng=1), Dropout(0.5, rng=2))
    model = Sequential(Linear(3, 3, rng=3), residual, ChannelwiseScaling(3, rng=4)).astype(np.float64)
    x = np.random.default_rng(0).standard_normal((6, 3))
    model.forward(x)
    model.evaluate()
    fused = fuse(model)
    assert [type(layer).__name__ for layer in fused] == ["Linear", "Residual", "ChannelwiseScaling"]
    assert [type(layer).__name__ for layer in fused[1]] == ["Linear"]
    np.testing.assert_allclose(fused.forward(x), model.forward(x), rtol=1e-12)
    assert len(residual) == 4
    assert not fused[1].training


def test_a_subclass_that_computes_something_else_is_not_fused_inside():
    class Scaled(Residual):
        def updateOutput(self, input):
            self.output = 2 * super().updateOutput(input)
            return self.output

    fused = fuse(Sequential(Scaled(Linear(3, 3), Dropout(rng=0))))
    assert type(fused[0]) is Scaled
    assert len(fused[0]) == 2


def test_its_picture_has_two_ways_to_the_sum():
    svg = str(Sequential(Residual(ReLU(), ReLU())).picture())
    assert re.findall("<title>(.* to .*)</title>", svg) == ["input to 0.0", "0.0 to 0.1", "0.1 to 0", "input to 0"]

"""What minnet asks of its own layers beyond the conformance kit, over the examples that each declares."""

from __future__ import annotations

import numpy as np
import pytest

import minnet_layers
from minnet_core import ShapeError
from minnet_core.nn import leaves
from pytest_minnet import conformance

test_conformance = conformance("minnet-layers")

CASES = [
    pytest.param(getattr(minnet_layers, name), example, id=f"{name}-{index}")
    for name in minnet_layers.__all__
    for index, example in enumerate(getattr(minnet_layers, name).EXAMPLES)
]
OF_REAL_ARRAYS = [case for case in CASES if getattr(case.values[1].draw_input(0), "dtype", None) == np.float64]
every_example = pytest.mark.parametrize(("cls", "example"), CASES)
every_example_of_a_real_array = pytest.mark.parametrize(("cls", "example"), OF_REAL_ARRAYS)
both_modes = pytest.mark.parametrize("mode", ["train", "evaluate"])


def make(cls, example, dtype, mode="train"):
    """Return a layer in a mode (a BatchNormalization that has seen a batch), with an input for it."""
    layer = cls(**example.arguments).astype(dtype)
    layer.forward(example.draw_input(7, dtype))
    getattr(layer, mode)()
    return layer, example.draw_input(1, dtype)


def run(layer, input, gradOutput):
    """Return everything that a pass through a copy of the layer computes."""
    layer = layer.clone()
    output = layer.forward(input)
    gradInput = layer.backward(input, gradOutput)
    return [*leaves([output, gradInput, *layer.namedGradParameters().values()])]


@every_example
@both_modes
def test_float16_stays_float16(cls, example, mode):
    dtype = np.float16
    layer, input = make(cls, example, dtype, mode)
    output = layer.forward(input)
    gradInput = layer.backward(input, np.ones_like(output))
    arrays = leaves([output, gradInput, *layer.namedGradParameters().values()])
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}
    # Statistics of data that float16 can hold may be beyond it: the variance of what has a deviation of 300.
    assert {array.dtype for array in layer.namedBuffers().values()} <= {np.dtype(np.float32)}


@every_example
@both_modes
def test_a_gradOutput_that_would_broadcast_is_refused_and_changes_nothing(cls, example, mode):
    layer, input = make(cls, example, np.float64, mode)
    output = layer.forward(input)
    before = [array.copy() for array in [*layer.getGradParameters(), *layer.namedBuffers().values()]]
    for wrong in (output[:1], output[..., :1], output[0], np.ones(()), output[None]):
        if wrong.shape == output.shape:
            continue
        for method in (layer.updateGradInput, layer.backward):
            with pytest.raises(ShapeError, match="expected gradOutput"):
                method(input, wrong)
        if layer.PARAMETERS:
            with pytest.raises(ShapeError, match="expected gradOutput"):
                layer.accGradParameters(input, wrong)
    after = [*layer.getGradParameters(), *layer.namedBuffers().values()]
    for array, copy in zip(after, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@every_example_of_a_real_array
@both_modes
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.bool_])
def test_integers_are_computed_as_the_floating_numbers_that_they_are(cls, example, mode, dtype):
    layer, input = make(cls, example, np.float32, mode)
    if getattr(layer, "eps", 0) is None:
        layer.eps = 1e-5  # rather than what the dtype of the input says
    least = int("positive-input" in example.traits)
    most = 1 if dtype == np.bool_ else 80  # whose exponential float32 can hold, and uint8 not their squares and sums
    integers = np.random.default_rng(0).integers(least, most, input.shape, endpoint=True).astype(dtype)
    reals = integers.astype(np.float64)
    gradOutput = np.random.default_rng(2).standard_normal(layer.clone().forward(input).shape)
    for result, expected in zip(
        run(layer, integers, gradOutput), run(layer.clone().astype(np.float64), reals, gradOutput), strict=True
    ):
        assert result.dtype.kind == "f"
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)


@every_example
@both_modes
def test_an_integer_gradOutput_counts_as_floating(cls, example, mode):
    layer, input = make(cls, example, np.float64, mode)
    ones = np.ones(layer.clone().forward(input).shape)
    for result, expected in zip(run(layer, input, ones.astype(int)), run(layer, input, ones), strict=True):
        np.testing.assert_allclose(result, expected, rtol=1e-14, atol=1e-14)


@every_example_of_a_real_array
@both_modes
def test_nan_in_gives_nan_out(cls, example, mode):
    layer, input = make(cls, example, np.float64, mode)
    input[0] = np.nan
    assert np.isnan(layer.forward(input)[0]).all()


@every_example
def test_repr_is_that_of_the_notebook(cls, example):
    layer, _ = make(cls, example, np.float64)
    assert repr(layer).partition(" ")[0] == cls.__name__  # alone, or with sizes


@every_example
def test_clearState_leaves_nothing_of_a_pass(cls, example):
    layer, input = make(cls, example, np.float64)
    layer.backward(input, layer.forward(input))
    layer.clearState()
    declared = {*cls.PARAMETERS, *cls.PARAMETERS.values(), *cls.BUFFERS}
    assert {name for name, value in vars(layer).items() if isinstance(value, np.ndarray)} <= declared


@every_example
def test_every_layer_states_its_formulas_its_pytorch_equivalent_and_an_example(cls, example):
    assert cls.__doc__.count(".. math::") >= 2
    assert "Backward" in cls.__doc__
    assert "PyTorch" in cls.__doc__
    assert ">>>" in cls.__doc__

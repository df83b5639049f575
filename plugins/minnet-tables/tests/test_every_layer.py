"""What minnet asks of the layers here beyond the conformance kit, over the examples that each declares."""

from __future__ import annotations

import numpy as np
import pytest

import minnet_tables
from minnet_core import ShapeError, layers
from minnet_core.nn import leaves
from minnet_core.testing import cases_of, map_arrays, structure
from pytest_minnet import conformance

test_conformance = conformance("minnet-tables")

CASES = [case for name in minnet_tables.__all__ for case in cases_of(getattr(minnet_tables, name))]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def make(case, dtype):
    """A layer that has seen an input, that input, and a gradient of ones for its output."""
    layer, input = case.build().astype(dtype), case.draw_input(1, dtype)
    return layer, input, map_arrays(np.ones_like, layer.forward(input))


@every_case
def test_float16_stays_float16(case):
    layer, input, ones = make(case, np.float16)
    layer.backward(input, ones)
    arrays = leaves([layer.output, layer.gradInput, layer.getGradParameters()])
    assert {array.dtype for array in arrays} == {np.dtype(np.float16)}


def wrong_ones(gradOutput):
    """Gradients that do not fit, though some would broadcast."""
    if isinstance(gradOutput, tuple):
        yield from (gradOutput[:-1], (*gradOutput, gradOutput[0]), next(leaves(gradOutput)))
        for wrong in wrong_ones(gradOutput[-1]):
            yield (*gradOutput[:-1], wrong)
    else:
        yield from (gradOutput[..., np.newaxis], np.ones(()), (gradOutput,), gradOutput.ravel()[:-1])


@every_case
def test_a_gradOutput_that_does_not_fit_is_refused_and_changes_nothing(case):
    layer, input, ones = make(case, np.float64)
    for wrong in wrong_ones(ones):
        for method in ("updateGradInput", "backward", *["backwardParameters"] * bool(layer.namedParameters())):
            with pytest.raises(ShapeError, match="expected gradOutput"):
                getattr(layer, method)(input, wrong)
    assert not any(array.any() for array in leaves(layer.getGradParameters()))


@every_case
@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_integers_count_as_the_floating_numbers_that_they_are(case, dtype):
    numbers = map_arrays(lambda array: np.ceil(np.abs(array)), case.draw_input(1))
    integers = map_arrays(lambda array: array.astype(dtype), numbers)
    results = []
    for input in (integers, numbers):
        layer = case.build().astype(np.float64)
        output = layer.forward(input)
        results.append([*leaves(output), *leaves(layer.backward(input, map_arrays(np.ones_like, output)))])
    assert structure(layer.gradInput) == structure(numbers)
    for received, expected in zip(*results, strict=True):
        np.testing.assert_allclose(received, expected, rtol=1e-5, atol=1e-5)


@every_case
def test_clearState_leaves_no_array_of_a_pass(case):
    layer, input, ones = make(case, np.float64)
    layer.backward(input, ones)
    layer.clearState()
    assert {getattr(layer, name) for name in ("output", "gradInput", *layer.CACHES)} == {None}
    assert not any(isinstance(value, np.ndarray) for value in vars(layer).values())


@pytest.mark.parametrize("name", minnet_tables.__all__)
def test_every_layer_states_its_formulas_its_pytorch_equivalent_and_an_example(name):
    text = getattr(minnet_tables, name).__doc__
    assert ".. math::" in text
    assert "Backward" in text
    assert "PyTorch" in text
    assert ">>>" in text
    assert layers[name] is getattr(minnet_tables, name)


def test_view_is_reshape():
    assert layers["View"] is minnet_tables.Reshape

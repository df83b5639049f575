from __future__ import annotations

import attrs
import numpy as np
import pytest

from minnet_core import Example, Sequential


def test_shape_is_drawn_reproducibly_in_the_dtype_asked_for():
    example = Example(input=(4, 3))
    first, second = example.draw_input(0), example.draw_input(np.random.default_rng(0))
    np.testing.assert_array_equal(first, second)
    assert first.dtype == np.float64
    assert example.draw_input(0, np.float32).dtype == np.float32
    assert not np.array_equal(first, example.draw_input(1))


def test_functions_draw_inputs_and_targets():
    example = Example(
        input=lambda rng, dtype: (rng.random(2).astype(dtype), "table"), target=lambda rng, dtype: rng.integers(0, 3, 2)
    )
    assert example.draw_input(0, np.float32)[0].dtype == np.float32
    np.testing.assert_array_equal(example.draw_target(5), np.random.default_rng(5).integers(0, 3, 2))


def test_target_that_is_not_declared_is_an_error():
    with pytest.raises(TypeError, match="expected an example with a target"):
        Example(input=(2,)).draw_target(0)


def test_example_is_a_frozen_value():
    arguments = {"n": 3}
    example = Example(arguments=arguments, input=(2,), traits=["kinks"], expected_failures={"check": "why"})
    arguments["n"] = 4
    assert example.arguments == {"n": 3}
    assert example.traits == {"kinks"}
    assert example == Example(arguments={"n": 3}, input=(2,), traits={"kinks"}, expected_failures={"check": "why"})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        example.input = (3,)
    with pytest.raises(TypeError):
        example.arguments["n"] = 5


def test_unknown_trait_is_an_error():
    with pytest.raises(ValueError, match=r"expected traits among \['batch-coupled', .*\], received \['kink'\]"):
        Example(input=(2,), traits={"kink"})


@pytest.mark.parametrize("value", [3, [4, 3], (0, 3), (-1,), (2.0,), None, "x"])
def test_input_is_a_shape_or_a_function(value):
    with pytest.raises(TypeError, match="expected input to be a shape or a function"):
        Example(input=value)


def test_target_is_a_function():
    with pytest.raises(TypeError):
        Example(input=(2,), target=(2,))


def test_examples_of_the_core_can_be_constructed_and_called():
    for example in Sequential.EXAMPLES:
        x = example.draw_input(0)
        assert Sequential(**example.arguments).forward(x).shape == x.shape

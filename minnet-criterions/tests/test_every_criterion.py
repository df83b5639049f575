"""What the protocol asks of every criterion, over the examples that each declares."""

from __future__ import annotations

import numpy as np
import pytest

import minnet_criterions
from minnet_core import ShapeError
from minnet_core.testing import check_criterion_gradients

CASES = [
    pytest.param(getattr(minnet_criterions, name), example, id=f"{name}-{index}")
    for name in minnet_criterions.__all__
    for index, example in enumerate(getattr(minnet_criterions, name).EXAMPLES)
]
every_example = pytest.mark.parametrize(("cls", "example"), CASES)


def strided(array):
    spaced = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    spaced[..., ::2] = array
    return spaced[..., ::2]


def reversed_in_memory(array):
    return np.ascontiguousarray(array[::-1])[::-1]


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


LAYOUTS = [np.asfortranarray, strided, reversed_in_memory, read_only]


@every_example
def test_gradients_equal_central_differences(cls, example):
    check_criterion_gradients(cls(**example.arguments), example.draw_input(0), example.draw_target(1))


@every_example
def test_gradients_of_a_single_sample_equal_central_differences(cls, example):
    check_criterion_gradients(cls(**example.arguments), example.draw_input(0)[:1], example.draw_target(1)[:1])


@every_example
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_loss_is_a_python_float_and_the_gradient_has_the_dtype_of_the_input(cls, example, dtype):
    criterion, input, target = cls(), example.draw_input(0, dtype), example.draw_target(1, np.float64)
    loss = criterion.forward(input, target)
    assert type(loss) is float
    assert loss is criterion.output
    gradInput = criterion.backward(input, target)
    assert gradInput is criterion.gradInput
    assert (gradInput.shape, gradInput.dtype) == (input.shape, np.dtype(dtype))


@every_example
def test_float32_is_accurate_to_float32(cls, example):
    input, target = example.draw_input(0, np.float32), example.draw_target(1)
    single, double = cls(), cls()
    exact = input.astype(np.float64)
    np.testing.assert_allclose(single.forward(input, target), double.forward(exact, target), rtol=1e-6)
    np.testing.assert_allclose(single.backward(input, target), double.backward(exact, target), rtol=1e-6, atol=1e-6)


@every_example
@pytest.mark.parametrize("layout", LAYOUTS)
def test_memory_layout_of_the_arguments_does_not_matter(cls, example, layout):
    input, target = example.draw_input(0), example.draw_target(1)
    one, other = cls(), cls()
    assert one.forward(layout(input), layout(target)) == pytest.approx(other.forward(input, target), rel=1e-14)
    np.testing.assert_array_equal(one.backward(layout(input), layout(target)), other.backward(input, target))


@every_example
def test_arguments_and_earlier_results_are_never_written_to(cls, example):
    criterion, input, target = cls(), example.draw_input(0), example.draw_target(1)
    kept = input.copy(), target.copy()
    criterion.forward(input, target)
    first = criterion.backward(input, target)
    copy = first.copy()
    criterion.backward(input[::-1], target[::-1])
    assert not np.shares_memory(first, input)
    assert not np.shares_memory(first, target)
    for array, expected in zip((input, target, first), (*kept, copy), strict=True):
        np.testing.assert_array_equal(array, expected)


@every_example
def test_a_batch_repeated_has_the_same_loss_and_half_the_gradients(cls, example):
    criterion, input, target = cls(), example.draw_input(0), example.draw_target(1)
    loss, gradient = criterion.forward(input, target), criterion.backward(input, target)
    twice = np.concatenate([input, input]), np.concatenate([target, target])
    assert criterion.forward(*twice) == pytest.approx(loss, rel=1e-14)
    np.testing.assert_allclose(criterion.backward(*twice), np.concatenate([gradient, gradient]) / 2, rtol=1e-14)


@every_example
def test_an_empty_batch_and_a_target_that_would_broadcast_are_errors(cls, example):
    criterion, input, target = cls(), example.draw_input(0), example.draw_target(1)
    for method in (criterion.forward, criterion.backward):
        with pytest.raises(ShapeError, match=f"{cls.__name__}: expected input of one sample or more, received"):
            method(input[:0], target[:0])
        for wrong in (target[:1], target[0], target[..., None], target[None], 1.0):
            with pytest.raises(ShapeError, match=f"{cls.__name__}: expected target .* received"):
                method(input, wrong)


@every_example
def test_nan_in_gives_nan_out(cls, example):
    criterion, input, target = cls(), example.draw_input(0), example.draw_target(1)
    input[0] = np.nan
    assert np.isnan(criterion.forward(input, target))


@every_example
def test_repr_and_docstring(cls, example):
    assert repr(cls()) == cls.__name__
    assert cls.__doc__.count(".. math::") >= 2
    for word in ("Backward", "PyTorch", ">>>"):
        assert word in cls.__doc__

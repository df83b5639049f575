"""What minnet asks of its own criterions beyond the conformance kit, over the examples that each declares."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import minnet_criterions
from minnet_core import ShapeError
from minnet_core.testing import map_arrays, named_arrays, samples, structure
from pytest_minnet import conformance

test_conformance = conformance("minnet-criterions")

CASES = [
    pytest.param(getattr(minnet_criterions, name), example, id=f"{name}-{index}")
    for name in minnet_criterions.__all__
    for index, example in enumerate(getattr(minnet_criterions, name).EXAMPLES)
]
every_example = pytest.mark.parametrize(("cls", "example"), CASES)

COMPOSITES = ("MultiCriterion", "ParallelCriterion")
FITTED = {"weights", "quantiles", "criterions"}
"""Arguments that say how long an axis is, or which axes there are."""
FAR = {"probability-input", "unit-interval-input", "positive-input"}
"""Domains in which no number is far from 0, or below it."""


def rows(tensor, index):
    return map_arrays(lambda array: array[index], tensor)


def with_batch(example, count, features=None):
    """The shape of the example, with another batch, and features if it takes any."""
    shape = example.shapes[0]
    has_parts = isinstance(shape[0], tuple)
    if features is None or has_parts or FITTED & example.arguments.keys() or len(shape) != 2:
        return tuple((count, *part[1:]) for part in shape) if has_parts else (count, *shape[1:])
    return (count, features)


def is_per_sample(example):
    """Whether a sample's loss does not depend on how many others are ignored."""
    return "ignore_index" not in example.arguments


@every_example
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_loss_is_a_python_float_and_the_gradient_has_the_dtype_of_the_input(cls, example, dtype):
    criterion, input, target = (
        cls(**example.arguments),
        example.draw_input(0, dtype),
        example.draw_target(1, np.float64),
    )
    loss = criterion.forward(input, target)
    assert type(loss) is float
    assert loss is criterion.output
    gradInput = criterion.backward(input, target)
    assert gradInput is criterion.gradInput
    assert structure(gradInput) == structure(input)
    assert {array.dtype for _, array in named_arrays("gradInput", gradInput)} == {np.dtype(dtype)}


@every_example
def test_an_empty_batch_and_a_target_that_would_broadcast_are_errors(cls, example):
    criterion, input, target = cls(**example.arguments), example.draw_input(0), example.draw_target(1)
    name = ".*Criterion" if cls.__name__ in COMPOSITES else cls.__name__
    for method in (criterion.forward, criterion.backward):
        with pytest.raises(ShapeError, match=f"{name}: expected input of one sample or more, received"):
            method(rows(input, slice(0)), rows(target, slice(0)))
        if target is None:
            continue
        for change in (lambda t: t[:1], lambda t: t[0], lambda t: t[..., None], lambda t: t[None], lambda t: 1.0):
            wrong = tuple(map(change, target)) if isinstance(target, tuple) else change(target)
            with pytest.raises(ShapeError, match=f"{name}: expected target .* received"):
                method(input, wrong)


@every_example
def test_nan_in_gives_nan_out(cls, example):
    criterion, input, target = cls(**example.arguments), example.draw_input(0), example.draw_target(1)
    for _, array in named_arrays("input", input):
        array[-1] = np.nan  # the first is one that an example ignores
    assert np.isnan(criterion.forward(input, target))


@every_example
def test_a_large_float32_batch_is_as_accurate_as_float32(cls, example):
    criterion = cls(**example.arguments)
    rng = np.random.default_rng(0)
    features = 32 if cls.__name__ == "MultiLabelMarginCriterion" else 1024  # whose time grows with their square
    shape = with_batch(example, 256, features) if not FITTED & example.arguments.keys() else with_batch(example, 50000)
    input = map_arrays(
        lambda array: rng.uniform(0.01, 1, array.shape).astype(np.float32), example.draw_input(0, shape=shape)
    )
    target = example.draw_target(rng, np.float32, shape)
    loss, gradInput = criterion.forward(input, target), criterion.backward(input, target)
    exact = map_arrays(lambda array: array.astype(np.float64), input)
    assert loss == pytest.approx(criterion.forward(exact, target), rel=2e-7)

    def compare(ours, wide):
        np.testing.assert_allclose(ours, wide, rtol=5e-7, atol=max(1e-9, 2e-7 * np.abs(wide).max()))

    map_arrays(compare, gradInput, criterion.backward(exact, target))


@every_example
def test_repr_and_docstring(cls, example):
    if cls.__name__ not in COMPOSITES:
        assert repr(cls(**example.arguments)) == cls.__name__
    assert cls.__doc__.count(".. math::") >= 2
    for word in ("Backward", "PyTorch", ">>>"):
        assert word in cls.__doc__


@every_example
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loss_is_the_mean_of_the_losses_of_the_samples(cls, example, dtype):
    criterion, rel = cls(**example.arguments), 1e-5 if dtype is np.float32 else 1e-12
    for seed in range(3):
        input, target = example.draw_input(seed, dtype), example.draw_target(seed, dtype)
        losses = criterion.losses(input, target)
        count = samples(input)
        assert (losses.shape, losses.dtype) == ((count,), np.dtype(dtype))
        each = (slice(row, row + 1) for row in range(count))
        expected = [criterion.forward(rows(input, row), rows(target, row)) for row in each]
        if is_per_sample(example):
            assert losses == pytest.approx(expected, rel=rel)
        assert losses.mean() == pytest.approx(criterion.forward(input, target), rel=rel)


@every_example
def test_sums_of_float16_do_not_overflow(cls, example):
    criterion = cls(**example.arguments)
    rng = np.random.default_rng(0)
    shape = with_batch(example, 20000, 10)
    scale = 1 if FAR & example.traits or ":positive" in repr(example) else -200
    input = map_arrays(
        lambda array: (scale * rng.uniform(0.01, 1, array.shape)).astype(np.float16), example.draw_input(0, shape=shape)
    )
    target = example.draw_target(rng, np.float16, shape)
    with np.errstate(over="raise", invalid="raise"):
        loss, losses = criterion.forward(input, target), criterion.losses(input, target)
    exact = cls(**example.arguments).forward(map_arrays(lambda array: array.astype(np.float64), input), target)
    assert loss == pytest.approx(exact, rel=1e-3)
    assert np.mean(losses, dtype=np.float64) == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize("name", minnet_criterions.__all__)
def test_the_mean_over_elements_is_the_mean_over_the_batch_by_the_elements_of_a_sample(name):
    cls = getattr(minnet_criterions, name)
    if "mean" not in inspect.signature(cls).parameters:
        pytest.skip("it is no loss of elements")
    for example in cls.EXAMPLES:
        input, target = example.draw_input(0), example.draw_target(1)
        first = next(array for _, array in named_arrays("", input))
        elements, batch = (cls(**{**example.arguments, "mean": mean}) for mean in ("elements", "batch"))
        by = first.size // len(first)
        assert elements.forward(input, target) * by == pytest.approx(batch.forward(input, target), rel=1e-13)
        assert elements.losses(input, target) * by == pytest.approx(batch.losses(input, target), rel=1e-13)
        gradients = elements.backward(input, target), batch.backward(input, target)
        map_arrays(lambda ours, whole, by=by: np.testing.assert_allclose(ours * by, whole, rtol=1e-13), *gradients)

"""What minnet asks of its own criterions beyond the conformance kit, over the examples that each declares."""

from __future__ import annotations

import numpy as np
import pytest

import minnet_criterions
from minnet_core import ShapeError
from pytest_minnet import conformance

test_conformance = conformance("minnet-criterions")

CASES = [
    pytest.param(getattr(minnet_criterions, name), example, id=f"{name}-{index}")
    for name in minnet_criterions.__all__
    for index, example in enumerate(getattr(minnet_criterions, name).EXAMPLES)
]
every_example = pytest.mark.parametrize(("cls", "example"), CASES)


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
    assert (gradInput.shape, gradInput.dtype) == (input.shape, np.dtype(dtype))


@every_example
def test_an_empty_batch_and_a_target_that_would_broadcast_are_errors(cls, example):
    criterion, input, target = cls(**example.arguments), example.draw_input(0), example.draw_target(1)
    for method in (criterion.forward, criterion.backward):
        with pytest.raises(ShapeError, match=f"{cls.__name__}: expected input of one sample or more, received"):
            method(input[:0], target[:0])
        for wrong in (target[:1], target[0], target[..., None], target[None], 1.0):
            with pytest.raises(ShapeError, match=f"{cls.__name__}: expected target .* received"):
                method(input, wrong)


@every_example
def test_nan_in_gives_nan_out(cls, example):
    criterion, input, target = cls(**example.arguments), example.draw_input(0), example.draw_target(1)
    input[-1] = np.nan  # the first is one that an example ignores
    assert np.isnan(criterion.forward(input, target))


@every_example
def test_a_large_float32_batch_is_as_accurate_as_float32(cls, example):
    criterion = cls(**example.arguments)
    rng = np.random.default_rng(0)
    input = rng.uniform(0.01, 1, (50000, 3) if "weights" in example.arguments else (256, 1024)).astype(np.float32)
    target = example.target(rng, input.shape, np.float32)
    loss, gradInput = criterion.forward(input, target), criterion.backward(input, target)
    exact = input.astype(np.float64)
    assert loss == pytest.approx(criterion.forward(exact, target), rel=2e-7)
    np.testing.assert_allclose(gradInput, criterion.backward(exact, target), rtol=5e-7, atol=1e-9)


@every_example
def test_repr_and_docstring(cls, example):
    assert repr(cls()) == cls.__name__
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
        assert (losses.shape, losses.dtype) == (input.shape[:1], np.dtype(dtype))
        expected = [criterion.forward(input[row : row + 1], target[row : row + 1]) for row in range(len(input))]
        if "ignore_index" not in example.arguments:  # where a sample's share depends on how many are ignored
            assert losses == pytest.approx(expected, rel=rel)
        assert losses.mean() == pytest.approx(criterion.forward(input, target), rel=rel)


@every_example
def test_sums_of_float16_do_not_overflow(cls, example):
    criterion = cls(**example.arguments)
    rng = np.random.default_rng(0)
    input = rng.uniform(0.01, 1, (20000, 3) if "weights" in example.arguments else (20000, 10)).astype(np.float16)
    if not {"probability-input"} & set(example.traits):
        input *= -200
    target = example.target(rng, input.shape, np.float16)
    with np.errstate(over="raise", invalid="raise"):
        loss, losses = criterion.forward(input, target), criterion.losses(input, target)
    exact = cls(**example.arguments).forward(input.astype(np.float64), target)
    assert loss == pytest.approx(exact, rel=1e-3)
    assert np.mean(losses, dtype=np.float64) == pytest.approx(exact, rel=1e-3)

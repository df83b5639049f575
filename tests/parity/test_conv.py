"""Convolutions against ``torch.nn``: drawn arguments and shapes, what is refused among them.

In float64 to 1e-9, and in float32 to the homework's tolerances: outputs to 1e-6 and gradients to 1e-5 of their size.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

import minnet_conv
from minnet_conv import SameConv2d
from minnet_core import Sequential, fuse
from minnet_layers import BatchNormalization

TOLERANCES = {np.float64: (1e-9, 1e-9), np.float32: (1e-6, 1e-5)}
DTYPES = st.sampled_from(sorted(TOLERANCES, key=str))
MODES = ("zeros", "zeros", "reflect", "replicate", "circular")

drawn = settings(deadline=None, max_examples=100, derandomize=True)


@st.composite
def convolutions(draw: Any, axes: int, transposed: bool) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Arguments of a convolution, and the shape of an input, which may be too small."""

    def lengths(least: int, most: int) -> tuple[int, ...]:
        return tuple(draw(st.integers(least, most)) for _ in range(axes))

    groups = draw(st.sampled_from([1, 1, 2, 3]))
    arguments: dict[str, Any] = {
        "in_channels": groups * draw(st.integers(1, 3)),
        "out_channels": groups * draw(st.integers(1, 3)),
        "kernel_size": lengths(1, 4),
        "stride": lengths(1, 3),
        "padding": lengths(0, 3),
        "dilation": lengths(1, 2),
        "groups": groups,
        "bias": draw(st.booleans()),
    }
    if transposed:
        bounds = map(max, arguments["stride"], arguments["dilation"])
        arguments["output_padding"] = tuple(draw(st.integers(0, bound - 1)) for bound in bounds)
    else:
        arguments["padding_mode"] = draw(st.sampled_from(MODES))
        if draw(st.integers(0, 4)) == 0:
            arguments |= {"padding": "same", "stride": (1,) * axes}
    # A batch of 64 is multiplied row by row, a small one whole.
    return arguments, (draw(st.sampled_from([1, 2, 64])), arguments["in_channels"], *lengths(1, 9))


def outcome(call: Any) -> Any:
    """What a call returns, or None where it refuses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch warns of copies that it makes
            return call()
    except (RuntimeError, ValueError):
        return None


def assert_close(ours: Any, theirs: torch.Tensor, tolerance: float) -> None:
    expected = theirs.detach().numpy()
    assert ours.dtype == expected.dtype
    np.testing.assert_allclose(ours, expected, rtol=0, atol=tolerance * max(1, np.abs(expected).max()))


def compare(name: str, arguments: dict[str, Any], shape: tuple[int, ...], dtype: Any, seed: int = 0) -> None:
    rng, (output_tolerance, tolerance) = np.random.default_rng(seed), TOLERANCES[dtype]
    x = rng.standard_normal(shape).astype(dtype)
    ours = getattr(minnet_conv, name)(**arguments, dtype=dtype, rng=seed)
    theirs = getattr(torch.nn, name)(**arguments, dtype=torch.from_numpy(x).dtype)
    with torch.no_grad():
        theirs.weight.copy_(torch.from_numpy(ours.W))
        if ours.b is not None:
            theirs.bias.copy_(torch.from_numpy(ours.b))
    given = torch.from_numpy(x).requires_grad_()
    expected, output = outcome(lambda: theirs(given)), outcome(lambda: ours.forward(x))
    if expected is None or not expected.numel():
        assert output is None
        return
    assert_close(output, expected, output_tolerance)
    g = rng.standard_normal(output.shape).astype(dtype)
    expected.backward(torch.from_numpy(g))
    assert_close(ours.backward(x, g), given.grad, tolerance)
    assert_close(ours.gradW, theirs.weight.grad, tolerance)
    if ours.b is not None:
        assert_close(ours.gradb, theirs.bias.grad, tolerance)


@drawn
@given(convolutions(axes=2, transposed=False), DTYPES)
def test_conv2d(case, dtype):
    compare("Conv2d", *case, dtype)


@drawn
@given(convolutions(axes=1, transposed=False), DTYPES)
def test_conv1d(case, dtype):
    compare("Conv1d", *case, dtype)


@drawn
@given(convolutions(axes=2, transposed=True), DTYPES)
def test_conv_transpose2d(case, dtype):
    compare("ConvTranspose2d", *case, dtype)


@drawn
@given(convolutions(axes=1, transposed=True), DTYPES)
def test_conv_transpose1d(case, dtype):
    compare("ConvTranspose1d", *case, dtype)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_same_conv2d_is_padding_same(size):
    x = np.random.default_rng(0).standard_normal((3, 2, 6, 5)).astype(np.float32)
    layer, theirs = SameConv2d(2, 4, size, rng=0), torch.nn.Conv2d(2, 4, size, padding="same")
    with torch.no_grad():
        theirs.weight.copy_(torch.from_numpy(layer.W))
        theirs.bias.copy_(torch.from_numpy(layer.b))
    assert_close(layer.forward(x), theirs(torch.from_numpy(x)), 1e-6)


def test_initial_values_have_the_range_of_pytorch():
    ours = minnet_conv.Conv2d(4, 2000, 3, groups=2, rng=0)
    theirs = torch.nn.Conv2d(4, 2000, 3, groups=2)
    for array, tensor in [(ours.W, theirs.weight.detach()), (ours.b, theirs.bias.detach())]:
        assert np.abs(array).max() == pytest.approx(float(tensor.abs().max()), rel=1e-2)
        assert array.std() == pytest.approx(float(tensor.std()), rel=5e-2)


def test_normalization_after_a_convolution_is_folded_into_it():
    x = np.random.default_rng(0).standard_normal((4, 2, 6, 6))
    for bias in (True, False):
        model = Sequential()
        model.add(minnet_conv.Conv2d(2, 3, 3, stride=2, padding=1, bias=bias, rng=0, dtype="float64"))
        model.add(BatchNormalization(axis=1))
        model.forward(x * 3 + 1)
        model.evaluate()
        fused = fuse(model)
        assert len(fused.getParameters()) == 1
        np.testing.assert_allclose(fused.forward(x), model.forward(x), rtol=1e-12, atol=1e-12)

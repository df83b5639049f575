"""Pooling, padding, upsampling and what changes shapes against ``torch.nn``, in float64 to 1e-9, on drawn cases.

Inputs and gradients lie in memory as PyTorch has them, or with the batch innermost, as convolutions here leave them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings, strategies as st

from minnet_conv import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool1d,
    AvgPool2d,
    Flatten,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    MaxPool1d,
    MaxPool2d,
    PixelShuffle,
    ReflectionPad2d,
    SpatialDropout,
    Unflatten,
    Upsample,
    ZeroPad2d,
)
from minnet_core import Module

drawn = settings(deadline=None, derandomize=True, database=None, max_examples=40)
flags, seeds = st.booleans(), st.integers(0, 2**32)


def batch_innermost(array: np.ndarray) -> np.ndarray:
    axes = (*range(1, array.ndim), 0)
    return np.ascontiguousarray(array.transpose(axes)).transpose(-1, *range(array.ndim - 1))


ORDERS = [(np.copy, np.copy), (batch_innermost, batch_innermost), (batch_innermost, np.copy)]


def compare(ours: Module, theirs: Callable[[torch.Tensor], torch.Tensor], x: np.ndarray, rng: Any) -> None:
    """Run both forward and backward and compare; what theirs refuses, ours must."""
    their_x = torch.from_numpy(x).requires_grad_()
    try:
        their_output = theirs(their_x)
    except (RuntimeError, ValueError):
        with pytest.raises(ValueError, match="expected"):
            ours.forward(x)
        return
    if not their_output.numel():
        with pytest.raises(ValueError, match="expected"):
            ours.forward(x)
        return
    g = rng.standard_normal(their_output.shape)
    their_output.backward(torch.from_numpy(g))
    for order, order_of_g in ORDERS:
        output = ours.forward(order(x))
        np.testing.assert_allclose(output, their_output.detach().numpy(), rtol=1e-9, atol=1e-9)
        gradInput = ours.backward(order(x), order_of_g(g) if g.ndim > 1 else g)
        np.testing.assert_allclose(gradInput, their_x.grad.numpy(), rtol=1e-9, atol=1e-9)


def images(rng: np.random.Generator, axes: int, most: int = 9) -> np.ndarray:
    return rng.standard_normal((*rng.integers(1, 4, 2), *rng.integers(1, most, axes)))


def with_ties(rng: np.random.Generator, x: np.ndarray, has_nan: bool) -> np.ndarray:
    x = rng.integers(0, 3, x.shape).astype(float)
    x[rng.random(x.shape) < 0.1] = -np.inf
    x[rng.random(x.shape) < 0.2 * has_nan] = np.nan
    return x


@st.composite
def kernels(draw: st.DrawFn, axes: int) -> dict[str, Any]:
    def numbers(least: int, most: int) -> st.SearchStrategy[Any]:
        number = st.integers(least, most)
        return number if axes == 1 else number | st.tuples(number, number)

    size = draw(numbers(1, 3))
    padding = draw(numbers(0, min(np.min(size) // 2, 1)))
    return {
        "kernel_size": size,
        "stride": draw(numbers(1, 3) | st.none()),
        "padding": padding,
        "ceil_mode": draw(flags),
    }


def reaches_pixels(x: np.ndarray, options: dict[str, Any]) -> bool:
    """Whether each window does: PyTorch writes the gradients of others anywhere, and so ends at times."""
    padding = np.broadcast_to(options["padding"], x.ndim - 2)
    spans = np.broadcast_to(options["dilation"], x.ndim - 2) * (np.broadcast_to(options["kernel_size"], x.ndim - 2) - 1)
    return bool(np.all((padding == 0) | (spans <= np.array(x.shape[2:]))))


@pytest.mark.parametrize("axes", [1, 2])
@drawn
@given(st.data(), seeds, st.sampled_from(["different", "ties", "nan"]))
def test_maxima(axes: int, data: Any, seed: int, kind: str) -> None:
    ours, theirs = {1: (MaxPool1d, torch.nn.MaxPool1d), 2: (MaxPool2d, torch.nn.MaxPool2d)}[axes]
    rng = np.random.default_rng(seed)
    options = data.draw(kernels(axes)) | {"dilation": data.draw(st.integers(1, 2))}
    x = images(rng, axes)
    assume(reaches_pixels(x, options))
    if kind != "different":
        x = with_ties(rng, x, kind == "nan")
    compare(ours(**options), theirs(**options), x, rng)


@drawn
@given(seeds, st.sampled_from(["different", "ties", "nan"]))
def test_two_by_two_maxima(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    x = images(rng, 2)
    compare(MaxPool2d(2), torch.nn.MaxPool2d(2), x if kind == "different" else with_ties(rng, x, kind == "nan"), rng)


@pytest.mark.parametrize("axes", [1, 2])
@drawn
@given(st.data(), seeds)
def test_means(axes: int, data: Any, seed: int) -> None:
    ours, theirs = {1: (AvgPool1d, torch.nn.AvgPool1d), 2: (AvgPool2d, torch.nn.AvgPool2d)}[axes]
    options = data.draw(kernels(axes)) | {"count_include_pad": data.draw(flags)}
    rng = np.random.default_rng(seed)
    compare(ours(**options), theirs(**options), images(rng, axes), rng)


@drawn
@given(seeds, st.sampled_from(["different", "ties", "nan"]), st.tuples(*[st.none() | st.integers(1, 11)] * 2))
def test_adaptive_and_global(seed: int, kind: str, size: tuple[int | None, int | None]) -> None:
    rng = np.random.default_rng(seed)
    x = images(rng, 2)
    compare(AdaptiveAvgPool2d(size), torch.nn.AdaptiveAvgPool2d(size), x, rng)
    compare(GlobalAvgPool2d(), lambda x: torch.nn.functional.adaptive_avg_pool2d(x, 1).flatten(1), x, rng)
    if kind != "different":
        x = with_ties(rng, x, kind == "nan")
    compare(AdaptiveMaxPool2d(size), torch.nn.AdaptiveMaxPool2d(size), x, rng)
    compare(GlobalMaxPool2d(), lambda x: torch.nn.functional.adaptive_max_pool2d(x, 1).flatten(1), x, rng)


@drawn
@given(seeds, st.integers(-2, 3) | st.tuples(*[st.integers(-2, 3)] * 4))
def test_padding(seed: int, padding: Any) -> None:
    rng = np.random.default_rng(seed)
    x = images(rng, 2, most=6)
    compare(ZeroPad2d(padding), torch.nn.ZeroPad2d(padding), x, rng)
    compare(ReflectionPad2d(padding), torch.nn.ReflectionPad2d(padding), x, rng)


factors = st.sampled_from([0.3, 0.5, 0.7, 1.0, 1.3, 1.5, 2.0, 2.7, 3.0])


@drawn
@given(
    seeds,
    st.fixed_dictionaries({"size": st.integers(1, 12) | st.tuples(*[st.integers(1, 12)] * 2)})
    | st.fixed_dictionaries({"scale_factor": factors | st.tuples(factors, factors)}),
    st.sampled_from(
        [
            {},
            {"mode": "bilinear"},
            {"mode": "bilinear", "align_corners": True},
            {"mode": "bilinear", "align_corners": False},
        ]
    ),
)
def test_upsampling(seed: int, extent: dict[str, Any], mode: dict[str, Any]) -> None:
    rng = np.random.default_rng(seed)
    compare(Upsample(**extent, **mode), torch.nn.Upsample(**extent, **mode), images(rng, 2, most=8), rng)


@drawn
@given(seeds, st.data(), st.integers(1, 4))
def test_what_changes_shapes(seed: int, data: Any, axes: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(rng.integers(1, 5, axes))
    start, end = (data.draw(st.integers(-axes, axes - 1)) for _ in range(2))
    if start % axes > end % axes:
        start, end = end, start
    compare(Flatten(start, end), torch.nn.Flatten(start, end), x, rng)
    length = x.shape[start]
    first = data.draw(st.sampled_from([n for n in range(1, length + 1) if length % n == 0]))
    sizes = data.draw(st.sampled_from([(first, length // first), (first, 1, -1), (-1, first)]))
    compare(Unflatten(start, sizes), torch.nn.Unflatten(start, sizes), x, rng)
    image = rng.standard_normal((*rng.integers(1, 3, 1), rng.integers(1, 3) * 4, *rng.integers(1, 4, 2)))
    compare(PixelShuffle(2), torch.nn.PixelShuffle(2), image, rng)


def test_whole_channels_are_dropped_as_often() -> None:
    x = np.ones((200, 100, 2, 3))
    for layer in (SpatialDropout(0.3, rng=0).forward, torch.nn.Dropout2d(0.3)):
        y = np.asarray(layer(x if layer.__class__.__name__ == "method" else torch.from_numpy(x)))
        kept = y[:, :, 0, 0] != 0
        np.testing.assert_allclose(y, kept[:, :, None, None] / 0.7 * np.ones_like(x), rtol=1e-9)
        assert abs(kept.mean() - 0.7) < 5 * np.sqrt(0.21 / kept.size)

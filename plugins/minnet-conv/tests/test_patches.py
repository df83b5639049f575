"""The three forms of patches are one convolution, that of the formula, and each gradient is its adjoint."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from minnet_conv.convolving.footprint import LEAST_RUN, Footprint
from minnet_conv.convolving.patches import correlate, correlation_weights, spread

FOOTPRINTS = [
    Footprint((3, 3)),
    Footprint((3, 2), padding=((1, 2), (0, 1))),
    Footprint((3, 2), stride=(2, 1), padding=((1, 1), (1, 0))),
    Footprint((2, 3), stride=(1, 2), dilation=(1, 2), padding=((3, 3), (3, 3))),
    Footprint((2, 2), dilation=(2, 1)),
    Footprint((2, 2), stride=(3, 3)),
    Footprint((2, 1), groups=2),
    Footprint((1, 1)),
    Footprint((1, 1), groups=2),
    Footprint((1, 1), stride=(2, 2)),
    Footprint((1, 1), padding=((1, 1), (0, 0))),
]
every_footprint = pytest.mark.parametrize("footprint", FOOTPRINTS, ids=lambda each: each.words(2).replace(" ", "-"))
every_batch = pytest.mark.parametrize("batch", [1, LEAST_RUN])  # whole, and by rows


def formula(x, W, b, footprint):
    """The definition, one number of the kernel at a time, and one output."""
    (kh, kw), (sh, sw), (dh, dw) = footprint.kernel_size, footprint.stride, footprint.dilation
    padded = np.pad(x, ((0, 0), *footprint.padding, (0, 0)))
    h, w = footprint.counts(x.shape[1:3])
    y = np.zeros((len(W), h, w, x.shape[3]))
    n_in, n_out = W.shape[1], len(W) // footprint.groups
    for o, r, c, i, j in itertools.product(range(len(W)), range(h), range(w), range(kh), range(kw)):
        first = o // n_out * n_in
        y[o, r, c] += W[o, :, i, j] @ padded[first : first + n_in, r * sh + i * dh, c * sw + j * dw]
    return y + b[:, None, None, None]


def draw(footprint, batch, seed=0):
    rng = np.random.default_rng(seed)
    groups = footprint.groups
    x = rng.standard_normal((4 * groups, 4, 5, batch))
    return x, rng.standard_normal((2 * groups, 4, *footprint.kernel_size)), rng.standard_normal(2 * groups)


@every_footprint
@every_batch
def test_a_correlation_is_its_formula(footprint, batch):
    x, W, b = draw(footprint, batch)
    counts = footprint.counts(x.shape[1:3])
    expected = formula(x, W, b, footprint)
    np.testing.assert_allclose(correlate(x, W, b, footprint, counts), expected, rtol=1e-12, atol=1e-12)
    without = correlate(x, W, None, footprint, counts)
    np.testing.assert_allclose(without, expected - b[:, None, None, None], rtol=1e-12, atol=1e-12)


@every_footprint
@every_batch
def test_gradients_are_adjoint_to_it(footprint, batch):
    # <g, f(x)> = <spread(g), x>, and f is as linear in the parameters.
    x, W, b = draw(footprint, batch)
    y = correlate(x, W, b, footprint, footprint.counts(x.shape[1:3]))
    g = np.random.default_rng(1).standard_normal(y.shape)
    bias_part = np.sum(g.sum((1, 2, 3)) * b)
    gradient = spread(g, W, footprint, x.shape[1:3])
    assert gradient.shape == x.shape
    assert np.sum(gradient * x) == pytest.approx(np.sum(g * y) - bias_part, rel=1e-10)
    weights, bias = correlation_weights(x, g, footprint, W.shape, True)
    np.testing.assert_allclose(bias, g.sum((1, 2, 3)), rtol=1e-12, atol=1e-11)
    assert np.sum(weights * W) == pytest.approx(np.sum(g * y) - bias_part, rel=1e-10)
    alone, none = correlation_weights(x, g, footprint, W.shape, False)
    np.testing.assert_allclose(alone, weights, rtol=1e-12, atol=1e-11)
    assert none is None


def test_products_of_rows_are_added_in_parts_that_make_no_difference(monkeypatch):
    footprint = FOOTPRINTS[0]
    x, W, _ = draw(footprint, LEAST_RUN)
    g = np.random.default_rng(1).standard_normal((2, 2, 3, LEAST_RUN))
    whole, _ = correlation_weights(x, g, footprint, W.shape, True)
    monkeypatch.setattr("minnet_conv.convolving.patches._MOST_SUMMANDS", 1)
    parts, _ = correlation_weights(x, g, footprint, W.shape, True)
    np.testing.assert_allclose(parts, whole, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("footprint", FOOTPRINTS[:3], ids=str)
def test_no_images_have_no_outputs_and_no_gradients(footprint):
    x, W, b = draw(footprint, 0)
    counts = footprint.counts(x.shape[1:3])
    y = correlate(x, W, b, footprint, counts)
    assert y.shape == (2, *counts, 0)
    assert spread(y, W, footprint, x.shape[1:3]).shape == x.shape
    weights, bias = correlation_weights(x, y, footprint, W.shape, True)
    assert not weights.any()
    assert not bias.any()

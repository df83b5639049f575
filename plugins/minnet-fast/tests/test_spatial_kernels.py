"""Kernels of images compute their formulas: against plain loops in float64, for each instruction set."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

kernels = pytest.importorskip("minnet_fast.kernels")

BY_VARIANT = pytest.mark.parametrize("variant", kernels.variants())
PAIR = st.tuples(st.integers(1, 3), st.integers(1, 3))
BATCH = st.sampled_from([16, 17, 31, 32, 50, 64, 79, 80, 130])


@pytest.fixture(autouse=True)
def the_best_variant_again():
    yield
    kernels.use(kernels.variants()[0])


def normal(rng, *shape):
    return rng.standard_normal(shape).astype(np.float32)


def count(length, window, stride, padding, dilation):
    return (length + 2 * padding - dilation * (window - 1) - 1) // stride + 1


def windows(lengths, counts, window, stride, padding, dilation):
    """Each place of the output, a step of the kernel there, and the place of the input where that is."""
    for place, step in product(product(*map(range, counts)), product(*map(range, window))):
        read = tuple(
            p * s + i * d - pad for p, s, i, d, pad in zip(place, stride, step, dilation, padding, strict=True)
        )
        if all(0 <= r < length for r, length in zip(read, lengths, strict=True)):
            yield place, step, read


def convolved(x, w, b, g, *geometry):
    """The output, and the gradients of input, weights and bias, in float64."""
    x, w, b, g = (array.astype(float) for array in (x, w, b, g))
    y, gx, gw = np.broadcast_to(b[:, None, None, None], g.shape).copy(), np.zeros_like(x), np.zeros_like(w)
    of_input, of_output = w.shape[1], len(w) // (len(x) // w.shape[1])
    for (r, q), (i, j), (u, v) in windows(x.shape[1:3], g.shape[1:3], w.shape[2:], *geometry):
        for o, c in product(range(len(w)), range(of_input)):
            read = o // of_output * of_input + c
            y[o, r, q] += w[o, c, i, j] * x[read, u, v]
            gx[read, u, v] += w[o, c, i, j] * g[o, r, q]
            gw[o, c, i, j] += g[o, r, q] @ x[read, u, v]
    return y, gx, gw, g.sum((1, 2, 3))


def flat(*pairs):
    return [number for pair in pairs for number in pair]


@BY_VARIANT
@given(
    seed=st.integers(0, 2**32),
    groups=st.integers(1, 2),
    channels=st.tuples(st.integers(1, 3), st.sampled_from([1, 2, 4, 5])),
    window=st.tuples(st.integers(1, 4), st.integers(1, 5)),
    stride=PAIR,
    padding=st.tuples(st.integers(0, 2), st.integers(0, 4)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    batch=BATCH,
)
@settings(max_examples=25, deadline=None)
def test_convolution(variant, seed, groups, channels, window, stride, padding, dilation, batch):
    check_convolution(variant, seed, groups, channels, window, stride, padding, dilation, batch)


@BY_VARIANT
@pytest.mark.parametrize("batch", [64, 70])
@pytest.mark.parametrize("channels", [(21, 4), (4, 21)])
def test_convolution_of_many_channels_which_are_summed_in_parts(variant, channels, batch):
    check_convolution(variant, 0, 1, channels, (3, 3), (1, 1), (1, 1), (1, 1), batch)


@BY_VARIANT
@given(
    seed=st.integers(0, 2**32),
    groups=st.integers(1, 2),
    channels=st.tuples(st.integers(1, 3), st.sampled_from([1, 2, 4, 5])),
    window=st.tuples(st.integers(1, 4), st.integers(1, 5)),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 4)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    lengths=st.tuples(st.integers(8, 12), st.integers(9, 30)),
    batch=st.integers(1, 15),
)
@settings(max_examples=25, deadline=None)
def test_convolution_of_few_samples(variant, seed, groups, channels, window, padding, dilation, lengths, batch):
    check_convolution_of_few(variant, seed, groups, channels, window, padding, dilation, lengths, batch)


@BY_VARIANT
@pytest.mark.parametrize("padding", [(0, 0), (1, 2)])
@pytest.mark.parametrize(
    ("channels", "lengths", "batch"),
    [
        ((2, 5), (80, 31), 1),
        ((1, 4), (7, 1023), 1),
        ((3, 1), (9, 100), 10),
        ((40, 6), (17, 19), 3),
        ((90, 4), (6, 6), 1),
    ],
)
def test_convolution_of_few_samples_in_bands_and_parts(variant, channels, lengths, batch, padding):
    """More rows than are summed at a time, and more channels than are laid beside their padding at a time."""
    check_convolution_of_few(variant, 0, 1, channels, (3, 4), padding, (1, 1), lengths, batch)


def check_convolution_of_few(variant, seed, groups, channels, window, padding, dilation, lengths, batch):
    kernels.use(variant)
    rng, geometry = np.random.default_rng(seed), ((1, 1), padding, dilation)
    counts = tuple(map(count, lengths, window, (1, 1), padding, dilation))
    x = normal(rng, groups * channels[0], *lengths, batch)
    w, b = normal(rng, groups * channels[1], channels[0], *window), normal(rng, groups * channels[1])
    guarded = np.full(groups * channels[1] * counts[0] * counts[1] * batch + 64, 7, np.float32)
    y = guarded[32:-32].reshape(groups * channels[1], *counts, batch)
    assert kernels.convolution(x, w, b, *flat(*geometry), y)
    want = np.broadcast_to(b.astype(float)[:, None, None, None], y.shape).copy()
    padded = np.pad(x.astype(float), ((0, 0), (padding[0],) * 2, (padding[1],) * 2, (0, 0)))
    by_group = padded.reshape(groups, -1, *padded.shape[1:])
    for (i, j), k in product(product(*map(range, window)), range(groups)):
        top, left = i * dilation[0], j * dilation[1]
        met = by_group[k, :, top : top + counts[0], left : left + counts[1]]
        of_group = slice(k * channels[1], (k + 1) * channels[1])
        want[of_group] += np.tensordot(w[of_group, :, i, j].astype(float), met, 1)
    np.testing.assert_allclose(y, want, rtol=1e-5, atol=2e-5 * max(1, np.abs(want).max()))
    np.testing.assert_array_equal(guarded[[*range(32), *range(-32, 0)]], 7)


def check_convolution(variant, seed, groups, channels, window, stride, padding, dilation, batch):
    kernels.use(variant)
    rng, geometry = np.random.default_rng(seed), (stride, padding, dilation)
    lengths = tuple(d * (k - 1) + rng.integers(1, 4) for d, k in zip(dilation, window, strict=True))
    counts = tuple(map(count, lengths, window, stride, padding, dilation))
    x, g = normal(rng, groups * channels[0], *lengths, batch), normal(rng, groups * channels[1], *counts, batch)
    w, b = normal(rng, groups * channels[1], channels[0], *window), normal(rng, groups * channels[1])
    y, gx = np.empty_like(g), np.empty_like(x)
    gw, gb = np.ones_like(w), np.ones_like(b)
    assert kernels.convolution(x, w, b, *flat(*geometry), y)
    assert kernels.convolution_back(g, w, *flat(*geometry), gx)
    assert kernels.convolution_weights(x, g, *flat(*geometry), gw)
    assert kernels.channel_sums(g, gb)
    for result, want in zip((y, gx, gw - 1, gb - 1), convolved(x, w, b, g, *geometry), strict=True):
        np.testing.assert_allclose(result, want, rtol=1e-5, atol=2e-5 * max(1, np.abs(want).max()))


@BY_VARIANT
def test_a_long_sum_of_weights_keeps_its_digits(variant):
    kernels.use(variant)
    rng = np.random.default_rng(0)
    x, g = rng.random((1, 120, 120, 64), np.float32), rng.random((4, 120, 120, 64), np.float32)
    gw, gb = np.zeros((4, 1, 1, 1), np.float32), np.zeros(4, np.float32)
    assert kernels.convolution_weights(x, g, 1, 1, 0, 0, 1, 1, gw)
    assert kernels.channel_sums(g, gb)
    np.testing.assert_allclose(gw.reshape(4), np.tensordot(g.astype(float), x[0].astype(float), 3), rtol=1e-6)
    np.testing.assert_allclose(gb, g.sum((1, 2, 3), dtype=float), rtol=1e-6)


@BY_VARIANT
def test_samples_that_fill_no_vector_meet_no_other_sample(variant):
    """What is computed of some twice, or masked, brings no nan of one sample to another, nor to the weights twice."""
    kernels.use(variant)
    x, w, b = np.ones((1, 3, 3, 33), np.float32), np.ones((4, 1, 2, 2), np.float32), np.zeros(4, np.float32)
    x[..., 30] = np.inf
    y, gw = np.empty((4, 2, 2, 33), np.float32), np.zeros_like(w)
    assert kernels.convolution(x, w, b, 1, 1, 0, 0, 1, 1, y)
    assert np.isinf(y[..., 30]).all()
    assert np.isfinite(np.delete(y, 30, 3)).all()
    assert kernels.convolution_weights(x, np.ones_like(y), 1, 1, 0, 0, 1, 1, gw)
    assert np.isposinf(gw).all()


def pooled(x, g, window, *geometry):
    """The maxima, and the gradient: of the last nan, or of the first of the largest."""
    y, chosen, gx = np.full(g.shape, -np.inf), np.zeros(g.shape, int), np.zeros(x.shape)
    place_of = np.arange(x[..., 0].size).reshape(x.shape[:3])
    taps = sorted(windows(x.shape[1:3], g.shape[1:3], window, *geometry))
    first = set()
    for place, _, read in taps:
        at, best = (slice(None), *place), x[(slice(None), *read)]
        wins = (best > y[at]) | np.isnan(best) | (place not in first)
        first.add(place)
        y[at] = np.where(wins, best, y[at])
        chosen[at] = np.where(wins, place_of[(slice(None), *read)][:, None], chosen[at])
    samples = np.broadcast_to(np.arange(x.shape[3]), g.shape)
    np.add.at(gx.reshape(-1, x.shape[3]), (chosen, samples), g)
    return y, gx


POOLS = {
    "seed": st.integers(0, 2**32),
    "window": st.tuples(st.integers(1, 4), st.integers(1, 3)),
    "stride": PAIR,
    "more": st.booleans(),
    "batch": st.sampled_from([16, 31, 63, 64, 65, 140]),
}


def pool(seed, window, stride, dilation, more, batch):
    """Draw an input and gradients of an output, which has one more row where there is room for a part of a window."""
    rng = np.random.default_rng(seed)
    padding = tuple(int(rng.integers(0, k // 2 + 1)) for k in window)
    lengths = tuple(d * (k - 1) + int(rng.integers(1, 6)) for d, k in zip(dilation, window, strict=True))
    counts = list(map(count, lengths, window, stride, padding, dilation))
    counts[0] += more and counts[0] * stride[0] < lengths[0] + padding[0]
    return np.round(2 * normal(rng, 2, *lengths, batch)), normal(rng, 2, *counts, batch), padding


@BY_VARIANT
@given(**POOLS, dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)), has_nan=st.booleans())
@settings(max_examples=25, deadline=None)
def test_max_pool(variant, seed, window, stride, dilation, more, batch, has_nan):
    kernels.use(variant)
    x, g, padding = pool(seed, window, stride, dilation, more, batch)
    if has_nan:
        x[:, :2, :2] = np.nan
    y, gx = np.empty_like(g), np.empty_like(x)
    numbers = flat(window, stride, padding, dilation)
    assert kernels.max_pool(x, *numbers, y)
    assert kernels.max_pool_back(x, g, *numbers, gx)
    want, want_gx = pooled(x, g, window, stride, padding, dilation)
    np.testing.assert_array_equal(y, want)
    np.testing.assert_allclose(gx, want_gx, rtol=1e-5, atol=1e-5)


@BY_VARIANT
@pytest.mark.parametrize(("window", "stride", "length"), [(2, 3, 4), (3, 4, 6), (2, 2, 4), (2, 2, 5)])
def test_places_that_are_in_no_window_have_no_gradient(variant, window, stride, length):
    kernels.use(variant)
    x = np.round(2 * normal(np.random.default_rng(0), 1, length, 1, 20))
    g = normal(np.random.default_rng(1), 1, -(-(length - window) // stride) + (length != 5), 1, 20)
    gx = np.full_like(x, np.nan)
    assert kernels.max_pool_back(x, g, window, 1, stride, 1, 0, 0, 1, 1, gx)
    np.testing.assert_allclose(gx, pooled(x, g, (window, 1), (stride, 1), (0, 0), (1, 1))[1], atol=1e-6)


@BY_VARIANT
@given(**POOLS, counts_padding=st.booleans())
@settings(max_examples=25, deadline=None)
def test_average_pool(variant, seed, window, stride, more, batch, counts_padding):
    kernels.use(variant)
    x, g, padding = pool(seed, window, stride, (1, 1), more, batch)
    sums, sizes = np.zeros(g.shape), np.zeros(g.shape[1:3])
    for place, _, read in windows(x.shape[1:3], g.shape[1:3], window, stride, padding, (1, 1)):
        sums[(slice(None), *place)] += x[(slice(None), *read)]
        sizes[place] += 1
    if counts_padding:
        lengths = [
            np.minimum(np.arange(c) * s - pad + k, length + pad) - (np.arange(c) * s - pad)
            for c, s, pad, k, length in zip(g.shape[1:3], stride, padding, window, x.shape[1:3], strict=True)
        ]
        sizes = np.multiply.outer(*lengths)
    gx = np.zeros(x.shape)
    for place, _, read in windows(x.shape[1:3], g.shape[1:3], window, stride, padding, (1, 1)):
        gx[(slice(None), *read)] += g[(slice(None), *place)] / sizes[place]
    y, result = np.empty_like(g), np.empty_like(x)
    numbers = [*flat(window, stride, padding), 1, 1, counts_padding]
    assert kernels.average_pool(x, *numbers, y)
    assert kernels.average_pool_back(g, *numbers, result)
    np.testing.assert_allclose(y, sums / sizes[..., None], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(result, gx, rtol=1e-5, atol=1e-5)


@BY_VARIANT
@given(**POOLS | {"batch": st.integers(1, 15)}, dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)))
@settings(max_examples=25, deadline=None)
def test_max_pool_of_few_samples(variant, seed, window, stride, dilation, more, batch):
    kernels.use(variant)
    x, g, padding = pool(seed, window, stride, dilation, more, batch)
    x[0, :1, -1:] = np.nan
    y, numbers = np.empty_like(g), flat(window, stride, padding, dilation)
    assert kernels.max_pool(x, *numbers, y)
    np.testing.assert_array_equal(y, pooled(x, g, window, stride, padding, dilation)[0])
    assert kernels.max_pool_back(x, g, *numbers, x) is None  # which NumPy is left with


def image(*shape):
    return np.zeros(shape, np.float32)


@pytest.mark.parametrize(
    "changes",
    [
        {"x": image(2, 5, 5, 1), "y": image(3, 3, 3, 1)},  # no vector is full
        {"x": image(2, 5, 11, 15), "y": image(3, 3, 5, 15), "numbers": (1, 2, 0, 0, 1, 1)},  # few samples and a stride
        {"x": image(2, 5, 1027, 1), "y": image(3, 3, 1025, 1)},  # few samples and a long line
        {"x": image(2, 5, 5, 64).transpose(1, 0, 2, 3)},
        {"x": image(2, 5, 5, 64)[..., ::2]},
        {"x": image(2, 5, 5, 32).astype(float)},
        {"x": image(2, 5, 5)},
        {"x": image(0, 5, 5, 32)},
        {"x": image(3, 5, 5, 32)},  # channels
        {"y": image(4, 3, 3, 32)},
        {"y": image(3, 2, 3, 32)},
        {"y": image(3, 3, 3, 33)},
        {"b": image(2)},
        {"b": image(3, 1)},
        {"w": image(3, 2, 3)},
        {"w": image(3, 2, 3, 65), "x": image(2, 5, 70, 32), "y": image(3, 3, 6, 32)},  # too wide
        {"numbers": (0, 1, 0, 0, 1, 1)},
        {"numbers": (1, 1, -1, 0, 1, 1)},
        {"numbers": (1, 1, 1, 0, 1, 1)},
        {"numbers": (1, 1, 0, 0, 2, 1)},
        {"numbers": (1, 1, 0, 0, float("nan"), 1)},
        {"numbers": (1, 1, 0, 0, 1e30, 1)},
    ],
)
def test_what_does_not_fit_is_refused_with_nothing_done(changes):
    given = {"x": image(2, 5, 5, 32), "w": image(3, 2, 3, 3), "b": image(3), "numbers": (1, 1, 0, 0, 1, 1)}
    given |= {"y": image(3, 3, 3, 32), **changes}
    given["y"].fill(7)
    assert kernels.convolution(given["x"], given["w"], given["b"], *given["numbers"], given["y"]) is None
    assert (given["y"] == 7).all()


def test_sums_of_another_number_of_channels_are_refused():
    assert kernels.channel_sums(image(2, 4, 4, 8), image(3)) is None


@pytest.mark.parametrize("numbers", [(2, 2, 2, 2, 2, 0, 1, 1), (2, 2, 1, 2, 0, 0, 1, 1), (0, 2, 2, 2, 0, 0, 1, 1)])
def test_a_pool_without_a_place_for_each_window_is_refused(numbers):
    assert kernels.max_pool(image(2, 4, 4, 8), *numbers, image(2, 2, 2, 8)) is None


def test_a_wrong_number_of_arguments_is_an_error():
    with pytest.raises(TypeError, match="convolution: expected 10 arguments, received 1"):
        kernels.convolution(image(1, 1, 1, 16))

from __future__ import annotations

import math

import numpy as np
import pytest

from minnet_core.nn.random_masks import keep_mask

GENERATORS = ["PCG64", "PCG64DXSM", "SFC64", "Philox", "MT19937"]


def make(generator, seed=0):
    return np.random.Generator(getattr(np.random, generator)(seed))


@pytest.mark.parametrize(("p", "bits"), [(0, 8), (0.5, 8), (3 / 256, 8), (1, 8), (3 / 2**16, 16), (0.3, 32)])
@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("shape", [(), (0,), (1,), (7,), (3, 5), (2, 0, 3), (33, 65)])
def test_a_mask_is_drawn_integers_compared_to_p_times_how_many_there_are(p, bits, generator, shape):
    rng, other = make(generator), make(generator)
    mask, size = keep_mask(rng, shape, p), math.prod(shape)
    words = other.integers(0, 2**64 - 1, math.ceil(size * bits / 64), np.uint64, endpoint=True)
    expected = words.view(f"u{bits // 8}")[:size].astype(float) >= round(p * 2**bits)
    assert mask.dtype == np.bool_
    np.testing.assert_array_equal(mask, expected.reshape(shape), strict=True)
    assert rng.random() == other.random(), "it draws those integers and no more"


@pytest.mark.parametrize("p", [1e-5, 1 / 256, 3 / 256, 0.25, 5 / 2**16, 0.3, 1 - 1e-5])
@pytest.mark.parametrize("generator", GENERATORS)
def test_every_place_is_false_with_probability_p(p, generator):
    dropped = ~keep_mask(make(generator), (250_000, 8), p)
    assert np.abs(dropped.mean(axis=0) - p).max() < 5 * np.sqrt(p * (1 - p) / 250_000)


def test_nothing_is_dropped_at_zero_and_everything_at_one():
    assert keep_mask(make("PCG64"), (1000,), 0).all()
    assert not keep_mask(make("PCG64"), (1000,), 1).any()


def test_a_seed_decides_the_mask_and_the_next_is_another():
    rng = make("PCG64", 1)
    first, second = (keep_mask(rng, (40,), 0.5) for _ in range(2))
    np.testing.assert_array_equal(first, keep_mask(make("PCG64", 1), (40,), 0.5))
    assert not np.array_equal(first, second)

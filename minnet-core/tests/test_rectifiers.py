from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core.nn.kernels import LONGEST_KEPT
from minnet_core.nn.rectifiers import masked, negative_part, positive_mask, positive_part, softplus, where_positive

BORDER = [(LONGEST_KEPT - 1,), (LONGEST_KEPT,), (LONGEST_KEPT + 1,), (2, LONGEST_KEPT), (3, 5, 4001), (0, 3), ()]
every_shape = pytest.mark.parametrize("shape", BORDER)
every_dtype = pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4", np.longdouble])


def draw(shape, dtype):
    """Draw numbers among which are all that floats have that is special."""
    x = np.asarray(np.random.default_rng(0).standard_normal(shape)).astype(dtype)
    specials = [0.0, -0.0, np.inf, -np.inf, np.finfo(x.dtype).smallest_subnormal, -np.finfo(x.dtype).smallest_subnormal]
    x.reshape(-1)[: len(specials)] = specials[: x.size]
    return x


def layouts(x):
    """The same numbers as they may lie in memory."""
    yield x
    yield np.asfortranarray(x)
    if x.ndim:
        yield np.repeat(x, 2, axis=-1)[..., ::2]
        yield x[::-1].copy()[::-1]
        yield np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 0, -1)), -1, 0)  # the batch innermost


@every_shape
@every_dtype
def test_parts_are_those_of_the_definition_on_both_sides_of_the_longest_vector(shape, dtype):
    x = draw(shape, dtype)
    for same in layouts(x):
        for part, expected in [
            (positive_part(same), np.where(x > 0, x, 0)),
            (negative_part(same), np.where(x < 0, x, 0)),
            (positive_mask(same), x > 0),
        ]:
            assert part.dtype == np.dtype(dtype).newbyteorder("=")
            assert not np.shares_memory(part, same)
            np.testing.assert_array_equal(part, expected)


@every_shape
@every_dtype
@pytest.mark.parametrize("values_dtype", [np.float32, np.float64, np.int64])
def test_values_stay_where_x_is_positive_exactly_and_are_zero_elsewhere(shape, dtype, values_dtype):
    x = draw(shape, dtype)
    values = np.asarray(100 * np.random.default_rng(1).standard_normal(shape)).astype(values_dtype)
    expected = np.where(x > 0, values, 0).astype(np.dtype(dtype).newbyteorder("="))
    for same, valued in zip(layouts(x), layouts(values), strict=True):
        result = where_positive(same, valued)
        assert result.dtype == expected.dtype
        assert not np.shares_memory(result, valued)
        np.testing.assert_array_equal(result, expected)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_any_bits_of_a_value_are_kept_or_become_zero(one, other):
    x = np.full(LONGEST_KEPT, one, np.uint32).view(np.float32)
    values = np.full(LONGEST_KEPT, other, np.uint32).view(np.float32)
    if not np.isnan(x[0]):
        expected = values.view(np.uint32) if x[0] > 0 else np.zeros(LONGEST_KEPT)
        np.testing.assert_array_equal(where_positive(x, values).view(np.uint32), expected)


@pytest.mark.parametrize("size", [1, LONGEST_KEPT, 3 * LONGEST_KEPT + 7])
def test_nan_stays_nan(size):
    x = np.zeros(size, np.float32)
    x[[0, -1]] = np.nan, -np.float32(np.nan)
    for part in (positive_part(x), negative_part(x)):
        np.testing.assert_array_equal(np.isnan(part), np.isnan(x))


@pytest.mark.parametrize("batch", [3, 40])
def test_images_with_the_batch_innermost_stay_so(batch):
    x = np.random.default_rng(0).standard_normal((4, 20, 31, batch), np.float32).transpose(3, 0, 1, 2)
    for part in (positive_part(x), negative_part(x), positive_mask(x), where_positive(x, x)):
        assert part.strides == x.strides


@every_shape
@every_dtype
def test_masked_values_stay_where_the_mask_is_and_are_zero_elsewhere_infinite_ones_too(shape, dtype):
    values = draw(shape, dtype)
    mask = np.random.default_rng(1).random(shape) < 0.5
    for same in layouts(values):
        with np.errstate(all="raise"):
            result = masked(same, mask)
        assert result.dtype == values.dtype.newbyteorder("=")
        assert not np.shares_memory(result, same)
        np.testing.assert_array_equal(result, np.where(mask, values, 0))


def test_integers_are_masked_as_floating_numbers():
    result = masked(np.array([3, 200], np.uint8), np.array([False, True]))
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, [0, 200])


@every_dtype
def test_softplus_is_the_logarithm_of_one_and_the_exponential_at_both_ends(dtype):
    x = np.array([-np.inf, -5, 0, 5, 60000, np.inf], dtype)
    with np.errstate(all="raise", under="ignore"):
        result = softplus(x)
    assert result.dtype == x.dtype.newbyteorder("=")
    np.testing.assert_allclose(
        result, np.logaddexp(0, x.astype(np.float64)), rtol=2e-3 if dtype == np.float16 else 1e-6
    )

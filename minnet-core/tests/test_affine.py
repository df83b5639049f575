from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from minnet_core import Affine

numbers = st.floats(-10, 10, allow_subnormal=False)
vectors = st.lists(numbers, min_size=3, max_size=3)
maps = st.builds(Affine, numbers | vectors, numbers | vectors)


@given(first=maps, after=maps)
def test_a_composition_is_one_map_after_the_other(first, after):
    x = np.random.default_rng(0).standard_normal((4, 3))
    np.testing.assert_allclose(first.then(after)(x), after(first(x)), rtol=1e-12, atol=1e-12)


@given(map=maps)
def test_the_identity_changes_no_map_that_it_is_composed_with(map):
    x = np.random.default_rng(0).standard_normal((4, 3))
    for composed in (map.then(Affine()), Affine().then(map)):
        np.testing.assert_array_equal(composed(x), map(x))


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_features_are_on_their_axis(axis):
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    scale, shift = np.random.default_rng(1).standard_normal((2, x.shape[axis]))
    expected = np.moveaxis(np.moveaxis(x, axis, -1) * scale + shift, -1, axis)
    np.testing.assert_allclose(Affine(scale, shift, axis=axis)(x), expected, rtol=1e-15)


def test_maps_of_axes_that_may_differ_are_not_composed():
    assert Affine([1, 2], axis=1).then(Affine([3, 4])) is None
    assert Affine([1, 2]).then(Affine([1, 2, 3])) is None
    assert Affine(2, axis=1).then(Affine([3, 4])).axis == -1
    assert Affine([3, 4], axis=1).then(Affine(2)).axis == 1


def test_an_absorber_gets_vectors_for_its_own_axis_alone():
    map = Affine([1, 2], 3, axis=1)
    scale, shift = map.of_features(2, axis=-1, ndim=2)
    np.testing.assert_array_equal([scale, shift], [[1, 2], [3, 3]])
    assert map.of_features(2, axis=-1, ndim=3) is None
    assert map.of_features(2, axis=-1) is None
    assert map.of_features(3, axis=1) is None
    np.testing.assert_array_equal(Affine(5, axis=7).of_features(2, axis=-1), [[5, 5], [0, 0]])


def test_a_map_keeps_what_it_was_given_and_cannot_be_changed():
    gamma = np.ones(2, np.float32)
    map = Affine(gamma)
    gamma[:] = 7
    np.testing.assert_array_equal(map.scale, [1, 1])
    with pytest.raises(ValueError, match="read-only"):
        map.scale[0] = 2


def test_constants_have_at_least_double_precision_and_results_the_dtype_of_the_input():
    assert Affine(np.ones(2, np.float16)).scale.dtype == np.float64
    assert Affine(np.ones(2, np.longdouble)).scale.dtype == np.longdouble
    for dtype, expected in ((np.float16, np.float16), (np.float32, np.float32), (np.uint8, np.float32)):
        assert Affine([1.5, 2])(np.ones((3, 2), dtype)).dtype == expected


@pytest.mark.parametrize(
    ("scale", "shift", "message"),
    [
        (np.ones((2, 2)), 0, r"one or one a feature, received \(2, 2\) float64"),
        (1j, 0, "expected real numbers"),
        (np.ones(2), np.ones(3), "as many scales as shifts, received 2 and 3"),
    ],
)
def test_what_is_no_map_is_refused(scale, shift, message):
    with pytest.raises(ValueError, match=message):
        Affine(scale, shift)

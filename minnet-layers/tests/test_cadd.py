from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_layers import CAdd


@pytest.mark.parametrize(
    ("size", "shape", "summed"),
    [
        ((3,), (4, 3), (0,)),
        ((2, 3), (4, 2, 3), (0,)),
        ((2, 3), (5, 4, 2, 3), (0, 1)),
        ((2, 1), (4, 2, 3), (0, 2)),
        ((1, 3), (4, 2, 3), (0, 1)),
        ((2, 1, 3), (4, 2, 5, 3), (0, 2)),
        ((1, 1), (4, 2, 3), (0, 1, 2)),
    ],
)
def test_each_element_has_an_offset(size, shape, summed):
    layer, x = CAdd(size, rng=0, dtype=np.float64), np.random.default_rng(0).standard_normal(shape)
    np.testing.assert_array_equal(layer.forward(x), x + layer.beta)
    np.testing.assert_array_equal(layer.backward(x, 2 * x), 2 * x)
    np.testing.assert_allclose(layer.gradBeta.ravel(), 2 * x.sum(axis=summed).ravel(), atol=1e-13)


def test_the_gradient_of_half_precision_is_summed_in_float32():
    layer, x = CAdd((1, 2), dtype=np.float16), np.ones((64, 64, 2), np.float16)
    layer.accGradParameters(x, np.full_like(x, 2**-4))
    np.testing.assert_array_equal(layer.gradBeta, [[256, 256]])


def test_sizes_are_told_from_the_batch():
    with pytest.raises(ShapeError, match=r"CAdd: expected input \(batch, any, 3\), received \(1, 3\) float64"):
        CAdd((1, 3)).forward(np.ones((1, 3)))
    with pytest.raises(ShapeError, match=r"CAdd: expected input \(batch, any, 2, 3\), received \(4, 5, 2, 2\)"):
        CAdd((2, 3)).forward(np.ones((4, 5, 2, 2)))


def test_it_states_the_affine_map_of_features():
    layer, x = CAdd(3, rng=0, dtype=np.float64), np.random.default_rng(0).standard_normal((4, 2, 3))
    np.testing.assert_allclose(layer.as_affine()(x), layer.forward(x), rtol=1e-15)
    assert CAdd((2, 3)).as_affine() is None

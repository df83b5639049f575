from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_layers import Mul


@pytest.mark.parametrize("shape", [(7,), (4, 3), (2, 3, 5), (0, 3), ()])
def test_one_factor_multiplies_any_shape_and_its_gradient_is_the_sum_of_products(shape):
    rng = np.random.default_rng(0)
    layer, x, g = Mul(rng=0, dtype=np.float64), rng.standard_normal(shape), rng.standard_normal(shape)
    x, g = np.asarray(x), np.asarray(g)
    output, gradInput = layer.forward(x), layer.backward(x, g)
    assert output.shape == gradInput.shape == shape
    np.testing.assert_allclose(output, x * layer.gamma[0], rtol=1e-15)
    np.testing.assert_allclose(gradInput, g * layer.gamma[0], rtol=1e-15)
    np.testing.assert_allclose(layer.gradGamma, [(g * x).sum()], atol=1e-13)


def test_the_factor_starts_between_minus_one_and_one():
    drawn = np.array([Mul(rng=seed).gamma[0] for seed in range(200)])
    assert -1 <= drawn.min() < -0.95
    assert 0.95 < drawn.max() <= 1


def test_an_initializer_of_weights_leaves_it_to_the_constructor():
    layer = Mul(rng=0)
    layer.reset("Xavier", rng=1)
    assert 0 < np.abs(layer.gamma[0]) <= 1


def test_the_gradient_of_half_precision_is_summed_in_float32():
    layer, x = Mul(dtype=np.float16), np.ones((4096, 2), np.float16)
    layer.accGradParameters(x, np.full_like(x, 2**-4))
    assert layer.gradGamma == [512]


def test_a_factor_of_another_shape_is_refused():
    layer = Mul()
    layer.gamma = np.ones(3)
    with pytest.raises(ShapeError, match=r"Mul: expected gamma \(1,\), received \(3,\)"):
        layer.forward(np.ones((4, 3)))


def test_it_is_an_affine_map():
    layer, x = Mul(rng=0, dtype=np.float64), np.random.default_rng(0).standard_normal((4, 3))
    np.testing.assert_allclose(layer.as_affine()(x), layer.forward(x), rtol=1e-15)

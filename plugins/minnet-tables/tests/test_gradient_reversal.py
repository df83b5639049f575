from __future__ import annotations

import numpy as np

from minnet_core import build, to_config
from minnet_tables import GradientReversal

X, G = np.random.default_rng(0).standard_normal((2, 4, 3))


def test_two_of_them_give_the_gradient_back_and_lambda_may_change():
    one, other = GradientReversal(), build(to_config(GradientReversal(0.25)))
    np.testing.assert_array_equal(other.forward(one.forward(X)), X)
    np.testing.assert_array_equal(one.backward(X, other.backward(X, G)), G / 4)
    other.lambda_ = 3
    np.testing.assert_array_equal(other.backward(X, G), -3 * G)
    other.lambda_ = 0.0
    assert not other.backward(X, G).any()

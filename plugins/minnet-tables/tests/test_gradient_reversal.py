from __future__ import annotations

import numpy as np
import pytest

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


@pytest.mark.parametrize("number", [np.float32(0.5), np.int64(2)])
def test_lambda_may_be_a_number_of_numpy(number):
    assert GradientReversal(number).backward(np.ones(1), np.ones(1)) == -number

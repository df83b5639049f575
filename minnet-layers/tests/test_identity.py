from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential, fuse
from minnet_layers import Identity, Linear


def test_output_and_gradient_are_copies():
    layer, x, g = Identity(), np.ones((2, 3)), np.full((2, 3), 2.0)
    output, gradInput = layer.forward(x), layer.backward(x, g)
    np.testing.assert_array_equal(output, x)
    np.testing.assert_array_equal(gradInput, g)
    assert not np.shares_memory(output, x)
    assert not np.shares_memory(gradInput, g)


@pytest.mark.parametrize(("given", "made"), [("float32", "float32"), ("uint8", "float32"), (">f8", "float64")])
def test_what_is_no_native_float_becomes_one(given, made):
    assert Identity().forward(np.ones(2, given)).dtype == made


def test_it_is_left_out_where_a_model_is_fused():
    fused = fuse(Sequential(Linear(3, 2, rng=0), Identity(), Identity()))
    assert [type(layer).__name__ for layer in fused] == ["Linear"]

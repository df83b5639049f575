from __future__ import annotations

import numpy as np
import pytest

from minnet_tables import CMulTable


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_the_gradient_of_each_is_the_product_of_the_others_where_some_are_zero_too(count):
    rng = np.random.default_rng(count)
    table = tuple(rng.integers(0, 3, (4, 5)).astype(float) for _ in range(count))
    g, layer = rng.standard_normal((4, 5)), CMulTable()
    np.testing.assert_array_equal(layer.forward(table), np.prod(table, axis=0))
    for index, gradient in enumerate(layer.backward(table, g)):
        others = [each for place, each in enumerate(table) if place != index]
        np.testing.assert_allclose(gradient, g * np.prod([np.ones((4, 5)), *others], axis=0), rtol=1e-14)
        assert not any(np.shares_memory(gradient, other) for other in (*table, g))

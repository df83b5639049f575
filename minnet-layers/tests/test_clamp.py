from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import Clamp


@pytest.mark.parametrize(
    ("bounds", "output", "slope"),
    [
        ({"min": -1, "max": 2}, [-1, -1, 0, 2, 2], [0, 1, 1, 1, 0]),
        ({"min": -1}, [-1, -1, 0, 2, 9], [0, 1, 1, 1, 1]),
        ({"max": 2}, [-9, -1, 0, 2, 2], [1, 1, 1, 1, 0]),
        ({"min": 0, "max": 0}, [0, 0, 0, 0, 0], [0, 0, 1, 0, 0]),
    ],
)
def test_a_bound_cuts_and_the_gradient_passes_at_it(bounds, output, slope):
    layer, x = Clamp(**bounds), np.array([-9.0, -1.0, 0.0, 2.0, 9.0])
    np.testing.assert_array_equal(layer.forward(x), output)
    np.testing.assert_array_equal(layer.backward(x, np.ones(5)), slope)


def test_an_infinite_gradient_beyond_a_bound_is_0():
    layer, x = Clamp(max=1.0), np.array([2.0, 0.0])
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(layer.updateGradInput(x, np.array([np.inf, np.inf])), [0, np.inf])


@pytest.mark.parametrize("bounds", [(None, None), (2.0, 1.0), (np.nan, 1.0)])
def test_bounds_that_are_none_or_leave_nothing_are_refused(bounds):
    with pytest.raises(ValueError, match=f"Clamp: expected a min, a max, or min <= max, received {bounds[0]} and"):
        Clamp(*bounds)

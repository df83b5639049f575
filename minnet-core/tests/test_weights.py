from __future__ import annotations

import numpy as np
import pytest

from minnet_core.testing.cases.weights import Weights


@pytest.mark.parametrize(
    ("shape", "second"), [((4, 3), (2, 3)), ((5,), (2,)), ((1, 2), (1, 2)), ((6, 2, 2), (3, 2, 2))]
)
def test_two_parameters_with_gradients_of_zero(shape, second):
    module = Weights(shape)
    assert {name: array.shape for name, array in module.namedParameters().items()} == {"x": shape, "y": second}
    assert {array.dtype for array in module.getParameters()} == {np.dtype(np.float32)}
    assert not any(array.any() for array in module.getGradParameters())
    assert [array.shape for array in module.getGradParameters()] == [shape, second]


def test_a_seed_draws_the_same_and_another_does_not():
    np.testing.assert_array_equal(Weights((4, 3), 1).y, Weights((4, 3), 1).y)
    assert not np.array_equal(Weights((4, 3), 1).y, Weights((4, 3), 2).y)

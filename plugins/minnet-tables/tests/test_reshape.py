from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError, build, to_config
from minnet_tables import Reshape

X = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize("shape", [(12,), (-1,), (4, 3), (2, -1), (1, 12, 1), (6, -1, 2)])
def test_numbers_stay_in_their_order_and_the_batch_stays(shape):
    for layer in (Reshape(*shape), Reshape(shape), Reshape([*shape]), build(to_config(Reshape(*shape)))):
        np.testing.assert_array_equal(layer.forward(X), X.reshape(2, *shape))
        np.testing.assert_array_equal(layer.backward(X, layer.output), X)
        assert not np.shares_memory(layer.output, X)
        assert layer.shape == shape


def test_an_empty_batch_and_samples_of_one_number():
    assert Reshape(-1, 6).forward(np.ones((0, 12))).shape == (0, 2, 6)
    np.testing.assert_array_equal(Reshape().forward(np.ones((3, 1, 1))), np.ones(3))


def test_memory_order_does_not_matter_and_dtypes_stay():
    x = np.asfortranarray(X)
    np.testing.assert_array_equal(Reshape(-1).forward(x), X.reshape(2, -1))
    assert Reshape(-1).forward(X.astype(np.uint8)).dtype == np.uint8


@pytest.mark.parametrize(("shape", "numbers"), [((5,), "5"), ((5, -1), "a multiple of 5"), ((), "1")])
def test_refusals(shape, numbers):
    with pytest.raises(ShapeError, match=rf"expected input \(batch, ...\) with {numbers} numbers in each sample, rec"):
        Reshape(*shape).forward(X)
    for wrong in ((0,), (-1, -1), (-2,)):
        with pytest.raises(ValueError, match="expected shape to be positive lengths, of which one may be -1"):
            Reshape(*wrong)

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_tables import MM, DotProduct


def test_it_is_a_product_of_matrices_of_one_row_and_one_column():
    a, b = np.random.default_rng(0).standard_normal((2, 3, 5))
    layer, matrices = DotProduct(), MM(trans_b=True)
    pair = (a[:, np.newaxis], b[:, np.newaxis])
    np.testing.assert_allclose(layer.forward((a, b)), matrices.forward(pair)[:, 0, 0], rtol=1e-14)
    received, expected = layer.backward((a, b), np.ones(3)), matrices.backward(pair, np.ones((3, 1, 1)))
    np.testing.assert_array_equal(received, np.array(expected)[:, :, 0])


def test_vectors_without_a_batch_are_refused():
    with pytest.raises(ShapeError, match=r"DotProduct: expected two arrays \(batch, ..., n\), received \(\(3,\)"):
        DotProduct().forward((np.ones(3), np.ones(3)))

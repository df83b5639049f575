from __future__ import annotations

import numpy as np
import pytest

from minnet_tables.similarities.norms import norms


@pytest.mark.parametrize("p", [1, 1.5, 2, 7, np.inf])
@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_they_are_those_of_numpy_at_any_size(p, size):
    vectors = np.random.default_rng(0).standard_normal((2, 3, 4))
    with np.errstate(all="raise", under="ignore"):
        received = norms(vectors * size, p)
    np.testing.assert_allclose(received, size * np.linalg.norm(vectors, p, axis=-1, keepdims=True), rtol=1e-13)


def test_the_vectors_stay_and_float32_stays_float32():
    vectors = np.float32([[3, 4], [0, 0]])
    received = norms(vectors)
    np.testing.assert_array_equal(received, np.float32([[5], [0]]), strict=True)
    np.testing.assert_array_equal(vectors, [[3, 4], [0, 0]])

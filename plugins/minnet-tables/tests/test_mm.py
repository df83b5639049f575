from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_tables import MM

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("trans_a", [False, True])
@pytest.mark.parametrize("trans_b", [False, True])
@pytest.mark.parametrize("batch", [(), (3,), (2, 3)])
def test_every_place_of_the_batch_axes_has_a_product_of_its_own(trans_a, trans_b, batch):
    a, b = RNG.standard_normal((*batch, 2, 4)), RNG.standard_normal((*batch, 4, 5))
    g, layer = RNG.standard_normal((*batch, 2, 5)), MM(trans_a, trans_b)
    given_a, given_b = (np.swapaxes(x, -1, -2) if turned else x for x, turned in ((a, trans_a), (b, trans_b)))
    y = layer.forward((given_a, given_b))
    by_a, by_b = layer.backward((given_a, given_b), g)
    for place in np.ndindex(batch):
        np.testing.assert_allclose(y[place], a[place] @ b[place], rtol=1e-13)
        of_a, of_b = g[place] @ b[place].T, a[place].T @ g[place]
        np.testing.assert_allclose(by_a[place], of_a.T if trans_a else of_a, rtol=1e-13)
        np.testing.assert_allclose(by_b[place], of_b.T if trans_b else of_b, rtol=1e-13)


def test_refusals_tell_which_shapes_fit():
    x = np.ones((2, 3, 4))
    with pytest.raises(ShapeError, match=r"two arrays \(..., n, m\) and \(..., m, k\), received \(\(2, 3, 4\) float64"):
        MM().forward((x, x))
    with pytest.raises(ShapeError, match=r"two arrays \(..., m, n\) and \(..., k, m\)"):
        MM(True, True).forward((x, x))
    assert MM(True).forward((x, x)).shape == (2, 4, 4)

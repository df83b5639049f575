from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_criterions import TripletMarginCriterion


@pytest.mark.parametrize("p", [1, 2, 3.5])
def test_losses_are_those_of_the_norms(p):
    a, b, c = np.random.default_rng(0).standard_normal((3, 6, 4))
    near, far, between = (np.linalg.norm(d, p, axis=1) for d in (a - b, a - c, b - c))
    plain, swapping = TripletMarginCriterion(0.5, p, eps=0), TripletMarginCriterion(0.5, p, eps=0, swap=True)
    assert plain.losses((a, b, c), None) == pytest.approx(np.maximum(0, near - far + 0.5), rel=1e-12)
    expected = np.maximum(0, near - np.minimum(far, between) + 0.5)
    assert swapping.losses((a, b, c), None) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_three_equal_vectors_lose_the_margin_and_have_finite_gradients(p):
    x = np.ones((2, 3))
    criterion = TripletMarginCriterion(p=p, eps=0)
    with np.errstate(all="raise"):
        assert criterion.forward((x, x, x), None) == 1
        assert all(not gradient.any() for gradient in criterion.backward((x, x, x), None))


@pytest.mark.parametrize(("dtype", "size"), [(np.float32, 1e30), (np.float64, 1e200)])
def test_the_squares_of_large_distances_do_not_overflow(dtype, size):
    parts = (np.random.default_rng(0).standard_normal((3, 5, 4)) * size).astype(dtype)
    criterion, exact = TripletMarginCriterion(), TripletMarginCriterion(margin=1 / size)
    with np.errstate(over="raise", invalid="raise"):
        loss, gradients = criterion.forward(tuple(parts), None), criterion.backward(tuple(parts), None)
    small = tuple(part.astype(np.float64) / size for part in parts)
    assert loss == pytest.approx(exact.forward(small, None) * size, rel=1e-4)
    for ours, expected in zip(gradients, exact.backward(small, None), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-5)


def test_what_are_no_three_matrices_of_one_shape_is_refused():
    x = np.ones((4, 3))
    with pytest.raises(ShapeError, match="TripletMarginCriterion: expected input to be a tuple of 3 arrays, received"):
        TripletMarginCriterion().forward((x, x), None)
    with pytest.raises(ShapeError, match=r"TripletMarginCriterion: expected input\[2\] \(4, 3\), received \(4, 1\)"):
        TripletMarginCriterion().forward((x, x, x[:, :1]), None)

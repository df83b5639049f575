"""Normal numbers are normal, in every dtype and of every number."""

import numpy as np
import pytest

from minnet_core.nn.random_normals import normal_numbers


@pytest.mark.parametrize("generator", ["PCG64", "MT19937"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_moments_and_tails_are_those_of_the_normal_distribution(dtype, generator):
    rng = np.random.Generator(getattr(np.random, generator)(0))
    numbers = normal_numbers(rng, (401, 501), np.dtype(dtype))
    assert numbers.shape == (401, 501)
    assert numbers.dtype == dtype
    wide = numbers.astype(np.float64)
    assert abs(wide.mean()) < 0.01
    assert abs((wide**2).mean() - 1) < 0.015
    assert abs((wide**3).mean()) < 0.04
    assert abs((wide**4).mean() - 3) < 0.1
    for bound, share in ((0.0, 0.5), (1.0, 0.158655), (2.0, 0.02275), (3.0, 0.00135)):
        for side in (wide, -wide):
            assert abs((side > bound).mean() - share) < 5 * (share / wide.size) ** 0.5
    assert 3.9 < np.abs(wide).max() < 6


def test_numbers_do_not_depend_on_each_other():
    """Those that are made of the same two integers, half the array apart, and neighbours."""
    numbers = normal_numbers(np.random.default_rng(0), (200_000,), np.dtype("float32")).astype(np.float64)
    for distance in (1, 2, 100_000):
        first, second = numbers[:-distance], numbers[distance:]
        for one, other in ((first, second), (first**2, second**2), (first**2, second), (np.abs(first), np.abs(second))):
            assert abs(np.corrcoef(one, other)[0, 1]) < 0.015


def test_every_number_is_finite_for_the_least_and_the_largest_integers(monkeypatch):
    for value in (0, 2**64 - 1):
        monkeypatch.setattr(
            "minnet_core.nn.random_normals.random_words", lambda _, n, v=value: np.full(n, v, np.uint64)
        )
        with np.errstate(all="raise"):
            numbers = normal_numbers(np.random.default_rng(0), (3001,), np.dtype("float32"))
        assert np.isfinite(numbers).all()
        assert np.abs(numbers).max() < 6.8


@pytest.mark.parametrize("shape", [(), (0,), (0, 5), (1,), (1023,), (1024,), (1025,), (3, 5, 101)])
def test_a_seed_decides_any_number_of_them(shape):
    first, second = (normal_numbers(np.random.default_rng(3), shape, np.dtype("float32")) for _ in range(2))
    assert first.shape == shape
    np.testing.assert_array_equal(first, second)

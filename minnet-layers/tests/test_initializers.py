"""Initializers: their fans, gains, ranges and moments, and the properties of those that make matrices."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import Sequential, ShapeError, initializers
from minnet_layers import ChannelwiseScaling, Linear
from minnet_layers.initializers import (
    Constant,
    Dirac,
    Eye,
    Kaiming,
    LeCun,
    Normal,
    Orthogonal,
    TruncatedNormal,
    Uniform,
    Xavier,
    fans,
    gain_of,
)

WIDE = (200, 300)


def drawn(initializer, shape=WIDE, rng=0):
    return initializer(shape, rng, "float64")


def test_all_are_found_by_name():
    classes = [Constant, Dirac, Eye, Kaiming, LeCun, Normal, Orthogonal, TruncatedNormal, Uniform, Xavier]
    assert [initializers[cls.__name__] for cls in classes] == classes
    assert initializers["Kaiming"] is Kaiming


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((256, 784), (784, 256)), ((16, 3, 5), (15, 80)), ((16, 3, 5, 5), (75, 400)), ((2, 3, 1, 4, 5), (60, 40))],
)
def test_fans_count_the_kernel(shape, expected):
    assert fans("x", shape) == expected


@pytest.mark.parametrize("initializer", [Xavier(), Kaiming(), LeCun(), Orthogonal(), Eye()])
def test_a_vector_has_no_fans(initializer):
    with pytest.raises(ShapeError, match=r"expected a shape .*received \(4,\)"):
        initializer((4,))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *[("linear", 1), ("sigmoid", 1), ("tanh", 5 / 3), ("relu", 2**0.5), ("selu", 0.75), ("leaky_relu", 2**0.5)],
        (0.3, 0.3),
    ],
)
def test_gains(name, expected):
    assert gain_of("x", name) == pytest.approx(expected)


def test_an_unknown_gain_names_the_known():
    with pytest.raises(ValueError, match="Kaiming: expected gain to be a number or one of leaky_relu, linear, relu, "):
        Kaiming(gain="gelu")


@pytest.mark.parametrize(
    ("initializer", "deviation", "is_normal"),
    [
        (Kaiming(), math.sqrt(2 / 300), True),
        (Kaiming(mode="fan_out"), math.sqrt(2 / 200), True),
        (Kaiming(gain="leaky_relu", slope=1.0, distribution="uniform"), math.sqrt(1 / 300), False),
        (Kaiming(gain=3), 3 / math.sqrt(300), True),
        (Xavier(), math.sqrt(2 / 500), False),
        (Xavier("tanh", "normal"), 5 / 3 * math.sqrt(2 / 500), True),
        (LeCun(), math.sqrt(1 / 300), True),
        (LeCun("uniform"), math.sqrt(1 / 300), False),
        (Normal(0, 0.1), 0.1, True),
        (Uniform(-1, 1), math.sqrt(1 / 3), False),
    ],
    ids=repr,
)
def test_deviations_and_ranges(initializer, deviation, is_normal):
    values = drawn(initializer)
    assert values.std() == pytest.approx(deviation, rel=0.01)
    assert abs(values.mean()) < 0.02 * deviation
    reach = abs(values).max() / deviation
    assert (reach > 3.5) == is_normal
    assert is_normal or 1.7 < reach <= math.sqrt(3)


def test_a_kernel_counts():
    assert drawn(Kaiming(gain=1), (64, 16, 5, 5)).std() == pytest.approx(1 / 20, rel=0.02)


@pytest.mark.parametrize("shape", [(4, 4), (3, 7), (7, 3), (1, 5), (5, 1), (6, 2, 3, 3), (20, 2, 3)])
@pytest.mark.parametrize("gain", [1.0, 2.5])
def test_orthogonal_rows_or_columns(shape, gain):
    matrix = drawn(Orthogonal(gain), shape).reshape(shape[0], -1)
    product = matrix @ matrix.T if len(matrix) <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(product, gain**2 * np.eye(len(product)), atol=1e-12)


def test_orthogonal_matrices_are_uniform():
    # A rotation and a reflection are as likely, and so is each sign of an element, which a plain QR would not give.
    matrices = np.array([drawn(Orthogonal(), (2, 2), seed) for seed in range(400)])
    assert 150 < (np.linalg.det(matrices) > 0).sum() < 250
    assert ((matrices > 0).mean(axis=0) > 0.4).all()
    assert ((matrices > 0).mean(axis=0) < 0.6).all()


def test_the_identity_passes_its_input_on():
    layer = Linear(3, 3).reset("Eye")
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(layer.forward(x), x)
    assert drawn(Eye(0.5), (2, 3)).tolist() == [[0.5, 0, 0], [0, 0.5, 0]]
    with pytest.raises(ShapeError, match=r"expected a shape \(outputs, inputs\), received \(2, 3, 3\); for kernels"):
        Eye()((2, 3, 3))


def test_dirac_in_groups():
    weights = drawn(Dirac(2), (6, 2, 3, 4))
    assert sorted(map(tuple, np.argwhere(weights))) == [(0, 0, 1, 2), (1, 1, 1, 2), (3, 0, 1, 2), (4, 1, 1, 2)]
    with pytest.raises(ShapeError, match="expected outputs that 2 divides"):
        Dirac(2)((3, 1, 3))


def test_constant():
    assert drawn(Constant(2.5), (2,)).tolist() == [2.5, 2.5]


@given(
    low=st.floats(-12, 12),
    width=st.floats(0.01, 30),
    mean=st.floats(-3, 3),
    std=st.floats(0.1, 3),
    seed=st.integers(0, 99),
)
@settings(max_examples=25, deadline=None)
def test_truncated_normal_stays_inside_and_has_the_mean_of_its_interval(low, width, mean, std, seed):
    high = low + width
    values = drawn(TruncatedNormal(mean, std, low, high), (4000,), seed)
    assert values.min() >= low
    assert values.max() <= high
    x = np.linspace(low, high, 20001)
    density = np.exp(-(((x - mean) / std) ** 2 - ((np.clip(mean, low, high) - mean) / std) ** 2) / 2)
    expected = (x * density).sum() / density.sum()
    assert abs(values.mean() - expected) < 6 * values.std() / math.sqrt(4000) + 1e-3 * width


def test_truncated_normal_with_infinite_ends_is_normal():
    values = drawn(TruncatedNormal(1.0, 0.5, -math.inf, math.inf))
    assert (values.mean(), values.std()) == pytest.approx((1, 0.5), rel=0.01)
    tail = drawn(TruncatedNormal(low=5.0, high=math.inf), (4000,))
    assert tail.mean() == pytest.approx(5.1865, abs=0.01)  # the hazard of the normal distribution at 5
    assert drawn(TruncatedNormal(low=-math.inf, high=-5.0), (4000,)).mean() == pytest.approx(-5.1865, abs=0.01)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Uniform(1, 1), "expected finite low and high, low below high, received 1 and 1"),
        (lambda: Normal(std=-1), "Normal: expected std to be finite and above 0, received -1"),
        (lambda: TruncatedNormal(low=3), "expected low below high, received 3 and 2.0"),
        (lambda: Kaiming("fan"), "Kaiming: expected mode to be 'fan_in' or 'fan_out', received 'fan'"),
        (lambda: Dirac(0), "expected groups to be a positive integer, received 0"),
        (lambda: Constant(math.inf), "expected value to be a finite number, received inf"),
    ],
)
def test_wrong_arguments_are_told(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_repr_has_what_was_given():
    assert repr(Kaiming("fan_out", gain=2.0)) == "Kaiming(mode='fan_out', gain=2.0)"
    assert repr(Eye()) == "Eye()"


def test_layers_are_reset():
    model = Sequential(Linear(300, 200), ChannelwiseScaling(200), Linear(200, 10, bias=False))
    model.reset(Kaiming(), rng=0)
    assert model[0].weight.std() == pytest.approx(math.sqrt(2 / 300), rel=0.01)
    assert not model[0].bias.any()
    assert 0 < abs(model[1].gamma).max() <= 200**-0.5  # as its constructor draws it
    assert abs(model[1].beta).max() > 0
    again = Sequential(Linear(300, 200), ChannelwiseScaling(200), Linear(200, 10, bias=False)).reset("Kaiming", rng=0)
    for one, other in zip(model.namedParameters().values(), again.namedParameters().values(), strict=True):
        np.testing.assert_array_equal(one, other)

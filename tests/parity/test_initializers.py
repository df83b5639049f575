"""Initializers beside ``torch.nn.init``: the same distributions, by their quantiles, and the same matrices."""

import numpy as np
import pytest
import torch
from torch.nn import init

from minnet_layers import initializers as ours
from minnet_layers.initializers import fans, gain_of

SHAPE = (150, 40, 3, 3)

PAIRS = [
    (ours.Uniform(-0.3, 0.5), lambda t: init.uniform_(t, -0.3, 0.5)),
    (ours.Normal(0.2, 0.7), lambda t: init.normal_(t, 0.2, 0.7)),
    (ours.TruncatedNormal(), init.trunc_normal_),
    (ours.TruncatedNormal(0.1, 0.02, 0.09, 0.2), lambda t: init.trunc_normal_(t, 0.1, 0.02, 0.09, 0.2)),
    (ours.TruncatedNormal(low=2.0, high=3.0), lambda t: init.trunc_normal_(t, a=2.0, b=3.0)),
    (ours.Xavier(), init.xavier_uniform_),
    (ours.Xavier("tanh", "normal"), lambda t: init.xavier_normal_(t, init.calculate_gain("tanh"))),
    (ours.Kaiming(), lambda t: init.kaiming_normal_(t, nonlinearity="relu")),
    (ours.Kaiming("fan_out", "selu"), lambda t: init.kaiming_normal_(t, mode="fan_out", nonlinearity="selu")),
    (ours.Kaiming(gain="leaky_relu", slope=0.2, distribution="uniform"), lambda t: init.kaiming_uniform_(t, 0.2)),
    (ours.LeCun(), lambda t: init.kaiming_normal_(t, nonlinearity="linear")),
]


@pytest.mark.filterwarnings("ignore:mean is more than 2 std")
@pytest.mark.parametrize(("initializer", "fill"), PAIRS, ids=[repr(pair[0]) for pair in PAIRS])
@pytest.mark.parametrize("shape", [SHAPE, (230, 240)], ids=str)
def test_the_distribution_is_pytorchs(initializer, fill, shape):
    """Kolmogorov and Smirnov: two samples of n of one distribution are seldom further apart than 1.95 sqrt(2/n)."""
    torch.manual_seed(0)
    mine = np.sort(initializer(shape, 0, "float64").ravel())
    theirs = np.sort(fill(torch.empty(shape, dtype=torch.float64)).numpy().ravel())
    both = np.concatenate([mine, theirs])
    n = mine.size
    distance = abs(np.searchsorted(mine, both, "right") - np.searchsorted(theirs, both, "right")).max() / n
    assert distance < 1.95 * np.sqrt(2 / n)
    assert mine.std() == pytest.approx(theirs.std(), rel=0.02)


@pytest.mark.parametrize("shape", [(4, 3), (5, 4, 3), (5, 4, 3, 2), (2, 3, 4, 5, 6)])
def test_fans_are_pytorchs(shape):
    assert fans("", shape) == init._calculate_fan_in_and_fan_out(torch.empty(shape))


@pytest.mark.parametrize("name", ["linear", "sigmoid", "tanh", "relu", "selu", "leaky_relu"])
def test_gains_are_pytorchs(name):
    assert gain_of("", name, 0.01) == pytest.approx(init.calculate_gain(name), rel=1e-15)


@pytest.mark.parametrize("shape", [(3, 3), (2, 5), (5, 2)])
def test_the_identity_is_pytorchs(shape):
    np.testing.assert_array_equal(ours.Eye()(shape), init.eye_(torch.empty(shape)).numpy())


@pytest.mark.parametrize("shape", [(4, 2, 3), (4, 5, 3, 4), (6, 2, 2, 3, 4)])
@pytest.mark.parametrize("groups", [1, 2])
def test_dirac_is_pytorchs(shape, groups):
    np.testing.assert_array_equal(ours.Dirac(groups)(shape), init.dirac_(torch.empty(shape), groups).numpy())


@pytest.mark.parametrize("shape", [(3, 7), (7, 3), (6, 2, 3, 3), (30, 2, 3)])
def test_orthogonal_is_of_the_shape_that_pytorch_makes_orthogonal(shape):
    def gram(weights):
        matrix = weights.reshape(shape[0], -1)
        return matrix @ matrix.T if shape[0] <= matrix.shape[1] else matrix.T @ matrix

    mine, theirs = ours.Orthogonal(2.0)(shape, 0, "float64"), init.orthogonal_(torch.empty(shape).double(), 2.0)
    np.testing.assert_allclose(gram(mine), gram(theirs.numpy()), atol=1e-12)

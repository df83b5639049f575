from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential, ShapeError, build, fuse, layers, to_config
from minnet_tables import Bottle, ConcatTable, Reshape
from minnet_test_support.components import DeclaredLinear, Identity

X = np.random.default_rng(0).standard_normal((2, 3, 4))


def linear():
    return DeclaredLinear(4, 5, rng=0, dtype=np.float64)


@pytest.mark.parametrize("shape", [(6, 4), (2, 3, 4), (1, 2, 3, 4), (0, 3, 4)])
def test_leading_axes_are_those_of_samples(shape):
    x = X.reshape(shape) if 0 not in shape else np.ones(shape)
    model, alone = Bottle(linear(), 2), linear()
    y = model.forward(x)
    expected = alone.forward(x.reshape(-1, 4) if x.size else np.ones((0, 4)))
    np.testing.assert_array_equal(y, expected.reshape(*shape[:-1], 5))
    gradient = model.backward(x, y)
    np.testing.assert_allclose(
        gradient, alone.backward(x.reshape(len(expected), 4), expected).reshape(shape), rtol=1e-13
    )
    np.testing.assert_allclose(model[0].gradW, alone.gradW, rtol=1e-13)
    model.backwardParameters(x, y)
    np.testing.assert_allclose(model[0].gradW, 2 * alone.gradW, rtol=1e-13)


def test_the_output_of_a_sample_may_have_any_number_of_axes():
    assert Bottle(Reshape(2, 2)).forward(X).shape == (2, 3, 2, 2)
    assert Bottle(Reshape(), 1).forward(X).shape == (2, 3, 4)
    assert Bottle(Reshape(12), 3).forward(X).shape == (2, 12)


def test_modules_are_added_and_written_down():
    model = Bottle(linear(), n_input_dims=2).add(Identity())
    with layers.override("local:DeclaredLinear", DeclaredLinear), layers.override("local:Identity", Identity):
        config = to_config(model)
        again = build(config)
    assert to_config(again) == config
    assert [type(module) for module in again] == [DeclaredLinear, Identity]
    assert repr(Bottle(Bottle(linear(), 3))) == "Bottle 2\n  Bottle 3\n    Linear 4 -> 5"
    fused = fuse(Sequential(model))[0]
    assert (type(fused), len(fused), fused.n_input_dims) == (Bottle, 2, 2)
    np.testing.assert_array_equal(fused.forward(X), model.forward(X))


def test_refusals():
    with pytest.raises(ShapeError, match=r"Bottle 3: expected input with 3 axes or more, received \(2, 3\) float64"):
        Bottle(Identity(), 3).forward(np.ones((2, 3)))
    with pytest.raises(
        ShapeError, match=r"Bottle 2: expected the output of its modules \(6, .*\), received \(\(6, 4\)"
    ):
        Bottle(ConcatTable(Identity())).forward(X)
    with pytest.raises(TypeError, match="expected a Module instance"):
        Bottle(2)

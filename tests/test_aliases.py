"""Arrays that are assigned by a further name are trained as by their own, by modules and by compiled steps."""

import numpy as np
import pytest

from minnet_core import Sequential, compile
from minnet_criterions import MSECriterion
from minnet_layers import BatchNormalization, ChannelwiseScaling, Linear
from minnet_optimizers import SGD


def assign(model, names, scale_names):
    rng = np.random.default_rng(1)
    for layer, called in ((model[0], names), (model[2], scale_names), (model[3], names)):
        for name in called:
            setattr(layer, name, rng.standard_normal(getattr(layer, name).shape).astype(np.float32))


def trained(names, scale_names, *, compiled):
    """The parameters after a few steps, before which and amid which arrays are assigned."""
    model = Sequential(Linear(3, 4), BatchNormalization(0.9), ChannelwiseScaling(4), Linear(4, 2))
    rng = np.random.default_rng(0)
    criterion, optimizer = MSECriterion(), SGD(model, lr=0.1)
    assign(model, names, scale_names)
    step = compile(model, criterion, optimizer) if compiled else None
    for index in range(6):
        if index == 3:
            assign(model, names, scale_names)
        x, target = rng.standard_normal((8, 3)).astype(np.float32), np.ones((8, 2), np.float32)
        if step:
            step.step(x, target)
            continue
        model.zeroGradParameters()
        criterion.forward(model.forward(x), target)
        model.backward(x, criterion.backward(model.output, target))
        optimizer.step()
    return model.flattenParameters()[0]


@pytest.mark.parametrize("compiled", [False, True])
def test_training_is_the_same(compiled):
    own = trained(("W", "b"), ("gamma", "beta"), compiled=compiled)
    further = trained(("weight", "bias"), ("weight", "bias"), compiled=compiled)
    np.testing.assert_array_equal(own, further)

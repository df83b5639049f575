"""What minnet-layers says of normalizations to whom asks for their counterparts in PyTorch; which need not be there."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Reference, Sequential, counterpart_of
from minnet_core.counterparts import component_of
from minnet_layers import BatchNormalization, CAdd, ChannelwiseScaling, CMul

STATISTICS = {"moving_mean": "running_mean", "moving_variance": "running_var"}


@pytest.mark.parametrize(
    ("shape", "axis", "name"),
    [
        ((5, 3), -1, "BatchNorm1d"),
        ((5, 3), 1, "BatchNorm1d"),
        ((5, 3, 4), 1, "BatchNorm1d"),
        ((5, 3, 4), -2, "BatchNorm1d"),
        ((5, 3, 4, 2), 1, "BatchNorm2d"),
        ((5, 3, 2, 2, 2), 1, "BatchNorm3d"),
        ((5, 4, 3), -1, None),  # PyTorch has features on axis 1 alone
        ((5, 3, 1, 1, 1, 1), 1, None),
    ],
)
def test_the_class_of_a_batch_normalization_is_that_of_its_input(shape, axis, name):
    layer = BatchNormalization(0.75, axis)
    layer.forward(np.random.default_rng(0).normal(size=shape))
    found = counterpart_of(layer)
    if name is None:
        assert found is None
        return
    assert found.name == f"torch.nn.{name}"
    assert dict(found.arguments) == {"num_features": 3, "eps": 1e-3, "momentum": 0.25, "affine": False}
    assert dict(found.parameters) == STATISTICS


def test_before_any_batch_it_is_lazy_as_nobody_knows_how_many_features_there_are():
    assert counterpart_of(BatchNormalization()).name == "torch.nn.LazyBatchNorm1d"
    assert counterpart_of(BatchNormalization(axis=1)).name == "torch.nn.LazyBatchNorm2d"


@pytest.mark.parametrize(
    ("modules", "name"),
    [
        ((BatchNormalization(), ChannelwiseScaling(3)), "BatchNorm1d"),
        ((BatchNormalization(axis=1), CMul((3, 1)), CAdd((3, 1))), "BatchNorm1d"),
        ((BatchNormalization(axis=1), CMul((3, 1, 1)), CAdd((3, 1, 1))), "BatchNorm2d"),
        ((BatchNormalization(axis=1), CMul((3, 1, 1, 1)), CAdd((3, 1, 1, 1))), "BatchNorm3d"),
        ((BatchNormalization(axis=1), CMul((1, 1, 3)), CAdd((1, 1, 3))), None),  # scales of another axis
        ((BatchNormalization(axis=1), CMul((3, 1, 1)), CAdd((3, 2, 1))), None),
        ((BatchNormalization(axis=1), CMul((3, 1, 1))), None),
        ((ChannelwiseScaling(3), BatchNormalization()), None),
        ((BatchNormalization(),), None),
    ],
)
def test_a_batch_normalization_and_its_scales_are_one_module(modules, name):
    found = counterpart_of(Sequential(*modules))
    assert (found and found.name) == (name and f"torch.nn.{name}")
    if found:
        assert dict(found.arguments)["num_features"] == 3
        assert "affine" not in found.arguments
        assert set(found.parameters.values()) == {"running_mean", "running_var", "weight", "bias"}


def test_a_subclass_is_not_what_its_base_is():
    assert counterpart_of(type("Own", (BatchNormalization,), {})()) is None
    assert counterpart_of(type("Own", (Sequential,), {})(BatchNormalization(), ChannelwiseScaling(3))) is None


@pytest.mark.parametrize(("name", "ndim"), [("1d", 2), ("1d", 3), ("2d", 4), ("3d", 5)])
@pytest.mark.parametrize("affine", [True, False])
def test_what_is_made_for_a_counterpart_has_it(name, ndim, affine):
    for kind, more in (("Batch", {"momentum": 0.25}), ("Instance", {})):
        if kind == "Instance" and ndim == 2:
            continue
        counterpart = f"torch.nn.{kind}Norm{name}"
        arguments = {"num_features": 3, "eps": 0.125, "affine": affine, **more}
        layer = component_of(Reference(counterpart, arguments), ndim)
        layer.forward(np.random.default_rng(0).normal(size=(2, 3, 4, 5, 6)[:ndim]))
        found = counterpart_of(layer)
        assert found.name == counterpart
        assert {"affine": True, **found.arguments} == arguments


@pytest.mark.parametrize("arguments", [{"momentum": None}, {"track_running_stats": False}])
def test_what_a_batch_normalization_here_does_not_do_is_not_made(arguments):
    reference = Reference("torch.nn.BatchNorm1d", {"num_features": 3, **arguments})
    assert component_of(reference) is None

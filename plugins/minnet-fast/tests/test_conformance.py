"""Twins pass the conformance kit: those whose methods do more than ask one kernel."""

import pytest

from minnet_core.testing import examine_acceleration
from pytest_minnet import conformance

pytest.importorskip("minnet_fast.kernels")
from minnet_fast.twins import criterions, layers

test_conformance = conformance(
    *(f"minnet_fast.twins.layers:{name}" for name in ("BatchNormalization", "Dropout", "Linear", "LogSoftMax")),
    *(f"minnet_fast.twins.lookups:{name}" for name in ("Embedding", "EmbeddingBag")),
    "minnet_fast.twins.row_normalizations:LayerNormalization",
    *(f"minnet_fast.twins.criterions:{name}" for name in ("ClassNLLCriterion", "CrossEntropyCriterion")),
    *(f"minnet_fast.twins.images:{name}" for name in ("AdaptiveMaxPool2d", "ReflectionPad2d")),
    "minnet_fast.twins.transposed_convolutions:ConvTranspose1d",
    "minnet_fast.twins.tables:Transpose",
    "minnet_fast.twins.optimizers:AdamW",
)


@pytest.mark.parametrize("twin", [*layers.TWINS.values(), *criterions.TWINS.values()], ids=lambda twin: twin.__name__)
def test_a_twin_is_as_accurate_at_any_size_and_place_and_is_reached(twin):
    found = examine_acceleration(twin)
    assert found.problems == ()
    # Of cross entropy, most examples have weights, smoothing or probabilities.
    assert found.reached >= found.passes / (5 if twin.__name__ == "CrossEntropyCriterion" else 4)

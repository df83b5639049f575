"""Every twin passes the conformance kit."""

import pytest

from pytest_minnet import conformance

pytest.importorskip("minnet_fast.kernels")

test_conformance = conformance(
    *(
        f"minnet_fast.twins.layers:{name}"
        for name in (
            *("BatchNormalization", "ChannelwiseScaling", "Dropout", "ELU", "LeakyReLU", "Linear", "LogSoftMax"),
            *("ReLU", "SoftMax", "SoftPlus"),
        )
    ),
    *(f"minnet_fast.twins.criterions:{name}" for name in ("ClassNLLCriterion", "MSECriterion")),
    *(f"minnet_fast.twins.optimizers:{name}" for name in ("SGD", "Adam", "AdamW", "RMSprop")),
)

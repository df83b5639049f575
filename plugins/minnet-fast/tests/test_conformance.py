"""Twins pass the conformance kit: those whose methods do more than ask one kernel."""

import pytest

from pytest_minnet import conformance

pytest.importorskip("minnet_fast.kernels")

test_conformance = conformance(
    *(f"minnet_fast.twins.layers:{name}" for name in ("BatchNormalization", "Dropout", "Linear", "LogSoftMax")),
    "minnet_fast.twins.criterions:ClassNLLCriterion",
    "minnet_fast.twins.optimizers:AdamW",
)

"""What tests of several distributions share; `benchmarks` and `examples` are imported by their names."""

import sys
from pathlib import Path

import pytest

from minnet_test_support.environment import Environment

sys.path.insert(0, str(Path(__file__).parents[1]))

STRANGERS = ("minnet-swish", "minnet-torch", "minnet-onnx")
"""Distributions that a test may find installed around it or not, and that hook into every command."""


@pytest.fixture
def environment(tmp_path):
    """An environment that sees all that this one has but the example of a stranger's package, and can have more."""
    return Environment.create(tmp_path / "environment", without=STRANGERS)

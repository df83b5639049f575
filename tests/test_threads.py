"""``forward`` of an evaluated model from many threads: every one gets its own answer."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from minnet_core import Sequential, criterions, layers
from minnet_core.discovery import FIRST_PARTY
from minnet_core.testing import OWN_KINDS, every_case, examine
from minnet_layers import (
    ELU,
    BatchNormalization,
    ChannelwiseScaling,
    Dropout,
    LeakyReLU,
    Linear,
    LogSoftMax,
    ReLU,
    SoftMax,
    SoftPlus,
)

OURS = [d.load() for r in (layers, criterions) for d in r.declarations() if d.distribution in FIRST_PARTY]


@pytest.fixture
def _short_turns():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_short_turns")
def test_threads_get_their_own_answers_of_an_evaluated_model():
    hidden = [
        BatchNormalization(),
        ChannelwiseScaling(64),
        ELU(),
        LeakyReLU(),
        SoftPlus(),
        ReLU(),
        Dropout(),
        SoftMax(),
    ]
    model = Sequential(Linear(8, 64), *hidden, Linear(64, 3), LogSoftMax())
    inputs = [np.random.default_rng(seed).standard_normal((16, 8)).astype(np.float32) for seed in range(4)]
    model.forward(inputs[0])
    model.evaluate()
    expected = [model.forward(input).copy() for input in inputs]

    def answer(which):
        return all(np.array_equal(model.forward(inputs[which]), expected[which]) for _ in range(200))

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(answer, range(4)))


@pytest.mark.parametrize("case", every_case(kinds=OWN_KINDS), ids=lambda case: case.name)
def test_no_registered_component_is_weak_in_threads(case):
    assert [result.message for result in examine(case, ["evaluation_is_thread_safe"]).weaknesses] == []


@pytest.mark.parametrize("cls", OURS, ids=lambda cls: cls.__name__)
def test_our_components_return_a_local_variable_as_a_free_threaded_python_needs(cls):
    function = ast.parse(textwrap.dedent(inspect.getsource(cls.updateOutput)))
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    assert [ast.unparse(value) for value in returned if not isinstance(value, ast.Name)] == []

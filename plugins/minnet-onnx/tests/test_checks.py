"""The checks pass for what is right, and find each wrong export."""

from __future__ import annotations

import numpy as np
import pytest
from strangers import Cube, Leaky, Mystery, Swish6

from minnet_core import Example, Reference, layers
from minnet_core.discovery import FIRST_PARTY
from minnet_core.testing import Case, Trial, cases_of, examine
from minnet_onnx.checks import CHECKS
from minnet_onnx.operators import RULES

NAMES = [name for name in layers if layers.declaration(name).distribution in FIRST_PARTY]
OUTPUTS = {"outputs_of_onnx_are_those_of_the_layer", "outputs_of_onnxruntime_are_those_of_the_layer"}


def outcomes(case, checks=CHECKS):
    """The name of each check -> ``passed``, ``failed`` or ``skipped``."""
    found = {}
    for check in checks:
        try:
            check.function(Trial(case, check.name))
            found[check.name] = "passed"
        except AssertionError:
            found[check.name] = "failed"
        except Exception as error:
            found[check.name] = "skipped" if type(error).__name__ == "NotApplicable" else "failed"
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_can_be_written_and_is_what_it_is(name):
    for case in cases_of(name):
        found = outcomes(case)
        assert "failed" not in found.values()
        assert found["outputs_of_onnxruntime_are_those_of_the_layer"] == "passed"


@pytest.mark.parametrize("cls", [Swish6, Leaky, Cube, Mystery])
def test_the_kit_runs_the_checks_on_a_stranger(cls, exports):
    exports({Cube: lambda layer, value, graph: graph.op("Pow", value, 3.0)})
    results = {result.check: result.status for result in examine(cases_of(cls)[0]) if result.check in OUTPUTS}
    assert set(results.values()) == ({"skipped"} if cls is Mystery else {"passed"})


@pytest.mark.parametrize(
    "says",
    [
        lambda layer, value, graph: graph.op("Mul", value, value),
        lambda layer, value, graph: graph.op("Relu", graph.op("Pow", value, 3.0)),
        lambda layer, value, graph: graph.op("Mul", graph.op("Pow", value, 3.0), 1.0001),
        lambda layer, value, graph: graph.op("Pow", value, value),
        lambda layer, value, graph: graph.op("Pow", graph.op("Clip", value, -5.0, 5.0), 3.0),  # far from zero alone
        lambda layer, value, graph: graph.op("Reshape", graph.op("Pow", value, 3.0), np.array(value.samples[1].shape)),
    ],
    ids=["square", "rectified", "a digit off", "other exponent", "far from zero", "of one batch"],
)
def test_a_hook_that_says_something_else_is_found(exports, says):
    exports({Cube: says})
    assert "failed" in outcomes(cases_of(Cube)[0]).values()


@pytest.mark.parametrize(
    "says", [lambda layer, value, graph: graph.op("Cubify", value), lambda layer, value, graph: layer.missing]
)
def test_a_hook_that_is_broken_is_a_failure_and_no_lack(exports, says):
    exports({Cube: says})
    assert set(outcomes(cases_of(Cube)[0]).values()) == {"failed"}


def test_a_counterpart_that_the_layer_is_not_is_found():
    class Wrong(Leaky):
        EXAMPLES = (Example(arguments={"slope": 0.1}, input=(4, 3), reference=Reference("torch.nn.LeakyReLU", {})),)

    assert {name for name, found in outcomes(cases_of(Wrong)[0]).items() if found == "failed"} >= OUTPUTS


def test_a_layer_without_a_batch_is_passed_over():
    case = Case(Swish6, input=(4, 3), draw=lambda rng, shape, dtype: np.asarray(rng.standard_normal(), dtype))
    assert set(outcomes(case).values()) == {"skipped"}


def changed(rule, **attributes):
    """The rule, with other attributes of the operators that it puts down, or other constants."""

    def put(call):
        own = call.graph.op

        def op(kind, *inputs, **given):
            return own(kind, *inputs, **{**given, **{k: v for k, v in attributes.items() if k in given}})

        call.graph.op = op
        try:
            return RULES_BEFORE[rule](call)
        finally:
            del call.graph.op

    return put


def scaled(rule, factor):
    """The rule, with its last constant multiplied."""

    def put(call):
        made = RULES_BEFORE[rule](call)
        first = made[0] if isinstance(made, tuple) else made
        other = call.graph.op("Mul", first, factor)
        return (other, *made[1:]) if isinstance(made, tuple) else other

    return put


RULES_BEFORE = dict(RULES)
USED = {
    "Abs": "torch.abs",
    "AvgPool2d": "torch.nn.AvgPool2d",
    "BatchNormalization": "torch.nn.BatchNorm1d",
    "Conv1d": "torch.nn.Conv1d",
    "Conv2d": "torch.nn.Conv2d",
    "CosineDistance": "torch.nn.CosineSimilarity",
    "ELU": "torch.nn.ELU",
    "Embedding": "torch.nn.Embedding",
    "EmbeddingBag": "torch.nn.EmbeddingBag",
    "GELU": "torch.nn.GELU",
    "GroupNormalization": "torch.nn.GroupNorm",
    "LayerNormalization": "torch.nn.LayerNorm",
    "Linear": "torch.nn.Linear",
    "MaxPool2d": "torch.nn.MaxPool2d",
    "Normalize": "torch.nn.functional.normalize",
    "RMSNormalization": "torch.nn.RMSNorm",
    "SoftMax": "torch.nn.Softmax",
    "SplitTable": "torch.unbind",
}
MUTANTS = [
    *((name, rule, scaled(rule, 1 + 1e-4)) for name, rule in USED.items()),
    ("BatchNormalization", "torch.nn.BatchNorm1d", changed("torch.nn.BatchNorm1d", epsilon=2e-3)),
    ("LayerNormalization", "torch.nn.LayerNorm", changed("torch.nn.LayerNorm", epsilon=1e-3)),
    ("InstanceNormalization", "torch.nn.InstanceNorm2d", changed("torch.nn.InstanceNorm2d", epsilon=1e-2)),
    ("ELU", "torch.nn.ELU", changed("torch.nn.ELU", alpha=0.9)),
    ("SoftMax", "torch.nn.Softmax", changed("torch.nn.Softmax", axis=0)),
    ("LogSoftMax", "torch.nn.LogSoftmax", changed("torch.nn.LogSoftmax", axis=0)),
    ("AvgPool2d", "torch.nn.AvgPool2d", changed("torch.nn.AvgPool2d", count_include_pad=1)),
    ("HardShrink", "torch.nn.Hardshrink", changed("torch.nn.Hardshrink", lambd=0.6)),
    ("PixelShuffle", "torch.nn.PixelShuffle", changed("torch.nn.PixelShuffle", mode="DCR")),
    ("Upsample", "torch.nn.Upsample", changed("torch.nn.Upsample", nearest_mode="ceil")),
    ("Upsample", "torch.nn.Upsample", changed("torch.nn.Upsample", coordinate_transformation_mode="half_pixel")),
    ("Max", "torch.max", changed("torch.max", keepdims=0)),
    ("Select", "torch.select", changed("torch.select", axis=0)),
]


@pytest.mark.parametrize(
    ("name", "rule", "mutant"), MUTANTS, ids=[f"{name}-{index}" for index, (name, *_) in enumerate(MUTANTS)]
)
def test_a_wrong_operator_is_found(monkeypatch, name, rule, mutant):
    monkeypatch.setitem(RULES, rule, mutant)
    found = [outcomes(case, CHECKS[1:3]) for case in cases_of(name)]
    assert "failed" in {outcome for each in found for outcome in each.values()}

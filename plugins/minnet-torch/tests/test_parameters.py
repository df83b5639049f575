"""Gradients of parameters, and mappings that do not fit."""

import numpy as np
import pytest

from minnet_core import Reference
from minnet_core.testing import Case, examine
from minnet_test_support.components import DeclaredLinear

FITS, OUTPUT, PARAMETERS = (
    "counterpart_in_pytorch_fits",
    "output_is_that_of_pytorch",
    "parameter_gradients_are_those_of_pytorch",
)


class Affine(DeclaredLinear):
    def __init__(self, rng=None):
        super().__init__(3, 2, rng=rng)


class MeanOfGradients(Affine):
    def accGradParameters(self, input, gradOutput):
        super().accGradParameters(input, gradOutput / len(input))


def case(factory=Affine, name="torch.nn.Linear", parameters=(("W", "weight"), ("b", "bias")), **options):
    options = {"in_features": 3, "out_features": 2, **options}
    return Case(factory, input=[(4, 3), (1, 3)], reference=Reference(name, options, dict(parameters)))


def test_a_layer_with_parameters_passes(only_ours_fail):
    assert only_ours_fail(case()) == set()


def test_a_gradient_of_a_parameter_that_is_not_pytorchs_is_found(failures):
    failed = failures(case(MeanOfGradients))
    assert "gradient of W" in failed[PARAMETERS]
    assert OUTPUT not in failed


WRONG = {
    "a name that PyTorch has not": (
        case(name="torch.nn.Linaer"),
        "expected a name in PyTorch, received 'torch.nn.Linaer': torch.nn has no 'Linaer'; "
        "did you mean torch.nn.Linear?",
    ),
    "an argument that it does not take": (
        case(n_out=2),
        "expected arguments that torch.nn.Linear takes, received {'in",
    ),
    "a mapping that is forgotten": (
        case(parameters=()),
        "expected all parameters of the component, received [] without 'W'",
    ),
    "a parameter that the component has not": (
        case(parameters={"w": "weight", "b": "bias"}),
        "expected names of the component, among ['W', 'b'], received 'w'",
    ),
    "a parameter that the counterpart has not": (
        case(parameters={"W": "weight", "b": "offset"}),
        "expected names of torch.nn.Linear, among ['weight', 'bias'], received 'offset'",
    ),
    "a parameter of the component without a counterpart": (
        case(parameters={"W": "weight"}, bias=False),
        "expected all parameters of the component, received ['W'] without 'b'",
    ),
    "parameters of other shapes": (
        case(in_features=2, out_features=3),
        "expected W of the shape of weight of torch.nn.Linear, (3, 2), received (2, 3)",
    ),
    "parameters for a function": (
        case(name="torch.nn.functional.gelu"),
        "expected names of torch.nn.functional.gelu, among [], received 'weight'",
    ),
}


@pytest.mark.parametrize(("case", "message"), WRONG.values(), ids=WRONG)
def test_a_reference_that_does_not_fit_is_one_failure_that_says_why(case, message, failures):
    failed = failures(case)
    assert failed.keys() == {FITS}
    assert message in failed[FITS]


def test_a_parameter_of_the_counterpart_that_is_not_set_is_told(failures):
    class Map(Affine):
        PARAMETERS = {"W": "gradW"}

        def __init__(self, rng=None):
            super().__init__(rng)
            self.b, self.gradb = 0, np.zeros(2)

    failed = failures(case(Map, parameters={"W": "weight"}))
    assert "expected all parameters of torch.nn.Linear, received ['weight'] without 'bias'" in failed[FITS]


@pytest.mark.parametrize("reference", [None, Reference("jax.nn.silu")])
def test_without_a_counterpart_in_pytorch_there_is_nothing_to_prove(reference):
    result, *_ = examine(Case(Affine, input=(4, 3), reference=reference), [OUTPUT])
    assert (result.status, result.message) == ("skipped", "the case names no counterpart in PyTorch")

"""The checks: what a component computes is what its counterpart in PyTorch computes."""

from __future__ import annotations

import numpy as np

from minnet_core import Array
from minnet_core.testing import Trial, check, expect_equal, largest, named_arrays, parameters, skip

from .pair import pairs

FITS = ("forward_runs", "backward_runs", "counterpart_in_pytorch_fits")


@check("reference", level="wrong result", needs=["forward_runs"])
def counterpart_in_pytorch_fits(trial: Trial) -> None:
    """PyTorch has the counterpart that the case names, and it takes the same parameters and inputs.

    Its outputs have the layer's shapes; its loss is one number.
    """
    for pair in pairs(trial):
        pair.theirs()


@check("reference", level="wrong result", of=["layer"], needs=FITS)
def output_is_that_of_pytorch(trial: Trial) -> None:
    """In float64 the output is PyTorch's to 1e-9, for every shape of the case, in both modes."""
    _expect_equal(trial, "output")


@check("reference", level="wrong result", of=["criterion"], needs=FITS)
def loss_is_that_of_pytorch(trial: Trial) -> None:
    """In float64 the loss is PyTorch's to 1e-9, for every shape of the case."""
    _expect_equal(trial, "loss")


@check("reference", level="wrong result", needs=[*FITS, "gradInput_has_the_shape_of_input"])
def gradInput_is_that_of_pytorch(trial: Trial) -> None:
    """In float64 gradInput is what PyTorch's own backward pass gives, to 1e-9, for every shape of the case."""
    if trial.takes_integers:
        skip("it takes integers, which have no gradient")
    _expect_equal(trial, "gradInput")


@check("reference", level="wrong result", of=["layer"], needs=[*FITS, "parameters_and_gradients_align"])
def parameter_gradients_are_those_of_pytorch(trial: Trial) -> None:
    """In float64 the gradient of every parameter is what PyTorch's own backward pass gives, to 1e-9."""
    if not parameters(trial.prototype):
        skip("it has no parameters")
    _expect_equal(trial, "gradient of ")


@check("reference", level="wrong result", needs=[*FITS, "gradInput_has_the_shape_of_input"])
def float32_results_are_those_of_pytorch(trial: Trial) -> None:
    """Float32 results are PyTorch's in float64, as near as float32 allows, which PyTorch's own float32 shows."""
    epsilon = float(np.finfo(np.float32).eps)
    for pair in pairs(trial, np.float32):
        exact, single = pair.theirs(np.float64), pair.theirs(np.float32)
        summed = max((largest(array) for _, array in named_arrays("", pair.batch.second)), default=0.0)
        allowed = {
            name: 32 * largest(single[name] - array) + (64 * epsilon * summed if name.startswith("grad") else 0.0)
            for name, array in exact.items()
        }
        expect_equal(_those_of(exact, pair.ours()), exact, pair.where, rtol=64 * epsilon, atol=allowed)


def _expect_equal(trial: Trial, prefix: str) -> None:
    for pair in pairs(trial):
        expected = {name: array for name, array in pair.theirs().items() if name.startswith(prefix)}
        expect_equal(_those_of(expected, pair.ours()), expected, pair.where)


def _those_of(expected: dict[str, Array], results: dict[str, Array]) -> dict[str, Array]:
    """Leave out what there is nothing to compare with: the gradInput of the integers in a table, say."""
    return {name: results[name] for name in expected if name in results}


CHECKS = (
    counterpart_in_pytorch_fits,
    output_is_that_of_pytorch,
    loss_is_that_of_pytorch,
    gradInput_is_that_of_pytorch,
    parameter_gradients_are_those_of_pytorch,
    float32_results_are_those_of_pytorch,
)
"""All of them, in the order in which they run."""

"""Every layer, ours and strangers', inside PyTorch: both passes are the layer's own, bit for bit."""

from __future__ import annotations

import copy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from minnet_core.state import GlobalState
from minnet_core.testing import OWN_KINDS, Trial, cases_of, every_case, named_arrays, run
from minnet_core.testing.passes import GLOBAL_SEED
from minnet_torch import to_torch
from minnet_torch.tensors import tensors_in, to_numpy, to_torch as as_tensors

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

from strangers import STRANGERS  # which the line above makes importable

LAYERS = {
    f"{case.name}-{index}": case
    for index, case in enumerate([*every_case(kinds=OWN_KINDS), *cases_of(*STRANGERS)])
    if case.kind == "layer"
}


def gradients_of(wrapped, inputs, output, second):
    """What autograd finds, under the names that the kit uses."""
    leaves = [tensor for tensor in tensors_in(inputs) if tensor.requires_grad]
    outputs = [tensor for tensor in tensors_in(output) if tensor.requires_grad]
    slopes = [
        slope for tensor, slope in zip(tensors_in(output), tensors_in(as_tensors(second, np.float64)), strict=True)
        if tensor.requires_grad
    ]  # fmt: skip
    parameters = dict(wrapped.named_parameters())
    found = torch.autograd.grad(outputs, [*leaves, *parameters.values()], slopes, retain_graph=True)
    return [each.numpy() for each in found[: len(leaves)]], dict(
        zip(parameters, (each.numpy() for each in found[len(leaves) :]), strict=True)
    )


@pytest.mark.parametrize("name", LAYERS)
def test_a_wrapped_layer_goes_both_ways_as_the_layer_does(name):
    for _, component, batch in Trial(LAYERS[name], "to_torch").per_mode():
        expected = run(copy.deepcopy(component), batch)
        wrapped = to_torch(component)
        inputs = as_tensors(batch.input, np.float64, requires_grad=True)
        GlobalState.enter(GLOBAL_SEED)
        output = wrapped(inputs)
        for key, array in named_arrays("output", to_numpy(output)):
            np.testing.assert_array_equal(array, expected[key])
        if not any(tensor.requires_grad for tensor in tensors_in(output)):
            continue
        wrapped(inputs)  # what the layer keeps is of another call now, and its generators have gone on
        for _ in range(2):
            given, parameters = gradients_of(wrapped, inputs, output, batch.second)
            own = [array for key, array in expected.items() if key.startswith("gradInput") and array is not None]
            assert len(given) <= len(own)
            for array, its in zip(given, own, strict=False):
                np.testing.assert_array_equal(array, its)
            for key, array in parameters.items():
                np.testing.assert_array_equal(array, expected[f"gradient of {key}"])

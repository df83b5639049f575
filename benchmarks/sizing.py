"""A component made as one of its ``EXAMPLES`` is, in the size of a workload: alike in every peer that asks for it."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from attrs import evolve

from minnet_core import Example, Reference, criterions, layers
from minnet_core.nn import Tensor, construct
from minnet_core.testing import Case, cases_of, map_arrays, named_arrays

from .evidence import Evidence, fingerprint
from .workload import ExamplePasses

_REGISTRIES: dict[str, Any] = {"layer": layers, "criterion": criterions}


def scaled_case(workload: ExamplePasses) -> Case:
    """Find the example of a workload, with the arguments and the input of its size."""
    case = _example_of(workload)
    changes: dict[str, Any] = {"target": workload.target} if workload.target else {}
    arguments = {**case.arguments, **workload.component.arguments}
    return evolve(case, arguments=arguments, input=workload.input, draw=workload.draw, reference=None, **changes)


def reference_of(workload: ExamplePasses) -> Reference | None:
    """Find the counterpart that the example names, with its arguments in the size of the workload."""
    example = _example_of(workload)
    return scaled_reference(example, workload.component.arguments) if example.reference else None


def _example_of(workload: ExamplePasses) -> Case:
    return cases_of(_REGISTRIES[workload.group][workload.component.name])[workload.example]


def scaled_reference(example: Example, changes: dict[str, Any]) -> Reference:
    """Give a counterpart the arguments that correspond to changed ones of a component.

    One of the same name and value corresponds, or the only one of the same value; one that the example leaves to its
    default is called the same.

    Raises:
        ValueError: if none does, or several do.

    >>> reference = Reference("torch.nn.Linear", {"in_features": 3, "out_features": 2})
    >>> example = Example(arguments={"n_in": 3, "n_out": 2}, input=(4, 3), reference=reference)
    >>> dict(scaled_reference(example, {"n_out": 8}).arguments)
    {'in_features': 3, 'out_features': 8}
    """
    assert example.reference is not None
    theirs = dict(example.reference.arguments)
    for name, value in changes.items():
        same = [name] if name in theirs else []
        if name in example.arguments:
            others = same or [each for each in theirs if each not in example.arguments]
            same = [each for each in others if theirs[each] == example.arguments[name]]
        if len(same) != 1:
            raise ValueError(
                f"expected one argument of {example.reference.name} that corresponds to {name}, received {same} of "
                f"{dict(example.reference.arguments)}"
            )
        theirs[same[0]] = value
    return evolve(example.reference, arguments=theirs)


def make_component(workload: ExamplePasses) -> Any:
    """Make the component, its parameters moved from where they begin: the ones and zeros of an affine map, say."""
    case = scaled_case(workload)
    arguments = copy.deepcopy(dict(case.arguments))
    if case.takes_rng:
        arguments["rng"] = 1
    component = construct(case.factory, (), arguments)
    for spec in workload.contents:
        component.add(layers[spec.name](**spec.arguments))
    rng = np.random.default_rng(1)
    for parameter in component.namedParameters().values() if workload.group == "layer" else ():
        parameter += 0.1 * rng.standard_normal(parameter.shape, np.float32)
    return component


def draw_batch(workload: ExamplePasses) -> tuple[Tensor, Tensor]:
    """Draw an input, and a target for it, which is None for a layer."""
    case = scaled_case(workload)
    return case.draw_input(2, np.float32), case.draw_target(4, np.float32) if workload.group == "criterion" else None


def draw_slopes(output: Tensor) -> Tensor:
    """Draw a gradient for an output, an array or a table of arrays."""
    rng = np.random.default_rng(3)
    slopes: Tensor = map_arrays(lambda array: rng.standard_normal(array.shape, np.float32), output)
    return slopes


def evidence_of(results: dict[str, Tensor]) -> Evidence:
    """Press each array of some results, which may be tables, into few numbers."""
    arrays = (pair for name, result in results.items() for pair in named_arrays(name, result))
    return {name: fingerprint(array) for name, array in arrays if array is not None}

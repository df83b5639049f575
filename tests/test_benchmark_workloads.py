"""What benchmarks measure: every component of minnet, made alike for every peer."""

import pytest
from benchmarks.catalogue import WORKLOADS, UnknownNameError, select  # which conftest.py makes importable
from benchmarks.components import PARAMETERS, component_workloads
from benchmarks.networks import NETWORKS
from benchmarks.one_size import example_workloads
from benchmarks.peer import peers_named
from benchmarks.peers import minnet_peer
from benchmarks.sizing import scaled_reference
from benchmarks.workload import (
    CriterionExample,
    CriterionPasses,
    ExamplePasses,
    LayerPasses,
    for_proof,
    parameter_count,
)

from minnet_core import Example, Reference, criterions, layers, optimizers

OURS = {
    *("minnet-core", "minnet-layers", "minnet-criterions", "minnet-optimizers"),
    *("minnet-conv", "minnet-tables"),
}
NETWORK_ITSELF = {"Graph", "Sequential"}  # which the workloads of training and inference measure


def measured(group):
    """Which components of a kind have a workload."""
    found = set()
    for workload in select([group]):
        if isinstance(workload, ExamplePasses):
            found.add(workload.component.name)
        elif isinstance(workload, CriterionPasses):
            found.add(workload.criterion)
        else:
            found.add((workload.layer if isinstance(workload, LayerPasses) else workload.optimizer).name)
    return found


@pytest.mark.parametrize(
    ("registry", "group"),
    [(layers, "layer"), (criterions, "criterion"), (optimizers, "optimizer")],
    ids=["layers", "criterions", "optimizers"],
)
def test_every_registered_component_of_ours_has_a_workload(registry, group):
    found = {each.name for each in registry.components() if each.distribution in OURS}
    assert found - NETWORK_ITSELF == measured(group)


def test_no_two_workloads_have_one_name():
    names = [its.name for its in (*NETWORKS, *component_workloads(), *example_workloads())]
    assert sorted(names) == sorted(WORKLOADS)


EXAMPLES = [its for its in example_workloads() if isinstance(its, CriterionExample) or "256" in its.name]


@pytest.mark.parametrize("workload", EXAMPLES[::7], ids=lambda its: its.name)
def test_a_component_and_its_batch_are_the_same_each_time(workload):
    """Else two processes would not compute the same."""
    first, second = (minnet_peer.prepare(for_proof(workload)).evidence() for _ in range(2))
    assert first == second
    assert all(norm > 0 for _, norm in first.values()), "of zeros nothing is proven"


LINEAR = Example(
    arguments={"n_in": 3, "n_out": 2, "axis": 1},
    input=(4, 3),
    reference=Reference("torch.nn.Linear", {"in_features": 3, "out_features": 2, "axis": 1, "eps": 1e-3}),
)


def test_arguments_of_a_counterpart_follow_those_of_the_component():
    changed = scaled_reference(LINEAR, {"n_in": 64, "axis": 0, "eps": 1.0})
    assert changed.name == "torch.nn.Linear"
    assert changed.arguments == {"in_features": 64, "out_features": 2, "axis": 0, "eps": 1.0}


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        ({"n_in": 3, "n_out": 3}, {"n_in": 64}),  # which of two?
        ({"n_in": 5}, {"n_in": 64}),
        ({"in_features": 5}, {"in_features": 64}),  # called the same, but something else
        ({}, {"dtype": "float64"}),
        ({"in_features": 3}, {"dtype": "float64"}),  # although one is left
    ],
)
def test_arguments_that_correspond_to_none_or_to_several_are_refused(arguments, changes):
    reference = Reference("torch.nn.Linear", {"in_features": 3, "out_features": 3})
    example = Example(arguments=arguments, input=(4, 3), reference=reference)
    with pytest.raises(ValueError, match="expected one argument of torch.nn.Linear that corresponds to "):
        scaled_reference(example, changes)


def test_the_sizes_of_optimizers_are_what_they_are_called():
    counts = {size: parameter_count(layers) for size, layers in PARAMETERS.items()}
    assert counts == {"82": 82, "17k": 17_226, "235k": 235_914, "2.1M": 2_109_450}


def test_workloads_are_found_by_name_group_and_pattern():
    assert [its.name for its in select(["wide-elu"])] == ["wide-elu"]
    assert {its.group for its in select(["optimizer"])} == {"optimizer"}
    assert len(select([])) == len(WORKLOADS)
    with pytest.raises(UnknownNameError, match="did you mean mlp-tiny"):
        select(["mlp-tinny"])
    with pytest.raises(UnknownNameError, match="expected peers among minnet, .*, received 'numpy'"):
        peers_named(["numpy"])

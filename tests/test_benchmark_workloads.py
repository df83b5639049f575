"""What benchmarks measure: every component of minnet, and which of them have no workload yet."""

import pytest
from benchmarks.catalogue import WORKLOADS, UnknownNameError, select  # which conftest.py makes importable
from benchmarks.components import CRITERIONS, LAYERS, OPTIMIZERS, PARAMETERS
from benchmarks.peer import peers_named
from benchmarks.workload import parameter_count

from minnet_core import criterions, layers, optimizers

OURS = {"minnet-core", "minnet-layers", "minnet-criterions", "minnet-optimizers"}
NETWORK_ITSELF = {"Graph", "Residual", "Sequential"}  # which the workloads of training and inference measure, or sums
NOT_YET = {
    *("AbsCriterion", "BCECriterion", "BCEWithLogitsCriterion", "CosineEmbeddingCriterion", "CrossEntropyCriterion"),
    *("DiceCriterion", "DistKLDivCriterion", "FocalCriterion", "GaussianNLLCriterion", "HingeEmbeddingCriterion"),
    *("HuberCriterion", "LogCoshCriterion", "MarginCriterion", "MarginRankingCriterion", "MultiCriterion"),
    *("MultiLabelMarginCriterion", "MultiLabelSoftMarginCriterion", "MultiMarginCriterion", "ParallelCriterion"),
    *("PoissonNLLCriterion", "QuantileCriterion", "SmoothL1Criterion", "SoftMarginCriterion", "TripletMarginCriterion"),
    *("WeightedMSECriterion",),
    *("GroupNormalization", "InstanceNormalization", "LayerNormalization", "RMSNormalization"),
    *("Add", "AlphaDropout", "Bilinear", "CAdd", "CMul", "Cosine", "Embedding", "EmbeddingBag"),
    *("Euclidean", "GaussianNoise", "Max", "Maxout", "Mean", "Min", "Mul", "Normalize", "Sum"),
    *("Adadelta", "Adamax", "LAMB", "LBFGS", "Lion", "NAdam", "RAdam", "Rprop"),
}
"""Components that no workload measures."""


@pytest.mark.parametrize(
    ("registry", "measured"),
    [
        (layers, {*LAYERS}),
        (criterions, {*CRITERIONS}),
        (optimizers, {spec.name for spec in OPTIMIZERS.values()}),
    ],
    ids=["layers", "criterions", "optimizers"],
)
def test_every_registered_component_of_ours_has_a_workload(registry, measured):
    found = {each.name for each in registry.components() if each.distribution in OURS}
    assert found - NETWORK_ITSELF - NOT_YET == measured


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

"""PyTorch's side of the benchmarks: for every component what computes the same, or the reason why there is nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.catalogue import WORKLOADS  # which conftest.py makes importable
from benchmarks.components import OTHER_OPTIMIZERS, PARAMETERS
from benchmarks.evidence import difference
from benchmarks.job import UnsupportedError
from benchmarks.one_size import example_workloads
from benchmarks.peers import minnet_peer, torch_peer
from benchmarks.peers.torch_formulas import CRITERIONS, LAYERS, NONE
from benchmarks.peers.torch_own_optimizers import LAMB, Lion
from benchmarks.peers.torch_peer import TorchOptimizer
from benchmarks.workload import OptimizerSteps, for_proof

ROOT = Path(__file__).parents[2]

EXAMPLES = {its.name: its for its in example_workloads()}
WITHOUT = {name for name, its in EXAMPLES.items() if its.component.name in NONE}


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - WITHOUT))
def test_a_component_in_its_size_is_what_its_counterpart_is(name):
    workload = for_proof(EXAMPLES[name])
    ours, theirs = minnet_peer.prepare(workload).evidence(), torch_peer.prepare(workload).evidence()
    assert difference(ours, theirs) is None


@pytest.mark.parametrize("name", sorted(WITHOUT))
def test_what_has_no_counterpart_is_said_with_the_reason(name):
    with pytest.raises(UnsupportedError, match=f"it has no {EXAMPLES[name].component.name}: .* no operation"):
        torch_peer.prepare(EXAMPLES[name])


def test_each_formula_is_that_of_a_component_that_is_measured():
    measured = {its.component.name for its in EXAMPLES.values()}
    assert {*LAYERS, *CRITERIONS, *NONE} <= measured


@pytest.mark.parametrize("name", OTHER_OPTIMIZERS)
def test_an_optimizer_is_what_its_counterpart_is(name):
    workload = for_proof(OptimizerSteps(name, OTHER_OPTIMIZERS[name], PARAMETERS["17k"], has_closure=name == "LBFGS"))
    ours, theirs = minnet_peer.prepare(workload).evidence(), torch_peer.prepare(workload).evidence()
    assert difference(ours, theirs) is None


@pytest.mark.parametrize("cls", [LAMB, Lion])
def test_both_ways_of_an_optimizer_that_pytorch_has_not_are_one(cls):
    workload = OptimizerSteps(cls.__name__, OTHER_OPTIMIZERS[cls.__name__], PARAMETERS["82"])
    each, lists = (
        TorchOptimizer(workload, lambda held, foreach=foreach: cls(held, lr=0.01, foreach=foreach)).evidence()
        for foreach in (False, True)
    )
    assert difference(each, lists) is None


def test_minnet_leaves_pytorch_its_allocator():
    """What keeps freed memory for minnet would do so for PyTorch as well, whose time would then be another one."""
    script = (
        "import os, sys, benchmarks.peers.torch_peer as peer; from benchmarks.catalogue import WORKLOADS\n"
        "assert 'minnet_core.nn.kernels' not in sys.modules\n"
        "peer.prepare(WORKLOADS['Mean-256x1024'])\n"
        "assert 'minnet_core.nn.kernels' in sys.modules and os.environ['MINNET_KEEP_ALLOCATOR'] == '1'"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_the_tolerance_finds_a_wrong_formula(monkeypatch):
    workload = for_proof(WORKLOADS["WeightedMSECriterion-256x1024"])
    right = torch_peer.prepare(workload).evidence()
    monkeypatch.setitem(CRITERIONS, "WeightedMSECriterion", lambda x, t, weights: (x - t).square().sum() / len(x))
    assert difference(right, torch_peer.prepare(workload).evidence())

"""The page of all components names what is registered, and says of each module of Torch7 what became of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from benchmarks.component_page import INTRODUCTION, TITLES, times  # which conftest.py makes importable
from benchmarks.results import Outcome, Results, Run
from benchmarks.torch7 import COUNTERPARTS, LEFT_OUT

from minnet_core import criterions, layers, optimizers

ROOT = Path(__file__).parents[1]
REGISTRIES = {"layers": layers, "criterions": criterions, "optimizers": optimizers}


@pytest.mark.parametrize("kind", TITLES)
def test_it_lists_each_component_once_under_the_name_of_its_class(kind):
    text = (ROOT / "docs" / "components.md").read_text("utf-8")
    section = text.partition(f"## {TITLES[kind]}\n")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \| minnet-", section, re.MULTILINE)
    registry = REGISTRIES[kind]
    registered = {each.name for each in registry.components() if registry.load(each).__name__ == each.name}
    assert sorted(listed) == sorted(registered)


def test_its_introduction_is_the_one_that_is_written_now():
    assert (ROOT / "docs" / "components.md").read_text("utf-8").startswith(INTRODUCTION)


def test_each_module_of_torch7_has_a_counterpart_that_is_registered_or_a_reason():
    assert {*COUNTERPARTS.values()} <= {*layers, *criterions}
    left = [name for names in LEFT_OUT.values() for name in names]
    assert len({*left, *COUNTERPARTS}) == len(left) + len(COUNTERPARTS) == 198


def outcome(workload, **seconds):
    nothing = {key: {} for key in ("proofs", "left_out", "notes", "steps", "cpus", "memory")}
    return Outcome(workload, "layer", (seconds,), **nothing)


def test_the_time_of_a_component_is_of_the_size_that_the_page_names():
    outcomes = (
        outcome("ReLU-4096x1024", minnet=9.0, torch=1.0),
        outcome("ReLU-256x1024", minnet=1.0, torch=4.0, **{"minnet-fast": 0.5}),
        outcome("Conv2d-32x16x28x28", minnet=3.0, torch=2.0),
        outcome("Adam-235k", minnet=1.0, torch=1.0, **{"minnet-fast": 0.5}),
        outcome("EmbeddingBag-256x1024", minnet=1.0, torch=8.0),
        outcome("EmbeddingBag-offsets-256x1024", minnet=1.0, torch=2.0),
        outcome("mlp-tiny", minnet=1.0, torch=2.0),
    )
    results = Results(2, "2026-12-01", {}, "wall", "cell", (Run(1, {}, {}, outcomes),))
    assert times(results) == {
        "ReLU": (0.25, 0.125),
        "Conv2d": (1.5, None),
        "Adam": (1.0, 0.5),
        "EmbeddingBag": (0.125, None),
    }
